using Marten;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Notifications;

/// <summary>
/// Sees what waits for a digest and has none yet, and puts the mail into the queue, due at the reader's time. Nothing has to
/// remember to: what was missed while nothing ran is found by the next look. Which replica looks does not matter.
/// </summary>
public sealed class DigestSweep(
    IDocumentStore store,
    NpgsqlDataSource source,
    [FromKeyedServices("leads")] Func<bool> leads,
    OutboxSignal signal,
    TimeProvider time,
    ILogger<DigestSweep> log
) : BackgroundService, IHealthCheck
{
    private const int AtOnce = 500;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.Of(
            Every,
            leads,
            time,
            LookAtAll,
            e => log.LogWarning("What waits for digests was not looked for ({Reason}); trying again.", e.Message),
            stoppingToken
        );

    private async Task LookAtAll(CancellationToken ct)
    {
        while (leads() && await Look(ct) == AtOnce)
            continue;
    }

    // Why the last look failed.
    private volatile string? _failed;

    /// <summary>How many digests were put into the queue.</summary>
    public async Task<int> Look(CancellationToken ct)
    {
        try
        {
            var found = await Find(ct);
            _failed = null;
            return found;
        }
        catch (Exception e)
        {
            _failed = e.Message;
            throw;
        }
    }

    /// <summary>Not red: all else goes on without digests.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    ) =>
        Task.FromResult(
            leads() && _failed is { } why
                ? HealthCheckResult.Degraded($"What waits for digests cannot be looked for: {why}")
                : HealthCheckResult.Healthy()
        );

    private async Task<int> Find(CancellationToken ct)
    {
        var waiting = new List<(string User, string Frequency, DateTimeOffset Since)>();
        await using (
            var command = source.CreateCommand(
                """
                select data ->> 'user', data ->> 'frequency', min((data ->> 'at')::timestamptz)
                from mt_doc_notification waits
                where data ->> 'frequency' in ('daily', 'weekly') and data ->> 'digest' is null
                  and exists (select from mt_doc_news news where news.id = (waits.data ->> 'news')::uuid)
                  and not exists (select from mail where user_id = waits.data ->> 'user'
                                  and digest = waits.data ->> 'frequency' and state = 'pending')
                group by 1, 2 limit $1
                """
            )
        )
        {
            command.Parameters.Add(new() { Value = AtOnce });
            await using var rows = await command.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
                waiting.Add((rows.GetString(0), rows.GetString(1), rows.GetFieldValue<DateTimeOffset>(2)));
        }
        if (waiting.Count == 0)
            return 0;
        await using var session = store.LightweightSession();
        string[] users = [.. waiting.Select(w => w.User).Distinct(StringComparer.Ordinal)];
        var chosen = (await session.LoadManyAsync<Preferences>(ct, users)).ToDictionary(
            p => p.Id,
            StringComparer.Ordinal
        );
        var accounts = (await session.LoadManyAsync<Account>(ct, users)).ToDictionary(
            a => a.Id,
            StringComparer.Ordinal
        );
        foreach (var (user, frequency, since) in waiting)
        {
            var preferences =
                chosen.GetValueOrDefault(user) ?? Preferences.Default(user, accounts.GetValueOrDefault(user));
            // What the reader said last about when they come holds from then on.
            var after = preferences.Rescheduled > since ? preferences.Rescheduled.Value : since;
            session.QueueDigest(user, frequency, Schedule.NextDue(preferences, frequency, after));
        }
        await session.SaveChangesAsync(ct);
        signal.Set();
        return waiting.Count;
    }
}
