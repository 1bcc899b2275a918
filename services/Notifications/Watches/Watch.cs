using JasperFx.Events;
using Marten.Events.Aggregation;

namespace SkillPlatform.Notifications;

/// <summary>A reader began to watch a topic, or watches it by hand what was watched automatically.</summary>
/// <param name="User">Opaque user id.</param>
/// <param name="Scope">One of <see cref="Topic"/>'s scopes.</param>
/// <param name="Key">Key within the scope.</param>
/// <param name="Reason"><c>manual</c>, or <c>author, reviewer, commenter</c> of a proposal.</param>
/// <param name="Frequency">How often mails of this watch come; null for as often as the reader's others.</param>
/// <param name="Follow">One of <see cref="Follows"/>; null for changes.</param>
public sealed record WatchStarted(
    string User,
    string Scope,
    string Key,
    string Reason,
    string? Frequency = null,
    string? Follow = null
);

/// <summary>The reader wants to hear no more of it.</summary>
/// <param name="By"><c>hand</c>, <c>mail</c> (one click), <c>erasure</c>, or <c>merge</c>: it goes on as a watch of another skill.</param>
public sealed record WatchStopped(string By);

/// <summary>The reader wants to hear nothing about a thing, whatever else they watch and whoever asks for them.</summary>
public sealed record ThreadMuted(string User, string Scope, string Key);

/// <summary>What they watch tells them of it again.</summary>
public sealed record ThreadUnmuted;

/// <summary>What of a thing is told.</summary>
public static class Follows
{
    /// <summary>What was decided: merges and imports; of a skill, also what is said of it.</summary>
    public const string Changes = "changes";

    /// <summary>Proposals and comments, too.</summary>
    public const string All = "all";

    public static IReadOnlyList<string> Both { get; } = [Changes, All];
}

/// <summary>
/// One reader's interest in one topic; a stream of its own, so that a reader with ten thousand watches races with nobody.
/// Stays after it was stopped, since what a reader stopped by hand must not start again by itself.
/// </summary>
public sealed record Watch
{
    public Guid Id { get; init; }
    public string User { get; init; } = "";
    public string Topic { get; init; } = "";
    public string Reason { get; init; } = "";
    public bool Active { get; init; }
    public DateTimeOffset Since { get; init; }

    /// <summary>Null for as often as the reader's others.</summary>
    public string? Frequency { get; init; }
    public string Follow { get; init; } = Follows.Changes;
    public bool Muted { get; init; }

    public bool ByHand => Reason == Manual;

    public const string Manual = "manual";

    public static Guid IdOf(string user, Topic topic) => Ids.Of("watch", user, topic.ToString());

    public static Watch? Fold(Watch? state, object @event, Guid id, DateTimeOffset at) =>
        @event switch
        {
            WatchStarted e => new Watch
            {
                Id = id,
                User = e.User,
                Topic = new Topic(e.Scope, e.Key).ToString(),
                Reason = e.Reason,
                Active = true,
                Since = state is { Active: true } ? state.Since : at,
                Frequency = e.Frequency,
                Follow = e.Follow ?? Follows.Changes,
                Muted = state?.Muted ?? false,
            },
            WatchStopped => state is null ? null : state with { Active = false },
            ThreadMuted e => (
                state
                ?? new Watch
                {
                    Id = id,
                    User = e.User,
                    Topic = new Topic(e.Scope, e.Key).ToString(),
                    Since = at,
                }
            ) with
            {
                Muted = true,
            },
            ThreadUnmuted => state is null ? null : state with { Muted = false },
            _ => state,
        };
}

public sealed class WatchFold : SingleStreamProjection<Watch, Guid>
{
    public WatchFold() => Name = "watch";

    public override Watch? Evolve(Watch? snapshot, Guid id, IEvent e) => Watch.Fold(snapshot, e.Data, id, e.Timestamp);
}
