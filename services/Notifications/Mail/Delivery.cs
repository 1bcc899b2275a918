using System.Collections.Concurrent;
using System.Threading.Channels;
using Marten;
using MimeKit;

namespace SkillPlatform.Notifications;

/// <summary>What is to be done with a mail that is due.</summary>
public abstract record Verdict
{
    /// <param name="Write">Makes the mail.</param>
    public sealed record Send(Func<Sender, MimeMessage> Write) : Verdict;

    public sealed record Later(TimeSpan Wait, string? Why) : Verdict;

    public sealed record Cancel(string Why) : Verdict;
}

/// <summary>Decides, when a mail is due, whether it still should go. Pure.</summary>
public static class Delivery
{
    private static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    // A mail is never mended, so a name that is on its way is waited for; what never comes holds nothing up.
    private static readonly TimeSpan ForNames = TimeSpan.FromSeconds(10);

    /// <param name="merged">True once the proposal that it tells of has been merged.</param>
    /// <param name="said">The comment that it tells of, as it is now; null if there is none, or it cannot be asked for.</param>
    /// <param name="age">How long the mail has waited.</param>
    /// <param name="now">UTC.</param>
    public static Verdict Decide(
        Notification? notification,
        News? news,
        Account? reader,
        Preferences? chosen,
        Watch? watch,
        People people,
        Said? said,
        bool merged,
        TimeSpan age,
        DateTimeOffset now
    )
    {
        if (notification is null)
            return new Verdict.Cancel("The notification is gone.");
        if (news is null)
            return Wait("The news is not complete.");
        if (reader is null)
            return Wait("The account is not known yet.");
        if (reader is { Erased: true } or { Active: false } or { Email: "" })
            return new Verdict.Cancel("The account takes no mail.");
        var called = Reasons.IsCalled(notification.Reason);
        if (watch is { Muted: true } || (watch is { Active: false } && !called))
            return new Verdict.Cancel("No longer watched.");
        if (merged && news.Kind == NewsKind.Accepted)
            return new Verdict.Cancel("The mail about the merge says it.");
        var preferences = chosen ?? Preferences.Default(reader.Id, reader);
        var frequency = (called ? null : watch?.Frequency) ?? preferences.Frequency;
        if (frequency != Frequencies.Immediate)
            return new Verdict.Cancel("The reader wants no immediate mail.");
        if (QuietFor(preferences, now) is { } quiet)
            return new Verdict.Later(quiet, null);
        if (age < ForNames && !people.Know(news))
            return Wait("Someone it names is not known yet.");
        if (news.Comment is not null)
        {
            if (said is null)
                return Wait("What the comment says is not known at the moment.");
            if (said.Text is null)
                return new Verdict.Cancel("The comment was removed.");
            news = news with { Text = said.Text };
        }
        var contents = new Contents(notification, news, reader, preferences, people);
        return new Verdict.Send(sender => Letter.Of(contents, sender));

        Verdict Wait(string why) =>
            age > Patience ? new Verdict.Cancel(why)
            : age < TimeSpan.FromMinutes(1) ? new Verdict.Later(TimeSpan.FromSeconds(1), why)
            : new Verdict.Later(TimeSpan.FromMinutes(1), why);
    }

    /// <summary>How long the reader's quiet hours go on; null outside of them.</summary>
    public static TimeSpan? QuietFor(Preferences preferences, DateTimeOffset now)
    {
        if (preferences.QuietHours is not { } quiet)
            return null;
        var zone = preferences.Zone;
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        var (from, to) = (TimeOnly.Parse(quiet.From, Texts.Invariant), TimeOnly.Parse(quiet.To, Texts.Invariant));
        if (!TimeOnly.FromDateTime(local).IsBetween(from, to))
            return null;
        var end = local.Date + to.ToTimeSpan();
        if (end <= local)
            end = end.AddDays(1);
        return Schedule.At(end, zone) - now;
    }

    /// <summary>How long a mail waits after the server refused it for a while: 2 s, doubled each time, at most ten minutes.</summary>
    public static TimeSpan AfterDeferral(int attempts) =>
        TimeSpan.FromSeconds(Math.Min(600, 2 * Math.Pow(2, Math.Min(attempts, 10))));

    /// <summary>After there was no server: that one is back is noticed for all mails together, so no single one waits long.</summary>
    public static TimeSpan AfterSilence(int attempts) => TimeSpan.FromSeconds(Math.Min(5, attempts + 1));

    /// <summary>How long delivery is tried.</summary>
    public static readonly TimeSpan GivenUpAfter = TimeSpan.FromDays(5);
}

/// <summary>
/// Delivers what is due: one loop claims and prepares, several connections send. Wakes with the commit; looks by itself
/// once a second. Nothing else waits for it.
/// </summary>
public sealed class Postman(
    Claims claims,
    SmtpServer server,
    OutboxSignal signal,
    IDocumentStore store,
    Comments comments,
    Digests digests,
    Sender sender,
    Measures measures,
    TimeProvider time,
    ILogger<Postman> log
) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<Guid, byte> _inFlight = [];
    private readonly Channel<(Queued Mail, MimeMessage Message)> _ready = Channel.CreateUnbounded<(
        Queued,
        MimeMessage
    )>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        server.Recovered = () => _ = Quietly(claims.Hasten(stoppingToken));
        var senders = Enumerable.Range(0, server.Options.Connections).Select(_ => Task.Run(() => Send(stoppingToken)));
        await Task.WhenAll([Task.Run(() => Dispatch(stoppingToken), CancellationToken.None), .. senders]);
    }

    private async Task Dispatch(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (server.Rest is { Ticks: > 0 } rest)
                    await Task.Delay(rest, time, ct);
                var room = (server.IsFailing ? 1 : server.Options.Connections * 4) - _inFlight.Count;
                if (room > 0 && await ClaimAndPrepare(room, ct) > 0)
                    continue;
                await signal.WaitAsync(room > 0 ? await claims.UntilDue(Look, ct) : Look, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                log.LogWarning("Mails cannot be claimed ({Reason}); trying again.", e.Message);
                await Task.Delay(Look / 2, time, CancellationToken.None);
            }
        }
        _ready.Writer.Complete();
    }

    private async Task<int> ClaimAndPrepare(int room, CancellationToken ct)
    {
        var claimed = await claims.Claim(room, [.. _inFlight.Keys], ct);
        if (claimed.Count == 0)
            return 0;
        foreach (var mail in claimed)
            _inFlight[mail.Id] = 0;
        var open = claimed.Select(mail => mail.Id).ToHashSet();
        try
        {
            foreach (var (mail, verdict) in await Judge([.. claimed.Where(mail => mail.Digest is null)], ct))
            {
                await Follow(mail, verdict, ct);
                open.Remove(mail.Id);
            }
            foreach (var digest in claimed.Where(mail => mail.Digest is not null))
            {
                await Follow(digest, await digests.Judge(digest, ct), ct);
                open.Remove(digest.Id);
            }
        }
        catch
        {
            // Still ours in the table; what is ours and not in flight is claimed again.
            foreach (var id in open)
                _inFlight.TryRemove(id, out _);
            throw;
        }
        return claimed.Count;
    }

    private async Task Follow(Queued mail, Verdict verdict, CancellationToken ct)
    {
        switch (verdict)
        {
            case Verdict.Send send:
                try
                {
                    await _ready.Writer.WriteAsync((mail, send.Write(sender)), ct);
                    return;
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // An address that is none, above all.
                    log.LogWarning("Mail {Mail} cannot be written ({Reason}).", mail.Id, e.GetType().Name);
                    await claims.End(mail.Id, Outbox.Failed, $"It cannot be written: {e.GetType().Name}.", ct);
                }
                break;
            case Verdict.Later later:
                await claims.Later(mail.Id, later.Wait, later.Why, counts: false, ct);
                break;
            case Verdict.Cancel cancel:
                await claims.End(mail.Id, Outbox.Cancelled, cancel.Why, ct);
                break;
        }
        _inFlight.TryRemove(mail.Id, out _);
    }

    private async Task<IEnumerable<(Queued, Verdict)>> Judge(List<Queued> mails, CancellationToken ct)
    {
        await using var reads = store.QuerySession();
        string[] readers = [.. mails.Select(m => m.User).Distinct(StringComparer.Ordinal)];
        var first = reads.CreateBatchQuery();
        var (notificationsRead, newsRead, readersRead, preferencesRead) = (
            first.LoadMany<Notification>().ById([.. mails.Select(m => m.Id)]),
            first.LoadMany<News>().ById([.. mails.Select(m => m.News).Distinct()]),
            first.LoadMany<Account>().ById(readers),
            first.LoadMany<Preferences>().ById(readers)
        );
        await first.Execute(ct);
        var notifications = (await notificationsRead).ToDictionary(n => n.Id);
        var news = (await newsRead).ToDictionary(n => n.Id);
        var accounts = (await readersRead).ToDictionary(a => a.Id, StringComparer.Ordinal);
        var preferences = (await preferencesRead).ToDictionary(p => p.Id, StringComparer.Ordinal);
        var second = reads.CreateBatchQuery();
        var mergesRead = second
            .LoadMany<News>()
            .ById([
                .. news
                    .Values.Where(n => n is { Kind: NewsKind.Accepted, ProposalId: not null })
                    .Select(n => News.OfMerge(n.ProposalId!.Value)),
            ]);
        var othersRead = second
            .LoadMany<Account>()
            .ById([
                .. news
                    .Values.SelectMany(n => n.People)
                    .Where(person => !accounts.ContainsKey(person))
                    .Distinct(StringComparer.Ordinal),
            ]);
        var watchesRead = second
            .LoadMany<Watch>()
            .ById([.. notifications.Values.Select(n => Watch.IdOf(n.User, Topic.Parse(n.Topic))).Distinct()]);
        await second.Execute(ct);
        foreach (var other in await othersRead)
            accounts[other.Id] = other;
        var merged = (await mergesRead).Select(n => n.ProposalId).ToHashSet();
        var watches = (await watchesRead).ToDictionary(w => w.Id);
        var said = await comments.Of(news.Values, ct);
        var people = new People(accounts);
        var now = time.GetUtcNow();
        return mails.Select(mail =>
        {
            var n = notifications.GetValueOrDefault(mail.Id);
            var told = n is null ? null : news.GetValueOrDefault(n.News);
            var verdict = Delivery.Decide(
                n,
                told,
                n is null ? null : accounts.GetValueOrDefault(n.User),
                n is null ? null : preferences.GetValueOrDefault(n.User),
                n is null ? null : watches.GetValueOrDefault(Watch.IdOf(n.User, Topic.Parse(n.Topic))),
                people,
                told?.Comment is { } comment ? said?.GetValueOrDefault(comment) : null,
                merged.Contains(told?.ProposalId),
                now - mail.CreatedAt,
                now
            );
            return (mail, verdict);
        });
    }

    private async Task Send(CancellationToken stopping)
    {
        await using var connection = new SmtpConnection(server.Options, time);
        await foreach (var (mail, message) in _ready.Reader.ReadAllAsync(CancellationToken.None))
        {
            // When stopping, what was not begun is left to the next process.
            var outcome = stopping.IsCancellationRequested
                ? new Outcome.NotTried(TimeSpan.Zero)
                : await Send(connection, mail, message);
            await Record(mail, outcome, stopping);
            _inFlight.TryRemove(mail.Id, out _);
            if (_inFlight.Count <= server.Options.Connections)
                signal.Set();
        }
    }

    private async Task<Outcome> Send(SmtpConnection connection, Queued mail, MimeMessage message)
    {
        using var attempt = Measures.Attempt(mail);
        var outcome = await server.Send(connection, message);
        measures.Answered(attempt, outcome);
        return outcome;
    }

    // Written however long it takes: between the server's answer and this record lies the one chance of a second mail.
    private async Task Record(Queued mail, Outcome outcome, CancellationToken stopping)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await Once(CancellationToken.None);
                return;
            }
            catch (Exception e) when (!stopping.IsCancellationRequested || tries < 10)
            {
                log.LogWarning(
                    "What became of mail {Mail} cannot be recorded ({Reason}); trying again.",
                    mail.Id,
                    e.Message
                );
                await Task.Delay(200, CancellationToken.None);
            }
            catch (Exception)
            {
                return;
            }
        }

        Task Once(CancellationToken ct)
        {
            var tooOld = time.GetUtcNow() - mail.CreatedAt > Delivery.GivenUpAfter;
            return outcome switch
            {
                Outcome.Accepted => claims.End(mail.Id, Outbox.Sent, null, ct),
                Outcome.Refused refused => claims.End(mail.Id, Outbox.Failed, refused.Why, ct),
                Outcome.Deferred { Why: var why } when tooOld => claims.End(mail.Id, Outbox.Failed, why, ct),
                Outcome.Unreachable { Why: var why } when tooOld => claims.End(mail.Id, Outbox.Failed, why, ct),
                Outcome.Deferred d => claims.Later(mail.Id, Delivery.AfterDeferral(mail.Attempts), d.Why, true, ct),
                Outcome.Unreachable u => claims.Later(mail.Id, Delivery.AfterSilence(mail.Attempts), u.Why, true, ct),
                Outcome.NotTried n => claims.Later(mail.Id, n.Wait, null, false, ct),
                _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
            };
        }
    }

    private async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception e)
        {
            log.LogWarning("Waiting mails were not hastened: {Reason}", e.Message);
        }
    }
}
