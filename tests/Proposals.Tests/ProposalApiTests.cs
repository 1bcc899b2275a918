using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Proposals.Tests;

public sealed class ProposalApiTests(ProposalsHost host)
{
    private const string Root = "/api/proposals";

    private static object Body(string skill, string? was = null, string text = "Deploys and watches a function.") =>
        new
        {
            skill,
            rationale = "Because.",
            changes = new object[]
            {
                new
                {
                    op = "makeMandatory",
                    role = "engineer",
                    level = "junior",
                },
                new
                {
                    op = "rewordRequirement",
                    role = "engineer",
                    level = "junior",
                    was = was ?? "Deploys a function.",
                    description = text,
                },
            },
        };

    private static async Task<Guid> Submit(HttpClient author, string skill)
    {
        var answer = await author.PostAsJsonAsync(Root, Body(skill));
        await answer.Is(HttpStatusCode.Created);
        return (await answer.Json()).GetProperty("id").GetGuid();
    }

    private static Task<HttpResponseMessage> Review(
        HttpClient reviewer,
        Guid id,
        int revision,
        string verdict,
        string? comment = null
    ) =>
        reviewer.PostAsJsonAsync(
            $"{Root}/{id}/reviews",
            new
            {
                revision,
                verdict,
                comment,
            }
        );

    private static async Task<JsonElement> Get(HttpClient client, Guid id)
    {
        var answer = await client.GetAsync($"{Root}/{id}");
        await answer.Is(HttpStatusCode.OK);
        return await answer.Json();
    }

    [Fact]
    public async Task From_proposal_to_merge()
    {
        var skill = await host.Skill();
        using var author = host.As("author-1");
        using var reviewer = host.Reviewer("reviewer-1");
        await host.Say(
            new AccountChanged("author-1", 1, "Ada", "a@example.org", "en", "UTC", ["contributor"], [], true)
        );

        var created = await author.PostAsJsonAsync(Root, Body(skill.Skill.Slug));
        await created.Is(HttpStatusCode.Created);
        var id = (await created.Json()).GetProperty("id").GetGuid();
        Assert.Equal($"{Root}/{id}", created.Headers.Location!.ToString());
        var told = await host.Hears<ProposalActivity>(a => a.ProposalId == id && a.Kind == "submitted");
        Assert.Equal("Because.", told.Text);

        var turn = await (await reviewer.GetAsync($"{Root}?turn=me&limit=200")).Json();
        Assert.Contains(turn.GetProperty("items").EnumerateArray(), p => p.GetProperty("id").GetGuid() == id);

        await (await Review(reviewer, id, 1, "approve")).Is(HttpStatusCode.NoContent);
        var accepted = await host.Hears<Contracts.ProposalAccepted>(a => a.ProposalId == id);
        Assert.Equal(("author-1", "reviewer-1", 1), (accepted.Author, accepted.Reviewer, accepted.Revision));
        Assert.Equal(skill.SkillId, accepted.SkillId);
        Assert.Equal(2, accepted.Changes.Length);
        Assert.IsType<MakeMandatory>(accepted.Changes[0]);
        await host.Hears<ProposalActivity>(a => a.ProposalId == id && a.Kind == "accepted");

        turn = await (await reviewer.GetAsync($"{Root}?turn=me&limit=200")).Json();
        Assert.DoesNotContain(turn.GetProperty("items").EnumerateArray(), p => p.GetProperty("id").GetGuid() == id);

        var applied = new ProposalApplied(id, 1, skill.SkillId, skill.Skill.Slug, 3, 5, Given.Now);
        var messageId = Guid.CreateVersion7();
        for (var i = 0; i < 5; i++)
            await host.Say(applied, messageId);
        await host.Say(applied);
        var page = await Eventually.Get(() => Get(author, id), p => p.GetProperty("state").GetString() == "merged");
        Assert.Equal("Ada", page.GetProperty("author").GetProperty("name").GetString());
        Assert.Equal(skill.Skill.Slug, page.GetProperty("skill").GetString());
        Assert.Equal(
            ["submitted", "approved", "accepted", "merged"],
            page.GetProperty("timeline").EnumerateArray().Select(t => t.GetProperty("kind").GetString())
        );
        await host.Hears<ProposalActivity>(a => a.ProposalId == id && a.Kind == "merged");
    }

    [Fact]
    public async Task A_conflict_shows_both_texts_and_a_revision_opens_the_proposal_again()
    {
        var skill = await host.Skill();
        using var author = host.As("author-2");
        using var reviewer = host.Reviewer();
        var id = await Submit(author, skill.Skill.Slug);
        await (await Review(reviewer, id, 1, "approve")).Is(HttpStatusCode.NoContent);
        await host.Say(
            new Contracts.ProposalConflicted(id, 1, [new(1, "changed", "Deploys a function.", "B", "C")], Given.Now)
        );
        var page = await Eventually.Get(() => Get(author, id), p => p.GetProperty("state").GetString() == "conflicted");
        var conflict = page.GetProperty("conflicts")[0];
        Assert.Equal("Deploys a function.", conflict.GetProperty("was").GetString());
        Assert.Equal("B", conflict.GetProperty("now").GetString());
        Assert.Equal("C", conflict.GetProperty("wanted").GetString());

        var mine = await (await author.GetAsync($"{Root}?turn=me")).Json();
        Assert.Contains(mine.GetProperty("items").EnumerateArray(), p => p.GetProperty("id").GetGuid() == id);

        await (await Put(author, id, null, Body(skill.Skill.Slug))).Is(
            HttpStatusCode.PreconditionRequired,
            "precondition-required"
        );
        await (await Put(author, id, "\"1\"", Body(skill.Skill.Slug))).Is(HttpStatusCode.PreconditionFailed, "stale");
        var etag = (await author.GetAsync($"{Root}/{id}")).Headers.ETag!;
        await (await Put(author, id, etag.ToString(), Body(skill.Skill.Slug, text: "D"))).Is(HttpStatusCode.NoContent);
        page = await Get(author, id);
        Assert.Equal("open", page.GetProperty("state").GetString());
        Assert.Equal(2, page.GetProperty("revision").GetInt32());
        Assert.Empty(page.GetProperty("conflicts").EnumerateArray());
        await (await Review(reviewer, id, 1, "approve")).Is(HttpStatusCode.Conflict, "stale-revision");
        await (await Review(reviewer, id, 2, "approve")).Is(HttpStatusCode.NoContent);
        await host.Hears<Contracts.ProposalAccepted>(a => a.ProposalId == id && a.Revision == 2);
        Assert.Equal("accepted", (await Get(author, id)).GetProperty("state").GetString());
    }

    private static Task<HttpResponseMessage> Put(HttpClient client, Guid id, string? match, object body)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, $"{Root}/{id}") { Content = JsonContent.Create(body) };
        if (match is not null)
            request.Headers.TryAddWithoutValidation("If-Match", match);
        return client.SendAsync(request);
    }
}
