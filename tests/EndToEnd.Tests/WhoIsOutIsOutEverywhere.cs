using System.Diagnostics;
using System.Globalization;
using SkillPlatform.Testing;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>What was issued before a suspension is void at every service as soon as each has heard of it, and long before it runs out.</summary>
public sealed class WhoIsOutIsOutEverywhere(RunningPlatform running)
{
    private const int Unknown = 401;

    // Of each service, something that demands to be signed in and no more.
    private static readonly string[] Places =
    [
        "/api/catalog/changesets/01990000-0000-7000-8000-00000000aa01",
        "/api/proposals/turn",
        "/api/notifications/inbox",
        "/api/identity/me",
    ];

    [Fact]
    public async Task A_token_from_before_a_suspension_is_refused_by_every_service()
    {
        var mark = Guid.NewGuid().ToString("N")[..12];
        using var somebody = await running.Registered($"Out {mark}", $"out-{mark}@example.org");
        foreach (var place in Places)
            Assert.NotEqual((place, Unknown), (place, (await somebody.Send(HttpMethod.Get, place)).Status));
        var since = Stopwatch.StartNew();
        var (status, body, _) = await running.Admin.Post($"/api/identity/accounts/{somebody.Id}/suspension");
        Assert.True(status == 200, $"{status} {body}");
        foreach (var place in Places)
            await Eventually.Holds(async () => (await somebody.Send(HttpMethod.Get, place)).Status == Unknown);
        TestContext.Current.SendDiagnosticMessage(
            string.Create(CultureInfo.InvariantCulture, $"refused everywhere after {since.ElapsedMilliseconds} ms")
        );
        // Its token would have been good for minutes.
        Assert.True(since.Elapsed < TimeSpan.FromMinutes(4), $"{since.Elapsed}");
    }
}
