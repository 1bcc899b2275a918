using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Marten;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>Two skills made one by a proposal: what is said, where it is found, and what stays of both.</summary>
[Collection(nameof(Catalogue))]
public sealed class MergedSkillsTests(Catalogue catalogue)
{
    private static readonly Requirement Junior = new("developer", "junior", true, "Knows it.");
    private static readonly Requirement Senior = new("tester", "senior", false, "Breaks it.");
    private static readonly Requirement Other = new("developer", "junior", false, "Knows the other.");

    [Fact]
    public async Task A_skill_that_is_merged_into_another_leads_there_and_both_histories_stay()
    {
        var (going, slug, name) = await catalogue.Skill(Junior, Senior);
        var (remains, into, intoName) = await catalogue.Skill(Other);
        await GiveIds(going, remains);
        using var administrator = catalogue.Service.Administrator;
        var before = new { name = $"Before {going:N}" };
        using var published = await administrator.PostAsJsonAsync("/api/catalog/editions", before);
        Assert.Equal(HttpStatusCode.Created, published.StatusCode);
        var accepted = Given.Accepted(going, new MergeSkill(into, [new("developer", "junior", Replaces: true)]));
        var applied = Assert.IsType<ProposalApplied>(await catalogue.Accept(accepted));
        Assert.Equal((going, slug, 4L, 5L), (applied.SkillId, applied.Slug, applied.FromVersion, applied.Version));

        var page = await catalogue.Service.Get($"/skills/{into}");
        Assert.Equal(
            ["developer/junior True Knows it.", "tester/senior False Breaks it."],
            page.GetProperty("requirements").EnumerateArray().Select(Says)
        );
        Assert.Equal(
            [$"esco:remains:{going:N}", $"esco:going:{going:N}"],
            page.GetProperty("externalIds").EnumerateArray().Select(id => $"{Text(id, "system")}:{Text(id, "id")}")
        );
        Assert.Equal(
            [
                "externalIdsReplaced",
                "requirementStated",
                "requirementMadeMandatory",
                "requirementReworded",
                "skillAbsorbed",
            ],
            (await Kinds(into)).Take(5)
        );
        var absorbed = (await History(into)).Single(c => Text(c, "kind") == "skillAbsorbed");
        Assert.Equal((name, intoName), (Text(absorbed, "before"), Text(absorbed, "after")));
        Assert.Equal(accepted.ProposalId.ToString(), Text(absorbed, "proposal"));

        // The old address leads on, with what was asked for; what was, stays where it was.
        using var direct = Direct();
        var leads = await Eventually.Get(
            async () =>
            {
                using var old = await direct.GetAsync($"/api/catalog/skills/{slug}");
                return old.StatusCode == HttpStatusCode.PermanentRedirect ? old.Headers.Location : null;
            },
            to => to is not null
        );
        Assert.Equal($"/api/catalog/skills/{into}", leads!.OriginalString);
        Assert.Equal(
            ["skillMerged", "externalIdsReplaced", "requirementStated", "requirementStated", "skillAdded"],
            await Kinds(slug)
        );
        var merged = (await History(slug))[0];
        Assert.Equal((name, intoName), (Text(merged, "before"), Text(merged, "after")));
        using var past = await direct.GetAsync($"/api/catalog/skills/{slug}?version=4");
        Assert.Equal(HttpStatusCode.OK, past.StatusCode);
        Assert.Equal(name, Text(await past.Content.ReadFromJsonAsync<JsonElement>(), "name"));
        Assert.Equal([intoName], await Found(intoName));
        Assert.Empty(await Found(name));
        await using var session = catalogue.Service.Store.QuerySession();
        Assert.Equal(remains, (await session.LoadAsync<SkillExternalId>($"esco\ngoing:{going:N}"))!.SkillId);

        // To who compares editions it is not just gone.
        var diff = await catalogue.Service.Get($"/editions/before-{going:N}/compare/current?kind=retired&limit=200");
        var line = diff.GetProperty("items").EnumerateArray().Single(l => Text(l, "before") == name);
        Assert.Equal(
            ("skillMerged", intoName, accepted.ProposalId.ToString()),
            (Text(line, "change"), Text(line, "after"), Text(line, "proposal"))
        );
    }

    [Fact]
    public async Task A_merge_is_told_of_both_skills_each_with_the_other()
    {
        var (going, slug, name) = await catalogue.Skill(Junior);
        var (remains, into, intoName) = await catalogue.Skill(Senior);
        await catalogue.Accept(Given.Accepted(going, new MergeSkill(into)));
        var gone = await catalogue.Hears<SkillChanged>(c => c.SkillId == going && c.Version == 3);
        Assert.True(gone.Skill.Retired);
        var there = new OtherSkill(remains, into, intoName, "engineering", "basics");
        Assert.Equal(there, gone.Skill.MergedInto);
        Assert.Equal(("skillMerged", there), (gone.Changes[0].Kind, gone.Changes[0].Other));
        var kept = await catalogue.Hears<SkillChanged>(c => c.SkillId == remains && c.FromVersion == 2);
        Assert.Equal(["skillAbsorbed", "requirementStated"], kept.Changes.Select(c => c.Kind));
        Assert.Equal(new OtherSkill(going, slug, name, "engineering", "basics"), kept.Changes[0].Other);
        Assert.Equal(gone.ProposalId, kept.ProposalId);
    }

    [Fact]
    public async Task Whoever_comes_after_a_merge_hears_into_which_skill_and_nothing_is_half()
    {
        var (going, slug, _) = await catalogue.Skill(Junior);
        var (remains, into, intoName) = await catalogue.Skill(Other);
        var merge = new MergeSkill(
            into,
            [new("developer", "junior", true, "Knows another.", false)],
            new("x", "engineering")
        );
        var refused = Assert.IsType<ProposalConflicted>(await catalogue.Accept(Given.Accepted(going, merge)));
        Assert.Equal(
            new(0, "changed", "Knows another.", "Knows the other.", "Knows it."),
            Assert.Single(refused.Conflicts)
        );
        Assert.Equal(
            (2L, 2L),
            (
                (await catalogue.Fold(going)).Requirements.Count + 1,
                (await catalogue.Fold(remains)).Requirements.Count + 1
            )
        );
        Assert.IsType<ProposalApplied>(await catalogue.Accept(Given.Accepted(going, new MergeSkill(into))));

        var late = Given.Accepted(going, new RewordRequirement("developer", "junior", "Knows it.", "Knows more."));
        var conflict = Assert.Single(Assert.IsType<ProposalConflicted>(await catalogue.Accept(late)).Conflicts);
        Assert.Equal(("merged", intoName), (conflict.Code, conflict.Now));
        // The other may be merged in its turn, and both addresses lead to the last one.
        var (_, last, _) = await catalogue.Skill(Senior);
        Assert.IsType<ProposalApplied>(await catalogue.Accept(Given.Accepted(remains, new MergeSkill(last))));
        Assert.Equal(last, Text(await catalogue.Service.Get($"/skills/{slug}"), "slug"));
    }

    private async Task GiveIds(Guid going, Guid remains)
    {
        await using var session = catalogue.Service.Store.LightweightSession();
        foreach (
            var (skill, id, version) in new[] { (going, $"going:{going:N}", 3L), (remains, $"remains:{going:N}", 2L) }
        )
        {
            var external = new ExternalId("esco", id);
            session.Stage<Skill>(skill, version, [new ExternalIdsReplaced([external])]);
            session.Store(new SkillExternalId { Id = SkillExternalId.Key(external), SkillId = skill });
        }
        await session.SaveChangesAsync();
    }

    private HttpClient Direct()
    {
        using var any = catalogue.Service.Anyone;
        return new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = any.BaseAddress };
    }

    private async Task<JsonElement[]> History(string slug)
    {
        using var direct = Direct();
        using var answer = await direct.GetAsync($"/api/catalog/skills/{slug}/history");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").EnumerateArray()];
    }

    private async Task<string[]> Kinds(string slug) => [.. (await History(slug)).Select(c => Text(c, "kind"))];

    private async Task<string[]> Found(string q)
    {
        var found = await catalogue.Service.Get($"/skills?q={Uri.EscapeDataString(q)}");
        return found.GetProperty("exact").GetBoolean()
            ? [.. found.GetProperty("items").EnumerateArray().Select(i => Text(i, "name"))]
            : [];
    }

    private static string Says(JsonElement r) =>
        $"{Text(r, "role")}/{Text(r, "level")} {r.GetProperty("mandatory").GetBoolean()} {Text(r, "description")}";

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;
}
