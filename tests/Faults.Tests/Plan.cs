using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

public enum Fault
{
    /// <summary>kill -9, whenever.</summary>
    Kill,

    /// <summary>kill -9 right after something has happened: <see cref="Plan.Points"/>.</summary>
    KillAt,

    /// <summary>SIGSTOP for five seconds.</summary>
    Stop,

    /// <summary>SIGSTOP for forty: longer than locks, heartbeats and patience last.</summary>
    LongStop,
    DatabaseEnds,
    BrokerEnds,

    /// <summary>Numbers of events that nobody ever gets, as after a rollback.</summary>
    Gap,
    DatabaseDiskFull,
    BrokerDiskFull,
    Cut,
    HalfOpen,
    Smtp,
    ConnectionsHeld,
    TenTimesTheLoad,
    Clock,

    /// <summary>A replica of the release before comes and goes.</summary>
    Beside,
}

/// <param name="Number">From 1.</param>
/// <param name="On">A service, a server, a point or a mood.</param>
/// <param name="After">Of quiet work.</param>
public sealed record Step(int Number, Fault Fault, string On, TimeSpan After)
{
    public override string ToString() => $"{Number, 4} {Fault} {On}".TrimEnd();
}

/// <summary>What is done to the platform, and when: of a seed always the same.</summary>
public static class Plan
{
    /// <summary>Where a process dies, and which.</summary>
    public static readonly IReadOnlyDictionary<string, string> Points = new Dictionary<string, string>(
        StringComparer.Ordinal
    )
    {
        ["commit"] = "Proposals",
        ["publish"] = "Proposals",
        ["checkpoint"] = "Proposals",
        ["smtp-250"] = "Notifications",
        ["mark"] = "Notifications",
    };

    /// <summary>Each fault once, in any order; then again, on others.</summary>
    public static IEnumerable<Step> Of(int seed)
    {
        var random = new Random(seed);
        for (var number = 1; ; )
        {
            var round = Enum.GetValues<Fault>();
            random.Shuffle(round);
            foreach (var fault in round)
                yield return new Step(
                    number++,
                    fault,
                    On(fault, random),
                    TimeSpan.FromMilliseconds(random.Next(500, 3000))
                );
        }
    }

    private static string On(Fault fault, Random random) =>
        fault switch
        {
            Fault.Kill or Fault.Stop or Fault.LongStop or Fault.Beside => Of(random, Platform.Services),
            Fault.KillAt => Of(random, [.. Points.Keys]),
            Fault.Cut or Fault.HalfOpen => Of(random, ["database", "broker"]),
            Fault.Smtp => Of(random, [.. Enum.GetNames<Mood>().Where(mood => mood != nameof(Mood.Friendly))]),
            Fault.Clock => Of(random, ["+120s", "-120s"]),
            _ => "",
        };

    private static string Of(Random random, string[] them) => them[random.Next(them.Length)];
}
