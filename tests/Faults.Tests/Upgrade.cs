using System.Diagnostics;
using Npgsql;
using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

/// <summary>
/// The release before and this one beside each other on the same databases and broker, while people are at work: there and back, as
/// docs/upgrading.md says. <c>SKILLPLATFORM_TEST_UPGRADE=1 ./test Faults --filter-class '*.Upgrade'</c>, by itself: the others know
/// of one build.
/// </summary>
[Collection("faults")]
public sealed class Upgrade(Rig rig)
{
    private const int Rate = 3;
    private static readonly TimeSpan Beside = TimeSpan.FromSeconds(5);

    // Who asks or tells others after those: an older one is understood by a newer, and not the other way round.
    private static readonly string[] Order = ["Catalog", "Notifications", "Identity", "Proposals", "Web"];

    public static bool IsAsked => Environment.GetEnvironmentVariable("SKILLPLATFORM_TEST_UPGRADE") is { Length: > 0 };

    private Platform Platform => rig.Platform;

    [Fact]
    public async Task Two_releases_beside_each_other_lose_nothing_and_fail_nobody_there_and_back()
    {
        Assert.SkipUnless(IsAsked, "SKILLPLATFORM_TEST_UPGRADE=1 runs it");
        Assert.SkipWhen(rig.Before is null, $"This clone does not have {Release.Before}, the release before.");
        using var session = await People.SignedIn(Platform, "reader");

        await Roll("upgrade", Order, number: 2, Build.Here, session);
        await Roll("downgrade", [.. Order.Reverse()], number: 3, rig.Before, session);
        await new Aftermath(rig).ProjectionsEqualTheirRebuild();
        await WhatIsNewWaitsForTheOldOnesToEnd();
        await ADowngradeByMoreIsRefused();
    }

    /// <summary>And once something of it is stored, they do not start any more.</summary>
    private async Task WhatIsNewWaitsForTheOldOnesToEnd()
    {
        await Task.WhenAll(Platform.Services.Select(service => Platform.Replicate(service, 4)));
        using var contributor = new Api(Platform[Replica("Proposals", 4)], await rig.Contributor.Token());
        var rename = new
        {
            rationale = "Told otherwise since.",
            changes = new[]
            {
                new
                {
                    op = "renameRole",
                    role = "cloud-engineer",
                    was = "Cloud Engineer",
                    name = "Engineer of Clouds",
                },
            },
        };
        var (status, problem, _) = await contributor.Post("/api/proposals", rename);
        Assert.Equal((409, "/problems/upgrading"), (status, problem.GetProperty("type").GetString()));
        foreach (var service in Order)
            Assert.Equal(0, await Platform.End(Replica(service, 3)));
        await Eventually.Holds(async () => (await contributor.Post("/api/proposals", rename)).Status == 201);
        Platform.Build = rig.Before!;
        var (code, output) = await Platform.Run("Proposals", "migrate");
        Assert.NotEqual(0, code);
        Assert.Contains(Refused(Release.Number, Release.Number, Release.Number - 1), output, StringComparison.Ordinal);
    }

    /// <summary>Replaces every replica by one of another build, as an operator would.</summary>
    private async Task Roll(string name, string[] order, int number, Build build, HttpClient session)
    {
        var load = new Load(rig.Contributor, rig.Reviewer, rig.Cells(400), name);
        using var stop = new CancellationTokenSource();
        var running = load.Run(Rate, stop.Token);
        await using var people = await People.AtWork(Platform, session);
        await Task.Delay(Beside);

        foreach (var service in order)
        {
            var clock = Stopwatch.StartNew();
            await Platform.Replicate(service, number, build);
            var ready = clock.Elapsed;
            await Task.Delay(Beside);
            Assert.Equal(0, await Platform.End(Replica(service, number - 1)));
            Tell(
                $"{name}: {service} ready after {ready.TotalSeconds:0.0} s, the other gone after {clock.Elapsed.TotalSeconds:0.0} s"
            );
        }
        await Platform.Ready(TimeSpan.FromSeconds(15));
        await Task.Delay(Beside);
        Assert.False(running.IsFaulted, running.Exception?.ToString());
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromMinutes(1));
        var (answers, failures) = await people.End();

        var sent = load.History.ToArray();
        Tell($"{name}: {sent.Length} proposals, {answers} answers to readers, {failures.Count} failed");
        Assert.Equal([], failures.Take(20));
        Assert.Equal([], load.Unsettling);
        var aftermath = new Aftermath(rig);
        await aftermath.Drained(sent);
        await aftermath.CommandsTookEffectOnce(sent);
        await aftermath.TheCatalogueRemembers(sent);
        Assert.Equal(0, await aftermath.WatchersWereTold(sent));
    }

    /// <summary>By a program that finds the databases as the release after the next would leave them.</summary>
    private async Task ADowngradeByMoreIsRefused()
    {
        foreach (var service in Order)
        {
            // Web says so since this release.
            var its = service == "Web" ? Release.Number : Release.Number - 1;
            Platform.Build = service == "Web" ? Build.Here : rig.Before!;
            await using var source = NpgsqlDataSource.Create(Platform.Database(service.ToLowerInvariant()));
            await using var newer = source.CreateCommand("update release set number = $1, oldest_beside = $2");
            newer.Parameters.Add(new() { Value = its + 2 });
            newer.Parameters.Add(new() { Value = its + 1 });
            await newer.ExecuteNonQueryAsync();
            var (code, output) = await Platform.Run(service, "migrate");
            Assert.NotEqual(0, code);
            Assert.Contains(Refused(its + 2, its + 1, its), output, StringComparison.Ordinal);
        }
    }

    private static string Refused(int newest, int oldest, int its) =>
        $"is of release {newest}, beside which nothing older than {oldest} runs; this program is of release {its}.";

    private static string Replica(string service, int number) => number == 1 ? service : $"{service} {number}";

    private static void Tell(string line) => TestContext.Current.SendDiagnosticMessage(line);
}
