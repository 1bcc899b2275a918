using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace SkillPlatform.AppHost;

/// <summary>
/// Two PostgreSQLs of this machine: one takes writes, and acknowledges what the other has, too. Which is which they keep
/// themselves; who connects is told of both, and finds the one that takes writes. <c>promote</c>, on either in the dashboard,
/// makes it that one, as an operator would (decision 0034).
/// </summary>
internal static class Pair
{
    /// <summary>Gives the server that is ready when one of both takes writes, and the hosts of a connection string.</summary>
    public static (IResourceBuilder<ExecutableResource> Server, string Hosts) Of(
        IDistributedApplicationBuilder builder,
        Settings settings
    )
    {
        var (one, other) = (
            (Name: "postgres", Home: settings.PostgresHome(), Port: settings.Port("postgres")),
            (Name: "postgres-2", Home: settings.PostgresHome("postgres-2"), Port: settings.Port(Settings.Standby))
        );
        var hosts = string.Create(
            CultureInfo.InvariantCulture,
            $"Host=127.0.0.1:{one.Port},127.0.0.1:{other.Port};Target Session Attributes=primary;Host Recheck Seconds=1;Timeout=5"
        );
        var primary = Of(hosts);
        var server = Add(one, other, primary);
        var second = Add(other, one, Alone(other.Port));
        builder.Eventing.Subscribe<ResourceReadyEvent>(
            second.Resource,
            (__, ct) =>
            {
                // Not waited for: whoever waits for us would, too.
                _ = AcknowledgeTogether(primary, ct);
                return Task.CompletedTask;
            }
        );
        return (server, hosts);

        string Of(string at) =>
            Servers.Address(at, "postgres", Servers.User) + $";Password={settings.Secret("database_password")}";

        string Alone(int port) => Of(string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port}"));

        IResourceBuilder<ExecutableResource> Add(
            (string Name, string Home, int Port) it,
            (string Name, string Home, int Port) follows,
            string answers
        ) =>
            builder
                .AddProgram(
                    it.Name,
                    MachineProgram.OneOfTwo(
                        (it.Home, it.Port),
                        (follows.Home, follows.Port),
                        it.Name == "postgres",
                        Servers.User,
                        settings.Secret("database_password"),
                        [Servers.Connections]
                    )
                )
                .WithEndpoint(port: it.Port, name: "tcp", isProxied: false)
                .WithCheck(ct => Servers.Answers(answers, ct))
                .WithCommand(
                    "promote",
                    "Promote",
                    async context =>
                    {
                        await Promote(context, Alone(it.Port), follows.Name, follows.Home);
                        _ = AcknowledgeTogether(primary, CancellationToken.None);
                        return CommandResults.Success();
                    },
                    new CommandOptions
                    {
                        Description =
                            "Ends the other for good, makes this one the one that takes writes, and the other its standby anew.",
                        ConfirmationMessage = "The data of the other are copied from this one.",
                        IconName = "ArrowUp",
                    }
                );
    }

    // First the other must be gone, for certain: two that take writes are two truths.
    private static async Task Promote(ExecuteCommandContext context, string standby, string other, string home)
    {
        await using var connection = new NpgsqlConnection(standby + ";Pooling=false");
        await connection.OpenAsync(context.CancellationToken);
        await using (var asks = new NpgsqlCommand("select pg_is_in_recovery()", connection))
            if (await asks.ExecuteScalarAsync(context.CancellationToken) is false)
                return;
        var commands = context.Services.GetRequiredService<ResourceCommandService>();
        await commands.ExecuteCommandAsync(other, KnownResourceCommands.StopCommand, context.CancellationToken);
        await using (var promote = new NpgsqlCommand("select pg_promote()", connection))
            await promote.ExecuteScalarAsync(context.CancellationToken);
        var (data, before) = (Path.Combine(home, "data"), Path.Combine(home, "data.before"));
        if (Directory.Exists(before))
            Directory.Delete(before, recursive: true);
        Directory.Move(data, before);
        await commands.ExecuteCommandAsync(other, KnownResourceCommands.StartCommand, context.CancellationToken);
    }

    // From when there is somebody to wait for; before, nothing would ever be acknowledged.
    private static async Task AcknowledgeTogether(string primary, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
            try
            {
                await using var connection = new NpgsqlConnection(primary + ";Pooling=false");
                await connection.OpenAsync(ct);
                await using var follows = new NpgsqlCommand(
                    "select exists (select from pg_stat_replication where state = 'streaming')",
                    connection
                );
                if (await follows.ExecuteScalarAsync(ct) is true)
                {
                    foreach (
                        var sql in (string[])
                            ["alter system set synchronous_standby_names = '*'", "select pg_reload_conf()"]
                    )
                        await using (var command = new NpgsqlCommand(sql, connection))
                            await command.ExecuteNonQueryAsync(ct);
                    return;
                }
                await Task.Delay(500, ct);
            }
            catch (NpgsqlException)
            {
                await Task.Delay(500, ct);
            }
    }
}
