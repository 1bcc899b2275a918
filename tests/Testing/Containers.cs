using System.Globalization;
using Docker.DotNet;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using Testcontainers.PostgreSql;
using Testcontainers.RabbitMq;

namespace SkillPlatform.Testing;

internal static class Containers
{
    /// <summary>Null if an engine answers within ten seconds, else why not. An endpoint that accepts and never answers would block for minutes.</summary>
    public static async Task<string?> Answer()
    {
        try
        {
            var probe = Task.Run(async () =>
            {
                if (TestcontainersSettings.OS.DockerEndpointAuthConfig is not { } endpoint)
                    throw new InvalidOperationException("none is configured or found");
                using var client = endpoint.GetDockerClientBuilder(Guid.NewGuid()).Build();
                await client.System.PingAsync();
            });
            await probe.WaitAsync(TimeSpan.FromSeconds(10));
            return null;
        }
        catch (Exception e)
        {
            return e.Message.Split('\n')[0];
        }
    }
}

internal sealed class ContainerPostgres : IPostgres
{
    private readonly PostgreSqlContainer _container = new PostgreSqlBuilder("postgres:17-alpine").Build();

    public string Admin => _container.GetConnectionString();

    public Task Start() => _container.StartAsync();

    public ValueTask DisposeAsync() => _container.DisposeAsync();
}

internal sealed class ContainerRabbit : IRabbit
{
    private const string Node = "rabbit@localhost";
    private readonly RabbitMqContainer _container = new RabbitMqBuilder("rabbitmq:4")
        .WithEnvironment("RABBITMQ_NODENAME", Node)
        .Build();

    public Task Start() => _container.StartAsync();

    public async Task<Uri> NewVirtualHost()
    {
        var address = new Uri(_container.GetConnectionString());
        var name = string.Create(CultureInfo.InvariantCulture, $"t{Guid.CreateVersion7():N}");
        await Control("add_vhost", name);
        await Control("set_permissions", "-p", name, address.UserInfo.Split(':')[0], ".*", ".*", ".*");
        return new Uri(address, name);
    }

    public async Task<string> Control(params string[] arguments)
    {
        // What is executed does not inherit what the image's entry point set: where the cookie is.
        var result = await _container.ExecAsync([
            "env",
            "HOME=/var/lib/rabbitmq",
            "rabbitmqctl",
            "-q",
            "-n",
            Node,
            .. arguments,
        ]);
        return result.ExitCode == 0
            ? result.Stdout
            : throw new InvalidOperationException($"rabbitmqctl {arguments[0]}: {result.Stderr}");
    }

    public ValueTask DisposeAsync() => _container.DisposeAsync();
}
