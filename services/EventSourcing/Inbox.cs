using System.Collections.Concurrent;
using JasperFx;
using Marten;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace SkillPlatform.EventSourcing;

/// <summary>A message that an endpoint has taken; written with the message's effects, so that each takes effect once.</summary>
public sealed class Inbox
{
    /// <summary>Endpoint, slash, message id.</summary>
    public string Id { get; set; } = "";

    /// <summary>When, UTC.</summary>
    public DateTimeOffset At { get; set; }
}

/// <summary>
/// Around every consumer: stages the inbox entry, lets the consumer stage its effects into the same session, and commits
/// both together. A message that was taken before is acknowledged without effect. Consumers never save and never touch the
/// outside world except through the session.
/// </summary>
/// <typeparam name="T">The message.</typeparam>
/// <param name="groups">Which queues commit together.</param>
/// <param name="scope">The scope's session, shared with the consumer.</param>
/// <param name="time">The clock.</param>
public sealed class InboxFilter<T>(GroupCommits groups, ScopedSession scope, TimeProvider time)
    : IFilter<ConsumeContext<T>>
    where T : class
{
    /// <inheritdoc />
    public Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next) =>
        context.GetRetryAttempt() == 0 && groups.Of(Endpoint(context)) is { } group
            ? group.Commit(
                session =>
                {
                    scope.Session = session;
                    return Stage(session, context, next);
                },
                context.CancellationToken
            )
            : Alone(context, next);

    private async Task Alone(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        var session = scope.Session;
        // Whoever gets here a moment later fails at the insert; but a commit that rolls back leaves a gap for which the relay waits.
        if (await session.LoadAsync<Inbox>(Id(context), context.CancellationToken) is not null)
        {
            // Else the bus thinks that nobody wanted it, and sets it aside.
            await context.NotifyConsumed(context, TimeSpan.Zero, nameof(Inbox));
            return;
        }
        await Stage(session, context, next);
        try
        {
            await session.SaveChangesAsync(context.CancellationToken);
        }
        catch (Exception e) when (IsTwice(e))
        {
            // Taken before: nothing to do again.
        }
    }

    private Task Stage(IDocumentSession session, ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        session.CausationId = context.MessageId?.ToString();
        session.CorrelationId = System.Diagnostics.Activity.Current?.Id;
        session.LastModifiedBy = Endpoint(context);
        session.Insert(new Inbox { Id = Id(context), At = time.GetUtcNow() });
        return next.Send(context);
    }

    private static string Endpoint(ConsumeContext context) => context.ReceiveContext.InputAddress.Segments[^1];

    private static string Id(ConsumeContext context) => $"{Endpoint(context)}/{context.MessageId}";

    // Several faults of one commit come together; that it was taken before explains them all.
    private static bool IsTwice(Exception e) =>
        e switch
        {
            DocumentAlreadyExistsException twice => twice.DocType == typeof(Inbox),
            AggregateException all => all.InnerExceptions.Any(IsTwice),
            _ => false,
        };

    /// <inheritdoc />
    public void Probe(ProbeContext context) => context.CreateFilterScope("inbox");
}

/// <summary>Puts the inbox around the consumers of a bus.</summary>
public static class InboxRegistration
{
    /// <summary>Every endpoint of the bus commits through the inbox. Retries, if any, must be configured before.</summary>
    /// <param name="bus">The registration.</param>
    /// <param name="together">
    /// Queues whose messages come in numbers, and are committed together: their consumers append to no stream that an
    /// announcement comes from, and what they read need not show what messages beside them have just staged.
    /// </param>
    public static void AddInbox(this IBusRegistrationConfigurator bus, params string[] together)
    {
        bus.AddSingleton(services => new GroupCommits(services.GetRequiredService<IDocumentStore>(), together));
        bus.AddConfigureEndpointsCallback(
            (context, name, endpoint) =>
            {
                if (together.Contains(name, StringComparer.Ordinal))
                    endpoint.ConcurrentMessageLimit = endpoint.PrefetchCount;
                endpoint.UseConsumeFilter(typeof(InboxFilter<>), context);
            }
        );
    }
}

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
