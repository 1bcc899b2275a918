using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>Every route, by every kind of caller, against the approved table.</summary>
public sealed class WhoMayTests(Servers servers) : IAsyncLifetime
{
    private static readonly string[] All = ["contributor", "reviewer", "moderator", "administrator"];
    private CatalogService _catalog = null!;

    public async ValueTask InitializeAsync() => _catalog = await CatalogService.Start(servers);

    public ValueTask DisposeAsync() => _catalog.DisposeAsync();

    [Fact]
    public async Task Who_may_call_what_is_what_was_approved()
    {
        using var anyone = _catalog.Anyone;
        await Eventually.Holds(async () => (await anyone.GetAsync("/health/ready")).IsSuccessStatusCode);
        var bus = _catalog.Services.GetRequiredService<IBus>();
        await bus.Publish(Account(WhoMay.Demoted, ["contributor"]));
        await bus.Publish(Account(WhoMay.Suspended, All) with { Active = false });
        await bus.Publish(new AccountErased(WhoMay.Erased, 2, DateTimeOffset.UtcNow));
        await Eventually.Holds(async () =>
        {
            await using var session = _catalog.Store.QuerySession();
            return (await session.LoadManyAsync<Account>(WhoMay.Demoted, WhoMay.Suspended, WhoMay.Erased)).Count == 3;
        });
        var differs = await WhoMay.Approve(
            "Catalog.Tests",
            _catalog.Services.GetRequiredService<EndpointDataSource>(),
            anyone.BaseAddress!,
            WhoMay.Callers(_catalog.Authority, "cloud")
        );
        Assert.True(differs.Length == 0, differs);
    }

    private static AccountChanged Account(string id, string[] roles) =>
        new(id, 1, id, $"{id}@example.org", "en", "Etc/UTC", roles, ["*"], Active: true);
}
