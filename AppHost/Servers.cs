using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using RabbitMQ.Client;

namespace SkillPlatform.AppHost;

/// <summary>The servers that the services need. Nothing here tells whether a container or a program of this machine answers.</summary>
/// <param name="Databases">A connection string for each service that keeps something, under the name <c>{service}-db</c>; it signs in as the owner of that database and of nothing else.</param>
/// <param name="Brokers">A connection string of the broker for each service, under the name <c>{service}-broker</c>; with an account that reads and writes what is that service's (<see cref="BrokerAccount"/>).</param>
internal sealed record Servers(
    IReadOnlyDictionary<string, IResourceBuilder<IResourceWithConnectionString>> Databases,
    IReadOnlyDictionary<string, IResourceBuilder<IResourceWithConnectionString>> Brokers
)
{
    public const string User = "skillplatform";
    private static readonly string[] Keeping = ["catalog", "proposals", "notifications", "identity", "web"];

    // Three replicas of each service, each with a pool and the leader's connections.
    internal const string Connections = "max_connections=500";

    public static Servers FromContainers(IDistributedApplicationBuilder builder, Settings settings)
    {
        var (userName, databasePassword, brokerPassword) = Credentials(builder, settings);
        var postgres = builder
            .AddPostgres("postgres", userName, databasePassword)
            .WithImageTag("18.3")
            .WithArgs("-c", Connections)
            .WithDataVolume($"{settings.Ours}-postgres");
        builder.Eventing.Subscribe<ResourceReadyEvent>(
            postgres.Resource,
            async (_, ct) =>
                await SkillPlatform.AppHost.Databases.Prepare(
                    (await postgres.Resource.ConnectionStringExpression.GetValueAsync(ct))!,
                    Owned(settings),
                    ct
                )
        );
        var endpoint = postgres.Resource.PrimaryEndpoint;
        var rabbit = builder
            .AddRabbitMQ("messaging", userName, brokerPassword)
            .WithImageTag("4.3")
            .WithEntrypoint("bash")
            .WithArgs("-c", BrokerAccount.Start)
            .WithEnvironment(BrokerAccount.Reads.Name, BrokerAccount.Reads.Value)
            // It keeps its data under its node's name, which would be the container's.
            .WithEnvironment("RABBITMQ_NODENAME", "skillplatform@localhost")
            .WithDataVolume($"{settings.Ours}-messaging");
        var passwords = BrokerAccount.All.ToDictionary(
            a => a.Service,
            a => Password(builder, settings, a),
            StringComparer.Ordinal
        );
        foreach (var account in BrokerAccount.All)
            rabbit.WithEnvironment(account.Password, passwords[account.Service]);
        var broker = rabbit.Resource.PrimaryEndpoint;
        return new Servers(
            ForEach(name =>
                builder
                    .AddConnectionString(
                        $"{name}-db",
                        ReferenceExpression.Create(
                            $"Host={endpoint.Property(EndpointProperty.Host)};Port={endpoint.Property(EndpointProperty.Port)};Database={name};Username={Role(name)};Password={Password(builder, settings, name)}"
                        )
                    )
                    .WaitFor(postgres)
            ),
            ForEachAccount(account =>
                builder
                    .AddConnectionString(
                        $"{account.Service}-broker",
                        ReferenceExpression.Create(
                            $"amqp://{account.Name}:{passwords[account.Service]}@{broker.Property(EndpointProperty.Host)}:{broker.Property(EndpointProperty.Port)}"
                        )
                    )
                    .WaitFor(rabbit)
            )
        );
    }

    public static Servers FromThisMachine(IDistributedApplicationBuilder builder, Settings settings)
    {
        var (postgres, database) = settings.IsCluster ? Pair.Of(builder, settings) : One(builder, settings);
        builder.Eventing.Subscribe<ResourceReadyEvent>(
            postgres.Resource,
            // The services could, but would report the absence first; and they may not make themselves owners.
            (_, ct) =>
                SkillPlatform.AppHost.Databases.Prepare(
                    Address(database, "postgres", User) + $";Password={settings.Secret("database_password")}",
                    Owned(settings),
                    ct
                )
        );
        var first = settings.Port("rabbitmq");
        var names = builder.AddProgram("epmd", MachineProgram.Epmd(settings.State, first + 1));
        var nodes = Nodes(settings)
            .Select(node => Node(builder, settings, node, first + 1).WaitForStart(names))
            .ToArray();
        return new Servers(
            ForEach(name =>
                builder
                    .AddConnectionString(
                        $"{name}-db",
                        ReferenceExpression.Create(
                            $"{Address(database, name, Role(name))};Password={Password(builder, settings, name)}"
                        )
                    )
                    .WaitFor(postgres)
            ),
            ForEachAccount(account =>
            {
                var broker = builder.AddConnectionString(
                    $"{account.Service}-broker",
                    ReferenceExpression.Create(
                        $"amqp://{account.Name}:{Password(builder, settings, account)}@127.0.0.1:{first.ToString(CultureInfo.InvariantCulture)}/{Others(settings)}"
                    )
                );
                foreach (var node in nodes)
                    broker.WaitFor(node);
                return broker;
            })
        );
    }

    // One server, and where it is.
    private static (IResourceBuilder<ExecutableResource> Server, string Hosts) One(
        IDistributedApplicationBuilder builder,
        Settings settings
    )
    {
        var port = settings.Port("postgres");
        var hosts = string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port}");
        var secret = settings.Secret("database_password");
        return (
            builder
                .AddProgram(
                    "postgres",
                    MachineProgram.Postgres(settings.PostgresHome(), port, User, secret, [Connections])
                )
                .WithEndpoint(port: port, name: "tcp", isProxied: false)
                .WithCheck(ct => Answers($"{Address(hosts, "postgres", User)};Password={secret}", ct)),
            hosts
        );
    }

    // Number, port, and the port between nodes.
    private static IEnumerable<(int Number, int Port, int Between)> Nodes(Settings settings)
    {
        var (first, more) = (settings.Port("rabbitmq"), settings.Port(Settings.Nodes));
        yield return (1, first, first + 2);
        if (!settings.IsCluster)
            yield break;
        yield return (2, more, more + 1);
        yield return (3, more + 2, more + 3);
    }

    private static string NodeName(int number) =>
        number == 1 ? "skillplatform@localhost" : $"skillplatform{number}@localhost";

    private static IResourceBuilder<ExecutableResource> Node(
        IDistributedApplicationBuilder builder,
        Settings settings,
        (int Number, int Port, int Between) node,
        int names
    )
    {
        var name = node.Number == 1 ? "rabbitmq" : $"rabbitmq-{node.Number}";
        return builder
            .AddProgram(
                name,
                MachineProgram.RabbitMq(
                    settings.Folder(name),
                    NodeName(node.Number),
                    node.Port,
                    names,
                    node.Between,
                    BrokerAccount.Definitions(
                        User,
                        settings.Secret("broker_password"),
                        account => settings.Secret($"{account.Service}_broker_password")
                    ),
                    ["disk_free_limit.absolute = 100MB", .. settings.IsCluster ? Together(settings) : []],
                    settings.IsCluster ? settings.Secret("broker_cookie") : null
                )
            )
            .WithEndpoint(port: node.Port, name: "tcp", isProxied: false)
            .WithCheck(ct =>
                Answers(new Uri($"amqp://{User}:{settings.Secret("broker_password")}@127.0.0.1:{node.Port}/"), ct)
            );
    }

    // They find each other on their first start; who does not see most of them pauses, so that there are never two brokers.
    private static IEnumerable<string> Together(Settings settings) =>
        [
            "cluster_partition_handling = pause_minority",
            "cluster_formation.peer_discovery_backend = classic_config",
            .. Nodes(settings)
                .Select(node => $"cluster_formation.classic_config.nodes.{node.Number} = {NodeName(node.Number)}"),
        ];

    // The nodes after the first, as the services read them.
    private static string Others(Settings settings) =>
        string.Concat(
            Nodes(settings)
                .Skip(1)
                .Select(node => $",amqp://127.0.0.1:{node.Port.ToString(CultureInfo.InvariantCulture)}/")
        );

    /// <summary>Servers that somebody else runs: all that is published of them is how their addresses are called.</summary>
    public static Servers FromElsewhere(IDistributedApplicationBuilder builder)
    {
        return new Servers(
            ForEach(name =>
                Address(
                    $"{name}-db",
                    $"Host=…;Database={name};Username={Role(name)};Password=…;SSL Mode=VerifyFull; several hosts by commas"
                )
            ),
            ForEachAccount(account =>
                Address(
                    $"{account.Service}-broker",
                    $"amqps://{account.Name}:password@host/virtual-host, what is special in them in per cent signs"
                )
            )
        );

        IResourceBuilder<IResourceWithConnectionString> Address(string name, string description) =>
            builder.AddConnectionString(
                name,
                ReferenceExpression.Create($"{builder.Ask($"{name}-address", description, secret: true)}")
            );
    }

    private static (
        IResourceBuilder<ParameterResource> User,
        IResourceBuilder<ParameterResource> Database,
        IResourceBuilder<ParameterResource> Broker
    ) Credentials(IDistributedApplicationBuilder builder, Settings settings) =>
        (
            builder
            // No secret, and the same everywhere.
            .AddParameter("server-user", User, publishValueAsDefault: true),
            builder
                .AddParameter("database-password", () => settings.Secret("database_password"), secret: true)
                .WithDescription("Of PostgreSQL's superuser: letters and digits, as all these passwords"),
            builder
                .AddParameter("broker-password", () => settings.Secret("broker_password"), secret: true)
                .WithDescription("Of RabbitMQ's administrator, whom no service is")
        );

    private static Dictionary<string, IResourceBuilder<IResourceWithConnectionString>> ForEach(
        Func<string, IResourceBuilder<IResourceWithConnectionString>> database
    ) => Keeping.ToDictionary(name => name, database, StringComparer.Ordinal);

    private static Dictionary<string, IResourceBuilder<IResourceWithConnectionString>> ForEachAccount(
        Func<BrokerAccount, IResourceBuilder<IResourceWithConnectionString>> broker
    ) => BrokerAccount.All.ToDictionary(account => account.Service, broker, StringComparer.Ordinal);

    internal static string Address(string hosts, string database, string user) =>
        $"{hosts};Database={database};Username={user}";

    private static string Role(string service) => $"{User}_{service}";

    /// <summary>The databases of an installation, with the names under which it sets their passwords.</summary>
    public static IReadOnlyList<OwnDatabase> Published { get; } =
    [.. Keeping.Select(name => new OwnDatabase(name, Role(name), $"{name.ToUpperInvariant()}_DATABASE_PASSWORD"))];

    private static IEnumerable<OwnDatabase> Owned(Settings settings) =>
        Keeping.Select(name => new OwnDatabase(name, Role(name), settings.Secret($"{name}_database_password")));

    private static IResourceBuilder<ParameterResource> Password(
        IDistributedApplicationBuilder builder,
        Settings settings,
        string service
    ) =>
        builder
            .AddParameter(
                $"{service}-database-password",
                () => settings.Secret($"{service}_database_password"),
                secret: true
            )
            .WithDescription($"Of the role that owns the database {service}");

    private static IResourceBuilder<ParameterResource> Password(
        IDistributedApplicationBuilder builder,
        Settings settings,
        BrokerAccount account
    ) =>
        builder
            .AddParameter(
                $"{account.Service}-broker-password",
                () => settings.Secret($"{account.Service}_broker_password"),
                secret: true
            )
            .WithDescription($"Of the account {account.Name} at RabbitMQ");

    internal static async Task Answers(string connectionString, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false;Timeout=3");
        await connection.OpenAsync(ct);
    }

    private static async Task Answers(Uri broker, CancellationToken ct)
    {
        var factory = new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = false };
        await using var connection = await factory.CreateConnectionAsync(ct);
    }
}

internal static class Programs
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Try = TimeSpan.FromSeconds(3);
    private static readonly HttpClient Client = new();

    public static IResourceBuilder<ExecutableResource> AddProgram(
        this IDistributedApplicationBuilder builder,
        string name,
        MachineProgram program
    )
    {
        var resource = builder.AddExecutable(name, program.Command, program.Folder, [.. program.Arguments]);
        foreach (var (variable, value) in program.Environment)
            resource.WithEnvironment(variable, value);
        return resource;
    }

    /// <summary>
    /// Ready when it answers. The orchestrator asks again after pauses that grow to five seconds, so each time we wait
    /// a while ourselves: what became ready is seen at once, and what waits for it starts.
    /// </summary>
    public static IResourceBuilder<T> WithCheck<T>(
        this IResourceBuilder<T> resource,
        Func<CancellationToken, Task> answers,
        int pause = 200
    )
        where T : IResource
    {
        var check = $"{resource.Resource.Name}-answers";
        resource
            .ApplicationBuilder.Services.AddHealthChecks()
            .AddAsyncCheck(
                check,
                async ct =>
                {
                    for (var since = Stopwatch.StartNew(); ; await Task.Delay(pause, ct))
                        try
                        {
                            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(ct);
                            attempt.CancelAfter(Try);
                            await answers(attempt.Token);
                            return HealthCheckResult.Healthy();
                        }
                        catch (Exception) when (since.Elapsed < Patience && !ct.IsCancellationRequested)
                        {
                            // Not yet.
                        }
                }
            );
        return resource.WithHealthCheck(check);
    }

    /// <summary>Ready when its page of that name says so, asked of each replica's common address.</summary>
    public static IResourceBuilder<T> WithReadyPage<T>(this IResourceBuilder<T> resource)
        where T : IResourceWithEndpoints
    {
        var http = resource.GetEndpoint("http");
        return resource.WithCheck(
            async ct =>
            {
                using var answer = await Client.GetAsync(new Uri($"{http.Url}/health/ready"), ct);
                answer.EnsureSuccessStatusCode();
            },
            // The page looks at everything that its process needs: asked five times a second, five of them would keep a
            // broker waiting that is just being started again.
            pause: 1000
        );
    }

    /// <summary>Starts the built program itself instead of a <c>dotnet run</c> beside it, which costs 72 MB each.</summary>
    public static IResourceBuilder<ProjectResource> WithoutDotnetRun(this IResourceBuilder<ProjectResource> project)
    {
        var source = project.Resource.GetProjectMetadata().ProjectPath;
        var name = Path.GetFileNameWithoutExtension(source);
        var folder = Settings.Artifacts is { } artifacts
            ? Path.Combine(artifacts, "bin", name, Settings.Configuration.ToLowerInvariant())
            : Path.Combine(Path.GetDirectoryName(source)!, "bin", Settings.Configuration, "net10.0");
        return project.WithAnnotation(
            new ExecutableAnnotation { Command = Path.Combine(folder, name), WorkingDirectory = folder }
        );
    }
}
