using System.Net;
using System.Net.Http.Json;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>A token counts as far as its account stands behind it, at each replica; how soon, the bench measures.</summary>
public sealed class StandingTests(Servers servers) : IAsyncLifetime
{
    private const string Root = "/api/notifications";
    private const string Person = "person";
    private static readonly string[] All = ["contributor", "administrator"];
    private readonly Running _running = new(servers);
    private readonly Story _story = new();
    private HttpClient[] _replicas = [];

    public async ValueTask InitializeAsync()
    {
        await _running.InitializeAsync();
        var other = await _running.Replica();
        _replicas = [_running.As(Person, All), other.As(Person, All)];
        await _running.Publish(_story.Changed());
        await Say(Account(1), 1);
        await Each(async replica => await Watches(replica) == HttpStatusCode.OK);
        // Both have looked the account up, and may remember for a while.
        await Each(async replica => await Mails(replica) == HttpStatusCode.OK);
    }

    public ValueTask DisposeAsync() => _running.DisposeAsync();

    [Fact]
    public async Task An_administrator_who_is_one_no_longer_sees_nobody_s_mails_and_still_watches()
    {
        await Say(Account(2) with { Roles = ["contributor"] }, 2);
        await Each(async replica => await Mails(replica) == HttpStatusCode.Forbidden);
        await Each(async replica => await Watches(replica) == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_is_suspended_watches_nothing_and_reads_nothing()
    {
        await Say(Account(2) with { Active = false }, 2);
        await Each(DoesNothing);
    }

    [Fact]
    public async Task Who_is_erased_watches_nothing_and_reads_nothing()
    {
        await Say(new AccountErased(Person, 2, DateTimeOffset.UtcNow), 2);
        await Each(DoesNothing);
    }

    [Fact]
    public async Task What_was_issued_before_everything_was_signed_out_is_void()
    {
        await Say(Account(2) with { SignedOutAt = DateTimeOffset.UtcNow }, 2);
        await Each(DoesNothing);
    }

    [Fact]
    public async Task Accounts_that_were_kept_before_their_roles_were_are_taken_by_their_tokens()
    {
        await _running.Sql("update mt_doc_account set data = data - 'roles' - 'reviewerScopes' - 'signedOutAt'");
        await Each(async replica => await Watches(replica) == HttpStatusCode.OK);
        await Say(Account(2) with { Roles = ["contributor"] }, 2);
        await Each(async replica => await Mails(replica) == HttpStatusCode.Forbidden);
    }

    private async Task<bool> DoesNothing(HttpClient replica)
    {
        using var inbox = await replica.GetAsync($"{Root}/inbox");
        HttpStatusCode[] answers = [await Watches(replica), await Mails(replica), inbox.StatusCode];
        return answers.All(status => status == HttpStatusCode.Unauthorized);
    }

    private async Task Each(Func<HttpClient, Task<bool>> holds)
    {
        foreach (var replica in _replicas)
            await Eventually.Holds(() => holds(replica));
    }

    private async Task<HttpStatusCode> Watches(HttpClient replica)
    {
        using var answer = await replica.PutAsJsonAsync($"{Root}/watches/skill/{_story.Slug}", new { });
        return answer.IsSuccessStatusCode ? HttpStatusCode.OK : answer.StatusCode;
    }

    private static async Task<HttpStatusCode> Mails(HttpClient replica)
    {
        using var answer = await replica.GetAsync($"{Root}/deliveries");
        return answer.StatusCode;
    }

    private static AccountChanged Account(long version) =>
        new(Person, version, "Ada", "ada@example.org", "en", "Etc/UTC", All, [], Active: true);

    private async Task Say(object message, long version)
    {
        await _running.Publish(message);
        await Eventually.Holds(async () =>
        {
            await using var session = _running.Services.GetRequiredService<IDocumentStore>().QuerySession();
            return (await session.LoadAsync<Account>(Person))?.Version == version;
        });
    }
}
