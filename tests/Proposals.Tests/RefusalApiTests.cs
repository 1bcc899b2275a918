using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SkillPlatform.Contracts;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Testing;

namespace SkillPlatform.Proposals.Tests;

/// <summary>What is refused, and how it says so.</summary>
public sealed class RefusalApiTests(ProposalsHost host)
{
    private const string Root = "/api/proposals";
    private static readonly object Mandatory = new
    {
        op = "makeMandatory",
        role = "engineer",
        level = "junior",
    };

    private static object Body(string skill, bool draft = false, params object[] changes) =>
        new
        {
            skill,
            rationale = "Because.",
            changes = changes.Length == 0 ? [Mandatory] : changes,
            draft,
        };

    private static async Task<Guid> Submit(HttpClient author, string skill, bool draft = false)
    {
        var answer = await author.PostAsJsonAsync(Root, Body(skill, draft));
        await answer.Is(HttpStatusCode.Created);
        return (await answer.Json()).GetProperty("id").GetGuid();
    }

    private static Task<HttpResponseMessage> Approve(HttpClient client, Guid id) =>
        client.PostAsJsonAsync($"{Root}/{id}/reviews", new { revision = 1, verdict = "approve" });

    private static async Task<HttpResponseMessage> Raw(HttpClient client, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        return await client.PostAsync(Root, content);
    }

    [Fact]
    public async Task Nobody_is_refused_for_what_has_not_been_heard_of_yet()
    {
        using var author = host.As("early");
        var id = Guid.CreateVersion7();
        var slug = $"new-{id:N}";
        await (await author.PostAsJsonAsync(Root, Body(slug))).Is(HttpStatusCode.NotFound, "not-found");
        host.Catalog.Ids[slug] = id;
        host.Catalog.Profiles[(slug, 1)] = Given.Skill(slug);
        var proposal = await Submit(author, slug);
        var page = await (await author.GetAsync($"{Root}/{proposal}")).Json();
        Assert.Equal(slug, page.GetProperty("skill").GetString());

        var known = await host.Skill();
        var reworded = Body(
            known.Skill.Slug,
            changes: new
            {
                op = "rewordRequirement",
                role = "engineer",
                level = "junior",
                was = "Deploys and watches a function.",
                description = "Deploys, watches and mends a function.",
            }
        );
        await (await author.PostAsJsonAsync(Root, reworded)).Is(HttpStatusCode.Conflict, "changed");
        host.Catalog.Ids[known.Skill.Slug] = known.SkillId;
        host.Catalog.Profiles[(known.Skill.Slug, 4)] = Given.After(known.Skill, Given.Reword);
        await (await author.PostAsJsonAsync(Root, reworded)).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Nobody_writes_without_a_token()
    {
        using var anyone = host.As(null);
        foreach (
            var path in (string[])["", "/preview", "/reverts", $"/{Guid.Empty}/reviews", $"/{Guid.Empty}/comments"]
        )
            await (await anyone.PostAsJsonAsync(Root + path, new { })).Is(HttpStatusCode.Unauthorized, "not-signed-in");
        await (await anyone.GetAsync($"{Root}?turn=me")).Is(HttpStatusCode.Unauthorized, "not-signed-in");
        await (await anyone.GetAsync(Root)).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_may_not_review_is_told_so_and_the_security_log_too()
    {
        using var log = new KeptLog();
        host.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        var skill = await host.Skill();
        using var author = host.Reviewer("author-who-reviews");
        var id = await Submit(author, skill.Skill.Slug);
        await (await Approve(author, id)).Is(HttpStatusCode.Forbidden, "own-proposal");
        using var elsewhere = host.Reviewer("elsewhere", "data");
        await (await Approve(elsewhere, id)).Is(HttpStatusCode.Forbidden, "not-reviewer");
        await Eventually.Holds(() =>
            Task.FromResult(
                log.Of(Denials.Category).Contains("Denied to elsewhere: POST /api/proposals/{id:guid}/reviews.")
            )
        );
        using var contributor = host.As("contributor");
        await (await Approve(contributor, id)).Is(HttpStatusCode.Forbidden, "not-reviewer");
        using var admin = host.As("admin", "administrator");
        await (await Approve(admin, id)).Is(HttpStatusCode.Forbidden, "not-reviewer");
        using var demoted = host.Reviewer("demoted");
        await host.Say(
            new AccountChanged("demoted", 2, "D", "d@example.org", "en", "UTC", ["contributor"], [], Active: true)
        );
        // Older than what is known: changes nothing.
        await host.Say(
            new AccountChanged("demoted", 1, "D", "d@example.org", "en", "UTC", ["reviewer"], ["*"], Active: true)
        );
        await Eventually.Holds(async () => (await Approve(demoted, id)).StatusCode == HttpStatusCode.Forbidden);
        using var reviewer = host.Reviewer();
        await (await reviewer.PostAsJsonAsync($"{Root}/{id}/reviews", new { revision = 1, verdict = "reject" })).Is(
            HttpStatusCode.UnprocessableEntity,
            "validation"
        );
        await (await Approve(reviewer, Guid.CreateVersion7())).Is(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task A_draft_is_its_authors_alone()
    {
        var skill = await host.Skill();
        using var author = host.As("drafter");
        using var other = host.Reviewer();
        var id = await Submit(author, skill.Skill.Slug, draft: true);
        Assert.Equal("draft", (await (await author.GetAsync($"{Root}/{id}")).Json()).GetProperty("state").GetString());
        foreach (var path in (string[])["", "/preview", "/comments"])
            await (await other.GetAsync($"{Root}/{id}{path}")).Is(HttpStatusCode.NotFound, "not-found");
        await (await Approve(other, id)).Is(HttpStatusCode.NotFound, "not-found");
        await (await other.PostAsync($"{Root}/{id}/withdrawal", null)).Is(HttpStatusCode.NotFound, "not-found");
        await (await other.PostAsync($"{Root}/{id}/submission", null)).Is(HttpStatusCode.NotFound, "not-found");
        var list = await (await other.GetAsync($"{Root}?skill={skill.Skill.Slug}")).Json();
        Assert.Empty(list.GetProperty("items").EnumerateArray());
        var mine = await (await author.GetAsync($"{Root}?skill={skill.Skill.Slug}&state=draft")).Json();
        Assert.Single(mine.GetProperty("items").EnumerateArray());
        await (await author.PostAsync($"{Root}/{id}/submission", null)).Is(HttpStatusCode.NoContent);
        await host.Hears<ProposalActivity>(a => a.ProposalId == id && a.Kind == "submitted");
        await (await other.GetAsync($"{Root}/{id}")).Is(HttpStatusCode.OK);
        await (await author.PostAsync($"{Root}/{id}/withdrawal", null)).Is(HttpStatusCode.NoContent);
        await (await Approve(other, id)).Is(HttpStatusCode.Conflict, "wrong-state");
    }

    [Theory]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("""{"skill":1}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"skill":"SLUG","rationale":"x","changes":[{"op":"explode"}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"skill":"SLUG","rationale":"x","changes":[{"role":"engineer"}]}""", HttpStatusCode.BadRequest)]
    [InlineData(
        """{"skill":"SLUG","rationale":"x","changes":[{"op":"rewordRequirement","role":"engineer","level":"junior","description":"no was"}]}""",
        HttpStatusCode.BadRequest
    )]
    [InlineData(
        """{"skill":"SLUG","rationale":"x","changes":[{"op":"makeMandatory","role":"engineer","level":"junior","extra":1}]}""",
        HttpStatusCode.BadRequest
    )]
    [InlineData("""{"skill":"SLUG","rationale":"x","changes":[],"state":"accepted"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"skill":"SLUG","rationale":"\ud800","changes":[]}""", HttpStatusCode.BadRequest)]
    [InlineData(
        """{"skill":"SLUG","rationale":"x","rationale":"y","changes":[{"op":"retireSkill"}]}""",
        HttpStatusCode.BadRequest
    )]
    [InlineData(
        """{"skill":"SLUG","rationale":"\u0000","changes":[{"op":"retireSkill"}]}""",
        HttpStatusCode.UnprocessableEntity
    )]
    [InlineData("""{"skill":"\u0000","rationale":"x","changes":[{"op":"retireSkill"}]}""", HttpStatusCode.NotFound)]
    [InlineData(
        """{"skill":"SLUG","rationale":"x","changes":[{"op":"makeMandatory","role":"\u0000","level":"junior"}]}""",
        HttpStatusCode.UnprocessableEntity
    )]
    [InlineData(
        """{"skill":"no-such-skill","rationale":"x","changes":[{"op":"retireSkill"}]}""",
        HttpStatusCode.NotFound
    )]
    [InlineData(
        """{"rationale":"x","changes":[{"op":"addSkill","domain":"cloud","group":"storage","name":"N","keywords":[],"requirements":[null]}]}""",
        HttpStatusCode.UnprocessableEntity
    )]
    public async Task What_cannot_be_meant_is_a_problem(string json, HttpStatusCode status)
    {
        var skill = await host.Skill();
        using var author = host.As("author");
        var answer = await Raw(author, json.Replace("SLUG", skill.Skill.Slug, StringComparison.Ordinal));
        await answer.Is(status);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("SkillPlatform", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"skill":"x","rationale":"a","rationale":"b","changes":[]}""", "/rationale")]
    [InlineData(
        """{"skill":"x","rationale":"a","changes":[{"op":"makeMandatory","role":"a","role":"b","level":"c"}]}""",
        "/changes/0/role"
    )]
    public async Task A_member_that_stands_twice_is_named(string json, string pointer)
    {
        using var author = host.As("author");
        var answer = await Raw(author, json);
        await answer.Is(HttpStatusCode.BadRequest, "malformed");
        var error = Assert.Single((await answer.Json()).GetProperty("errors").EnumerateObject());
        Assert.Equal(pointer, error.Name);
        Assert.StartsWith("This member stands here twice", error.Value[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_has_its_size()
    {
        using var author = host.As("author");
        // Refused by what is announced: who sends it all the same may lose the connection before the answer.
        author.DefaultRequestHeaders.ExpectContinue = true;
        var answer = await Raw(author, $$"""{"skill":"x","rationale":"{{new string('x', 1 << 20)}}","changes":[]}""");
        await answer.Is(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task What_has_changed_is_shown_at_once()
    {
        var skill = await host.Skill();
        using var author = host.As("author");
        var change = new
        {
            op = "dropRequirement",
            role = "engineer",
            level = "junior",
            was = "Something else.",
        };
        var answer = await author.PostAsJsonAsync(Root, Body(skill.Skill.Slug, false, Mandatory, change));
        await answer.Is(HttpStatusCode.Conflict, "changed");
        var conflict = (await answer.Json()).GetProperty("conflicts")[0];
        Assert.Equal(1, conflict.GetProperty("change").GetInt32());
        Assert.Equal("Deploys a function.", conflict.GetProperty("now").GetString());
    }

    [Fact]
    public async Task The_same_key_gives_the_same_answer()
    {
        var skill = await host.Skill();
        using var author = host.As("author-with-key");
        author.DefaultRequestHeaders.Add("Idempotency-Key", "one");
        var first = await Submit(author, skill.Skill.Slug);
        Assert.Equal(first, await Submit(author, skill.Skill.Slug));
        await (await author.PostAsJsonAsync(Root, Body(skill.Skill.Slug, draft: true))).Is(
            HttpStatusCode.UnprocessableEntity,
            "idempotency-key-reused"
        );
        using var other = host.As("another-with-key");
        other.DefaultRequestHeaders.Add("Idempotency-Key", "one");
        Assert.NotEqual(first, await Submit(other, skill.Skill.Slug));
    }

    [Fact]
    public async Task A_kept_answer_holds_nobody_s_words()
    {
        var skill = await host.Skill();
        var words = $"words {Guid.NewGuid():N}";
        var path = $"{Root}/discussions/{skill.Skill.Slug}/comments";
        using var author = host.As("commenter-with-key");
        author.DefaultRequestHeaders.Add("Idempotency-Key", "one");
        var first = await author.PostAsJsonAsync(path, new { text = words });
        var comment = (await first.Json()).GetProperty("id").GetGuid();
        Assert.Equal(["mt_doc_comment_text"], await host.TablesWith(words));
        var again = await author.PostAsJsonAsync(path, new { text = words });
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.Equal((first.StatusCode, first.Headers.Location), (again.StatusCode, again.Headers.Location));
        await author.DeleteAsync($"{path}/{comment}");
        Assert.Equal([], await host.TablesWith(words));
        // Still no second comment.
        again = await author.PostAsJsonAsync(path, new { text = words });
        Assert.Equal(comment, (await again.Json()).GetProperty("id").GetGuid());
        Assert.Equal([], await host.TablesWith(words));
    }

    [Fact]
    public async Task Filters_say_what_they_take()
    {
        using var client = host.As("someone");
        foreach (var query in (string[])["state=lost", "state=%00", "author=%00", "reviewer=you", "turn=you"])
            await (await client.GetAsync($"{Root}?{query}")).Is(HttpStatusCode.UnprocessableEntity, "validation");
        await (await client.GetAsync($"{Root}?skill=%00")).Is(HttpStatusCode.OK);
        foreach (var query in (string[])["limit=0", "limit=201", "limit=x", "cursor=x"])
            await (await client.GetAsync($"{Root}?{query}")).Is(HttpStatusCode.BadRequest, "malformed");
    }
}
