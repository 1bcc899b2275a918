using Marten;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Notifications;

/// <summary>Who watches a skill watches the one that it was merged into.</summary>
/// <param name="From">The skill that went.</param>
/// <param name="To">The skill that remains.</param>
public sealed record MovedWatches(Guid From, Guid To);

/// <summary>Who watches what was retired watches what takes its place.</summary>
/// <param name="From">The topic that went.</param>
/// <param name="To">The topic that remains.</param>
public sealed record MovedTopic(string From, string To);

public static class MovingWatches
{
    /// <summary>
    /// Stages that the watches go on as others, and answers what is watched then. Who wanted to hear no more of what
    /// remains keeps the watch as it is, and hears of the merge by it.
    /// </summary>
    /// <param name="session">A session; the caller commits.</param>
    /// <param name="from">What went.</param>
    /// <param name="to">What remains.</param>
    /// <param name="watches">All of some readers, stopped ones too.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<IReadOnlyList<Watch>> Move(
        this IDocumentSession session,
        Topic from,
        Topic to,
        IReadOnlyList<Watch> watches,
        CancellationToken ct
    )
    {
        var there = watches
            .Where(w => w.Topic == to.ToString())
            .ToDictionary(w => w.User, w => w.Active, StringComparer.Ordinal);
        var now = new List<Watch>(watches);
        foreach (var watch in watches.Where(w => w.Active && w.Topic == from.ToString()))
        {
            var has = there.TryGetValue(watch.User, out var active);
            if (has && !active)
                continue;
            await session.Decide<Watch>(watch.Id, was => StopWatching.Decide(was, "merge"), ct: ct);
            now.Remove(watch);
            if (has)
                continue;
            var moved = watch with { Id = Watch.IdOf(watch.User, to), Topic = to.ToString() };
            await session.Decide<Watch>(moved.Id, was => Decide(was, watch, to), ct: ct);
            now.Add(moved);
        }
        return now;
    }

    /// <summary>As the reader watched the skill that went; nothing where they said of the one that remains what they want.</summary>
    public static Decision Decide(Watch? there, Watch was, Topic to) =>
        there is null
            ? Decision.Of(new WatchStarted(was.User, to.Scope, to.Key, was.Reason, was.Frequency, was.Follow))
            : Decision.Nothing;
}
