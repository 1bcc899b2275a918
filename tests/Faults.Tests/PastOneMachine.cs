using System.Diagnostics;
using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

/// <summary>
/// Three nodes of RabbitMQ and a standby of PostgreSQL, while five proposals a second are made and one of them after the other is
/// gone (decision 0034). <c>SKILLPLATFORM_TEST_CLUSTER=1 ./test Faults --filter-class '*.PastOneMachine'</c>, by itself: the other
/// tests know of one server each.
/// </summary>
[Collection("faults")]
public sealed class PastOneMachine(Rig rig)
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan GreenWithin = TimeSpan.FromSeconds(15);
    private readonly List<string> _late = [];

    public static bool IsAsked => Environment.GetEnvironmentVariable("SKILLPLATFORM_TEST_CLUSTER") is { Length: > 0 };

    /// <summary>More than it comes to.</summary>
    public static int Proposals => IsAsked ? 3000 : 0;

    private Platform Platform => rig.Platform;

    [Fact]
    public async Task Nothing_is_lost_and_nothing_happens_twice_whichever_machine_is_gone()
    {
        Assert.SkipUnless(IsAsked, "SKILLPLATFORM_TEST_CLUSTER=1 runs it");
        var load = new Load(rig.Contributor, rig.Reviewer, rig.Cells(Proposals), "cluster");
        using var stop = new CancellationTokenSource();
        var running = load.Run(perSecond: 5, stop.Token);
        await Task.Delay(Away);

        // Each once, so that whoever the services and the queues' leaders are on is gone, too.
        foreach (var node in Platform.Nodes)
        {
            await node.Kill();
            await Task.Delay(Away);
            await Healed($"{Name(node)} killed", node.Start);
        }
        foreach (var node in Platform.Nodes)
        {
            var others = Platform.Nodes.Except([node]).ToArray();
            await node.CutOff(others);
            await Task.WhenAll(others.Select(other => other.Sees(2)));
            await Task.Delay(Away);
            await Healed($"{Name(node)} cut off", () => node.Mend(others));
        }
        var frozen = Platform.Nodes[1];
        await frozen.Signal("STOP");
        await Task.Delay(Away);
        await Healed($"{Name(frozen)} stopped and let go on", () => frozen.Signal("CONT"));

        // There and back: an old primary returns as a standby without data of its own, never as it was.
        for (var turn = 1; turn <= 2; turn++)
        {
            await Platform.Postgres.Lose();
            await Healed($"primary lost, standby promoted ({turn})", Platform.Promote);
            await Platform.Standby!.Follow(Platform.Postgres);
            await Task.Delay(Away);
        }
        Assert.False(running.IsFaulted, running.Exception?.ToString());
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromMinutes(3));

        var sent = load.History.ToArray();
        Tell($"{sent.Length} proposals; {load.Unsettling.Count} answers that said nothing and were asked for again");
        var aftermath = new Aftermath(rig);
        await aftermath.Drained(sent, limit: TimeSpan.FromMinutes(15));
        await aftermath.CommandsTookEffectOnce(sent);
        await aftermath.TheCatalogueRemembers(sent);
        Tell($"{await aftermath.WatchersWereTold(sent)} mails came twice, as the same mail");
        await aftermath.ProjectionsEqualTheirRebuild();
        Assert.Equal([], _late);
    }

    private async Task Healed(string fault, Func<Task> heal)
    {
        await heal();
        var since = Stopwatch.StartNew();
        await Platform.Ready(TimeSpan.FromMinutes(3));
        Tell($"{fault}: green {since.Elapsed.TotalSeconds:0.0} s after its end");
        if (since.Elapsed > GreenWithin)
            _late.Add(fault);
        foreach (var node in Platform.Nodes)
            await node.Sees(Platform.Nodes.Count);
    }

    private string Name(LocalRabbit node) => $"node {Platform.Nodes.ToList().IndexOf(node) + 1}";

    private static void Tell(string line) => TestContext.Current.SendDiagnosticMessage(line);
}
