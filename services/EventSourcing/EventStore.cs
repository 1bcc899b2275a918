using System.Diagnostics.CodeAnalysis;
using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using Marten;
using Marten.Events.Daemon.Coordination;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Weasel.Core;

namespace SkillPlatform.EventSourcing;

/// <summary>What every event store of the platform does alike.</summary>
public static class EventStore
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds a Marten event store on the database behind a connection string, with the write path, the relay, the leader and
    /// the readiness checks. The database is created if absent, and the schema brought up to date, before the host serves.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="connection">Name of the connection string, for example <c>catalog-db</c>.</param>
    /// <param name="configure">Event names, projections and documents of the service.</param>
    /// <param name="announce">Turns a stored event into the public message it stands for, if any; null where none does, and no relay is needed.</param>
    public static void AddEventStore(
        this IHostApplicationBuilder builder,
        string connection,
        Action<StoreOptions> configure,
        Announce? announce
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
        services.AddHostedService(sp => new Preparation(
            connectionString,
            sp.GetRequiredService<IDocumentStore>(),
            sp.GetRequiredService<ILogger<Preparation>>()
        ));
        services.AddSingleton<Wakeup>();
        services.AddSingleton(sp => ActivatorUtilities.CreateInstance<Leader>(sp, connectionString));
        services.AddHostedService(sp => sp.GetRequiredService<Leader>());
        // For those who report what all replicas share, and may not know this kernel.
        services.AddKeyedSingleton<Func<bool>>("leads", (sp, _) => () => sp.GetRequiredService<Leader>().Leads);
        services
            .AddMarten(sp =>
            {
                var options = new StoreOptions();
                options.Connection(source);
                Defaults(options);
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

    /// <summary>
    /// Does what a process needs the database for before it serves: again, for as long as the database is away. A process
    /// that ended itself instead would have to be started again by somebody.
    /// </summary>
    /// <param name="work">The work; may have been done in part before.</param>
    /// <param name="log">Told of each failure.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task WhenThere(Func<CancellationToken, Task> work, ILogger log, CancellationToken ct)
    {
        for (var wait = TimeSpan.FromMilliseconds(200); ; wait = wait * 2 < Longest ? wait * 2 : Longest)
        {
            try
            {
                await work(ct);
                return;
            }
            catch (Exception e) when (IsAway(e))
            {
                log.LogWarning("The database is not there yet ({Reason}); trying again in {Wait}.", e.Message, wait);
                await Task.Delay(wait, ct);
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
        settings.ApplicationName ??= AppDomain.CurrentDomain.FriendlyName;
        settings.Options = string.Join(
            ' ',
            settings.Options,
            // A session that dies in the middle of a transaction must not hold back the high-water mark.
            "-c idle_in_transaction_session_timeout=30000",
            // A plan is made once, often while its table is nearly empty: it must not read all of it where an index serves.
            "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off"
        );
        return builder.Build();
    }
}

/// <summary>Creates the database if it is absent and brings the schema up to date, before anything else starts.</summary>
internal sealed class Preparation(string connectionString, IDocumentStore store, ILogger<Preparation> log)
    : IHostedLifecycleService
{
    private const long Lock = 0x536368656D61; // "Schema"

    public Task StartingAsync(CancellationToken cancellationToken) =>
        EventStore.WhenThere(
            async ct =>
            {
                await CreateDatabase(ct);
                await OneAtATime(() => store.Storage.ApplyAllConfiguredChangesToDatabaseAsync(), ct);
            },
            log,
            cancellationToken
        );

    // Replicas that start together on an empty database would create the same things twice, and one of them would fail.
    private async Task OneAtATime(Func<Task> work, CancellationToken ct)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(ct);
        await using var turn = new NpgsqlCommand($"select pg_try_advisory_lock({Lock})", connection);
        while (!(bool)(await turn.ExecuteScalarAsync(ct))!)
            await Task.Delay(100, ct);
        await work();
    }

    private async Task CreateDatabase(CancellationToken ct)
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

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
