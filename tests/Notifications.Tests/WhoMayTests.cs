using Marten;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>Every route, by every kind of caller, against the approved table.</summary>
public sealed class WhoMayTests(Running running) : IClassFixture<Running>
{
    private static readonly string[] All = ["contributor", "reviewer", "moderator", "administrator"];

    [Fact]
    public async Task Who_may_call_what_is_what_was_approved()
    {
        await running.Publish(Account(WhoMay.Demoted, ["contributor"]));
        await running.Publish(Account(WhoMay.Suspended, All) with { Active = false });
        await running.Publish(new AccountErased(WhoMay.Erased, 2, DateTimeOffset.UtcNow));
        await Eventually.Holds(async () =>
        {
            await using var session = running.Services.GetRequiredService<IDocumentStore>().QuerySession();
            return (await session.LoadManyAsync<Account>(WhoMay.Demoted, WhoMay.Suspended, WhoMay.Erased)).Count == 3;
        });
        using var anyone = running.As(null);
        var differs = await WhoMay.Approve(
            "Notifications.Tests",
            running.Services.GetRequiredService<EndpointDataSource>(),
            anyone.BaseAddress!,
            WhoMay.Callers(running.Authority, "cloud"),
            places: ("{scope}", "skill")
        );
        Assert.True(differs.Length == 0, differs);
    }

    private static AccountChanged Account(string id, string[] roles) =>
        new(id, 1, id, $"{id}@example.org", "en", "Etc/UTC", roles, ["*"], Active: true);
}
