using System.Diagnostics.CodeAnalysis;
using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using Marten;
using Marten.Events.Daemon.Coordination;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Weasel.Core;

namespace SkillPlatform.EventSourcing;

/// <summary>What every event store of the platform does alike.</summary>
public static class EventStore
{
    /// <summary>
    /// Adds a Marten event store on the database behind a connection string, with the write path, the relay, the leader and
    /// the readiness checks. The database is created if absent, and the schema brought up to date, before the host serves.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="connection">Name of the connection string, for example <c>catalog-db</c>.</param>
    /// <param name="configure">Event names, projections and documents of the service.</param>
    /// <param name="announce">Turns a stored event into the public message it stands for, if any; null where none does, and no relay is needed.</param>
    /// <param name="isNew">True for an event that the release before cannot read: none is stored while that is at work.</param>
    public static void AddEventStore(
        this IHostApplicationBuilder builder,
        string connection,
        Action<StoreOptions> configure,
        Announce? announce,
        Func<object, bool>? isNew = null
    )
    {
        var services = builder.Services;
        var connectionString =
            builder.Configuration.GetConnectionString(connection)
            ?? throw new InvalidOperationException($"ConnectionStrings__{connection} is missing.");
        var source = DataSource(connectionString);

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => source);
        services.AddSingleton<Commands>();
        services.AddSingleton(new Turns(connectionString));
        services.AddSingleton(new Release(connectionString));
        services.BeforeServing(
            async (sp, ct) =>
            {
                if (await sp.GetRequiredService<Release>().Enter(ct))
                    await sp.GetRequiredService<IDocumentStore>().Storage.ApplyAllConfiguredChangesToDatabaseAsync();
            }
        );
        services.AddSingleton<Wakeup>();
        services.AddSingleton<Leader>();
        services.AddHostedService(sp => sp.GetRequiredService<Leader>());
        // For those who report what all replicas share, and may not know this kernel.
        services.AddKeyedSingleton<Func<bool>>("leads", (sp, _) => () => sp.GetRequiredService<Leader>().Leads);
        services
            .AddMarten(sp =>
            {
                var options = new StoreOptions();
                options.Connection(source);
                Defaults(options);
                if (sp.GetRequiredService<Release>().IsBehind())
                    options.AutoCreateSchemaObjects = AutoCreate.None;
                if (isNew is not null)
                    options.Listeners.Add(new NothingNewBeside(sp.GetRequiredService<Release>(), isNew));
                if (announce is not null)
                {
                    options.Projections.Wakeup = sp.GetRequiredService<Wakeup>();
                    options.Listeners.Add(sp.GetRequiredService<Leader>().Listener);
                    options.Projections.Subscribe(new Relay(sp, announce));
                }
                configure(options);
                return options;
            })
            .UseLightweightSessions();
        services.AddScoped<ScopedSession>();
        services.AddScoped(sp => sp.GetRequiredService<ScopedSession>().Session);
        services.AddHealthChecks().AddCheck<DatabaseReady>("database", tags: ["ready"]);
        if (announce is not null)
        {
            services.AddSingleton<Marten.Events.Daemon.Coordination.IProjectionCoordinator>(
                sp => new ProjectionCoordinator(
                    sp.GetRequiredService<IDocumentStore>(),
                    sp.GetRequiredService<ILogger<ProjectionCoordinator>>()
                )
            );
            services.AddSingleton<RelayReady>();
            services.AddHostedService<RelayLag>();
            services.AddHealthChecks().AddCheck<RelayReady>("relay", tags: ["ready"]);
        }
        // Marten logs each lost race as an error with its stack; the write path decides again, so it is no news.
        builder.Logging.AddFilter("Marten.IDocumentStore", LogLevel.Critical);
    }

    /// <summary>The store's options that all services share: JSON, metadata, naming, partitions.</summary>
    /// <param name="options">The options to set.</param>
    public static void Defaults(StoreOptions options)
    {
        options.UseSystemTextJsonForSerialization(
            casing: Casing.CamelCase,
            configure: json => json.AllowOutOfOrderMetadataProperties = true
        );
        options.DisableNpgsqlLogging = true;
        options.AutoCreateSchemaObjects = AutoCreate.CreateOrUpdate;
        options.Events.StreamIdentity = StreamIdentity.AsGuid;
        options.Events.MetadataConfig.EnableAll();
        options.Events.MetadataConfig.UserNameEnabled = true;
        options.Events.UseMandatoryStreamTypeDeclaration = true;
        options.Events.UseArchivedStreamPartitioning = true;
        options.Projections.AsyncMode = DaemonMode.Solo;
        // The relay and the projections stop at an error and come back; they never skip.
        options.Projections.Errors.SkipApplyErrors = false;
        options.Projections.Errors.SkipSerializationErrors = false;
        options.Projections.Errors.SkipUnknownEvents = false;
        options.Projections.RebuildErrors.SkipApplyErrors = false;
        options.Schema.For<GivenAnswer>().DocumentAlias("given_answer").Index(x => x.At);
        options.Schema.For<Inbox>().DocumentAlias("inbox");
    }

    /// <summary>A pool with the settings that the event store needs, whatever the connection string says of them.</summary>
    /// <param name="connectionString">Npgsql connection string.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "Owned by the container.")]
    public static NpgsqlDataSource DataSource(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        var settings = builder.ConnectionStringBuilder;
        settings.MaxAutoPrepare = Math.Max(settings.MaxAutoPrepare, 50);
        settings.AutoPrepareMinUsages = 2;
        // Nobody leaves settings or locks behind on a pooled connection; putting each back to its defaults costs a tenth of all work.
        settings.NoResetOnClose = true;
        settings.ApplicationName ??= Release.Name(Release.Number);
        settings.Options = string.Join(
            ' ',
            settings.Options,
            // A session that dies in the middle of a transaction must not hold back the high-water mark.
            "-c idle_in_transaction_session_timeout=30000",
            // A plan is made once, often while its table is nearly empty: it must not read all of it where an index serves.
            "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off"
        );
        if (settings.Host?.Contains(',', StringComparison.Ordinal) != true)
            return builder.Build();
        // Several hosts: whichever takes writes. What is read must be what was just written, and locks and wake-ups are kept there.
        settings.TargetSessionAttributes = null;
        return builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary);
    }
}

/// <summary>
/// Locks of the whole database, for what one replica at a time may do. Each is held as long as its connection lives, which is
/// outside any transaction, and tried for again and again: a snapshot held open, as by one who waits in
/// <c>pg_advisory_lock</c>, would hold back the high-water mark.
/// </summary>
/// <param name="connectionString">Npgsql connection string.</param>
public sealed class Turns(string connectionString)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits for a turn; null where it is no longer wanted.</summary>
    /// <param name="number">Of the lock.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="wanted">Asked each time that another replica holds it; null for always.</param>
    public async Task<Turn?> Take(long number, CancellationToken ct, Func<Task<bool>>? wanted = null)
    {
        // Not pooled: the lock goes with the connection, and the connection with the process.
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, KeepAlive = 5 };
        var turn = new Turn(new NpgsqlConnection(settings.ConnectionString));
        try
        {
            await turn.Connection.OpenAsync(ct);
            while (!await turn.Ask($"select pg_try_advisory_lock({number})", ct))
            {
                await Task.Delay(Pause, ct);
                if (wanted is not null && !await wanted())
                {
                    await turn.DisposeAsync();
                    return null;
                }
            }
            return turn;
        }
        catch
        {
            await turn.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates the database if it is absent.</summary>
    /// <param name="ct">Cancels.</param>
    public async Task CreateDatabase(CancellationToken ct)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var name = settings.Database!;
        try
        {
            await using var direct = new NpgsqlConnection(connectionString);
            await direct.OpenAsync(ct);
            return;
        }
        catch (PostgresException absent) when (absent.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            settings.Database = "postgres";
        }
        await using var maintenance = new NpgsqlConnection(settings.ConnectionString);
        await maintenance.OpenAsync(ct);
        try
        {
            await using var create = maintenance.CreateCommand();
            create.CommandText = $"create database \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
            await create.ExecuteNonQueryAsync(ct);
        }
        catch (PostgresException raced)
            when (raced.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another replica was first.
        }
    }
}

/// <summary>A lock that is held until disposed.</summary>
public sealed class Turn : IAsyncDisposable
{
    internal Turn(NpgsqlConnection connection) => Connection = connection;

    internal NpgsqlConnection Connection { get; }

    /// <summary>Throws where the lock is lost.</summary>
    /// <param name="ct">Cancels.</param>
    public Task Check(CancellationToken ct) => Ask("select true", ct);

    internal async Task<bool> Ask(string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, Connection) { CommandTimeout = 5 };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Lets go of it.</summary>
    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}

/// <summary>What the release before cannot read would stop its relay, its projections and whoever asks it for the stream.</summary>
internal sealed class NothingNewBeside(Release release, Func<object, bool> isNew) : DocumentSessionListenerBase
{
    public override async Task BeforeSaveChangesAsync(IDocumentSession session, CancellationToken token)
    {
        if (
            session.PendingChanges.Streams().Any(stream => stream.Events.Any(e => isNew(e.Data)))
            && !await release.IsAlone(token)
        )
            throw new BesideException();
    }
}

/// <summary>Nothing was stored, since the release before is still at work and could not read it. It passes, as what is around us does.</summary>
public sealed class BesideException() : TimeoutException("The release before is still at work.");

/// <summary>What must be done before the host serves.</summary>
public static class Preparation
{
    private const long Lock = 0x536368656D61; // "Schema"

    /// <summary>
    /// Does some work before the host serves, in the order of registration, waiting for a database that is not there yet, and
    /// on one replica at a time: those that start together on an empty database would create the same things twice.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="work">The work.</param>
    public static void BeforeServing(
        this IServiceCollection services,
        Func<IServiceProvider, CancellationToken, Task> work
    )
    {
        services.AddSingleton<IHostedService>(sp => new Before(sp, work));
        // For a process that does nothing else.
        services.AddKeyedSingleton<Func<CancellationToken, Task>>(
            "before-serving",
            (sp, _) => new Before(sp, work).StartingAsync
        );
    }

    private sealed class Before(IServiceProvider services, Func<IServiceProvider, CancellationToken, Task> work)
        : IHostedLifecycleService
    {
        private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

        public async Task StartingAsync(CancellationToken cancellationToken)
        {
            var turns = services.GetRequiredService<Turns>();
            for (var wait = TimeSpan.FromMilliseconds(200); ; wait = wait * 2 < Longest ? wait * 2 : Longest)
            {
                try
                {
                    await turns.CreateDatabase(cancellationToken);
                    await using var turn = await turns.Take(Lock, cancellationToken);
                    await work(services, cancellationToken);
                    return;
                }
                catch (Exception e) when (IsAway(e))
                {
                    services
                        .GetRequiredService<ILogger<Before>>()
                        .LogWarning(
                            "The database is not there yet ({Reason}); trying again in {Wait}.",
                            e.Message,
                            wait
                        );
                    await Task.Delay(wait, cancellationToken);
                }
            }

            // Entity Framework wraps what the driver says.
            static bool IsAway(Exception? e) =>
                e switch
                {
                    null or PostgresException { SqlState: PostgresErrorCodes.InvalidPassword } => false,
                    NpgsqlException or TimeoutException => true,
                    _ => IsAway(e.InnerException),
                };
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>Red unless the database answers within two seconds.</summary>
internal sealed class DatabaseReady(NpgsqlDataSource source) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        await using var command = source.CreateCommand("select 1");
        command.CommandTimeout = 2;
        await command.ExecuteScalarAsync(cancellationToken);
        return HealthCheckResult.Healthy();
    }
}
