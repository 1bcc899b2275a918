using Marten;

namespace SkillPlatform.Notifications;

/// <summary>A digest that was made: what it tells is what has its id.</summary>
public sealed record Digest
{
    /// <summary>Of its mail, too.</summary>
    public Guid Id { get; init; }
    public string User { get; init; } = "";

    /// <summary><c>daily</c> or <c>weekly</c>.</summary>
    public string Frequency { get; init; } = "";

    /// <summary>Opens the way to stop digests without sign-in: 192 random bits.</summary>
    public string Token { get; init; } = "";
    public DateTimeOffset At { get; init; }
}

/// <summary>Changes to what waits for digests, in the transaction of whatever they follow from.</summary>
public static class Waiting
{
    /// <summary>What the mail table holds of a digest: one mail of each frequency, due when the digest is.</summary>
    private const string OneOfEach = "on conflict (user_id, digest) where state = 'pending' and digest is not null";

    /// <summary>A digest that is due at a time, unless one waits already.</summary>
    public static void QueueDigest(this IDocumentSession session, string user, string frequency, DateTimeOffset due) =>
        session.QueueSqlCommand(
            $"""
            insert into mail (id, user_id, news, state, attempts, next_attempt, created_at, digest)
            values (?, ?, ?, 'pending', 0, ?, ?, ?) {OneOfEach} do nothing
            """,
            Guid.CreateVersion7(due),
            user,
            Guid.Empty,
            due,
            due,
            frequency
        );

    /// <summary>
    /// The reader wants digests at another time, of another kind, or none any more. What waits goes along; who wants to hear
    /// at once now hears at once of what waited.
    /// </summary>
    public static void Reschedule(this IDocumentSession session, Preferences before, Preferences then)
    {
        // When they are due is worked out anew; one that was made already is only on its way.
        session.QueueSqlCommand(
            """
            delete from mail where user_id = ? and digest is not null and state = 'pending' and owner is null
              and not exists (select from mt_doc_digest made where made.id = mail.id)
            """,
            then.Id
        );
        if (then.Frequency == before.Frequency || before.Frequency is Frequencies.Immediate or Frequencies.Off)
            return;
        if (then.Frequency == Frequencies.Immediate)
            session.QueueDigest(then.Id, before.Frequency, then.Rescheduled!.Value);
        else
            session.QueueSqlCommand(
                """
                update mt_doc_notification set data = jsonb_set(data, '{frequency}', to_jsonb(?::text))
                where data ->> 'user' = ? and data ->> 'frequency' = ? and data ->> 'digest' is null
                  and not coalesce((data ->> 'ofWatch')::boolean, false)
                """,
                then.Frequency,
                then.Id,
                before.Frequency
            );
    }

    /// <summary>What waits for digests of a kind that the reader does not want any more stays in the inbox alone.</summary>
    public static void DropWaiting(this IDocumentSession session, string user, string frequency)
    {
        session.QueueSqlCommand(
            """
            update mt_doc_notification set data = jsonb_set(data, '{frequency}', '"off"')
            where data ->> 'user' = ? and data ->> 'frequency' = ? and data ->> 'digest' is null
            """,
            user,
            frequency
        );
        session.QueueSqlCommand(
            "delete from mail where user_id = ? and digest = ? and state = 'pending' and owner is null",
            user,
            frequency
        );
    }

    /// <summary>Whatever waits for the reader's digests of this kind is told in this one.</summary>
    public static void Close(this IDocumentSession session, Digest digest)
    {
        session.QueueSqlCommand(
            """
            update mt_doc_notification set data = jsonb_set(data, '{digest}', to_jsonb(?::text))
            where data ->> 'user' = ? and data ->> 'frequency' = ? and data ->> 'digest' is null
              and exists (select from mt_doc_news news where news.id = (mt_doc_notification.data ->> 'news')::uuid)
            """,
            digest.Id.ToString(),
            digest.User,
            digest.Frequency
        );
        session.Store(digest);
    }
}
