using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Marten;
using Npgsql;
using SkillPlatform.EventSourcing;
using SkillPlatform.Mail;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>
/// Calls webhooks with what they have not read of the log: each in the order of the log, several at once. Wakes with what is
/// written; looks by itself once a second.
/// </summary>
public sealed class Courier : BackgroundService
{
    private const int AtOnce = 16;
    private const int Batch = 50;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Task, byte> _working = [];
    private readonly Hooks _hooks;
    private readonly AnnouncedLog _log;
    private readonly Calling _calling;
    private readonly LogSignal _signal;
    private readonly IDocumentStore _store;
    private readonly Sender _sender;
    private readonly TimeProvider _time;
    private readonly ILogger<Courier> _logger;
    private readonly Counter<long> _calls;

    public Courier(
        Hooks hooks,
        AnnouncedLog log,
        Calling calling,
        LogSignal signal,
        IDocumentStore store,
        Sender sender,
        TimeProvider time,
        ILogger<Courier> logger,
        IMeterFactory meters,
        NpgsqlDataSource source,
        [FromKeyedServices("leads")] Func<bool> leads
    )
    {
        (_hooks, _log, _calling, _signal, _store, _sender, _time, _logger) = (
            hooks,
            log,
            calling,
            signal,
            store,
            sender,
            time,
            logger
        );
        var meter = meters.Create(Telemetry.Name);
        _calls = meter.CreateCounter<long>(
            "skillplatform.webhooks",
            "{call}",
            "Calls of webhooks by what became of them."
        );
        meter.AskDatabase(
            source,
            leads,
            "skillplatform.webhooks.oldest",
            "select coalesce(extract(epoch from now() - min(failing_since)), 0)::float8 from webhook where is_on",
            "s",
            "How long the webhook that has failed for longest has done so."
        );
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var room = AtOnce - _working.Count;
                var claimed = room > 0 ? await _hooks.Claim(room, _time.GetUtcNow(), stoppingToken) : [];
                foreach (var claim in claimed)
                    Begin(claim, stoppingToken);
                if (claimed.Count == 0 || claimed.Count == room)
                    await _signal.WaitAsync(Look, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                _logger.LogWarning("Webhooks cannot be claimed ({Reason}); trying again.", e.Message);
                await Task.Delay(Look / 2, _time, CancellationToken.None);
            }
        }
        await Task.WhenAll(_working.Keys);
    }

    private void Begin(Claimed claim, CancellationToken ct)
    {
        var work = Task.Run(() => Work(claim, ct), CancellationToken.None);
        _working[work] = 0;
        _ = work.ContinueWith(
            done =>
            {
                _working.TryRemove(done, out _);
                _signal.Set();
            },
            TaskScheduler.Default
        );
    }

    private async Task Work(Claimed claim, CancellationToken ct)
    {
        try
        {
            if (await Deliver(claim, ct))
                await _hooks.Release(claim, CancellationToken.None);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await Quietly(_hooks.Release(claim, CancellationToken.None));
        }
        catch (Exception e)
        {
            _logger.LogWarning("Webhook {Webhook} cannot be worked on ({Reason}).", claim.Webhook.Id, e.Message);
        }
    }

    // True while the claim is ours.
    private async Task<bool> Deliver(Claimed claim, CancellationToken ct)
    {
        var webhook = claim.Webhook;
        var waiting = await _log.After(webhook.Position, webhook.Topic, webhook.Types, Batch, ct);
        if (waiting.Count == 0)
            return await _hooks.Advance(claim, claim.Head, _time.GetUtcNow(), ct);
        await using var reads = _store.QuerySession();
        var owner = await Preferences.Of(reads, webhook.User, ct);
        var texts = Texts.For(owner.Culture);
        foreach (var entry in waiting)
        {
            if (!webhook.Types.Contains(entry.Type, StringComparer.Ordinal))
                return await _hooks.Advance(claim, entry.Position, _time.GetUtcNow(), ct, entry.Into);
            var call = await _calling.Post(webhook, entry.Id, Payload.Of(entry, webhook.Shape, texts, _sender), ct);
            await _hooks.Log(webhook, entry, call, CancellationToken.None);
            if (!await Follow(claim with { Webhook = webhook }, owner, entry, call))
                return false;
            // Who followed a skill follows the one that it has gone into, as watches do.
            if (entry.Into is not null)
                return true;
            webhook = webhook with { Attempts = 0, FailingSince = null };
        }
        return true;
    }

    // What was taken is recorded even while the process ends: else it would be sent again.
    private async Task<bool> Follow(Claimed claim, Preferences owner, Entry entry, Call call)
    {
        var (webhook, now) = (claim.Webhook, _time.GetUtcNow());
        switch (Next.After(webhook, call, now, Random.Shared.NextDouble()))
        {
            case Next.On:
                Count("delivered");
                return await _hooks.Advance(claim, entry.Position, now, CancellationToken.None, entry.Into);
            case Next.Again again:
                Count("failed");
                await _hooks.Failed(claim, webhook.FailingSince ?? now, again.At, CancellationToken.None);
                return false;
            case Next.Off off:
                Count("switched off");
                await using (var session = _store.LightweightSession())
                {
                    session.SwitchOffWebhook(webhook, owner, off.Why, now);
                    await session.SaveChangesAsync(CancellationToken.None);
                }
                return false;
            default:
                throw new InvalidOperationException("Unknown next step.");
        }
    }

    private void Count(string outcome) => _calls.Add(1, KeyValuePair.Create("outcome", (object?)outcome));

    private static async Task Quietly(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
