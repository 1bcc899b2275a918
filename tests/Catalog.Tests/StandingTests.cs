using System.Net;
using System.Net.Http.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>A token counts as far as its account stands behind it, at each replica; how soon, the bench measures.</summary>
public sealed class StandingTests(Servers servers) : IAsyncLifetime
{
    private static readonly string[] All = ["contributor", "administrator"];
    private readonly string _admin = $"admin-{Guid.CreateVersion7():N}";
    private CatalogService _catalog = null!;
    private ServiceHost<Program> _other = null!;
    private HttpClient[] _replicas = [];

    public async ValueTask InitializeAsync()
    {
        _catalog = await CatalogService.Start(servers);
        _other = await Task.Run(_catalog.AddReplica);
        _replicas = [_catalog.As(_admin, All), _other.As(_admin, All)];
        await Say(Account(1));
        await Eventually.Holds(async () =>
            (await _replicas[0].GetAsync("/health/ready")).IsSuccessStatusCode && await Version() == 1
        );
        // Both have looked the account up, and may remember for a while.
        await All_are(HttpStatusCode.OK);
    }

    public ValueTask DisposeAsync() => _catalog.DisposeAsync();

    [Fact]
    public async Task An_administrator_who_is_one_no_longer_imports_nothing()
    {
        await Say(Account(2) with { Roles = ["contributor"] });
        await All_are(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_reviewer_of_another_domain_now_confirms_nothing_here()
    {
        await _catalog.Import(
            """
            {"roles":["Pilot"],"domains":[{"name":"Sea","groups":[{"name":"Deck","skills":[{"name":"Knots","requirements":[
              {"role":"Pilot","level":"Junior","mandatory":true,"description":"Ties one."}]}]}]}]}
            """
        );
        var version = (await _catalog.Get("/skills/knots")).GetProperty("version").GetInt64();
        string[] roles = ["contributor", "reviewer"];
        // The token says so for as long as it lives; the account no longer does.
        using var reviewer = _other.As(_admin, roles, ["*"]);
        await Say(Account(2) with { Roles = roles, ReviewerScopes = ["sea"] });
        await Eventually.Holds(async () => await Version() == 2);
        Assert.Equal(HttpStatusCode.NoContent, await Confirm());
        await Say(Account(3) with { Roles = roles, ReviewerScopes = ["sky"] });
        await Eventually.Get(Confirm, status => status == HttpStatusCode.Forbidden);

        async Task<HttpStatusCode> Confirm()
        {
            using var answer = await reviewer.PostAsJsonAsync(
                "/api/catalog/skills/knots/confirmations",
                new { version }
            );
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Who_is_suspended_does_nothing_until_reinstated()
    {
        await Say(Account(2) with { Active = false });
        await All_are(HttpStatusCode.Unauthorized);
        await Say(Account(3));
        await All_are(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_is_erased_does_nothing()
    {
        await Say(new AccountErased(_admin, 2, DateTimeOffset.UtcNow));
        await All_are(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_was_issued_before_everything_was_signed_out_is_void()
    {
        await Say(Account(2) with { SignedOutAt = DateTimeOffset.UtcNow.AddSeconds(-90) });
        await Eventually.Holds(async () => await Version() == 2);
        await All_are(HttpStatusCode.OK);
        await Say(Account(3) with { SignedOutAt = DateTimeOffset.UtcNow });
        await All_are(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Accounts_that_were_kept_before_their_roles_were_are_taken_by_their_tokens()
    {
        await using var source = NpgsqlDataSource.Create(_catalog.Database);
        await using var older = source.CreateCommand(
            "update mt_doc_account set data = data - 'active' - 'roles' - 'reviewerScopes' - 'signedOutAt'"
        );
        Assert.Equal(1, await older.ExecuteNonQueryAsync());
        await All_are(HttpStatusCode.OK);
        await Say(Account(2) with { Roles = ["contributor"] });
        await All_are(HttpStatusCode.Forbidden);
    }

    // What is written is tried where it changes nothing: without a document an import is refused, but not its sender.
    private async Task All_are(HttpStatusCode status)
    {
        foreach (var replica in _replicas)
            await Eventually.Get(
                async () =>
                {
                    using var read = await replica.GetAsync("/api/catalog/errors");
                    using var written = await replica.PostAsJsonAsync("/api/catalog/imports", new { nonsense = true });
                    return (
                        read.StatusCode,
                        written.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                            ? written.StatusCode
                            : HttpStatusCode.OK
                    );
                },
                answers => answers == (status, status)
            );
    }

    private AccountChanged Account(long version) =>
        new(_admin, version, "Ada", "a@example.org", "en", "Etc/UTC", All, [], Active: true);

    private Task Say<T>(T message)
        where T : class => _catalog.Services.GetRequiredService<IBus>().Publish(message);

    private async Task<long> Version()
    {
        await using var session = _catalog.Store.QuerySession();
        return (await session.LoadAsync<Account>(_admin))?.Version ?? 0;
    }
}
