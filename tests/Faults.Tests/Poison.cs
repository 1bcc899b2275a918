using System.Text;
using RabbitMQ.Client;
using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

/// <summary>What nobody can take: a message that is not JSON, and one of a type nobody knows.</summary>
public static class Poison
{
    private const string Poisoned = "catalog-when-proposal-accepted-in-turn";

    /// <summary>By the queue it must end in.</summary>
    private static readonly Dictionary<string, string> Bodies = new(StringComparer.Ordinal)
    {
        [$"{Poisoned}_error"] = "{ this is no JSON",
        [$"{Poisoned}_skipped"] = """
            {"messageId":"01890000-0000-7000-8000-000000000009","messageType":["urn:message:SkillPlatform.Contracts:SomethingOfTomorrow"],"message":{"v":9}}
            """,
    };

    public static bool EndsIn(string queue) => Bodies.ContainsKey(queue);

    public static async Task Inject(Platform platform)
    {
        var factory = new ConnectionFactory { Uri = platform.Rabbit.Address };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var properties = new BasicProperties { ContentType = "application/vnd.masstransit+json", Persistent = true };
        foreach (var body in Bodies.Values)
            await channel.BasicPublishAsync(Poisoned, "", true, properties, Encoding.UTF8.GetBytes(body));
    }

    /// <summary>I7: what was set aside is the poison and nothing else. Twice, where a process died between setting aside and saying so.</summary>
    public static async Task IsSetAside(Platform platform)
    {
        var factory = new ConnectionFactory { Uri = platform.Rabbit.Address };
        await using var connection = await factory.CreateConnectionAsync();
        foreach (var (queue, body) in Bodies)
        {
            var (held, others) = (0, new List<string>());
            // Closed, it gives back what was only looked at.
            await using (var channel = await connection.CreateChannelAsync())
                while (await channel.BasicGetAsync(queue, autoAck: false) is { } message)
                {
                    held++;
                    if (Encoding.UTF8.GetString(message.Body.Span) is var other && other != body)
                        others.Add($"{other}\n{Why(message.BasicProperties)}");
                }
            Assert.True(held > 0, $"{queue} is empty.");
            Assert.Equal([], others);

            // The operator's commands: it is listed, put back, and comes to lie there again.
            await Eventually.Holds(async () =>
                (await platform.Run("Catalog", "errors", "list")).Output.Contains(queue, StringComparison.Ordinal)
            );
            var (code, output) = await platform.Run("Catalog", "errors", "replay", queue);
            Assert.Equal((0, $"{queue}\t{held} put back\n"), (code, output));
            await Eventually.Holds(async () => (await platform.Rabbit.Queues()).GetValueOrDefault(queue) == held);
        }
    }

    // What MassTransit says beside a message that it has set aside.
    private static string Why(IReadOnlyBasicProperties message) =>
        string.Join(
            '\n',
            (message.Headers ?? new Dictionary<string, object?>(StringComparer.Ordinal))
                .Where(header => header.Key.StartsWith("MT-", StringComparison.Ordinal))
                .Select(header =>
                    $"{header.Key}: {(header.Value is byte[] text ? Encoding.UTF8.GetString(text) : header.Value)}"
                )
        );
}
