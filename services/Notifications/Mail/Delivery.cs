using System.Collections.Concurrent;
using System.Threading.Channels;
using Marten;
using MimeKit;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications;

/// <summary>What is to be done with a mail that is due.</summary>
public abstract record Verdict
{
    /// <param name="Write">Makes the mail.</param>
    /// <param name="Told">What it is made from; null for a digest.</param>
    public sealed record Send(Func<Letters, MimeMessage> Write, Contents? Told = null) : Verdict;

    public sealed record Later(TimeSpan Wait, WhyNot? Why) : Verdict;

    public sealed record Cancel(WhyNot Why) : Verdict;

    public sealed record Suppress(WhyNot Why) : Verdict;
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
        Suppression? suppression,
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
            return new Verdict.Cancel(WhyNot.Gone);
        if (news is null)
            return age > Patience
                ? new Verdict.Cancel(WhyNot.Unfinished)
                : new Verdict.Later(TimeSpan.FromMinutes(1), WhyNot.Incomplete);
        if (reader is null)
            return Wait(WhyNot.Account);
        if (Barred(reader, suppression) is { } barred)
            return barred;
        var called = Reasons.IsCalled(notification.Reason);
        if (watch is { Muted: true } || (watch is { Active: false } && !called))
            return new Verdict.Cancel(WhyNot.Unwatched);
        if (merged && news.Kind == NewsKind.Accepted)
            return new Verdict.Cancel(WhyNot.Merged);
        var preferences = chosen ?? Preferences.Default(reader.Id, reader);
        var frequency = (called ? null : watch?.Frequency) ?? preferences.Frequency;
        if (frequency != Frequencies.Immediate)
            return new Verdict.Cancel(WhyNot.Later);
        if (QuietFor(preferences, now) is { } quiet)
            return new Verdict.Later(quiet, null);
        if (age < ForNames && !people.Know(news))
            return Wait(WhyNot.Names);
        if (news.Comment is not null)
        {
            if (said is null)
                return Wait(WhyNot.Comment);
            if (said.Text is null)
                return new Verdict.Cancel(WhyNot.Removed);
            news = news with { Text = said.Text, Suggestion = said.Suggestion };
        }
        var contents = new Contents(notification, news, reader, preferences, people);
        return new Verdict.Send(letters => letters.Of(contents), contents);

        Verdict Wait(WhyNot why) =>
            age > Patience ? new Verdict.Cancel(why)
            : age < TimeSpan.FromMinutes(1) ? new Verdict.Later(TimeSpan.FromSeconds(1), why)
            : new Verdict.Later(TimeSpan.FromMinutes(1), why);
    }

    /// <summary>Why nothing at all goes to the reader; null where mails do.</summary>
    public static Verdict? Barred(Account reader, Suppression? suppression) =>
        reader is { Erased: true } or { Active: false } or { Email: "" } ? new Verdict.Cancel(WhyNot.Barred)
        : suppression?.Holds(reader) == true ? new Verdict.Suppress(WhyNot.Bounced)
        : null;

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
        // Where the clock is put back, the end has come once and comes again.
        var wait = Schedule.At(end, zone) - now;
        return wait > TimeSpan.Zero ? wait : end - local;
    }

    /// <summary>What an attempt at a mail makes of it.</summary>
    public static Result After(Queued mail, Outcome outcome, DateTimeOffset now)
    {
        return outcome switch
        {
            Outcome.Accepted taken => new Result(mail.Id, Outbox.Sent, Said(taken.Answer), true),
            Outcome.Refused refused => new Result(mail.Id, Outbox.Failed, Said(refused.Why), true),
            Outcome.Deferred deferred => Again(deferred.Why),
            Outcome.Unreachable silence => Again(silence.Why),
            Outcome.NotTried rest => new Result(mail.Id, Outbox.Pending, null, false, rest.Wait),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
        };

        Result Again(string why) =>
            outcome.Again(mail.Attempts, now - mail.CreatedAt) is { } wait
                ? new Result(mail.Id, Outbox.Pending, Said(why), true, wait)
                : new Result(mail.Id, Outbox.Failed, Said(why), true);
    }

    /// <summary>Another server's words, as much of them as is kept.</summary>
    public static string Said(string answer) => Line.Cut(Line.One(answer), 500);
}

/// <summary>The rate that an administrator sets for this process: a second's worth of it may go at once, and at least one mail.</summary>
public sealed class Pace(int perMinute, TimeProvider time)
{
    private readonly double _most = Math.Max(1, perMinute / 60.0);
    private double _left = Math.Max(1, perMinute / 60.0);
    private long _at = time.GetTimestamp();

    /// <summary>How many of the wanted may go now.</summary>
    public int Within(int wanted)
    {
        if (perMinute <= 0)
            return wanted;
        _left = Math.Min(_most, _left + time.GetElapsedTime(_at).TotalMinutes * perMinute);
        _at = time.GetTimestamp();
        return Math.Min(wanted, (int)_left);
    }

    public void Use(int count) => _left -= count;

    /// <summary>How long until the next may go, at most so long.</summary>
    public TimeSpan Pause(TimeSpan atMost) =>
        perMinute <= 0 || _left >= 1
            ? atMost
            : TimeSpan.FromMinutes(Math.Min(atMost.TotalMinutes, (1 - _left) / perMinute));
}

/// <summary>A mail on its way, and what is told in it besides what it was raised for: of all the same becomes.</summary>
public sealed record Parcel(Queued Mail, params Queued[] With)
{
    public IEnumerable<Queued> All => With.Prepend(Mail);
}

/// <summary>
/// Delivers what is due: one loop claims and prepares, several connections send, one loop records what came of it. Wakes with
/// the commit; looks by itself once a second. Nothing else waits for it.
/// </summary>
public sealed class Postman(
    Claims claims,
    SmtpServer server,
    OutboxSignal signal,
    IDocumentStore store,
    Comments comments,
    Digests digests,
    Gathering gathering,
    Letters letters,
    ReturnPath returnPath,
    Measures measures,
    TimeProvider time,
    ILogger<Postman> log
) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<Guid, byte> _inFlight = [];
    private readonly Channel<(Parcel Parcel, Func<Letters, MimeMessage> Write)> _ready = Channel.CreateUnbounded<(
        Parcel,
        Func<Letters, MimeMessage>
    )>();

    // What is taken and not recorded yet goes twice if we die now: who has sent a mail hands over no other until that is
    // recorded, and what all of them have sent meanwhile is recorded together.
    private readonly Channel<(Parcel Parcel, Result Result, TaskCompletionSource Recorded)> _results =
        Channel.CreateUnbounded<(Parcel, Result, TaskCompletionSource)>();
    private readonly Pace _pace = new(server.Options.PerMinute, time);

    // A record is not on the disk yet when it is made: should the database die just then, this process knows that the mail is over.
    private const int Remembered = 4096;

    // Unless an operator began it anew.
    private readonly ConcurrentDictionary<(Guid, DateTimeOffset), Result> _over = [];
    private readonly Queue<(Guid, DateTimeOffset)> _oldest = [];

    /// <summary>Mails held at most: enough to claim, judge and record many together, few enough to hold in memory.</summary>
    private int AtOnce => server.Options.Connections * 64;

    /// <summary>How many to claim: the next ones while half of the former are still on their way, and never a few at a time.</summary>
    private int Room =>
        server.IsFailing ? 1 - _inFlight.Count
        : _inFlight.Count > AtOnce / 2 ? 0
        : AtOnce - _inFlight.Count;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        server.Recovered = () => _ = Quietly(claims.Hasten(stoppingToken));
        var recorder = Task.Run(() => Record(stoppingToken), CancellationToken.None);
        var senders = Enumerable.Range(0, server.Options.Connections).Select(_ => Task.Run(() => Send(stoppingToken)));
        await Task.WhenAll([Task.Run(() => Dispatch(stoppingToken), CancellationToken.None), .. senders]);
        _results.Writer.Complete();
        await recorder;
    }

    private async Task Dispatch(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (server.Rest is { Ticks: > 0 } rest)
                    await Task.Delay(rest, time, ct);
                var room = _pace.Within(Room);
                if (room > 0 && await ClaimAndPrepare(room, ct) > 0)
                    continue;
                await signal.WaitAsync(room > 0 ? await claims.UntilDue(Look, ct) : _pace.Pause(Look), ct);
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
        _pace.Use(claimed.Count);
        foreach (var mail in claimed)
            _inFlight[mail.Id] = 0;
        var open = claimed.Select(mail => mail.Id).ToHashSet();
        try
        {
            var over = claimed.Select(mail => _over.GetValueOrDefault(Key(mail))).OfType<Result>().ToList();
            var judged = await JudgeAll(claimed.FindAll(mail => !_over.ContainsKey(Key(mail))), ct);
            foreach (var (parcel, verdict) in await Together(judged, open, ct))
                if (Follow(parcel, verdict) is { } result)
                    over.Add(result);
                else
                    open.ExceptWith(parcel.All.Select(mail => mail.Id));
            if (over.Count > 0)
                await claims.Record(over, ct);
        }
        finally
        {
            // Recorded, or to be claimed again.
            foreach (var id in open)
                _inFlight.TryRemove(id, out _);
        }
        return claimed.Count;
    }

    /// <summary>Hands it to the senders, or says why it does not go; then it is over with it, for now or for good.</summary>
    private Result? Follow(Parcel parcel, Verdict verdict)
    {
        var mail = parcel.Mail;
        switch (verdict)
        {
            case Verdict.Send send:
                _ready.Writer.TryWrite((parcel, send.Write));
                return null;
            case Verdict.Later later:
                return new Result(mail.Id, Outbox.Pending, later.Why?.Words, false, later.Wait);
            case Verdict.Suppress suppress:
                measures.Count(Outbox.Suppressed);
                return new Result(mail.Id, Outbox.Suppressed, suppress.Why.Words, false);
            case Verdict.Cancel cancel:
                return new Result(mail.Id, Outbox.Cancelled, cancel.Why.Words, false);
            default:
                throw new InvalidOperationException($"Unknown verdict {verdict}.");
        }
    }

    /// <summary>What is said in one thread goes in one mail, when it is the thread's turn.</summary>
    /// <param name="judged">What has been claimed.</param>
    /// <param name="open">Ids of what has been claimed and is not on its way yet: what goes along is claimed, too.</param>
    private async Task<List<(Parcel, Verdict)>> Together(
        List<(Queued Mail, Verdict Verdict)> judged,
        HashSet<Guid> open,
        CancellationToken ct
    )
    {
        bool IsInThread((Queued Mail, Verdict Verdict) one) => one is { Mail.Thread: not null, Verdict: Verdict.Send };
        var alone = judged.Where(one => !IsInThread(one)).ToList();
        var due = judged.Where(IsInThread).ToDictionary(one => one.Mail.Id);
        if (due.Count == 0)
            return alone.ConvertAll(one => (new Parcel(one.Mail), one.Verdict));
        var turns = await gathering.Turns([.. due.Values.Select(one => one.Mail)], ct);
        var others = await gathering.Claim(
            claims.Owner,
            [.. turns.Where(turn => due.ContainsKey(turn.Value.Mail)).Select(turn => turn.Key)],
            ct
        );
        foreach (var mail in others)
        {
            _inFlight[mail.Id] = 0;
            open.Add(mail.Id);
        }
        var along = (await Judge(others, ct)).ToLookup(IsInThread);
        alone.AddRange(along[false]);
        var parcels = alone.ConvertAll(one => (new Parcel(one.Mail), one.Verdict));
        foreach (var thread in due.Values.Concat(along[true]).GroupBy(one => (one.Mail.User, one.Mail.Thread!)))
        {
            var turn = turns[thread.Key];
            if (due.TryGetValue(turn.Mail, out var carrier))
                parcels.Add(
                    (
                        new Parcel(
                            carrier.Mail,
                            [.. thread.Select(one => one.Mail).Where(mail => mail != carrier.Mail)]
                        ),
                        Gathered(carrier.Verdict, [.. thread.Select(one => one.Verdict)])
                    )
                );
            else
                foreach (var (mail, _) in thread)
                    parcels.Add((new Parcel(mail), new Verdict.Later(turn.Next - time.GetUtcNow(), WhyNot.Together)));
        }
        return parcels;
    }

    private static Verdict Gathered(Verdict carrier, Verdict[] thread)
    {
        var told = thread
            .OfType<Verdict.Send>()
            .Select(send => send.Told!)
            .OrderBy(one => one.News.At)
            .ThenBy(one => one.Notification.Id)
            .ToArray();
        var first = ((Verdict.Send)carrier).Told!;
        return told.Length == 1 ? carrier
            // The last revision is what there is to look at.
            : first.News.Kind == NewsKind.Revised
                ? new Verdict.Send(letters => letters.Of(first with { News = told[^1].News }))
            : new Verdict.Send(letters => GatheredLetter.Of(first, told, letters.Sender));
    }

    private async Task<List<(Queued Mail, Verdict Verdict)>> JudgeAll(List<Queued> mails, CancellationToken ct)
    {
        var judged = new List<(Queued Mail, Verdict Verdict)>(
            await Judge([.. mails.Where(mail => mail.Digest is null)], ct)
        );
        foreach (var digest in mails.Where(mail => mail.Digest is not null))
            judged.Add((digest, await digests.Judge(digest, ct)));
        return judged;
    }

    private async Task<IEnumerable<(Queued Mail, Verdict Verdict)>> Judge(List<Queued> mails, CancellationToken ct)
    {
        await using var reads = store.QuerySession();
        string[] readers = [.. mails.Select(m => m.User).Distinct(StringComparer.Ordinal)];
        var first = reads.CreateBatchQuery();
        var (notificationsRead, newsRead, readersRead, suppressionsRead, preferencesRead) = (
            first.LoadMany<Notification>().ById([.. mails.Select(m => m.Id)]),
            first.LoadMany<News>().ById([.. mails.Select(m => m.News).Distinct()]),
            first.LoadMany<Account>().ById(readers),
            first.LoadMany<Suppression>().ById(readers),
            first.LoadMany<Preferences>().ById(readers)
        );
        await first.Execute(ct);
        var notifications = (await notificationsRead).ToDictionary(n => n.Id);
        var news = (await newsRead).ToDictionary(n => n.Id);
        var accounts = (await readersRead).ToDictionary(a => a.Id, StringComparer.Ordinal);
        var suppressions = (await suppressionsRead).ToDictionary(s => s.Id, StringComparer.Ordinal);
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
                n is null ? null : suppressions.GetValueOrDefault(n.User),
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
        var former = Task.CompletedTask;
        await foreach (var (parcel, write) in _ready.Reader.ReadAllAsync(CancellationToken.None))
        {
            var mail = parcel.Mail;
            // When stopping, what was not begun is left to the next process.
            var result = stopping.IsCancellationRequested
                ? Delivery.After(mail, new Outcome.NotTried(TimeSpan.Zero), time.GetUtcNow())
                : await Send(connection, mail, write, former);
            var recorded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _results.Writer.TryWrite((parcel, result, recorded));
            former = recorded.Task;
        }
    }

    private async Task<Result> Send(
        SmtpConnection connection,
        Queued mail,
        Func<Letters, MimeMessage> write,
        Task formerIsRecorded
    )
    {
        MimeMessage letter;
        try
        {
            letter = write(letters);
        }
        catch (Exception e)
        {
            // An address that is none, above all.
            log.LogWarning("Mail {Mail} cannot be written ({Reason}).", mail.Id, e.GetType().Name);
            return new Result(mail.Id, Outbox.Failed, $"{WhyNot.Unwritten.Words}{e.GetType().Name}.", false);
        }
        finally
        {
            await formerIsRecorded;
        }
        using var attempt = Measures.Attempt(mail);
        var outcome = await server.Send(connection, letter, returnPath.Of(mail.Id));
        measures.Answered(attempt, outcome);
        return Delivery.After(mail, outcome, time.GetUtcNow());
    }

    // Whatever has come together meanwhile is recorded together, and nothing waits for more to come.
    private async Task Record(CancellationToken stopping)
    {
        var sent = new List<(Parcel Parcel, Result Result, TaskCompletionSource Recorded)>();
        while (await _results.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (_results.Reader.TryRead(out var one))
                sent.Add(one);
            await Record(
                [.. sent.SelectMany(one => one.Parcel.All.Select(mail => one.Result with { Id = mail.Id }))],
                stopping
            );
            foreach (var (parcel, result, recorded) in sent)
            {
                foreach (var mail in parcel.All)
                {
                    Remember(mail, result with { Id = mail.Id });
                    _inFlight.TryRemove(mail.Id, out _);
                }
                recorded.SetResult();
            }
            sent.Clear();
            if (_inFlight.IsEmpty)
                letters.Forget();
            if (_inFlight.Count <= AtOnce / 2)
                signal.Set();
        }
    }

    private static (Guid, DateTimeOffset) Key(Queued mail) => (mail.Id, mail.CreatedAt);

    private void Remember(Queued mail, Result result)
    {
        if (result.State == Outbox.Pending || !_over.TryAdd(Key(mail), result))
            return;
        _oldest.Enqueue(Key(mail));
        if (_oldest.Count > Remembered)
            _over.TryRemove(_oldest.Dequeue(), out _);
    }

    // Written however long it takes: between the server's answer and this record lies the one chance of a second mail.
    private async Task Record(List<Result> results, CancellationToken stopping)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await claims.Record(results, CancellationToken.None);
                return;
            }
            catch (Exception e) when (!stopping.IsCancellationRequested || tries < 10)
            {
                log.LogWarning(
                    "What became of {Count} mails cannot be recorded ({Reason}); trying again.",
                    results.Count,
                    e.Message
                );
                await Task.Delay(200, CancellationToken.None);
            }
            catch (Exception)
            {
                return;
            }
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
