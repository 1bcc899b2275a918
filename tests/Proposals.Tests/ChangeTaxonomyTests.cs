using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.Testing;

namespace SkillPlatform.Proposals.Tests;

/// <summary>Proposals about what skills stand in: whose say it is, and what they are about.</summary>
public sealed class ChangeTaxonomyTests(ProposalsHost host)
{
    private const string Root = "/api/proposals";

    private static readonly Surroundings Around = Given.Around with
    {
        Uses = new Dictionary<Part, string[]> { [new Part(Part.OfRoles, null, "engineer")] = ["cloud", "data"] },
    };

    private static (Sound? Sound, Refusal? Refusal) Check(string? skill, params Change[] changes) =>
        SubmitProposal.Check(new Proposed(skill, "Because.", changes), null, Around, Guid.NewGuid());

    [Fact]
    public void It_is_about_one_role_or_one_domain_and_names_no_skill()
    {
        var role = new RenameRole("engineer", "Engineer", "Builder");
        var subject = Check(null, role).Sound!.Subject;
        Assert.Equal((Part.Taxonomy, null, "Engineer"), (subject.Id, subject.Slug, subject.Name));
        Assert.Equal(new TaxonomyPart("role", "engineer", "Engineer"), subject.Part);
        var group = new RenameGroup("cloud", "storage", "Storage", "Stores");
        Assert.Equal(new TaxonomyPart("group", "storage", "Storage", "cloud"), Check(null, group).Sound!.Subject.Part);
        Assert.Equal(
            new TaxonomyPart("domain", "cloud", "Cloud"),
            Check(null, group, new RenameLevel("cloud", "junior", "Junior", "Beginner")).Sound!.Subject.Part
        );
        At(Check("functions", role), "/skill");
        At(Check(null, role, group), "/changes/1");
        At(Check(null, role, new RenameSkill("A", "B")), "/changes/1");
        At(Check(null, group, new RenameGroup("data", "streams", "Streams", "Flows")), "/changes/1");
        At(Check(null, new RenameRole("nobody", "Nobody", "Somebody")), "/changes/0/role");
        At(Check(null, role with { Name = " " }), "/changes/0/name");
        At(Check(null, role with { Name = "Engineer" }), "/changes");
        string[] levels = ["junior", "middle", "senior"];
        var reorder = new ReorderLevels("cloud", levels, ["senior", "junior", "middle"]);
        Assert.Equal(new TaxonomyPart("domain", "cloud", "Cloud"), Check(null, group, reorder).Sound!.Subject.Part);
        At(Check(null, reorder with { Levels = ["senior"] }), "/changes/0/levels");
        At(Check(null, reorder with { Domain = "moon" }), "/changes/0/domain");
        Assert.Equal(
            SubmitProposal.ChangedCode,
            Check(null, reorder with { Was = ["middle", "junior", "senior"] }).Refusal!.Code
        );
        Assert.Equal(SubmitProposal.ChangedCode, Check(null, role with { Was = "Planner" }).Refusal!.Code);
    }

    private static void At((Sound? Sound, Refusal? Refusal) check, string pointer) =>
        Assert.Contains(pointer, check.Refusal!.Errors!.Keys);

    [Fact]
    public void Of_a_role_each_domain_in_which_it_stands_has_a_say_and_of_one_that_stands_nowhere_all()
    {
        var (sound, _) = Check(null, new RenameRole("engineer", "Engineer", "Builder"));
        var submitted = new ProposalSubmitted(sound!.Subject, Given.Author, 1, "Because.", sound.Changes, Given.Now);
        Assert.Equal(["cloud", "data"], Given.Proposal(submitted)!.Domains);
        var approved = Approve(Given.Reviewer("one", "cloud"), submitted);
        Assert.IsType<ProposalApproved>(Assert.Single(approved));
        Assert.Equal(2, Approve(Given.Reviewer("two", "data"), submitted, approved[0]).Count);
        Assert.Equal(2, Approve(Given.Reviewer("both", "cloud", "data"), submitted).Count);
        Assert.IsType<Decision.Refused>(Review(Given.Reviewer("other", "trainees"), submitted));

        (sound, _) = Check(null, new RenameRole("architect", "Architect", "Draughtsman"));
        Assert.Equal(Given.Taxonomy.Domains.Select(d => d.Slug).Order(), sound!.Subject.Domains!.Order());
    }

    private static Decision Review(ServiceDefaults.Caller reviewer, params object[] history) =>
        ReviewProposal.Decide(
            Given.Proposal(history),
            new Review(1, "approve"),
            reviewer,
            Given.Deciders(
                Given.Policies(),
                Given.Account("one", scopes: "cloud"),
                Given.Account("two", scopes: "data"),
                Given.Account("both", scopes: ["cloud", "data"])
            ),
            Given.Now
        );

    private static IReadOnlyList<object> Approve(ServiceDefaults.Caller reviewer, params object[] history) =>
        Assert.IsType<Decision.Accepted>(Review(reviewer, history)).Items;

    [Fact]
    public void A_proposal_stays_with_what_it_is_about()
    {
        var role = Check(null, new RenameRole("engineer", "Engineer", "Builder")).Sound!.Subject;
        var group = Check(null, new RenameGroup("cloud", "storage", "Storage", "Stores")).Sound!.Subject;
        var level = Check(null, new RenameLevel("cloud", "junior", "Junior", "Beginner")).Sound!.Subject;
        var skill = new Subject(Guid.NewGuid(), null, "New", "cloud", "storage");
        Assert.True(ChangeTaxonomy.IsOfTheSame(group, level));
        Assert.False(ChangeTaxonomy.IsOfTheSame(role, group));
        Assert.False(ChangeTaxonomy.IsOfTheSame(group, skill));
        Assert.False(ChangeTaxonomy.IsOfTheSame(skill, group));
        Assert.False(ChangeTaxonomy.IsOfTheSame(group, skill with { Id = Part.Taxonomy }));
    }

    [Fact]
    public async Task It_goes_the_way_of_all_proposals_and_is_told_with_what_it_changed()
    {
        // The role of all skills: it stands in both domains.
        await host.Skill();
        await host.Skill("data");
        using var author = host.As("taxonomy-author");
        var role = await Submit(
            author,
            new
            {
                op = "renameRole",
                role = "architect",
                was = "Architect",
                name = "Planner",
            }
        );
        using var reviewer = host.Reviewer("taxonomy-data", "data");
        Assert.Contains(role, await Ids(reviewer, "turn=me"));
        Assert.Contains(role, await Ids(reviewer, "reviewer=me"));
        Assert.Contains(role, await Ids(reviewer, "domain=data"));

        var id = await Submit(
            author,
            new
            {
                op = "renameGroup",
                domain = "cloud",
                group = "storage",
                was = "Storage",
                name = "Stores",
            }
        );
        Assert.DoesNotContain(id, await Ids(reviewer, "turn=me"));
        await (await Approve(reviewer, id)).Is(HttpStatusCode.Forbidden, "not-reviewer");
        using var ofCloud = host.Reviewer("taxonomy-cloud", "cloud");
        var shown = await (await ofCloud.GetAsync($"{Root}/{id}")).Json();
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("skill").ValueKind);
        Assert.Equal(
            """{"kind":"group","slug":"storage","name":"Storage","domain":"cloud"}""",
            shown.GetProperty("taxonomy").GetRawText()
        );
        var preview = await (await ofCloud.GetAsync($"{Root}/{id}/preview")).Json();
        Assert.Empty(preview.GetProperty("conflicts").EnumerateArray());

        await (await Approve(ofCloud, id)).Is(HttpStatusCode.NoContent);
        var accepted = await host.Hears<Contracts.ProposalAccepted>(m => m.ProposalId == id);
        Assert.Equal(Part.Taxonomy, accepted.SkillId);
        Assert.Equal(new RenameGroup("cloud", "storage", "Storage", "Stores"), Assert.Single(accepted.Changes));
        await host.Say(new ProposalApplied(id, 1, Part.Taxonomy, "storage", 7, 8, Given.Now));
        var merged = await host.Hears<ProposalActivity>(m => m.ProposalId == id && m.Kind == "merged");
        Assert.Equal(("group", "cloud"), (merged.Taxonomy!.Kind, merged.Domain));
        Assert.Equal(accepted.Changes, merged.Changes);
        shown = await (await ofCloud.GetAsync($"{Root}/{id}")).Json();
        Assert.Equal("merged", shown.GetProperty("state").GetString());
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("skill").ValueKind);
    }

    [Fact]
    public async Task What_something_stands_in_is_not_retired_and_the_answer_says_how_much_stands_there()
    {
        await host.Skill();
        using var author = host.As("taxonomy-retires");
        (string, object)[] kept =
        [
            (
                "skills in it",
                new
                {
                    op = "retireGroup",
                    domain = "cloud",
                    group = "serverless",
                }
            ),
            (
                "requirements of this level",
                new
                {
                    op = "retireLevel",
                    domain = "cloud",
                    level = "middle",
                }
            ),
            ("requirements of this role", new { op = "retireRole", role = "architect" }),
            ("groups in it", new { op = "retireDomain", domain = "cloud" }),
        ];
        foreach (var (what, change) in kept)
        {
            var answer = await Post(author, change);
            await answer.Is(HttpStatusCode.Conflict, "in-use");
            var problem = await answer.Json();
            Assert.Contains(what, problem.GetProperty("detail").GetString());
            var conflict = Assert.Single(problem.GetProperty("conflicts").EnumerateArray());
            Assert.True(int.Parse(conflict.GetProperty("now").GetString()!, CultureInfo.InvariantCulture) > 0);
        }
        await (
            await Post(
                author,
                new
                {
                    op = "retireLevel",
                    domain = "trainees",
                    level = "junior",
                }
            )
        ).Is(HttpStatusCode.Conflict, "last-level");
        await Submit(
            author,
            new
            {
                op = "retireGroup",
                domain = "trainees",
                group = "first-steps",
            }
        );
    }

    [Fact]
    public void What_is_retired_does_not_come_back_with_old_news_of_a_skill()
    {
        var taxonomy = Given.Taxonomy with
        {
            Domains =
            [
                .. Given.Taxonomy.Domains.Select(d => d with { Levels = [.. d.Levels.Where(l => l.Slug != "senior")] }),
            ],
            Roles = [new("engineer", "Engineer")],
            Retired = [new("level", "senior", "Senior", "cloud"), new("role", "architect", "Architect")],
        };
        var places = taxonomy.With(Given.Skill());
        Assert.Equal(["junior", "middle"], places.Domain("cloud")!.Levels.Select(l => l.Slug));
        Assert.Equal(["engineer"], places.Roles.Select(r => r.Slug));
    }

    private static Task<HttpResponseMessage> Post(HttpClient author, object change) =>
        author.PostAsJsonAsync(Root, new { rationale = "Because.", changes = new[] { change } });

    private static async Task<Guid> Submit(HttpClient author, object change)
    {
        var answer = await Post(author, change);
        await answer.Is(HttpStatusCode.Created);
        return (await answer.Json()).GetProperty("id").GetGuid();
    }

    private static Task<HttpResponseMessage> Approve(HttpClient reviewer, Guid id) =>
        reviewer.PostAsJsonAsync($"{Root}/{id}/reviews", new { revision = 1, verdict = "approve" });

    private static async Task<Guid[]> Ids(HttpClient client, string query) =>
        [
            .. (await (await client.GetAsync($"{Root}?limit=200&{query}")).Json())
                .GetProperty("items")
                .EnumerateArray()
                .Select(item => item.GetProperty("id").GetGuid()),
        ];
}
