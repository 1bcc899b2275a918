using Npgsql;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Notifications;

/// <summary>Throws away what was kept long enough, once an hour, on one replica.</summary>
public sealed class Upkeep(
    NpgsqlDataSource source,
    TimeProvider time,
    ILogger<Upkeep> logger,
    [FromKeyedServices("leads")] Func<bool> leads
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.Of(
            Pause,
            leads,
            time,
            ct => Sweep(source, time.GetUtcNow(), ct),
            e => logger.LogWarning("What is old was not thrown away ({Reason}); in an hour again.", e.Message),
            stoppingToken
        );

    public static async Task Sweep(NpgsqlDataSource source, DateTimeOffset now, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            with calls as (delete from webhook_call where at < $2), threads as (delete from gathering where at < $3)
            delete from announced where at < $1
            """
        );
        command.Parameters.Add(new() { Value = now - AnnouncedLog.Kept });
        command.Parameters.Add(new() { Value = now - Hooks.Kept });
        command.Parameters.Add(new() { Value = now - Gathering.Kept });
        await command.ExecuteNonQueryAsync(ct);
    }
}
