using System.Text.RegularExpressions;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using SkillPlatform.Testing;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>
/// Who has the password of one service at the broker neither reads what waits for another nor speaks for it. That each may do what it
/// must, every other test of this project says: its services have no more than these rights.
/// </summary>
public sealed partial class OneServiceIsNotAnother(RunningPlatform running)
{
    private const string Refused = "403";
    private const string Contracts = "SkillPlatform.Contracts:";
    private static readonly string[] Services = [.. Topology.Read().Services.Select(s => s.Name)];
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_takes_nothing_out_of_anothers_queue()
    {
        var queues = await Names("list_queues");
        // What is lost by being looked at must not be theirs either: the dead have no reader, so ours are looked at for comparison.
        Assert.Contains("catalog-when-account-changed_dead", queues);
        Assert.Equal("", await As("catalog", Take("catalog-when-account-changed_dead")));
        Assert.All(Services.Except(["identity"]), s => Assert.Contains(queues, q => IsOf(s, q)));
        foreach (var service in Services)
        foreach (var queue in queues.Where(q => !IsOf(service, q)))
            Assert.Equal((service, queue, Refused), (service, queue, await As(service, Take(queue))));
    }

    [Fact]
    public async Task It_says_nothing_in_anothers_name()
    {
        var exchanges = await Names("list_exchanges");
        var contracts = exchanges.Where(e => e.StartsWith(Contracts, StringComparison.Ordinal)).ToList();
        Assert.Contains(Contracts + "AccountChanged", contracts);
        foreach (var service in Services)
        {
            foreach (var exchange in contracts.Where(e => Publisher(e[Contracts.Length..]) != service))
                Assert.Equal((service, exchange, Refused), (service, exchange, await As(service, Say(exchange))));
            // Nor past it, into the ear of whoever listens.
            foreach (var queue in exchanges.Where(e => Services.Any(s => s != service && IsOf(s, e))))
                Assert.Equal((service, queue, Refused), (service, queue, await As(service, Say(queue))));
            Assert.Equal(Refused, await As(service, Say("", "proposals-when-account-changed")));
            Assert.Equal(Refused, await As(service, Say("amq.fanout")));
        }
    }

    [Theory]
    [InlineData("catalog", "SkillCommented")]
    [InlineData("proposals", "ReviewDue")]
    [InlineData("identity", "ProposalActivity")]
    [InlineData("web", "ProposalAccepted")]
    public async Task It_does_not_have_sent_to_itself_what_it_has_no_business_with(string service, string message)
    {
        var queue = $"{service}-temporary-{Guid.CreateVersion7():N}";
        Assert.Equal(
            Refused,
            await As(
                service,
                async channel =>
                {
                    await channel.QueueDeclareAsync(queue, exclusive: true, cancellationToken: _ct);
                    await channel.QueueBindAsync(queue, Contracts + message, "", cancellationToken: _ct);
                }
            )
        );
    }

    private static bool IsOf(string service, string name) => name.StartsWith($"{service}-", StringComparison.Ordinal);

    // One file for each service that publishes.
    private static string Publisher(string message) =>
        Directory
            .GetFiles(Path.Combine(Repository.Root, "services", "Contracts"), "*.cs")
            .Where(file => Record().Matches(File.ReadAllText(file)).Any(r => r.Groups["name"].Value == message))
            .Select(file => Path.GetFileNameWithoutExtension(file).ToLowerInvariant())
            .Single();

    private Func<IChannel, Task> Take(string queue) => channel => channel.BasicGetAsync(queue, autoAck: false, _ct);

    private Func<IChannel, Task> Say(string exchange, string key = "") =>
        channel => channel.BasicPublishAsync(exchange, key, new byte[] { 1 }, _ct).AsTask();

    private async Task<IReadOnlyList<string>> Names(string list) =>
        [
            .. (await running.Platform.Rabbit.Control(list, "name", "--no-table-headers")).Split(
                '\n',
                StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
            ),
        ];

    /// <summary>What a service is told: the code with which the broker refused, or nothing.</summary>
    private async Task<string> As(string service, Func<IChannel, Task> act)
    {
        var factory = new ConnectionFactory
        {
            Uri = running.Platform.Broker(service),
            AutomaticRecoveryEnabled = false,
        };
        await using var connection = await factory.CreateConnectionAsync(_ct);
        await using var channel = await connection.CreateChannelAsync(new(true, true), _ct);
        try
        {
            await act(channel);
            return "";
        }
        catch (OperationInterruptedException e)
        {
            return $"{e.ShutdownReason?.ReplyCode}";
        }
    }

    [GeneratedRegex(@"public sealed record (?<name>\w+)\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Record();
}
