using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace SkillPlatform.ServiceDefaults;

/// <summary>A message that was given up.</summary>
/// <param name="Queue">Where it lies: <c>{endpoint}_error</c>, <c>_dead</c> or <c>_skipped</c>.</param>
/// <param name="MessageId">Its id; null where the message has none.</param>
/// <param name="Reason">What went wrong; null where unknown.</param>
/// <param name="At">When it was given up, as the broker or the consumer noted it; null where unknown.</param>
/// <param name="Body">The first 2,000 characters of it.</param>
public sealed record GivenUp(string Queue, string? MessageId, string? Reason, string? At, string Body);

/// <summary>What was put back into its queue.</summary>
/// <param name="Count">Messages.</param>
public sealed record Replayed([property: System.Text.Json.Serialization.JsonPropertyName("replayed")] int Count);

/// <summary>
/// The operator's view of messages that were given up: list them, and put them back once the cause is mended. Works on
/// the broker itself, so that it also serves when the service does not start.
/// As a command: <c>{service} errors list</c>, <c>{service} errors replay [queue]</c>.
/// Over HTTP, for administrators: <c>GET …/errors</c>, <c>POST …/errors/{queue}/replay</c>.
/// </summary>
public static class ErrorQueues
{
    private static readonly string[] Kinds = ["_error", "_dead", "_skipped"];

    /// <summary>Runs <c>errors list|replay</c> if the arguments say so.</summary>
    /// <param name="args">The process's arguments.</param>
    /// <param name="configuration">Holds the connection string <c>messaging</c>.</param>
    /// <param name="endpoints">Names of the service's endpoints.</param>
    /// <returns>The exit code, or null if the arguments say something else.</returns>
    public static async Task<int?> RunCommand(string[] args, IConfiguration configuration, params string[] endpoints)
    {
        if (args is not ["errors", var verb, .. var rest])
            return null;
        await using var connection = await Connect(configuration);
        switch (verb, rest)
        {
            case ("list", []):
                foreach (var message in await List(connection, endpoints, 1000))
                    Console.WriteLine($"{message.Queue}\t{message.MessageId}\t{message.At}\t{message.Reason}");
                return 0;
            case ("replay", []):
                foreach (var queue in Queues(endpoints))
                    Console.WriteLine($"{queue}\t{await Replay(connection, queue)} put back");
                return 0;
            case ("replay", [var queue]) when Queues(endpoints).Contains(queue, StringComparer.Ordinal):
                Console.WriteLine($"{queue}\t{await Replay(connection, queue)} put back");
                return 0;
            default:
                await Console.Error.WriteLineAsync("usage: errors list | errors replay [queue]");
                return 2;
        }
    }

    /// <summary>Maps the two routes, for administrators.</summary>
    /// <param name="api">The service's route group.</param>
    /// <param name="endpoints">Names of the service's endpoints.</param>
    public static void MapErrorQueues(this IEndpointRouteBuilder api, params string[] endpoints)
    {
        var group = api.MapGroup("/errors").RequireAuthorization(Roles.Administrator);
        group.MapGet(
            "/",
            async (IConfiguration configuration) =>
            {
                await using var connection = await Connect(configuration);
                return TypedResults.Ok(new Page<GivenUp>(await List(connection, endpoints, 200), NextCursor: null));
            }
        );
        group
            .MapPost(
                "/{queue}/replay",
                async Task<IResult> (string queue, IConfiguration configuration) =>
                {
                    if (!Queues(endpoints).Contains(queue, StringComparer.Ordinal))
                        return TypedResults.NotFound();
                    await using var connection = await Connect(configuration);
                    return TypedResults.Ok(new Replayed(await Replay(connection, queue)));
                }
            )
            .Produces<Replayed>();
    }

    internal static IEnumerable<string> Queues(IEnumerable<string> endpoints) =>
        endpoints.SelectMany(endpoint => Kinds.Select(kind => endpoint + kind));

    internal static Task<IConnection> Connect(IConfiguration configuration) =>
        Broker.Of(configuration).Connect("error queues");

    private static async Task<List<GivenUp>> List(IConnection connection, IEnumerable<string> endpoints, int most)
    {
        var found = new List<GivenUp>();
        foreach (var queue in Queues(endpoints))
        {
            // Closing the channel gives everything back that was only looked at.
            await using var channel = await connection.CreateChannelAsync();
            while (found.Count < most && await Get(channel, queue) is { } message)
                found.Add(Describe(queue, message));
        }
        return found;
    }

    private static async Task<int> Replay(IConnection connection, string queue)
    {
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true)
        );
        var endpoint = queue[..queue.LastIndexOf('_')];
        uint waiting;
        try
        {
            waiting = (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
        }
        catch (OperationInterruptedException)
        {
            return 0;
        }
        var replayed = 0;
        // No more than lie there now: what fails again comes back to the end of the queue.
        for (; replayed < waiting && await Get(channel, queue) is { } message; replayed++)
        {
            var properties = new BasicProperties(message.BasicProperties);
            properties
                .Headers?.Where(h =>
                    h.Key.StartsWith("MT-Fault-", StringComparison.Ordinal)
                    || h.Key.StartsWith("x-", StringComparison.Ordinal)
                )
                .Select(h => h.Key)
                .ToList()
                .ForEach(name => properties.Headers.Remove(name));
            // Not by the exchange without a name: it leads to every queue, and is nobody's to use.
            await channel.BasicPublishAsync(endpoint, "", mandatory: true, properties, message.Body);
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false);
        }
        return replayed;
    }

    private static async Task<BasicGetResult?> Get(IChannel channel, string queue)
    {
        try
        {
            return await channel.BasicGetAsync(queue, autoAck: false);
        }
        catch (OperationInterruptedException)
        {
            // The queue is made with the first message that is given up; until then there is none.
            return null;
        }
    }

    /// <summary>Drops from some queues what says something of an account, and leaves the rest as it is.</summary>
    /// <param name="connection">The broker.</param>
    /// <param name="endpoints">Names of the endpoints.</param>
    /// <param name="account">Opaque id.</param>
    internal static async Task Forget(IConnection connection, IEnumerable<string> endpoints, string account)
    {
        foreach (var queue in Queues(endpoints))
        {
            await using var channel = await connection.CreateChannelAsync();
            while (await Get(channel, queue) is { } message)
                if (Encoding.UTF8.GetString(message.Body.Span).Contains($"\"{account}\"", StringComparison.Ordinal))
                    await channel.BasicAckAsync(message.DeliveryTag, multiple: false);
        }
    }

    private static GivenUp Describe(string queue, BasicGetResult message)
    {
        var headers = message.BasicProperties.Headers;
        var body = Encoding.UTF8.GetString(message.Body.Span);
        return new GivenUp(
            queue,
            Header("MessageId") ?? message.BasicProperties.MessageId,
            Header("MT-Fault-Message") ?? Header("MT-Reason") ?? Header("x-first-death-reason"),
            Header("MT-Fault-Timestamp"),
            body.Length > 2000 ? body[..2000] : body
        );

        string? Header(string name) =>
            headers is not null && headers.TryGetValue(name, out var value)
                ? value switch
                {
                    byte[] bytes => Encoding.UTF8.GetString(bytes),
                    null => null,
                    _ => Convert.ToString(value, CultureInfo.InvariantCulture),
                }
                : null;
    }
}

/// <summary>
/// What says who someone was goes with the account, also where it was given up. The one thing that consumers do outside of
/// their session: doing it twice is doing it once.
/// </summary>
/// <param name="configuration">Holds the connection string <c>messaging</c>.</param>
public sealed class GivenUpMessages(IConfiguration configuration)
{
    /// <summary>Drops every message of these endpoints that was given up and names the account.</summary>
    /// <param name="account">Opaque id.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="endpoints">Names of the endpoints that are told of accounts.</param>
    public async Task Forget(string account, CancellationToken ct, params string[] endpoints)
    {
        await using var connection = await ErrorQueues.Connect(configuration);
        await ErrorQueues.Forget(connection, endpoints, account).WaitAsync(ct);
    }
}

/// <summary>What waits in a service's queues and what was given up, asked when somebody collects metrics, by the replica that leads.</summary>
internal sealed class QueueDepths : IHostedService
{
    // The broker logs each question after a queue that is not there as an error.
    private static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(5);
    private readonly Dictionary<string, long> _absent = new(StringComparer.Ordinal);

    public QueueDepths(IServiceProvider services, IReadOnlyCollection<string> endpoints)
    {
        var leads = services.GetKeyedService<Func<bool>>("leads");
        var configuration = services.GetRequiredService<IConfiguration>();
        services
            .GetRequiredService<IMeterFactory>()
            .Create(Telemetry.Name)
            .CreateObservableGauge(
                "skillplatform.queue.messages",
                () => leads?.Invoke() == true ? Task.Run(Count).GetAwaiter().GetResult() : [],
                "{message}",
                "Messages that are ready in a queue; in those ending in _error, _dead or _skipped, given up."
            );

        async Task<List<Measurement<long>>> Count()
        {
            var counted = new List<Measurement<long>>();
            try
            {
                await using var connection = await ErrorQueues.Connect(configuration);
                foreach (var queue in endpoints.Concat(ErrorQueues.Queues(endpoints)))
                    counted.Add(
                        new(
                            await Depth(connection, queue),
                            KeyValuePair.Create("messaging.destination.name", (object?)queue)
                        )
                    );
            }
            catch (Exception e) when (e is BrokerUnreachableException or OperationInterruptedException or IOException)
            {
                // Readiness says that the broker is away.
            }
            return counted;
        }
    }

    private async Task<long> Depth(IConnection connection, string queue)
    {
        if (_absent.TryGetValue(queue, out var since) && Stopwatch.GetElapsedTime(since) < AskAgain)
            return 0;
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == 404)
        {
            // Made with the first message that is given up.
            _absent[queue] = Stopwatch.GetTimestamp();
            return 0;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
