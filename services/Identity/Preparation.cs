using Microsoft.EntityFrameworkCore;
using Npgsql;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Identity;

/// <summary>
/// Before the host serves: schema, keys, clients, development accounts. Runs after the event store's own preparation, which
/// creates the database, and on one replica at a time.
/// </summary>
internal sealed class Preparation(NpgsqlDataSource source, IServiceProvider services, ILogger<Preparation> log)
    : IHostedLifecycleService
{
    private const long Lock = 0x4964656E74; // "Ident"

    public Task StartingAsync(CancellationToken cancellationToken) =>
        EventStore.WhenThere(Prepare, log, cancellationToken);

    private async Task Prepare(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        while (!await Ask(connection, $"select pg_try_advisory_lock({Lock})", cancellationToken))
            await Task.Delay(200, cancellationToken);
        try
        {
            await using var scope = services.CreateAsyncScope();
            var provider = scope.ServiceProvider;
            await provider.GetRequiredService<IdentityDb>().Database.MigrateAsync(cancellationToken);
            await DevelopmentAccounts.CreateOrRefuse(provider, cancellationToken);
            await provider.GetRequiredService<TokenKeys>().Refresh(cancellationToken);
            await Clients.Register(provider, cancellationToken);
        }
        finally
        {
            // A connection that was lost has given it back.
            if (connection.FullState == System.Data.ConnectionState.Open)
                await Ask(connection, $"select pg_advisory_unlock({Lock})", CancellationToken.None);
        }
    }

    private static async Task<bool> Ask(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
