using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.Testing;

namespace SkillPlatform.Proposals.Tests;

/// <summary>Comments on one change, and the wordings that they suggest for it.</summary>
public sealed class AdoptWordingTests(ProposalsHost host)
{
    private const string Root = "/api/proposals";
    private const string Proposed = "Deploys and watches a function.";
    private const string Better = "Deploys, watches and mends a function.";

    private static readonly RevisionEntry First = new(1, "Because.", [Given.Mandatory, Given.Reword], false, Given.Now);

    private static Suggested Suggests(string? wording, About? about, bool removed = false) =>
        new(
            new Comment(
                Guid.CreateVersion7(),
                On.Proposal,
                Given.Id,
                "other",
                null,
                Given.Now,
                null,
                removed ? new Removal("author", Given.Now) : null,
                1,
                about
            ),
            wording,
            First.Changes
        );

    private static Decision Adopt(Proposal? proposal, Suggested suggested, string caller = Given.Author) =>
        AdoptWording.Decide(proposal, suggested, Given.Known, Given.Around, caller, Given.Now);

    private static string Code(Decision decision) => Assert.IsType<Decision.Refused>(decision).Refusal.Code;

    [Fact]
    public void What_is_taken_over_is_a_revision_that_names_the_comment()
    {
        var suggested = Suggests(Better, About.Of(1, First.Changes, 1));
        var revised = Assert.IsType<ProposalRevised>(
            Assert.Single(Assert.IsType<Decision.Accepted>(Adopt(Given.In(State.Open), suggested)).Items)
        );
        Assert.Equal((2, "Because.", suggested.Comment!.Id), (revised.Revision, revised.Rationale, revised.Comment));
        Assert.Equal([Given.Mandatory, (RewordRequirement)Given.Reword with { Description = Better }], revised.Changes);
        Assert.False(revised.KeepsApprovals);
        var now = Given.Proposal(Given.Submitted, revised);
        Assert.IsType<Decision.AlreadySo>(Adopt(now, suggested));
    }

    [Fact]
    public void A_wording_is_found_again_where_its_change_has_moved()
    {
        var moved = new ProposalRevised(Given.Known.Subject, 2, "B.", [Given.Reword], false, Given.Now);
        var suggested = Suggests(Better, About.Of(1, First.Changes, 1));
        var decided = Adopt(Given.Proposal(Given.Submitted, moved), suggested);
        var revised = Assert.IsType<ProposalRevised>(Assert.Single(Assert.IsType<Decision.Accepted>(decided).Items));
        Assert.Equal([(RewordRequirement)Given.Reword with { Description = Better }], revised.Changes);
    }

    [Fact]
    public void What_is_stale_gone_or_not_ones_own_is_refused()
    {
        var about = About.Of(1, First.Changes, 1);
        var other = (RewordRequirement)Given.Reword with { Description = "Other." };
        var revised = new ProposalRevised(Given.Known.Subject, 2, "B.", [other], false, Given.Now);
        var dropped = revised with { Changes = [Given.Mandatory] };
        var open = Given.In(State.Open);
        Assert.Equal(
            "stale-suggestion",
            Code(Adopt(Given.Proposal(Given.Submitted, revised), Suggests(Better, about)))
        );
        Assert.Equal(
            "stale-suggestion",
            Code(Adopt(Given.Proposal(Given.Submitted, dropped), Suggests(Better, about)))
        );
        Assert.Equal("not-author", Code(Adopt(open, Suggests(Better, about), "other")));
        Assert.Equal("removed", Code(Adopt(open, Suggests(null, about, removed: true))));
        Assert.Equal("no-suggestion", Code(Adopt(open, Suggests(null, about))));
        Assert.Equal("no-suggestion", Code(Adopt(open, Suggests(Better, null))));
        Assert.Equal("not-found", Code(Adopt(open, new Suggested(null, Better, First.Changes))));
        Assert.Equal("wrong-state", Code(Adopt(Given.In(State.Accepted), Suggests(Better, about))));
        Assert.Equal("not-found", Code(Adopt(Given.In(State.Draft), Suggests(Better, about), "other")));
    }

    [Fact]
    public void Each_thing_with_words_can_be_worded_otherwise()
    {
        var add = new AddSkill(
            "cloud",
            "storage",
            "Buckets",
            [],
            [new("engineer", "junior", true, "Fills."), new("architect", "junior", true, "Draws.")],
            "About buckets."
        );
        Change[] changes =
        [
            new StateRequirement("engineer", "senior", true, "States."),
            new DescribeSkill("", "Describes."),
            new RenameSkill("Functions", "Lambdas"),
            new RenameRole("engineer", "Engineer", "Builder"),
            new DescribeRole("engineer", "", "Builds."),
            new DescribeLevel("cloud", "junior", "", "Begins."),
            Given.Mandatory,
        ];
        Assert.Equal(
            ["States.", "Describes.", "Lambdas", "Builder", "Builds.", "Begins.", null],
            changes.Select((_, i) => About.Of(1, changes, i)!.Wording(1, changes))
        );
        foreach (var i in new[] { 0, 1, 2, 3, 4, 5 })
        {
            var about = About.Of(1, changes, i)!;
            Assert.Equal("New.", about.Wording(1, about.With(1, changes, "New.")));
        }
        Change[] one = [add];
        var second = About.Of(1, one, 0, 1)!;
        Assert.Equal("Draws.", second.Wording(1, one));
        var drawn = Assert.IsType<AddSkill>(Assert.Single(second.With(1, one, "New.")));
        Assert.Equal(["Fills.", "New."], drawn.Requirements.Select(r => r.Description));
        Assert.Equal("About buckets.", About.Of(1, one, 0)!.Wording(1, one));
        Assert.Null(About.Of(1, one, 0, 2));
        Assert.Null(About.Of(1, changes, 0, 0));
        Assert.Null(About.Of(1, changes, changes.Length));
    }

    private static async Task<Guid> Submit(HttpClient author, string skill)
    {
        var answer = await author.PostAsJsonAsync(
            Root,
            new
            {
                skill,
                rationale = "Because.",
                changes = new[]
                {
                    new
                    {
                        op = "rewordRequirement",
                        role = "engineer",
                        level = "junior",
                        was = "Deploys a function.",
                        description = Proposed,
                    },
                },
            }
        );
        await answer.Is(HttpStatusCode.Created);
        return (await answer.Json()).GetProperty("id").GetGuid();
    }

    private static async Task<(JsonElement Proposal, string Tag)> Read(HttpClient client, Guid id)
    {
        using var answer = await client.GetAsync($"{Root}/{id}");
        return (await answer.Json(), answer.Headers.ETag!.ToString());
    }

    private static async Task<HttpResponseMessage> Take(HttpClient client, Guid id, Guid comment, string? tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Root}/{id}/comments/{comment}/adoption");
        if (tag is not null)
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        return await client.SendAsync(request);
    }

    private static async Task<Guid> Suggest(HttpClient client, Guid id, string wording, int revision = 1)
    {
        using var said = await client.PostAsJsonAsync(
            $"{Root}/{id}/comments",
            new
            {
                text = "Say more.",
                revision,
                change = 0,
                suggestion = wording,
            }
        );
        await said.Is(HttpStatusCode.Created);
        return (await said.Json()).GetProperty("id").GetGuid();
    }

    [Fact]
    public async Task A_suggested_wording_is_taken_over_once_and_the_comment_says_so()
    {
        var skill = (await host.Skill()).Skill.Slug;
        using var author = host.As("wording-author");
        using var other = host.As("wording-other");
        var id = await Submit(author, skill);
        var first = await Suggest(other, id, $" {Better}\r\n");
        var second = await Suggest(other, id, "Deploys and measures a function.");
        var (read, tag) = await Read(author, id);
        var comment = read.GetProperty("comments")[0];
        Assert.Equal(Better, comment.GetProperty("suggestion").GetString());
        Assert.Equal(
            """{"revision":1,"change":0,"op":"rewordRequirement","role":"engineer","level":"junior"}""",
            comment.GetProperty("about").GetRawText()
        );
        await (await Take(author, id, first, null)).Is(HttpStatusCode.PreconditionRequired);
        await (await Take(author, id, first, "\"99-x\"")).Is(HttpStatusCode.PreconditionFailed);
        await (await Take(other, id, first, tag)).Is(HttpStatusCode.Forbidden, "not-author");
        await (await Take(author, id, first, tag)).Is(HttpStatusCode.NoContent);
        await (await Take(author, id, second, tag)).Is(HttpStatusCode.PreconditionFailed);

        (read, tag) = await Read(author, id);
        Assert.Equal(2, read.GetProperty("revision").GetInt32());
        Assert.Equal(Better, read.GetProperty("changes")[0].GetProperty("description").GetString());
        Assert.Equal(2, read.GetProperty("comments")[0].GetProperty("adoptedIn").GetInt32());
        Assert.Equal(JsonValueKind.Null, read.GetProperty("comments")[1].GetProperty("adoptedIn").ValueKind);
        Assert.Equal(first, read.GetProperty("timeline").EnumerateArray().Last().GetProperty("comment").GetGuid());
        await (await Take(author, id, second, tag)).Is(HttpStatusCode.Conflict, "stale-suggestion");

        // An edited comment keeps what it suggests; a removed one does not.
        using var edit = new HttpRequestMessage(HttpMethod.Put, $"{Root}/{id}/comments/{second}")
        {
            Content = JsonContent.Create(new { text = "Say less." }),
        };
        edit.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        await (await other.SendAsync(edit)).Is(HttpStatusCode.NoContent);
        Assert.Equal(
            "Deploys and measures a function.",
            (await Read(author, id)).Proposal.GetProperty("comments")[1].GetProperty("suggestion").GetString()
        );
        await (await other.DeleteAsync($"{Root}/{id}/comments/{second}")).Is(HttpStatusCode.NoContent);
        (read, tag) = await Read(author, id);
        Assert.Equal(JsonValueKind.Null, read.GetProperty("comments")[1].GetProperty("suggestion").ValueKind);
        await (await Take(author, id, second, tag)).Is(HttpStatusCode.Conflict, "removed");
    }

    [Fact]
    public async Task A_suggestion_goes_with_its_authors_account()
    {
        var skill = (await host.Skill()).Skill.Slug;
        using var author = host.As("wording-author");
        using var erased = host.As("wording-erased");
        var id = await Submit(author, skill);
        const string words = "Deploys what nobody else would.";
        var comment = await Suggest(erased, id, words);
        await host.Say(new AccountErased("wording-erased", 2, Given.Now));
        await Eventually.Holds(async () =>
            (await Read(author, id)).Proposal.GetProperty("comments")[0].GetProperty("suggestion").ValueKind
            == JsonValueKind.Null
        );
        Assert.Empty(await host.TablesWith(words));
        var (_, tag) = await Read(author, id);
        await (await Take(author, id, comment, tag)).Is(HttpStatusCode.Conflict, "no-suggestion");
    }

    [Theory]
    [InlineData("""{"text":"x","change":7}""", 422, "validation")]
    [InlineData("""{"text":"x","change":0,"requirement":0}""", 422, "validation")]
    [InlineData("""{"text":"x","requirement":0}""", 422, "validation")]
    [InlineData("""{"text":"x","suggestion":"y"}""", 422, "validation")]
    [InlineData("""{"text":"x","change":0,"revision":2}""", 409, "stale-revision")]
    public async Task A_comment_is_about_a_change_that_is_there(string body, int status, string code)
    {
        var skill = (await host.Skill()).Skill.Slug;
        using var author = host.As("wording-author");
        var id = await Submit(author, skill);
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        await (await author.PostAsync($"{Root}/{id}/comments", content)).Is((HttpStatusCode)status, code);
    }

    [Fact]
    public async Task What_the_change_says_already_is_no_suggestion_and_a_skill_has_no_changes()
    {
        var skill = (await host.Skill()).Skill.Slug;
        using var author = host.As("wording-author");
        var id = await Submit(author, skill);
        await Suggest(author, id, Proposed);
        Assert.Equal(
            JsonValueKind.Null,
            (await Read(author, id)).Proposal.GetProperty("comments")[0].GetProperty("suggestion").ValueKind
        );
        using var said = await author.PostAsJsonAsync(
            $"{Root}/discussions/{skill}/comments",
            new { text = "x", change = 0 }
        );
        await said.Is(HttpStatusCode.UnprocessableEntity, "validation");
    }
}
