using System.Text;
using Marten;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

[Collection(nameof(Catalogue))]
public sealed class MergeTests(Catalogue catalogue)
{
    private static readonly Requirement Junior = new("developer", "junior", true, "Knows it.");
    private static readonly Requirement Senior = new("tester", "senior", false, "Breaks it.");

    [Fact]
    public async Task What_is_merged_is_found_at_once_and_what_it_replaced_no_more()
    {
        var (id, _, name) = await catalogue.Skill(
            new Requirement("developer", "junior", true, "Knows zygomorphic flowers.")
        );
        Assert.Equal([name], await Found(name));
        Assert.Equal([name], await Found("zygomorphic flower"));
        var before = await Developers();
        await catalogue.Accept(
            Given.Accepted(
                id,
                new RenameSkill(name, $"Quixotic {id:N}"),
                new RewordRequirement(
                    "developer",
                    "junior",
                    "Knows zygomorphic flowers.",
                    "Knows actinomorphic flowers."
                ),
                new StateRequirement("developer", "senior", false, "Grows them.")
            )
        );
        Assert.Equal([$"Quixotic {id:N}"], await Found($"quixotic {id:N}"));
        Assert.Equal([$"Quixotic {id:N}"], await Found("actinomorphic flowers"));
        Assert.Empty(await Found("zygomorphic flowers"));
        Assert.Equal(before + 1, await Developers());
        await catalogue.Accept(Given.Accepted(id, new RetireSkill()));
        Assert.Empty(await Found("actinomorphic flowers"));

        async Task<string[]> Found(string q)
        {
            var found = await catalogue.Service.Get($"/skills?q={Uri.EscapeDataString(q)}");
            return found.GetProperty("exact").GetBoolean()
                ? [.. found.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()!)]
                : [];
        }

        async Task<long> Developers() =>
            (await catalogue.Service.Get("/roles"))
                .GetProperty("items")
                .EnumerateArray()
                .Single(r => r.GetProperty("slug").GetString() == "developer")
                .GetProperty("optional")
                .GetInt64();
    }

    [Fact]
    public async Task A_merge_is_announced_once_with_everything_it_changed()
    {
        var (id, slug, _) = await catalogue.Skill(Junior, Senior);
        var accepted = Given.Accepted(
            id,
            new MakeMandatory("tester", "senior"),
            new RewordRequirement("developer", "junior", "Knows it.", "Knows more.")
        );
        var applied = Assert.IsType<ProposalApplied>(await catalogue.Accept(accepted));
        Assert.Equal(
            (accepted.ProposalId, 1, id, slug, 3L, 5L),
            (applied.ProposalId, applied.Revision, applied.SkillId, applied.Slug, applied.FromVersion, applied.Version)
        );
        var changed = await catalogue.Hears<SkillChanged>(c => c.SkillId == id && c.Version == 5);
        Assert.Equal(3, changed.FromVersion);
        Assert.Equal(
            ("author-1", "reviewer-1", "Because it is so."),
            (changed.Author, changed.Reviewer, changed.Reason)
        );
        Assert.Equal(accepted.ProposalId, changed.ProposalId);
        Assert.Equal(
            [
                new Changed(4, "requirementMadeMandatory", "tester", "senior", "Breaks it.", "Breaks it.", false, true),
                new Changed(5, "requirementReworded", "developer", "junior", "Knows it.", "Knows more.", true, true),
            ],
            changed.Changes
        );
        Assert.Equal(2, changed.Skill.Requirements.Count(r => r.Mandatory));
        Assert.Equal("ENGINEERING", changed.Skill.Domain.Name.ToUpperInvariant());
        var first = await catalogue.Hears<SkillChanged>(c => c.SkillId == id && c.Version == 3);
        Assert.Equal(0, first.FromVersion);
        Assert.Equal(3, first.Changes.Length);
        await catalogue.Idle();
        Assert.Equal(
            2,
            catalogue
                .Heard.Select(h => h.Message)
                .OfType<SkillChanged>()
                .Where(c => c.SkillId == id)
                .DistinctBy(c => c.Version)
                .Count()
        );
    }

    [Fact]
    public async Task The_same_acceptance_five_times_and_again_later_applies_once()
    {
        var (id, _, _) = await catalogue.Skill(Junior);
        var accepted = Given.Accepted(id, new MakeOptional("developer", "junior"));
        var message = Guid.CreateVersion7();
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => catalogue.Say(accepted, message)));
        await catalogue.Hears<ProposalApplied>(a => a.ProposalId == accepted.ProposalId);
        await catalogue.Accept(Given.Accepted(id, new MakeMandatory("developer", "junior")));
        // The same acceptance in another message would be legal again by its texts, and yet was answered.
        await catalogue.Say(accepted);
        await catalogue.Idle();
        Assert.True((await catalogue.Fold(id)).Requirements[new("developer", "junior")].Mandatory);
    }

    [Fact]
    public async Task Proposals_on_different_requirements_merge_whatever_their_order_and_on_the_same_one_conflict()
    {
        var (id, _, _) = await catalogue.Skill(Junior, Senior);
        var one = Given.Accepted(id, new RewordRequirement("developer", "junior", "Knows it.", "One."));
        var other = Given.Accepted(id, new RewordRequirement("tester", "senior", "Breaks it.", "Other."));
        var late = Given.Accepted(
            id,
            new MakeMandatory("tester", "senior"),
            new RewordRequirement("developer", "junior", "Knows it.", "Late.")
        );
        Assert.All(
            await Task.WhenAll(catalogue.Accept(one), catalogue.Accept(other)),
            a => Assert.IsType<ProposalApplied>(a)
        );
        var conflicted = Assert.IsType<ProposalConflicted>(await catalogue.Accept(late));
        Assert.Equal([new Conflict(1, "changed", "Knows it.", "One.", "Late.")], conflicted.Conflicts);
        Assert.False((await catalogue.Fold(id)).Requirements[new("tester", "senior")].Mandatory);
        // Revised against what is there now.
        var revised = late with
        {
            Revision = 2,
            Changes = [new RewordRequirement("developer", "junior", "One.", "Late.")],
        };
        Assert.IsType<ProposalApplied>(await catalogue.Accept(revised));
        Assert.Equal("Late.", (await catalogue.Fold(id)).Requirements[new("developer", "junior")].Description);
    }

    [Fact]
    public async Task Many_at_once_on_one_skill_all_merge()
    {
        var (id, _, _) = await catalogue.Skill();
        var all = Given
            .Roles.SelectMany(role => Given.Levels.Select(level => new StateRequirement(role, level, true, "x")))
            .Select(change => catalogue.Accept(Given.Accepted(id, change)));
        Assert.All(await Task.WhenAll(all), answer => Assert.IsType<ProposalApplied>(answer));
        Assert.Equal(9, (await catalogue.Fold(id)).Requirements.Count);
    }

    [Fact]
    public async Task Of_two_that_take_one_name_at_once_one_has_it_and_one_conflicts()
    {
        var name = $"Twin {Guid.CreateVersion7():N}";
        var adds = Enumerable
            .Range(0, 2)
            .Select(_ =>
                catalogue.Accept(
                    Given.Accepted(Guid.CreateVersion7(), new AddSkill("engineering", "basics", name, [], []))
                )
            );
        var answers = await Task.WhenAll(adds);
        Assert.Single(answers.OfType<ProposalApplied>());
        Assert.Equal("name-taken", Assert.Single(answers.OfType<ProposalConflicted>()).Conflicts[0].Code);
        var other = Given.Accepted(
            Guid.CreateVersion7(),
            new AddSkill("engineering", "basics", name.ToUpperInvariant(), [], [])
        );
        var applied = Assert.IsType<ProposalApplied>(await catalogue.Accept(other));
        Assert.EndsWith("-2", applied.Slug, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_looks_like_anothers_is_taken()
    {
        var name = $"Café {Guid.CreateVersion7():N}";
        var alike = name.Normalize(NormalizationForm.FormD).Replace(" ", "\u00a0", StringComparison.Ordinal) + "\u200b";
        await catalogue.Accept(
            Given.Accepted(Guid.CreateVersion7(), new AddSkill("engineering", "basics", name, [], []))
        );
        var (other, _, was) = await catalogue.Skill();
        foreach (
            var accepted in new[]
            {
                Given.Accepted(Guid.CreateVersion7(), new AddSkill("engineering", "basics", alike, [], [])),
                Given.Accepted(other, new RenameSkill(was, alike)),
            }
        )
            Assert.Equal(
                "name-taken",
                Assert.IsType<ProposalConflicted>(await catalogue.Accept(accepted)).Conflicts[0].Code
            );
        var elsewhere = new AddSkill("engineering", "cloud", alike, [], []);
        Assert.IsType<ProposalApplied>(await catalogue.Accept(Given.Accepted(Guid.CreateVersion7(), elsewhere)));
    }

    [Fact]
    public async Task Keywords_of_several_people_are_all_there_and_a_skill_that_changed_is_not_retired_unasked()
    {
        var (id, _, _) = await catalogue.Skill(Junior);
        var skill = await catalogue.Fold(id);
        await catalogue.Accept(
            Given.Accepted(id, new ReplaceKeywords([.. skill.Keywords], [.. skill.Keywords, "mine"]))
        );
        await catalogue.Accept(
            Given.Accepted(id, new ReplaceKeywords([.. skill.Keywords], [.. skill.Keywords, "theirs"]))
        );
        Assert.Equal([.. skill.Keywords, "mine", "theirs"], (await catalogue.Fold(id)).Keywords);
        var retire = Assert.IsType<ProposalConflicted>(await catalogue.Accept(Given.Accepted(id, new RetireSkill(2))));
        Assert.Equal("changed", retire.Conflicts[0].Code);
        Assert.IsType<ProposalApplied>(await catalogue.Accept(Given.Accepted(id, new RetireSkill(4))));
    }

    [Fact]
    public async Task What_is_already_so_is_applied_without_a_version()
    {
        var (id, _, _) = await catalogue.Skill(Junior);
        var applied = Assert.IsType<ProposalApplied>(
            await catalogue.Accept(Given.Accepted(id, new MakeMandatory("developer", "junior")))
        );
        Assert.Equal((2L, 2L), (applied.FromVersion, applied.Version));
    }

    [Fact]
    public async Task A_skill_that_is_not_there_is_a_conflict()
    {
        var conflicted = Assert.IsType<ProposalConflicted>(
            await catalogue.Accept(Given.Accepted(Guid.CreateVersion7(), new RetireSkill()))
        );
        Assert.Equal("missing", conflicted.Conflicts[0].Code);
    }

    [Fact]
    public async Task The_taxonomy_is_announced_whole_and_once()
    {
        var changed = await catalogue.Hears<TaxonomyChanged>(_ => true);
        Assert.Equal(Given.TaxonomyEvents.Length, changed.Version);
        Assert.Equal(["engineering", "design"], changed.Domains.Select(d => d.Slug));
        Assert.Equal(Given.Roles, changed.Roles.Select(r => r.Slug));
    }
}
