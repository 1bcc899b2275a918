using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

/// <summary>Delivers every public message four times more to each endpoint that gets it, as a bad day at the broker would.</summary>
public sealed class Multiplier : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _open = [];

    public static async Task<Multiplier> Start(LocalRabbit rabbit)
    {
        var multiplier = new Multiplier();
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
            .ToLookup(b => b[0], b => b[1]);
        var connection = await new ConnectionFactory
        {
            Uri = rabbit.Address,
            NetworkRecoveryInterval = TimeSpan.FromSeconds(1),
        }.CreateConnectionAsync();
        multiplier._open.Add(connection);
        foreach (var message in bindings)
        {
            var channel = await connection.CreateChannelAsync();
            multiplier._open.Insert(0, channel);
            var queue = $"multiplier-{message.Key}";
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
            await channel.QueueBindAsync(queue, message.Key, "");
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += async (_, delivery) =>
            {
                var properties = new BasicProperties(delivery.BasicProperties);
                foreach (var endpoint in message)
                    for (var copy = 0; copy < 4; copy++)
                        await channel.BasicPublishAsync(endpoint, "", false, properties, delivery.Body);
            };
            await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        }
        return multiplier;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var open in _open)
            await open.DisposeAsync();
    }
}
