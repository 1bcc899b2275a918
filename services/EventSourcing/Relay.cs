using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Daemon.HighWater;
using JasperFx.Events.Projections;
using Marten;
using Marten.Events.Daemon.Coordination;
using Marten.Services;
using Marten.Subscriptions;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace SkillPlatform.EventSourcing;

/// <summary>
/// The only place of a service where a stored event becomes a public message: gives the message, or null for an event that
/// stays inside. May query, and must give the same message each time it is asked about the same event. Messages of one stream
/// keep their order; <see cref="Ordered"/> names another one.
/// </summary>
/// <param name="event">The stored event.</param>
/// <param name="around">Reads: the event's stream as it was then, and documents, which may be newer than the event.</param>
/// <param name="ct">Cancels.</param>
public delegate Task<object?> Announce(IEvent @event, Around around, CancellationToken ct);

/// <summary>A message that keeps its order with others than those of its own stream.</summary>
/// <param name="By">Those that share it arrive in the order of their events in the log.</param>
/// <param name="Message">The public message.</param>
public sealed record Ordered(Guid By, object Message);

/// <summary>
/// A message that is told in one with those of its kind beside it in the log, which costs everyone a fraction of as many; alone while
/// somebody who must hear it cannot read that.
/// </summary>
/// <param name="Message">The public message, as it is told alone.</param>
/// <param name="Length">Roughly, in characters.</param>
/// <param name="Joined">Makes one of several, each with its event's id. Who hears that takes each of them once by its id.</param>
/// <param name="By">The services that must hear it, by the names of their programs.</param>
public sealed record Together(
    object Message,
    int Length,
    Func<IReadOnlyList<(Guid Id, object Message)>, object> Joined,
    string[] By
);

/// <summary>
/// What can be read while events are announced. Each thing is read once for a page of events, however many of them ask for
/// it, and a stream not at all where the page holds it from its beginning, as after an import.
/// </summary>
/// <param name="page">The events that are announced together, in order.</param>
/// <param name="session">For queries of other kinds.</param>
/// <param name="services">For what is kept from page to page.</param>
public sealed class Around(IReadOnlyList<IEvent> page, IQuerySession session, IServiceProvider services)
{
    private readonly ILookup<Guid, IEvent> _page = page.ToLookup(e => e.StreamId);
    private readonly Dictionary<Guid, IReadOnlyList<IEvent>> _streams = [];
    private readonly Dictionary<(Type, Guid), object?> _documents = [];

    /// <summary>For queries of other kinds.</summary>
    public IQuerySession Session => session;

    /// <summary>For what is kept from page to page.</summary>
    public IServiceProvider Services => services;

    /// <summary>All events of the event's stream up to and including it.</summary>
    /// <param name="event">An event of the page.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<IEvent>> Stream(IEvent @event, CancellationToken ct)
    {
        if (!_streams.TryGetValue(@event.StreamId, out var stream))
        {
            IEvent[] here = [.. _page[@event.StreamId]];
            stream = _streams[@event.StreamId] =
                here[0].Version == 1
                    ? here
                    : await session.Events.FetchStreamAsync(@event.StreamId, here[^1].Version, token: ct);
        }
        return [.. stream.TakeWhile(e => e.Version <= @event.Version)];
    }

    /// <summary>What is asked for once for the whole page, for example of everybody.</summary>
    /// <typeparam name="T">What it is; there is one of each type.</typeparam>
    /// <param name="load">Asks for it.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<T> Once<T>(Func<IQuerySession, CancellationToken, Task<T>> load, CancellationToken ct)
        where T : class
    {
        if (!_documents.TryGetValue((typeof(T), Guid.Empty), out var known))
            known = _documents[(typeof(T), Guid.Empty)] = await load(session, ct);
        return (T)known!;
    }

    /// <summary>A document; null where there is none.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="id">Its id.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<T?> Load<T>(Guid id, CancellationToken ct)
        where T : notnull
    {
        if (!_documents.TryGetValue((typeof(T), id), out var document))
            document = _documents[(typeof(T), id)] = await session.LoadAsync<T>(id, ct);
        return (T?)document;
    }
}

/// <summary>
/// The event log as outbox: publishes what <see cref="Announce"/> makes of each committed event, in order, with the event's
/// id as <c>MessageId</c> (in the message, where several are <see cref="Together"/>). Progress is stored after all confirms of a page: at least once, never skipped. A publish that
/// fails is repeated with backoff for as long as it takes.
/// </summary>
internal sealed class Relay : SubscriptionBase
{
    private static readonly ActivitySource Traces = new(Measuring.Source);

    // Beyond it what is told in one is told in several: brokers and consumers take messages whole.
    private const int Longest = 500_000;
    private readonly IServiceProvider _services;
    private readonly Announce _announce;

    public Relay(IServiceProvider services, Announce announce)
    {
        _services = services;
        _announce = announce;
        Name = "relay";
        Options.BatchSize = 500;
    }

    public override async Task<IChangeListener> ProcessEventsAsync(
        EventRange page,
        ISubscriptionController controller,
        IDocumentOperations operations,
        CancellationToken cancellationToken
    )
    {
        var messages = new List<(IEvent Event, object Message)>(page.Events.Count);
        var around = new Around(page.Events, operations, _services);
        foreach (var @event in page.Events)
            if (await _announce(@event, around, cancellationToken) is { } message)
                messages.Add((@event, message));
        foreach (var stretch in Stretches(messages))
            if (
                stretch is [(_, Together { Joined: var joined, By: var readers }), _, ..]
                && await _services.GetRequiredService<Release>().IsReadBy(readers, cancellationToken)
            )
                await Publish(
                    stretch[^1].Event,
                    // Where the page is begun again it may end elsewhere, and others are told in one.
                    Between(stretch[0].Event.Id, stretch[^1].Event.Id),
                    joined([.. stretch.Select(m => (m.Event.Id, ((Together)m.Message).Message))]),
                    cancellationToken
                );
            else
                await Publish(stretch, cancellationToken);
        return NullChangeListener.Instance;
    }

    // One after the other where their order counts: a message that was started second may reach the broker first, and
    // one that has to be repeated certainly comes late. All others together: a page costs few round trips.
    private Task Publish(IEnumerable<(IEvent Event, object Message)> messages, CancellationToken ct) =>
        Task.WhenAll(
            messages
                .GroupBy(m => (m.Message as Ordered)?.By ?? m.Event.StreamId)
                .Select(async inOrder =>
                {
                    foreach (var (@event, message) in inOrder)
                        await Publish(
                            @event,
                            @event.Id,
                            message switch
                            {
                                Ordered ordered => ordered.Message,
                                Together together => together.Message,
                                _ => message,
                            },
                            ct
                        );
                })
        );

    // What is told in one, and what is not, each as far as it goes; so nothing is overtaken by what came after it.
    private static List<List<(IEvent Event, object Message)>> Stretches(List<(IEvent Event, object Message)> messages)
    {
        var stretches = new List<List<(IEvent, object)>>();
        Together? before = null;
        var length = 0;
        foreach (var (@event, message) in messages)
        {
            var together = message as Together;
            length += together?.Length ?? 0;
            if (stretches.Count == 0 || together?.Joined != before?.Joined || length > Longest)
            {
                stretches.Add([]);
                length = together?.Length ?? 0;
            }
            stretches[^1].Add((@event, message));
            before = together;
        }
        return stretches;
    }

    private static Guid Between(Guid first, Guid last) =>
        new(SHA256.HashData([.. first.ToByteArray(), .. last.ToByteArray()]).AsSpan(0, 16));

    private async Task Publish(IEvent @event, Guid id, object message, CancellationToken ct)
    {
        var bus = _services.GetRequiredService<IBus>();
        // The trace in which the event was stored goes on, however much later.
        using var trace = ActivityContext.TryParse(@event.CorrelationId, null, isRemote: true, out var stored)
            ? Traces.StartActivity("relay", ActivityKind.Internal, stored)
            : null;
        trace?.SetTag("skillplatform.event.type", @event.EventTypeName);
        for (
            var wait = TimeSpan.FromMilliseconds(100);
            ;
            wait = wait * 2 < TimeSpan.FromSeconds(2) ? wait * 2 : TimeSpan.FromSeconds(2)
        )
        {
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(ct);
            attempt.CancelAfter(TimeSpan.FromSeconds(5));
            try
            {
                // The bus heeds the token only between its own waits, of up to half a minute, for a lost broker: we wait no longer than this.
                await bus.Publish(
                        message,
                        message.GetType(),
                        Pipe.Execute<PublishContext>(context =>
                        {
                            context.MessageId = id;
                            if (@event.CausationId is { } cause)
                                context.Headers.Set("causation", cause);
                        }),
                        attempt.Token
                    )
                    .WaitAsync(attempt.Token);
                return;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                _services
                    .GetRequiredService<ILogger<Relay>>()
                    .LogWarning(
                        "Event {Sequence} could not be published ({Reason}); trying again.",
                        @event.Sequence,
                        e.Message
                    );
                await Task.Delay(wait, ct);
            }
        }
    }
}

/// <summary>Red while committed events wait and the relay, wherever it runs, does not move.</summary>
internal sealed class RelayReady(NpgsqlDataSource source, TimeProvider time) : IHealthCheck
{
    /// <summary>The last event that was published.</summary>
    internal const string Progress =
        "coalesce((select last_seq_id from mt_event_progression where name = 'relay:All'), 0)";

    /// <summary>The last event that was committed.</summary>
    internal const string Last = "coalesce((select max(seq_id) from mt_events), 0)";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private (long Progress, long At) _moved;

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        await using var command = source.CreateCommand($"select {Progress}, {Last}");
        command.CommandTimeout = 2;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (progress, last) = (reader.GetInt64(0), reader.GetInt64(1));
        var now = time.GetTimestamp();
        if (progress >= last || progress != _moved.Progress || _moved.At == 0)
            _moved = (progress, now);
        return time.GetElapsedTime(_moved.At, now) < Patience
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"The relay stands at {progress} of {last}.");
    }
}

/// <summary>What a service's database tells operators.</summary>
public static class Measuring
{
    internal const string Source = "SkillPlatform";

    /// <summary>
    /// A gauge that asks the database when somebody collects metrics. Replicas share what it tells, so one of them tells it;
    /// while the database is away, none does.
    /// </summary>
    /// <param name="meter">The gauge's meter.</param>
    /// <param name="source">The database.</param>
    /// <param name="leads">True on the replica that tells.</param>
    /// <param name="name">Name of the gauge.</param>
    /// <param name="sql">Gives one <c>float8</c>.</param>
    /// <param name="unit">In the notation of OpenTelemetry: <c>s</c>, <c>{mail}</c>.</param>
    /// <param name="description">What it is.</param>
    public static void AskDatabase(
        this Meter meter,
        NpgsqlDataSource source,
        Func<bool> leads,
        string name,
        string sql,
        string unit,
        string description
    )
    {
        meter.CreateObservableGauge(name, () => leads() ? Ask() : [], unit, description);

        IEnumerable<Measurement<double>> Ask()
        {
            using var command = source.CreateCommand(sql);
            command.CommandTimeout = 2;
            try
            {
                return [new((double)command.ExecuteScalar()!)];
            }
            catch (NpgsqlException)
            {
                // Readiness says that the database is away.
                return [];
            }
        }
    }
}

/// <summary>How far behind the relay is, asked when somebody collects metrics, and by the replica that leads.</summary>
internal sealed class RelayLag : IHostedService
{
    public RelayLag(NpgsqlDataSource source, Leader leader, IMeterFactory meters)
    {
        var meter = meters.Create(Measuring.Source);
        meter.AskDatabase(
            source,
            () => leader.Leads,
            "skillplatform.relay.lag",
            $"select ({RelayReady.Last} - {RelayReady.Progress})::float8",
            "{event}",
            "Committed events that have not been published yet."
        );
        meter.AskDatabase(
            source,
            () => leader.Leads,
            "skillplatform.relay.oldest",
            $"""
            select coalesce(extract(epoch from now() - (
                select timestamp from mt_events where seq_id > {RelayReady.Progress} order by seq_id limit 1
            )), 0)::float8
            """,
            "s",
            "Age of the oldest committed event that has not been published yet."
        );
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>
/// Lets one replica at a time run the relay and tidy up: the one whose turn it is. Marten's HotCold would do the first; this one
/// takes over within half a second instead of three, and carries the wake-up between replicas: a commit elsewhere reaches the
/// leader by NOTIFY, at most one per 5 ms.
/// </summary>
internal sealed class Leader(
    Turns turns,
    NpgsqlDataSource source,
    IServiceProvider services,
    Wakeup wakeup,
    IMeterFactory meters,
    ILogger<Leader> log
) : BackgroundService
{
    private const long Lock = 0x536B696C6C; // "Skill"
    private const string Channel = "skillplatform_committed";
    private static readonly TimeSpan Pulse = TimeSpan.FromMilliseconds(500);

    // Never disposed: what is still being committed while the process ends must not fail for it.
    private readonly SemaphoreSlim _toNotify = new(0, 1);
    private readonly Counter<long> _changes = meters
        .Create(Measuring.Source)
        .CreateCounter<long>("skillplatform.leader.changes", "{change}", "Times that this replica became the leader.");

    public bool Leads { get; private set; }

    public IDocumentSessionListener Listener => new Commits(this);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(
            Persist(Lead, "leadership", stoppingToken),
            Persist(Notify, "notifying", stoppingToken),
            Persist(Forget, "tidying up", stoppingToken)
        );
    }

    private async Task Lead(CancellationToken ct)
    {
        await using var turn = (await turns.Take(Lock, ct))!;
        turn.Connection.Notification += (_, _) => wakeup.Signal();
        log.LogInformation("This replica leads.");
        _changes.Add(1);
        // None where nothing is announced.
        var coordinator = services.GetService<Marten.Events.Daemon.Coordination.IProjectionCoordinator>();
        try
        {
            await turn.Ask($"listen {Channel}; select true", ct);
            if (coordinator is not null)
                await coordinator.ResumeAsync();
            Leads = true;
            while (true)
                if (!await turn.Connection.WaitAsync(Pulse, ct))
                    await turn.Check(ct);
        }
        finally
        {
            Leads = false;
            if (coordinator is not null)
                await coordinator.PauseAsync();
        }
    }

    private async Task Notify(CancellationToken ct)
    {
        while (true)
        {
            await _toNotify.WaitAsync(ct);
            await using (var notify = source.CreateCommand($"notify {Channel}"))
                await notify.ExecuteNonQueryAsync(ct);
            await Task.Delay(5, ct);
        }
    }

    // An inbox entry is needed while its message may still come again, a given answer for a day.
    private async Task Forget(CancellationToken ct)
    {
        using var hourly = new PeriodicTimer(TimeSpan.FromHours(1));
        while (await hourly.WaitForNextTickAsync(ct))
        {
            if (!Leads)
                continue;
            await using var session = services.GetRequiredService<IDocumentStore>().LightweightSession();
            var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
            session.DeleteWhere<Inbox>(entry => entry.At < now.AddDays(-30));
            session.DeleteWhere<GivenAnswer>(answer => answer.At < now.AddDays(-1));
            await session.SaveChangesAsync(ct);
        }
    }

    private async Task Persist(Func<CancellationToken, Task> work, string what, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await work(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                log.LogWarning("Lost {What} ({Reason}); trying again.", what, e.Message);
                await Task.Delay(Pulse, ct)
                    .ContinueWith(
                        _ => { },
                        CancellationToken.None,
                        TaskContinuationOptions.None,
                        TaskScheduler.Default
                    );
            }
        }
    }

    private void Committed()
    {
        if (Leads)
            wakeup.Signal();
        else
            lock (_toNotify)
                if (_toNotify.CurrentCount == 0)
                    _toNotify.Release();
    }

    private sealed class Commits(Leader leader) : DocumentSessionListenerBase
    {
        public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
        {
            if (commit.GetStreams().Any())
                leader.Committed();
            return Task.CompletedTask;
        }
    }
}

/// <summary>
/// Wakes the daemon as soon as something was committed. One pulse stays pending, so none is lost during a poll. Under load
/// the pulses are gathered for a moment, since each poll looks through everything that waits.
/// </summary>
internal sealed class Wakeup(TimeProvider time) : IDaemonWakeup
{
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(20);
    private readonly Signal _pending = new();
    private long _last;

    public void Signal() => _pending.Set();

    public async Task WaitAsync(TimeSpan timeout, CancellationToken token)
    {
        var since = time.GetElapsedTime(_last);
        if (_last > 0 && since < Apart)
            await Task.Delay(Apart - since, time, token);
        await _pending.WaitAsync(timeout, token);
        _last = time.GetTimestamp();
    }

    public void Dispose() => _pending.Dispose();
}

/// <summary>Says that there is something to do. Said once or often, it is heard once, also by who comes to listen later.</summary>
public sealed class Signal : IDisposable
{
    private readonly SemaphoreSlim _said = new(0, 1);

    /// <summary>There is something to do.</summary>
    public void Set()
    {
        lock (_said)
            if (_said.CurrentCount == 0)
                _said.Release();
    }

    /// <summary>Waits until it was said, or long enough.</summary>
    /// <param name="atMost">How long.</param>
    /// <param name="ct">Cancels.</param>
    public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => _said.WaitAsync(atMost, ct);

    /// <inheritdoc/>
    public void Dispose() => _said.Dispose();
}

/// <summary>What is to be done from time to time, by the replica that leads.</summary>
public static class Rounds
{
    /// <summary>Does it at once and then over and over; what fails is done again the next time.</summary>
    /// <param name="every">How often.</param>
    /// <param name="leads">True on the replica that does it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="work">What is done.</param>
    /// <param name="failed">Told why it was not.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task Of(
        TimeSpan every,
        Func<bool> leads,
        TimeProvider time,
        Func<CancellationToken, Task> work,
        Action<Exception> failed,
        CancellationToken ct
    )
    {
        using var timer = new PeriodicTimer(every, time);
        do
        {
            try
            {
                if (leads())
                    await work(ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                failed(e);
            }
        } while (await timer.WaitForNextTickAsync(ct));
    }
}
