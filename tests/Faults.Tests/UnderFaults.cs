using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

// One after the other: each kills what the others need.
[Collection("faults")]
public sealed class UnderFaults(Rig rig)
{
    private Platform Platform => rig.Platform;

    [Fact]
    public async Task Ready_turns_red_within_5_s_of_a_fault_and_green_within_15_s_of_its_end()
    {
        await Platform.Ready();
        foreach (var fault in new[] { "broker", "database" })
        {
            await (fault == "broker" ? Platform.Rabbit.Kill() : Platform.Postgres.Kill());
            await Task.WhenAll(
                Testing.Platform.Services.Select(service =>
                    Eventually.Holds(async () => !await Platform.IsReady(service), TimeSpan.FromSeconds(5))
                )
            );
            await (fault == "broker" ? Platform.Rabbit.Start() : Platform.Postgres.Start());
            await Platform.Ready(TimeSpan.FromSeconds(15));
        }
    }

    [Fact]
    public async Task Nothing_is_lost_and_nothing_happens_twice()
    {
        await Platform.Ready();
        await rig.SlowSomeCommits("proposals");
        await rig.SlowSomeCommits("catalog");
        await using var multiplier = await Multiplier.Start(Platform.Rabbit);
        await Poison.Inject(Platform);
        var load = new Load(rig.Contributor, rig.Reviewer, rig.Cells(900));
        using var stop = new CancellationTokenSource();
        var running = load.Run(perSecond: 3, stop.Token);

        var random = new Random(20261122);
        for (var round = 0; round < 10; round++)
            foreach (var service in Testing.Platform.Services.OrderBy(_ => random.Next()).ToArray())
            {
                Platform.Kill(service);
                // A beat, so that the kills fall into work and not into the start before.
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(800, 1800)));
            }
        await Platform.Rabbit.Kill();
        // The bus waits up to half a minute between its own attempts to connect, and heeds no cancellation meanwhile.
        await Task.Delay(TimeSpan.FromSeconds(30));
        await Platform.Rabbit.Start();
        await Platform.Ready();
        await Platform.Postgres.Kill();
        await Platform.Postgres.Start();
        await Platform.Ready();
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromMinutes(3));

        var sent = load.History.ToArray();
        TestContext.Current.SendDiagnosticMessage($"{sent.Length} proposals under faults");
        var aftermath = new Aftermath(rig);
        await aftermath.Drained(sent, poisoned: true);
        await Poison.IsSetAside(Platform);
        await aftermath.CommandsTookEffectOnce(sent);
        await aftermath.TheCatalogueRemembers(sent);
        await aftermath.WatchersWereTold(sent);
        await aftermath.ProjectionsEqualTheirRebuild();
    }
}
