using System.Globalization;
using Npgsql;
using Xunit;

namespace SkillPlatform.Testing;

/// <summary>
/// A real PostgreSQL and a real RabbitMQ for the tests of one assembly: from the environment, else from a container engine
/// that answers, else private ones from the machine's packages. Says on standard error which, and why.
/// </summary>
public sealed class Servers : IAsyncLifetime
{
    private const string PostgresVariable = "SKILLPLATFORM_TEST_POSTGRES";
    private const string RabbitVariable = "SKILLPLATFORM_TEST_RABBITMQ";
    private const string KindVariable = "SKILLPLATFORM_TEST_SERVERS";
    private IPostgres? _postgres;
    private IRabbit? _rabbit;

    public IPostgres Postgres => _postgres ?? throw new InvalidOperationException("The servers are not started.");
    public IRabbit Rabbit => _rabbit ?? throw new InvalidOperationException("The servers are not started.");

    /// <summary>True if the servers may be stopped and started by a test.</summary>
    public bool Ours => _postgres is LocalPostgres && _rabbit is LocalRabbit;

    public async ValueTask InitializeAsync()
    {
        var (kind, why) = await Choose();
        await Console.Error.WriteLineAsync($"test servers: {kind} ({why})");
        (_postgres, _rabbit) = kind switch
        {
            "environment" => (
                (IPostgres)new GivenPostgres(Environment.GetEnvironmentVariable(PostgresVariable)!),
                (IRabbit)new GivenRabbit(new Uri(Environment.GetEnvironmentVariable(RabbitVariable)!))
            ),
            "containers" => (new ContainerPostgres(), new ContainerRabbit()),
            _ => (new LocalPostgres(), new LocalRabbit()),
        };
        await Task.WhenAll(Postgres.Start(), Rabbit.Start());
    }

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        if (_rabbit is not null)
            await _rabbit.DisposeAsync();
    }

    private static async Task<(string Kind, string Why)> Choose()
    {
        var forced = Environment.GetEnvironmentVariable(KindVariable);
        if (forced is "containers" or "local")
            return (forced, $"{KindVariable} says so");
        if (
            Environment.GetEnvironmentVariable(PostgresVariable) is { Length: > 0 }
            && Environment.GetEnvironmentVariable(RabbitVariable) is { Length: > 0 }
        )
            return ("environment", $"{PostgresVariable} and {RabbitVariable} are set");
        return await Containers.Answer() is { } silence
            ? ("local", $"no container engine: {silence}")
            : ("containers", "a container engine answers");
    }
}

/// <summary>A PostgreSQL server that gives each caller a database of its own.</summary>
public interface IPostgres : IAsyncDisposable
{
    /// <summary>Connection string of the maintenance database, as superuser.</summary>
    string Admin { get; }

    Task Start();

    /// <summary>Connection string of a database that does not exist yet: the service creates it.</summary>
    /// <param name="name">Readable prefix.</param>
    string NewDatabase(string name) =>
        new NpgsqlConnectionStringBuilder(Admin)
        {
            Database = string.Create(CultureInfo.InvariantCulture, $"{name}_{Guid.CreateVersion7():N}"),
            MaxPoolSize = 30,
        }.ConnectionString;
}

/// <summary>A RabbitMQ server that gives each caller a virtual host of its own.</summary>
public interface IRabbit : IAsyncDisposable
{
    Task Start();

    /// <summary>Address of a new, empty virtual host.</summary>
    Task<Uri> NewVirtualHost();

    /// <summary>Runs a command of the broker's own control tool and gives its output.</summary>
    /// <param name="arguments">For example <c>list_queues -p vhost name messages</c>.</param>
    Task<string> Control(params string[] arguments);

    /// <summary>Every queue of a virtual host, with the number of messages in it.</summary>
    async Task<IReadOnlyDictionary<string, long>> Queues(string virtualHost = "/") =>
        Counted(await Control("list_queues", "-p", virtualHost, "name", "messages", "--no-table-headers"));

    /// <param name="lines">A queue's name, a tab and a number in each.</param>
    internal static IReadOnlyDictionary<string, long> Counted(string lines) =>
        lines
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t'))
            .ToDictionary(
                parts => parts[0],
                parts => long.Parse(parts[1], CultureInfo.InvariantCulture),
                StringComparer.Ordinal
            );
}

internal sealed class GivenPostgres(string admin) : IPostgres
{
    public string Admin => admin;

    public Task Start() => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

internal sealed class GivenRabbit(Uri address) : IRabbit
{
    public Task Start() => Task.CompletedTask;

    public Task<Uri> NewVirtualHost() => Task.FromResult(address);

    public Task<string> Control(params string[] arguments) =>
        throw new NotSupportedException("A broker from the environment is not ours to control.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
