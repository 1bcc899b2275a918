using System.Collections.Concurrent;
using Marten;

namespace SkillPlatform.EventSourcing;

/// <summary>The session that everything in a dependency injection scope shares: its own, unless a group lends it one.</summary>
/// <param name="sessions">Opens its own.</param>
public sealed class ScopedSession(ISessionFactory sessions)
{
    /// <summary>Opened at the first use.</summary>
    public IDocumentSession Session
    {
        get => field ??= sessions.OpenSession();
        set;
    }
}

/// <summary>The queues whose messages are committed together.</summary>
/// <param name="store">The event store.</param>
/// <param name="queues">Their names.</param>
public sealed class GroupCommits(IDocumentStore store, IReadOnlyCollection<string> queues)
{
    // With as many messages as a queue delivers at once, 640 a second: a backlog is worked off beside the people who wait
    // for an answer, not before them.
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<string, GroupCommit> _groups = new(
        queues.Select(queue => KeyValuePair.Create(queue, new GroupCommit(store, Apart))),
        StringComparer.Ordinal
    );

    /// <summary>The queue's groups; null where each message commits alone.</summary>
    /// <param name="queue">Name of the queue.</param>
    public GroupCommit? Of(string queue) => _groups.GetValueOrDefault(queue);
}

/// <summary>
/// Group commit: the messages that arrive while one transaction is committed make up the next. A lone message waits for
/// nobody; under load a commit, and the sync to disk that it costs, serves many. If a group fails, each of its messages is
/// tried again alone, so that one bad message takes no other with it.
/// </summary>
/// <param name="store">The event store.</param>
/// <param name="apart">At least so long from the beginning of one commit to that of the next.</param>
public sealed class GroupCommit(IDocumentStore store, TimeSpan apart = default)
{
    private long _last;
    private readonly Lock _joining = new();
    private Task _commits = Task.CompletedTask;
    private Group? _open;

    /// <summary>Stages a message's effects in a group, and ends when that is committed.</summary>
    /// <param name="stage">Stages them; never at the same time as another of the group.</param>
    /// <param name="ct">Cancels the commit.</param>
    /// <exception cref="GroupFailedException">Nothing of the group was committed.</exception>
    public Task Commit(Func<IDocumentSession, Task> stage, CancellationToken ct)
    {
        lock (_joining)
        {
            if (_open is null)
                _commits = Close(_commits, _open = new Group(store.LightweightSession()), ct);
            return _open.Join(stage);
        }
    }

    private async Task Close(Task before, Group group, CancellationToken ct)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        var since = TimeProvider.System.GetElapsedTime(_last);
        if (since < apart)
            await Task.Delay(apart - since, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _last = TimeProvider.System.GetTimestamp();
        lock (_joining)
            _open = null;
        await group.Commit(ct);
    }

    private sealed class Group(IDocumentSession session)
    {
        private readonly TaskCompletionSource _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task _staged = Task.CompletedTask;

        public Task Join(Func<IDocumentSession, Task> stage)
        {
            _staged = After(_staged, stage);
            return _committed.Task;
        }

        public async Task Commit(CancellationToken ct)
        {
            try
            {
                await _staged;
                await session.SaveChangesAsync(ct);
                _committed.SetResult();
            }
            catch (Exception e)
            {
                _committed.SetException(new GroupFailedException(e));
            }
            finally
            {
                await session.DisposeAsync();
            }
        }

        private async Task After(Task before, Func<IDocumentSession, Task> stage)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            await stage(session);
        }
    }
}

/// <summary>Nothing of a group of messages was committed; each is to be tried again alone.</summary>
/// <param name="because">What one of them, or the commit, threw.</param>
public sealed class GroupFailedException(Exception because)
    : Exception("A group of messages was not committed; each is tried again alone.", because);
