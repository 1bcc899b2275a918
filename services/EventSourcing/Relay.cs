using System.Diagnostics;
using System.Diagnostics.Metrics;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
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
/// stays inside. May query, and must give the same message each time it is asked about the same event.
/// </summary>
/// <param name="event">The stored event.</param>
/// <param name="around">Reads: the event's stream as it was then, and documents, which may be newer than the event.</param>
/// <param name="ct">Cancels.</param>
public delegate Task<object?> Announce(IEvent @event, Around around, CancellationToken ct);

/// <summary>
/// What can be read while events are announced. Each thing is read once for a page of events, however many of them ask for
/// it, and a stream not at all where the page holds it from its beginning, as after an import.
/// </summary>
/// <param name="page">The events that are announced together, in order.</param>
/// <param name="session">For queries of other kinds.</param>
public sealed class Around(IReadOnlyList<IEvent> page, IQuerySession session)
{
    private readonly ILookup<Guid, IEvent> _page = page.ToLookup(e => e.StreamId);
    private readonly Dictionary<Guid, IReadOnlyList<IEvent>> _streams = [];
    private readonly Dictionary<(Type, Guid), object?> _documents = [];

    /// <summary>For queries of other kinds.</summary>
    public IQuerySession Session => session;

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
/// id as <c>MessageId</c>. Progress is stored after all confirms of a page: at least once, never skipped. A publish that
/// fails is repeated with backoff for as long as it takes.
/// </summary>
internal sealed class Relay : SubscriptionBase
{
    private static readonly ActivitySource Traces = new("SkillPlatform");
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
        var around = new Around(page.Events, operations);
        foreach (var @event in page.Events)
            if (await _announce(@event, around, cancellationToken) is { } message)
                messages.Add((@event, message));
        // Started in order and confirmed together: a page costs one round trip to the broker, not one for each message.
        await Task.WhenAll(messages.Select(m => Publish(m.Event, m.Message, cancellationToken)));
        return NullChangeListener.Instance;
    }

    private async Task Publish(IEvent @event, object message, CancellationToken ct)
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
                            context.MessageId = @event.Id;
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
    private const string Sql = """
        select coalesce((select last_seq_id from mt_event_progression where name = 'relay:All'), 0),
               coalesce((select max(seq_id) from mt_events), 0)
        """;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private (long Progress, long At) _moved;

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        await using var command = source.CreateCommand(Sql);
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

/// <summary>How far behind the relay is, asked when somebody collects metrics, and by the replica that leads.</summary>
internal sealed class RelayLag : IHostedService
{
    private const string Progress = "(select last_seq_id from mt_event_progression where name = 'relay:All')";

    public RelayLag(NpgsqlDataSource source, Leader leader, IMeterFactory meters)
    {
        var meter = meters.Create("SkillPlatform");
        meter.CreateObservableGauge(
            "skillplatform.relay.lag",
            () => Ask($"select (coalesce((select max(seq_id) from mt_events), 0) - coalesce({Progress}, 0))::float8"),
            "{event}",
            "Committed events that have not been published yet."
        );
        meter.CreateObservableGauge(
            "skillplatform.relay.oldest",
            () =>
                Ask(
                    $"""
                    select coalesce(extract(epoch from now() - (
                        select timestamp from mt_events where seq_id > coalesce({Progress}, 0) order by seq_id limit 1
                    )), 0)::float8
                    """
                ),
            "s",
            "Age of the oldest committed event that has not been published yet."
        );

        IEnumerable<Measurement<double>> Ask(string sql)
        {
            if (!leader.Leads)
                return [];
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

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Red unless the database answers within two seconds.</summary>
internal sealed class DatabaseReady(NpgsqlDataSource source) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        await using var command = source.CreateCommand("select 1");
        command.CommandTimeout = 2;
        await command.ExecuteScalarAsync(cancellationToken);
        return HealthCheckResult.Healthy();
    }
}
