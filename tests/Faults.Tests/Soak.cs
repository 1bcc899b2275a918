using System.Diagnostics;
using System.Globalization;
using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

/// <summary>
/// <c>scripts/soak [SECONDS] [SEED]</c>: people at work while one fault after the other is made, and every message comes five times;
/// then everything is counted by the client's own history, and told line by line.
/// </summary>
[Collection("faults")]
public sealed class Soak(Rig rig)
{
    private const int Rate = 2;
    private static readonly int Seconds = Number("SKILLPLATFORM_SOAK_SECONDS", 0);
    private static readonly int Seed = Number("SKILLPLATFORM_SOAK_SEED", 1);
    private static readonly TimeSpan GreenWithin = TimeSpan.FromSeconds(15);
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public static bool IsAsked => Seconds > 0;

    /// <summary>As many as there can be; ten times the load is a small part of the time.</summary>
    public static int Proposals => 2 * Rate * Seconds;

    private Platform Platform => rig.Platform;

    [Fact]
    public async Task Nothing_is_lost_and_nothing_happens_twice_whatever_fails()
    {
        Assert.SkipUnless(IsAsked, "scripts/soak runs it");
        Tell($"{Seconds} s, seed {Seed}, {Rate} proposals a second, {Environment.ProcessorCount} processors");
        await rig.SlowSomeCommits("proposals");
        await rig.SlowSomeCommits("catalog");
        await using var multiplier = await Multiplier.Start(Platform.Rabbit);
        await Poison.Inject(Platform);
        var load = new Load(rig.Contributor, rig.Reviewer, rig.Cells(Proposals), "soak");
        var trouble = new Trouble(rig, load, Rate);
        await trouble.Watch(multiplier);
        using var stop = new CancellationTokenSource();
        var running = load.Run(Rate, stop.Token);

        var (made, late) = (0, new List<string>());
        foreach (var step in Plan.Of(Seed).TakeWhile(_ => _clock.Elapsed.TotalSeconds < Seconds))
        {
            await Task.Delay(step.After);
            if (trouble.Without(step.Fault) is { } why)
            {
                Tell($"{step}: left out, {why}");
                continue;
            }
            await trouble.Make(step);
            var since = Stopwatch.StartNew();
            await Platform.Ready(TimeSpan.FromMinutes(3));
            made++;
            Tell($"{step}: green after {since.Elapsed.TotalSeconds:0.0} s");
            if (since.Elapsed > GreenWithin)
                late.Add($"{step}: {since.Elapsed.TotalSeconds:0} s");
            Assert.False(running.IsFaulted, running.Exception?.ToString());
        }
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromMinutes(3));

        var sent = load.History.ToArray();
        Tell($"{made} faults, {sent.Length} proposals; draining");
        await trouble.Again();
        var aftermath = new Aftermath(rig);
        await aftermath.Drained(sent, poisoned: true, TimeSpan.FromMinutes(20));
        await aftermath.CommandsTookEffectOnce(sent);
        Tell("I1 every command that was acknowledged took effect, I2 once, in streams without a gap");
        await aftermath.TheCatalogueRemembers(sent);
        Tell("I3 every consumer's effect is there once, I6 with author, reviewer and reason");
        var twice = await aftermath.WatchersWereTold(sent);
        Tell($"I5 one entry and one mail each; {twice} mails came twice, as the same mail");
        await Poison.IsSetAside(Platform);
        Tell("I7 queues are empty, and the poison alone is set aside");
        await aftermath.ProjectionsEqualTheirRebuild();
        Tell("I4 every projection is what its events give");
        Tell(
            late.Count == 0
                ? "I8 green within 15 s of each fault's end"
                : $"I8 not green within 15 s: {string.Join(", ", late)}"
        );
        Tell($"0 lost, 0 doubled. scripts/soak {Seconds} {Seed} does the same again.");
    }

    // Read while it runs, so each line at once.
    private void Tell(string line) =>
        TestContext.Current.TestOutputHelper!.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed.TotalSeconds, 7:0.0} {line}")
        );

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}

public sealed class PlanTests
{
    [Fact]
    public void A_seed_makes_the_same_faults_each_time_and_another_seed_makes_others()
    {
        var kinds = Enum.GetValues<Fault>();
        Step[] once = [.. Plan.Of(7).Take(100 * kinds.Length)];
        Assert.Equal(once, Plan.Of(7).Take(once.Length));
        Assert.NotEqual(once, Plan.Of(8).Take(once.Length));
        Assert.All(once.Chunk(kinds.Length), round => Assert.Equal(kinds, round.Select(s => s.Fault).Order()));
        Assert.Equal(
            Plan.Points.Keys.Order(StringComparer.Ordinal),
            once.Where(s => s.Fault == Fault.KillAt).Select(s => s.On).Distinct().Order(StringComparer.Ordinal)
        );
    }
}
