using Marten;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Notifications;

/// <summary>
/// Tells what is left to tell, chunk by chunk: each is one transaction with its entries, its mails and how far it came, so that
/// whoever dies in between leaves nobody out and tells nobody twice. Replicas share the work: each item is locked while it is
/// told of.
/// </summary>
public sealed class Teller(IDocumentStore store, OutboxSignal signal, TimeProvider time, ILogger<Teller> log)
    : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await Tell(stoppingToken))
                    await signal.LeftToTell(Look, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("What is left to tell is not told ({Reason}); trying again.", e.Message);
                await Task.Delay(Look, time, stoppingToken);
            }
        }
    }

    /// <summary>Tells the next chunk; false where nothing is left that nobody else is telling.</summary>
    private async Task<bool> Tell(CancellationToken ct)
    {
        await using var session = store.LightweightSession();
        await session.BeginTransactionAsync(ct);
        if (
            await session.QueryAsync<LeftToTell>("where true order by id limit 1 for update skip locked", ct)
            is not [var left]
        )
            return false;
        var watchers = await session.Watchers(left.News, left.Topics, left.After, ct);
        await session.Tell(left, watchers, time.GetUtcNow(), ct);
        await session.SaveChangesAsync(ct);
        return true;
    }
}
