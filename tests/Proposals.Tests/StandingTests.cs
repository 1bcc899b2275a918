using System.Net;
using System.Net.Http.Json;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Proposals.Tests;

/// <summary>A token counts as far as its account stands behind it, at each replica; how soon, the bench measures.</summary>
public sealed class StandingTests(ProposalsHost host) : IAsyncLifetime
{
    private const string Root = "/api/proposals";
    private static readonly string[] Reviewer = ["contributor", "reviewer"];
    private readonly string _person = $"person-{Guid.CreateVersion7():N}";
    private ServiceHost<Program>? _other;
    private HttpClient[] _replicas = [];
    private string _skill = "";
    private Guid _proposal;

    public async ValueTask InitializeAsync()
    {
        _other = await Task.Run(host.Replica);
        _replicas = [host.Reviewer(_person), _other.As(_person, Reviewer, ["*"])];
        _skill = (await host.Skill()).Skill.Slug;
        using var author = host.As("author-of-theirs");
        _proposal = await Submit(author);
        await Say(Account(1), 1);
        // Both have looked the account up, and may remember for a while.
        foreach (var replica in _replicas)
            await (await replica.GetAsync($"{Root}/turn")).Is(HttpStatusCode.OK);
    }

    public async ValueTask DisposeAsync() => await _other!.DisposeAsync();

    [Fact]
    public async Task A_reviewer_who_is_one_no_longer_decides_nothing_and_still_takes_part()
    {
        await Say(Account(2) with { Roles = ["contributor"], ReviewerScopes = [] }, 2);
        await Each(async replica => (await Approve(replica)).StatusCode == HttpStatusCode.Forbidden);
        await Each(async replica => (await Comment(replica)).StatusCode == HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_reviewer_of_another_domain_now_decides_nothing_here()
    {
        await Say(Account(2) with { ReviewerScopes = ["data"] }, 2);
        await Each(async replica => (await Approve(replica)).StatusCode == HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Who_is_suspended_says_nothing()
    {
        await Say(Account(2) with { Active = false }, 2);
        await Each(SaysNothing);
    }

    [Fact]
    public async Task Who_is_erased_says_nothing_and_leaves_no_words()
    {
        await Say(new AccountErased(_person, 2, DateTimeOffset.UtcNow), 2);
        await Each(SaysNothing);
    }

    [Fact]
    public async Task What_was_issued_before_everything_was_signed_out_is_void_and_later_tokens_stand()
    {
        await Say(Account(2) with { SignedOutAt = DateTimeOffset.UtcNow }, 2);
        await Each(SaysNothing);
        await Say(Account(3) with { SignedOutAt = DateTimeOffset.UtcNow.AddMinutes(-1) }, 3);
        await Each(async replica => (await Comment(replica)).StatusCode == HttpStatusCode.Created);
    }

    [Fact]
    public async Task Whom_nobody_has_told_of_is_taken_by_the_token()
    {
        using var stranger = host.As($"stranger-{Guid.CreateVersion7():N}");
        await (await Comment(stranger)).Is(HttpStatusCode.Created);
    }

    private async Task<bool> SaysNothing(HttpClient replica)
    {
        using var proposed = await replica.PostAsJsonAsync(Root, Body());
        using var read = await replica.GetAsync($"{Root}/turn");
        HttpStatusCode[] answers =
        [
            (await Approve(replica)).StatusCode,
            (await Comment(replica)).StatusCode,
            proposed.StatusCode,
            read.StatusCode,
        ];
        return answers.All(status => status == HttpStatusCode.Unauthorized);
    }

    private async Task Each(Func<HttpClient, Task<bool>> holds)
    {
        foreach (var replica in _replicas)
            await Eventually.Holds(() => holds(replica));
    }

    private Task<HttpResponseMessage> Comment(HttpClient who) =>
        who.PostAsJsonAsync($"{Root}/{_proposal}/comments", new { text = "Words." });

    private Task<HttpResponseMessage> Approve(HttpClient who) =>
        who.PostAsJsonAsync($"{Root}/{_proposal}/reviews", new { revision = 1, verdict = "approve" });

    private object Body() =>
        new
        {
            skill = _skill,
            rationale = "Because.",
            changes = new object[]
            {
                new
                {
                    op = "makeMandatory",
                    role = "engineer",
                    level = "junior",
                },
            },
        };

    private async Task<Guid> Submit(HttpClient who)
    {
        using var answer = await who.PostAsJsonAsync(Root, Body());
        await answer.Is(HttpStatusCode.Created);
        return (await answer.Json()).GetProperty("id").GetGuid();
    }

    private AccountChanged Account(long version) =>
        new(_person, version, "Ada", "a@example.org", "en", "Etc/UTC", Reviewer, ["*"], Active: true);

    private async Task Say(object message, long version)
    {
        await host.Say(message);
        await Eventually.Holds(async () =>
        {
            await using var session = host.Store.QuerySession();
            return (await session.LoadAsync<Account>(_person))?.Version == version;
        });
    }
}
