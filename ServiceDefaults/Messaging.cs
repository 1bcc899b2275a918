using System.Net.Sockets;
using System.Runtime.CompilerServices;
using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.RabbitMqTransport.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace SkillPlatform.ServiceDefaults;

/// <summary>The bus: MassTransit on RabbitMQ, quorum queues, bounded retries for poison, patience with faults around us.</summary>
public static class Messaging
{
    // Every second at first, then every ten, for more than a day.
    private static readonly TimeSpan[] Patience =
    [
        .. Enumerable.Repeat(TimeSpan.FromSeconds(1), 100),
        .. Enumerable.Repeat(TimeSpan.FromSeconds(10), 10_000),
    ];

    private const string DeliveryLimit = "x-delivery-limit";

    // Looking at a message that was given up counts as a delivery. Absent would be 20 from RabbitMQ 4 on.
    private const int Looks = 1_000_000;

    /// <summary>
    /// Adds the bus behind the connection string <c>messaging</c> (<see cref="Broker"/>). Endpoints are named
    /// <c>{service}-{message}</c> from the consumers. A consumer that throws is tried five times, then its message goes to
    /// <c>{queue}_error</c>; one that kills its process ends in <c>{queue}_dead</c> after twenty deliveries; while the
    /// database or the broker is away, messages wait and none is given up.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="service">Lower-case name of the service; prefix of its queues.</param>
    /// <param name="consumers">Registers the consumers, and the inbox.</param>
    public static void AddMessaging(
        this IHostApplicationBuilder builder,
        string service,
        Action<IBusRegistrationConfigurator> consumers
    )
    {
        var broker = Broker.Of(builder.Configuration);
        builder.Services.AddSingleton<GivenUpMessages>();
        var queues = new List<string>();
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.SetEndpointNameFormatter(new KebabCaseEndpointNameFormatter(service, includeNamespace: false));
            bus.AddConfigureEndpointsCallback(
                (context, name, endpoint) =>
                {
                    var rabbit = (IRabbitMqReceiveEndpointConfigurator)endpoint;
                    BeginAnew.Where(rabbit);
                    if (!name.StartsWith(Temporary(service), StringComparison.Ordinal))
                    {
                        queues.Add(name);
                        rabbit.SetQuorumQueue();
                        rabbit.SetQueueArgument(DeliveryLimit, 20);
                        rabbit.BindDeadLetterQueue(
                            $"{name}_dead",
                            $"{name}_dead",
                            dead =>
                            {
                                dead.SetQuorumQueue();
                                dead.SetQueueArgument(DeliveryLimit, Looks);
                            }
                        );
                        rabbit.PrefetchCount = 32;
                        // A backlog is worked off beside the people who wait for an answer, not before them.
                        rabbit.ConcurrentMessageLimit = Math.Max(4, 2 * Environment.ProcessorCount);
                        if (name.EndsWith(InTurn, StringComparison.Ordinal))
                        {
                            rabbit.SingleActiveConsumer = true;
                            // No more than the one at work: what another replica takes over must not be overtaken by what
                            // this one still holds.
                            rabbit.PrefetchCount = 1;
                            rabbit.ConcurrentMessageLimit = 1;
                            endpoint.UseFilter(new LetGo(context.GetRequiredService<IHostApplicationLifetime>()));
                        }
                    }
                    // Nobody listens to them; what went wrong lies beside the message, in its error queue.
                    endpoint.PublishFaults = false;
                    endpoint.UseFilter(new UntilDone());
                    endpoint.UseMessageRetry(retry =>
                    {
                        retry.Handle<Exception>(IsAround);
                        retry.Intervals(Patience);
                    });
                    endpoint.UseMessageRetry(retry =>
                    {
                        retry.Ignore<Exception>(IsAround);
                        retry.Exponential(
                            5,
                            TimeSpan.FromMilliseconds(20),
                            TimeSpan.FromSeconds(1),
                            TimeSpan.FromMilliseconds(50)
                        );
                    });
                }
            );
            consumers(bus);
            bus.UsingRabbitMq(
                (context, rabbit) =>
                {
                    rabbit.Host(
                        broker.Address,
                        host =>
                        {
                            broker.TellNodes(host);
                            host.Heartbeat(TimeSpan.FromSeconds(5));
                            host.RequestedConnectionTimeout(TimeSpan.FromSeconds(5));
                            host.PublisherConfirmation = true;
                        }
                    );
                    Reconnection.Soon(rabbit);
                    rabbit.SendTopology.ConfigureErrorSettings = KeepForLooks;
                    rabbit.SendTopology.ConfigureDeadLetterSettings = KeepForLooks;
                    rabbit.ConfigureEndpoints(context);
                }
            );
        });
        // The bus starts on its own; readiness says when it is up, so that a process can start before its broker.
        builder.Services.Configure<MassTransitHostOptions>(options =>
        {
            options.WaitUntilStarted = false;
            // What is at work when the process is told to end may finish; what waits for its surroundings may not.
            options.ConsumerStopTimeout = TimeSpan.FromSeconds(5);
        });
        builder.Services.Configure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations.Where(r => r.Tags.Contains("masstransit")))
                check.Tags.Remove("ready");
        });
        builder.Services.AddHostedService(services => new QueueDepths(services, queues));
        builder.Services.AddSingleton(services => new BrokerReady(broker, services.GetRequiredService<IBusControl>()));
        builder.Services.AddHealthChecks().AddCheck<BrokerReady>("broker", tags: ["ready"]);
    }

    // The error queues take over the arguments of the queue they belong to, its limit included where it has one.
    private static void KeepForLooks(IRabbitMqQueueBindingConfigurator queue)
    {
        if (queue is not QueueBindingConfigurator { QueueArguments: var arguments })
            return;
        if (arguments.ContainsKey(DeliveryLimit))
            queue.SetQueueArgument(DeliveryLimit, Looks);
        // A queue with one reader cannot be looked into.
        arguments.Remove("x-single-active-consumer");
    }

    /// <summary>
    /// How queues begin that end with their process (<c>Temporary = true</c> on the endpoint): never quorum queues, and
    /// without a place for what cannot be delivered.
    /// </summary>
    /// <param name="service">Lower-case name of the service.</param>
    public static string Temporary(string service) => $"{service}-temporary-";

    /// <summary>
    /// How queues end whose messages are taken one at a time and in order, by one replica (decision 0016). What goes to an
    /// error queue has lost its turn.
    /// </summary>
    public const string InTurn = "-in-turn";

    /// <summary>True for faults of what is around us (database, network, broker), which pass, rather than of the message.</summary>
    /// <param name="exception">The exception.</param>
    public static bool IsAround(Exception exception) =>
        exception switch
        {
            // Of the message are what it holds and what is asked for it (data, constraints, statements, limits); all else is of
            // the server, also "internal": with its disk full it says so of a connection that begins.
            Npgsql.PostgresException said => said.IsTransient
                || said.SqlState[..2] is not ("22" or "23" or "42" or "21" or "44" or "0A" or "54" or "P0"),
            // What no server has said is of the connection; so is what whoever uses one next is told, once it has broken.
            Npgsql.NpgsqlException or InvalidOperationException { Source: nameof(Npgsql) } => true,
            SocketException or TimeoutException => true,
            // The process ends: another takes the message.
            ObjectDisposedException => true,
            { InnerException: { } inner } => IsAround(inner),
            _ => false,
        };
}

/// <summary>
/// A replica that is told to end lets go of a queue in turn as one that is killed would: the broker puts back what it held,
/// and then hands it to the next replica before anything else. Told of the end in good order, the broker would hand on what
/// comes after, while this one has still to begin with, or waits to try again, what comes before. What it was doing may be
/// committed yet; the next one finds it done.
/// </summary>
internal sealed class LetGo : IFilter<ConsumeContext>
{
    private volatile bool _ends;
    private volatile IChannel? _channel;

    public LetGo(IHostApplicationLifetime life) =>
        life.ApplicationStopping.Register(() =>
        {
            _ends = true;
            Abort();
        });

    public Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        _channel = context.ReceiveContext.GetPayload<ChannelContext>().Channel;
        if (!_ends)
            return next.Send(context);
        Abort();
        throw new OperationCanceledException("This replica ends; the message is another's.");
    }

    // Not awaited: it waits for the answer of whoever is called from it.
    private void Abort() => _ = _channel?.AbortAsync();

    public void Probe(ProbeContext context) => context.CreateFilterScope("let-go");
}

/// <summary>
/// Tries a broker that is away every second, for ever. MassTransit 8 waits longer each time, up to half a minute, and has no
/// setting for it: a broker that was away for eight seconds would be missed for sixteen, while readiness is green again.
/// </summary>
internal static class Reconnection
{
    public static void Soon(IRabbitMqBusFactoryConfigurator bus)
    {
        ref var policy = ref PolicyOf(bus);
        var theirs = policy;
        policy = Retry.CreatePolicy(retry =>
        {
            retry.Handle<Exception>(theirs.IsHandled);
            retry.Incremental(int.MaxValue, TimeSpan.FromSeconds(1), TimeSpan.Zero);
        });
    }

    public static ref IRetryPolicy PolicyOf(IRabbitMqBusFactoryConfigurator bus) =>
        ref Policy((RabbitMqHostConfiguration)Host((RabbitMqBusFactoryConfigurator)bus));

    // Where the version that Directory.Packages.props holds to keeps them; a test fails where another does not.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_hostConfiguration")]
    private static extern ref IRabbitMqHostConfiguration Host(RabbitMqBusFactoryConfigurator bus);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<ReceiveTransportRetryPolicy>k__BackingField")]
    private static extern ref IRetryPolicy Policy(RabbitMqHostConfiguration host);
}

/// <summary>
/// An endpoint whose channel closes before it listens begins anew. MassTransit declares the queues and exchanges of an endpoint
/// all at once; RabbitMQ.Client 7.2.2 lets whoever waits for his turn on a channel wait for ever if it is closed meanwhile (its
/// issue 1976, mended since), whatever timeout he has. The endpoint would never listen again and nothing would be logged; a
/// process that starts would never be ready, and its bus could not be started anew, since it waits for all its endpoints.
/// </summary>
internal sealed class BeginAnew : IFilter<ChannelContext>, IReceiveEndpointObserver
{
    // What is told of the close ends by itself, and says better what it was at.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);
    private volatile TaskCompletionSource _listens = new();

    public static void Where(IRabbitMqReceiveEndpointConfigurator endpoint)
    {
        var filter = new BeginAnew();
        endpoint.ConnectReceiveEndpointObserver(filter);
        endpoint.ConfigureChannel(channel => channel.UseFilter(filter));
    }

    public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        var listens = _listens = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var closed = new TaskCompletionSource<ShutdownEventArgs>(TaskCreationOptions.RunContinuationsAsynchronously);
        context.Channel.ChannelShutdownAsync += (_, reason) =>
        {
            closed.TrySetResult(reason);
            return Task.CompletedTask;
        };
        var work = next.Send(context);
        if (await Task.WhenAny(work, listens.Task, closed.Task) == closed.Task)
        {
            var grace = Task.Delay(Grace);
            if (await Task.WhenAny(work, listens.Task, grace) == grace)
                throw new AlreadyClosedException(await closed.Task);
        }
        await work;
    }

    public Task Ready(ReceiveEndpointReady ready)
    {
        _listens.TrySetResult();
        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    public Task Faulted(ReceiveEndpointFaulted faulted) => Task.CompletedTask;

    public void Probe(ProbeContext context) => context.CreateFilterScope("begin-anew");
}

/// <summary>
/// A message that still waited for its next try when the process was told to end is not done: it goes back to its queue.
/// MassTransit 8 takes the end of the waiting for success, finds that nobody consumed it, and sets it aside as skipped.
/// </summary>
internal sealed class UntilDone : IFilter<ConsumeContext>
{
    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        await next.Send(context);
        if (!context.ReceiveContext.IsDelivered)
            context.CancellationToken.ThrowIfCancellationRequested();
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("until-done");
}

/// <summary>
/// Red unless a channel on a connection of its own answers: the bus's own word is not enough. Nor is the channel until the
/// bus has bound its queues once: what is published before that reaches nobody.
/// </summary>
internal sealed class BrokerReady(Broker broker, IBusControl bus) : IHealthCheck, IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private IConnection? _connection;
    private bool _bound;

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        if (!_bound && bus.CheckHealth() is { Status: not BusHealthStatus.Healthy } health)
            return HealthCheckResult.Unhealthy(Missing(health));
        _bound = true;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(3));
        await _one.WaitAsync(limit.Token);
        try
        {
            if (_connection is not { IsOpen: true })
            {
                if (_connection is not null)
                    await _connection.DisposeAsync();
                _connection = await broker.Connect("readiness", Patience, limit.Token);
            }
            await using var channel = await _connection.CreateChannelAsync(cancellationToken: limit.Token);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e)
        {
            return HealthCheckResult.Unhealthy($"The broker does not answer: {e.Message}");
        }
        finally
        {
            _one.Release();
        }
    }

    private string Missing(BusHealthResult health)
    {
        var queues = health
            .Endpoints.Values.Where(endpoint => endpoint.Status != BusHealthStatus.Healthy)
            // The bus's own, where nobody sends anything.
            .Where(endpoint => endpoint.InputAddress != bus.Address)
            .Select(endpoint => endpoint.InputAddress.Segments[^1])
            .Order(StringComparer.Ordinal);
        return string.Join(", ", queues) is { Length: > 0 } names
            ? $"Not bound yet: {names}."
            : "The queues are not bound yet.";
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        _one.Dispose();
    }
}
