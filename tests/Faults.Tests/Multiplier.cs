using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

/// <summary>Delivers every public message four times more to each endpoint that gets it, as a bad day at the broker would.</summary>
public sealed class Multiplier : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;

    /// <summary>Called for each message, once the broker has it.</summary>
    public Action? Seen { get; set; }

    private Multiplier(Uri address, ILookup<string, string> bindings) => _work = Work(address, bindings);

    public static async Task<Multiplier> Start(LocalRabbit rabbit)
    {
        var bindings = (
            await rabbit.Control(
                "list_bindings",
                "source_name",
                "destination_name",
                "destination_kind",
                "--no-table-headers"
            )
        )
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t'))
            .Where(b => b[2] == "exchange" && b[0].StartsWith("SkillPlatform.Contracts:", StringComparison.Ordinal))
            // Ends with its process, and publishing to what is gone closes the channel.
            .Where(b => !b[1].Contains("-temporary-", StringComparison.Ordinal))
            .ToLookup(b => b[0], b => b[1], StringComparer.Ordinal);
        return new Multiplier(rabbit.Address, bindings);
    }

    // Starts anew after each fault of the broker: what the client's own recovery brings back is not always all.
    private async Task Work(Uri address, ILookup<string, string> bindings)
    {
        var factory = new ConnectionFactory { Uri = address, AutomaticRecoveryEnabled = false };
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await factory.CreateConnectionAsync(_stop.Token);
                var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                connection.ConnectionShutdownAsync += (_, _) =>
                {
                    lost.TrySetResult();
                    return Task.CompletedTask;
                };
                foreach (var message in bindings)
                    await Multiply(connection, message.Key, [.. message]);
                await lost.Task.WaitAsync(_stop.Token);
            }
            catch (Exception) when (!_stop.IsCancellationRequested)
            {
                await Task.Delay(200);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task Multiply(IConnection connection, string exchange, string[] endpoints)
    {
        var channel = await connection.CreateChannelAsync();
        var queue = $"multiplier-{exchange}";
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync(queue, exchange, "");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            Seen?.Invoke();
            var properties = new BasicProperties(delivery.BasicProperties);
            foreach (var endpoint in endpoints)
                for (var copy = 0; copy < 4; copy++)
                    await channel.BasicPublishAsync(endpoint, "", false, properties, delivery.Body);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _stop.Dispose();
    }
}
