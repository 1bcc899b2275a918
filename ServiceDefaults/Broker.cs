using System.Text.RegularExpressions;
using MassTransit;
using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;

namespace SkillPlatform.ServiceDefaults;

/// <summary>
/// Where the broker is: the connection string <c>messaging</c>, which is one address (<c>amqp://…</c>) or, by commas, those of a
/// cluster's nodes. User, password and virtual host are those of the first.
/// </summary>
/// <param name="addresses">Of the nodes.</param>
public sealed class Broker(IReadOnlyList<Uri> addresses)
{
    private readonly AmqpTcpEndpoint[] _nodes =
    [
        .. addresses.Select(address => new AmqpTcpEndpoint(
            address,
            new SslOption(address.Host, enabled: address.Scheme == "amqps")
        )),
    ];

    /// <summary>The first node.</summary>
    public Uri Address => addresses[0];

    /// <summary>Reads the connection string.</summary>
    /// <param name="configuration">Holds it.</param>
    /// <exception cref="InvalidOperationException">It is missing, or no address.</exception>
    public static Broker Of(IConfiguration configuration)
    {
        var text =
            configuration.GetConnectionString("messaging")
            ?? throw new InvalidOperationException("ConnectionStrings__messaging is missing.");
        return new([
            // A password may hold a comma, too.
            .. Regex
                .Split(text, ",(?=amqps?://)", RegexOptions.None, TimeSpan.FromSeconds(1))
                .Select(part =>
                    Uri.TryCreate(part, UriKind.Absolute, out var address) && address.Scheme is "amqp" or "amqps"
                        ? address
                        // Not what it says: there is a password in it.
                        : throw new InvalidOperationException(
                            "ConnectionStrings__messaging must hold addresses that begin with amqp:// or amqps://, separated by commas."
                        )
                ),
        ]);
    }

    /// <summary>Tells a bus of all nodes: it takes the next one where one does not answer.</summary>
    /// <param name="host">Of the bus.</param>
    public void TellNodes(IRabbitMqHostConfigurator host)
    {
        if (_nodes.Length > 1)
            host.UseCluster(cluster =>
            {
                foreach (var node in _nodes)
                    cluster.Node($"{node.HostName}:{node.Port}");
            });
    }

    /// <summary>A connection to any node that answers.</summary>
    /// <param name="name">By which the broker lists it.</param>
    /// <param name="patience">With a node that does not answer; null for the client's own.</param>
    /// <param name="ct">Cancels.</param>
    public Task<IConnection> Connect(string name, TimeSpan? patience = null, CancellationToken ct = default)
    {
        var factory = new ConnectionFactory
        {
            Uri = Address,
            ClientProvidedName = name,
            AutomaticRecoveryEnabled = false,
            RequestedHeartbeat = TimeSpan.FromSeconds(5),
        };
        if (patience is { } limit)
            factory.RequestedConnectionTimeout = limit;
        return factory.CreateConnectionAsync(_nodes, ct);
    }
}
