using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>How a thing is to be watched; without it, as it is, or as things are watched that nothing is said of.</summary>
/// <param name="Frequency">One of <see cref="Frequencies"/>, for this watch alone; absent for as often as the reader's others.</param>
/// <param name="Follow"><c>changes</c>, also where it is absent, or <c>all</c>: proposals and all comments too.</param>
public sealed record WatchWanted(string? Frequency = null, string? Follow = null);

/// <summary><c>PUT /watches/{scope}/{key}</c></summary>
public static class StartWatching
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/watches/{scope}/{key}", Handle).Produces<Watched>();

    private static async Task<IResult> Handle(
        HttpContext http,
        string scope,
        string key,
        WatchWanted? wanted,
        IQuerySession reads,
        Unheard unheard,
        Commands commands
    )
    {
        var (user, ct) = (Caller.Of(http).Id, http.RequestAborted);
        if ((await reads.Find(scope, key, ct) ?? await unheard.Find(scope, key, ct)) is not { } found)
            return Refusal.NoSuch("thing to watch").AsProblem();
        if (Check(wanted) is { Count: > 0 } errors)
            return Refusal.Fields(errors).AsProblem();
        return await commands.Handle<Watch>(
            http,
            Watch.IdOf(user, found.Topic),
            command: wanted,
            watch => Decide(watch, user, found.Topic, Watch.Manual, wanted),
            _ => new Answer(
                200,
                new Watched(
                    scope,
                    found.Key,
                    found.Name,
                    Watch.Manual,
                    Since: null,
                    wanted?.Frequency,
                    wanted?.Follow ?? Follows.Changes
                )
            )
        );
    }

    private static List<(string, string)> Check(WatchWanted? wanted)
    {
        List<(string, string)> errors = [];
        if (wanted?.Frequency is { } frequency && !Frequencies.All.Contains(frequency, StringComparer.Ordinal))
            errors.Add(("/frequency", $"One of {string.Join(", ", Frequencies.All)}."));
        if (wanted?.Follow is { } follow && !Follows.Both.Contains(follow, StringComparer.Ordinal))
            errors.Add(("/follow", $"One of {string.Join(", ", Follows.Both)}."));
        return errors;
    }

    /// <summary>By hand always; automatically only where the reader neither watches nor ever stopped.</summary>
    public static Decision Decide(Watch? watch, string user, Topic topic, string reason, WatchWanted? wanted = null)
    {
        // Nothing said leaves a watch as it is.
        var (frequency, follow) = wanted is null
            ? (watch is { Active: true } ? watch.Frequency : null, watch is { Active: true } ? watch.Follow : null)
            : (wanted.Frequency, wanted.Follow);
        var started = new WatchStarted(user, topic.Scope, topic.Key, reason, frequency, follow);
        if (watch is null)
            return Decision.Of(started);
        if (reason != Watch.Manual)
            return Decision.Nothing;
        return
            watch is { Active: true, ByHand: true }
            && watch.Frequency == frequency
            && watch.Follow == (follow ?? Follows.Changes)
            ? Decision.Nothing
            : Decision.Of(started);
    }
}
