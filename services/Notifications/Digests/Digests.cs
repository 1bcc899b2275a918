using Marten;

namespace SkillPlatform.Notifications;

/// <summary>Makes a digest when its mail is due.</summary>
public sealed class Digests(IDocumentStore store, Comments comments, TimeProvider time)
{
    /// <summary>More are found in the inbox alone.</summary>
    private const int Most = 2000;

    public async Task<Verdict> Judge(Queued mail, CancellationToken ct)
    {
        await using var session = store.LightweightSession();
        var reader = await session.LoadAsync<Account>(mail.User, ct);
        var preferences = await session.LoadAsync<Preferences>(mail.User, ct) ?? Preferences.Default(mail.User, reader);
        var now = time.GetUtcNow();
        if (Delivery.QuietFor(preferences, now) is { } quiet)
            return new Verdict.Later(quiet, null);
        // Once: what comes after it, also while it is tried again, is told in the next one. Also where it does not go: what
        // waits would else be found again and again.
        var digest = await session.LoadAsync<Digest>(mail.Id, ct);
        if (digest is null)
        {
            digest = new Digest
            {
                Id = mail.Id,
                User = mail.User,
                Frequency = mail.Digest!,
                Token = Unsubscribe.NewToken(),
                At = now,
            };
            session.Close(digest);
            await session.SaveChangesAsync(ct);
        }
        if (reader is null)
            return new Verdict.Cancel(WhyNot.Barred);
        if (Delivery.Barred(reader, await session.LoadAsync<Suppression>(mail.User, ct)) is { } barred)
            return barred;
        return
            await Told(session, digest, ct) is { Length: > 0 } told
            && DigestContents.Of(told) is { IsEmpty: false } contents
            ? new Verdict.Send(letters => DigestLetter.Of(digest, contents, reader, preferences, letters.Sender))
            : new Verdict.Cancel(WhyNot.Empty);
    }

    /// <summary>What it tells: without what is no longer watched, and with comments as they are now.</summary>
    private async Task<DigestNews[]> Told(IQuerySession reads, Digest digest, CancellationToken ct)
    {
        var notifications = await reads
            .Query<Notification>()
            .Where(n => n.Digest == digest.Id)
            .OrderByDescending(n => n.Id)
            .Take(Most)
            .ToListAsync(ct);
        var watches = (
            await reads.LoadManyAsync<Watch>(
                ct,
                [.. notifications.Select(n => Watch.IdOf(n.User, Topic.Parse(n.Topic))).Distinct()]
            )
        ).ToDictionary(w => w.Topic, StringComparer.Ordinal);
        var wanted = notifications
            .Where(n =>
                watches.GetValueOrDefault(n.Topic) is not { } watch
                || (!watch.Muted && (watch.Active || Reasons.IsCalled(n.Reason)))
            )
            .ToList();
        var news = (await reads.LoadManyAsync<News>(ct, [.. wanted.Select(n => n.News).Distinct()])).ToDictionary(n =>
            n.Id
        );
        var said = await comments.Of(news.Values, ct);
        var people = new People(
            (
                await reads.LoadManyAsync<Account>(
                    ct,
                    [.. news.Values.SelectMany(n => n.People).Distinct(StringComparer.Ordinal)]
                )
            ).ToDictionary(a => a.Id, StringComparer.Ordinal)
        );
        return
        [
            .. wanted
                .Where(n => news.ContainsKey(n.News))
                .Select(n => new DigestNews(
                    n,
                    news[n.News],
                    people,
                    news[n.News].Comment is { } comment ? said?.GetValueOrDefault(comment) : null
                ))
                // A comment that was taken back is not told.
                .Where(n => n.Said is not { Text: null, RemovedBy: not null }),
        ];
    }
}

/// <summary>One piece of news of a digest.</summary>
public sealed record DigestNews(Notification Notification, News News, People People, Said? Said);
