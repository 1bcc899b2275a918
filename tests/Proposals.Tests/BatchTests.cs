using System.Net;
using System.Net.Http.Json;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals.Tests;

/// <summary>Changes to several skills under one reason.</summary>
public sealed class BatchTests(ProposalsHost host)
{
    private static readonly Guid Batch = Guid.CreateVersion7();

    private static ProposeBatch.Item Item(string? skill, params Change[] changes) =>
        new(
            new BatchedProposal(skill, changes),
            skill is null ? null : Given.Known with { Id = Guid.CreateVersion7() },
            Given.Around,
            Guid.CreateVersion7(),
            Guid.CreateVersion7()
        );

    private static (IReadOnlyList<(Guid Id, object[] Events)> Proposals, EventSourcing.Refusal? Refusal) Decide(
        params ProposeBatch.Item[] items
    ) => ProposeBatch.Decide("Because.", items, Batch, Given.Author, Given.Now);

    [Fact]
    public void Each_skill_has_a_proposal_and_its_reviewers_are_asked_once()
    {
        var (proposals, _) = Decide(
            Item("a", Given.Mandatory),
            Item("b", Given.Reword),
            Item(null, new AddSkill("data", "streams", "Windows", [], []))
        );
        var events = proposals.Select(p => Assert.IsType<ProposalSubmitted>(Assert.Single(p.Events))).ToArray();
        Assert.All(events, e => Assert.Equal((Batch, "Because."), (e.Batch, e.Rationale)));
        Assert.Equal([false, true, false], events.Select(e => e.IsQuiet));
        Assert.Equal([true, false, true], events.Select(e => Announcements.AsksAnew(null, Given.Proposal(e)!, e)));
    }

    [Fact]
    public void Where_somebody_was_faster_the_proposal_begins_in_conflict_and_asks_nobody()
    {
        var (proposals, _) = Decide(
            Item("a", new RewordRequirement("engineer", "junior", "As it was.", "As I want it.")),
            Item("b", Given.Mandatory)
        );
        Assert.True(Assert.IsType<ProposalSubmitted>(proposals[0].Events[0]).IsQuiet);
        var conflicted = Assert.IsType<ProposalConflicted>(proposals[0].Events[1]);
        Assert.Equal(
            [new Conflict(0, "changed", "As it was.", "Deploys a function.", "As I want it.")],
            conflicted.Conflicts
        );
        Assert.Equal(State.Conflicted, Given.Proposal(proposals[0].Events)!.State);
        // The other still asks.
        Assert.False(Assert.IsType<ProposalSubmitted>(Assert.Single(proposals[1].Events)).IsQuiet);
    }

    [Fact]
    public void What_is_so_already_is_left_out_and_what_is_wrong_says_where()
    {
        var so = Item("a", new MakeMandatory("architect", "junior"));
        Assert.Single(Decide(so, Item("b", Given.Mandatory)).Proposals);
        Assert.Equal("nothing-to-propose", Decide(so).Refusal?.Code);
        var same = Item("c", Given.Mandatory);
        var wrong = Decide(
            same,
            same,
            Item("d"),
            Item("e", new MakeMandatory("nobody", "junior")),
            Item(null, Given.Mandatory)
        );
        Assert.Empty(wrong.Proposals);
        Assert.Equal(
            ["/proposals/1/skill", "/proposals/2/changes", "/proposals/3/changes/0/role", "/proposals/4/skill"],
            wrong.Refusal!.Errors!.Keys.Order(StringComparer.Ordinal)
        );
        Assert.Contains(
            "/rationale",
            ProposeBatch.Decide(" ", [same], Batch, Given.Author, Given.Now).Refusal!.Errors!.Keys
        );
    }

    [Fact]
    public void What_skills_stand_in_follows_them_as_they_will_leave_it()
    {
        // The middle level stands in one requirement of the skill, the domain Trainees has a group.
        var around = Given.Around with
        {
            Standing = new Dictionary<Part, long> { [new Part(Part.OfLevels, "cloud", "middle")] = 1 },
        };
        var retire = Item(null, new RetireLevel("cloud", "middle", "Middle") { Undone = true }) with
        {
            Around = around,
        };
        Assert.Equal(["/proposals/0/skill"], Decide(retire).Refusal!.Errors!.Keys);
        var (proposals, refusal) = Decide(
            Item("a", new RetireSkill()),
            retire,
            Item(null, new RetireGroup("trainees", "first-steps")),
            Item(null, new RetireDomain("trainees")),
            Item(null, new RenameRole("engineer", "As it was", "As I want it"))
        );
        Assert.Null(refusal);
        Assert.Equal(
            [null, "level", "group", "domain", "role"],
            proposals.Select(p => ((ProposalSubmitted)p.Events[0]).Skill.Part?.Kind)
        );
        Assert.All(proposals.Take(4), p => Assert.Single(p.Events));
        Assert.True(Assert.IsType<RetireLevel>(((ProposalSubmitted)proposals[1].Events[0]).Changes.Single()).Undone);
        Assert.Equal("Engineer", Assert.IsType<ProposalConflicted>(proposals[4].Events[1]).Conflicts.Single().Now);
    }

    [Fact]
    public async Task A_batch_has_an_address_with_its_proposals_and_the_same_key_makes_no_other()
    {
        var (one, other) = (await host.Skill(), await host.Skill());
        using var author = host.As($"author-{Guid.CreateVersion7():N}");
        var body = new
        {
            rationale = "Because of both.",
            proposals = new[] { one, other }.Select(s => new
            {
                skill = s.Skill.Slug,
                changes = new[]
                {
                    new
                    {
                        op = "makeMandatory",
                        role = "engineer",
                        level = "junior",
                    },
                },
            }),
        };
        var key = Guid.CreateVersion7().ToString();
        using var first = await Send();
        using var again = await Send();
        await first.Is(HttpStatusCode.Created);
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        using var anyone = host.As(null);
        var batch = await anyone.GetFromJsonAsync<System.Text.Json.JsonElement>(first.Headers.Location);
        Assert.Equal(2, batch.GetProperty("states").GetProperty("open").GetInt32());
        var items = batch.GetProperty("proposals").GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal([one.Skill.Slug, other.Skill.Slug], items.Select(i => i.GetProperty("skill").GetString()));
        var proposal = await anyone.GetFromJsonAsync<System.Text.Json.JsonElement>(
            $"/api/proposals/{items[0].GetProperty("id").GetString()}"
        );
        Assert.Equal(batch.GetProperty("id").GetString(), proposal.GetProperty("batch").GetString());

        async Task<HttpResponseMessage> Send()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/proposals/batches")
            {
                Content = JsonContent.Create(body),
            };
            request.Headers.Add("Idempotency-Key", key);
            return await author.SendAsync(request);
        }
    }
}

/// <summary>Ten of a batch count as one.</summary>
public sealed class BatchQuotaTests(BoundedHost bounded)
{
    [Fact]
    public async Task Ten_proposals_of_a_batch_count_as_one_that_is_open()
    {
        // Five may be open: fifty of a batch, and no other beside them.
        using var author = bounded.Host.As($"somebody-{Guid.CreateVersion7():N}");
        using var all = await Propose(50);
        await all.Is(HttpStatusCode.Created);
        using var beyond = await Propose(1);
        await beyond.Is(HttpStatusCode.Conflict, "too-many-open-proposals");
        using var other = bounded.Host.As($"somebody-{Guid.CreateVersion7():N}");
        using var tooMany = await other.PostAsJsonAsync("/api/proposals/batches", Body(51));
        await tooMany.Is(HttpStatusCode.Conflict, "too-many-open-proposals");

        Task<HttpResponseMessage> Propose(int count) => author.PostAsJsonAsync("/api/proposals/batches", Body(count));
    }

    private static object Body(int count) =>
        new
        {
            rationale = "Because.",
            proposals = Enumerable
                .Range(0, count)
                .Select(_ => new
                {
                    changes = new[]
                    {
                        new
                        {
                            op = "addSkill",
                            domain = "cloud",
                            group = "storage",
                            name = $"New {Guid.CreateVersion7():N}",
                            keywords = Array.Empty<string>(),
                            requirements = Array.Empty<object>(),
                        },
                    },
                }),
        };
}
