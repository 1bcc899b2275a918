using Npgsql;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;
using Table = Weasel.Postgresql.Tables.Table;

namespace SkillPlatform.Notifications;

/// <summary>
/// Comments of one thread reach a reader together: the first at once, what is said after it in one mail a while later, and
/// after ever longer pauses while it goes on. So do those that name the reader, by themselves, for nobody else's comments are to
/// hold them up, and the revisions of a proposal. What waits are rows of the outbox; here is when the thread's last mail went.
/// </summary>
/// <param name="source">The database.</param>
/// <param name="time">The clock.</param>
public sealed class Gathering(NpgsqlDataSource source, TimeProvider time)
{
    private const string Pause = "(array[1, 5, 15])[g.step + 1] * interval '1 minute'";

    /// <summary>After so long the thread is new again, and its next comment goes at once.</summary>
    private const string Over = "interval '1 hour'";

    /// <summary>How long is known when a thread's last mail went: no shorter than any of the above.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>What waits is told together; only as much of it as one statement should hold.</summary>
    private const int Most = 1000;

    public static Table Schema()
    {
        var table = new Table(new PostgresqlObjectName("public", "gathering", SchemaUtils.IdentifierUsage.General));
        table.AddColumn<string>("user_id").AsPrimaryKey();
        table.AddColumn<string>("thread").AsPrimaryKey();
        // The last one, which may be tried again whenever it is due.
        table.AddColumn<Guid>("mail").NotNull();
        table.AddColumn<DateTimeOffset>("at").NotNull();
        table.AddColumn<int>("step").NotNull();
        return table;
    }

    /// <summary>The thread in which a notification is told together with others; null where it is told by itself.</summary>
    public static string? ThreadOf(Notification notification, News news)
    {
        var apart = notification.Kind switch
        {
            NewsKind.Commented or NewsKind.SkillCommented => "",
            NewsKind.Mentioned or NewsKind.Revised => $" {notification.Kind}",
            _ => null,
        };
        return apart is null ? null
            : news.ProposalId is { } proposal ? Topic.OfProposal(proposal) + apart
            : news.SkillId is { } skill ? Topic.OfSkill(skill) + apart
            : null;
    }

    /// <summary>
    /// Which of the threads it is the turn of, and which mail carries what is said in them; for the others, how long until it is.
    /// Whoever takes a turn has it alone, whichever replica asks.
    /// </summary>
    /// <param name="due">Mails that this process has claimed and that could go.</param>
    public async Task<Dictionary<(string User, string Thread), Turn>> Turns(
        IReadOnlyCollection<Queued> due,
        CancellationToken ct
    )
    {
        var threads = due.GroupBy(mail => (mail.User, Thread: mail.Thread!))
            // In one order, or two replicas wait for each other.
            .OrderBy(thread => thread.Key.User, StringComparer.Ordinal)
            .ThenBy(thread => thread.Key.Thread, StringComparer.Ordinal)
            .ToList();
        await using var batch = source.CreateBatch();
        var take = batch.CreateBatchCommand();
        take.CommandText = $"""
            insert into gathering as g (user_id, thread, mail, at, step)
            select user_id, thread, mail, $5, 0 from unnest($1::text[], $2::text[], $3::uuid[]) as due(user_id, thread, mail)
            on conflict (user_id, thread) do update set
                mail = case when g.mail = any($4) then g.mail else excluded.mail end,
                step = case when g.mail = any($4) then g.step when g.at < $5 - {Over} then 0 else least(g.step + 1, 2) end,
                at = $5
            where g.mail = any($4) or g.at + {Pause} <= $5
            """;
        take.Parameters.Add(new() { Value = threads.Select(thread => thread.Key.User).ToArray() });
        take.Parameters.Add(new() { Value = threads.Select(thread => thread.Key.Thread).ToArray() });
        take.Parameters.Add(new() { Value = threads.Select(thread => thread.Min(mail => mail.Id)).ToArray() });
        take.Parameters.Add(new() { Value = due.Select(mail => mail.Id).ToArray() });
        take.Parameters.Add(new() { Value = time.GetUtcNow() });
        batch.BatchCommands.Add(take);
        var look = batch.CreateBatchCommand();
        look.CommandText = $"""
            select g.user_id, g.thread, g.mail, g.at + {Pause}
            from gathering g join unnest($1::text[], $2::text[]) as due(user_id, thread) using (user_id, thread)
            """;
        look.Parameters.Add(new() { Value = threads.Select(thread => thread.Key.User).ToArray() });
        look.Parameters.Add(new() { Value = threads.Select(thread => thread.Key.Thread).ToArray() });
        batch.BatchCommands.Add(look);
        var turns = new Dictionary<(string, string), Turn>();
        await using var rows = await batch.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            turns[(rows.GetString(0), rows.GetString(1))] = new Turn(
                rows.GetGuid(2),
                rows.GetFieldValue<DateTimeOffset>(3)
            );
        return turns;
    }

    /// <summary>Whatever else waits in these threads and is nobody's yet.</summary>
    /// <param name="owner">Who claims it.</param>
    /// <param name="threads">Whose turn it is.</param>
    public async Task<List<Queued>> Claim(
        int owner,
        IReadOnlyCollection<(string User, string Thread)> threads,
        CancellationToken ct
    )
    {
        if (threads.Count == 0)
            return [];
        await using var command = source.CreateCommand(
            $"""
            update mail set owner = $1, claimed_at = now()
            where id in (
                select mail.id
                from mail join unnest($2::text[], $3::text[]) as turn(user_id, thread) using (user_id, thread)
                where mail.state = 'pending' and mail.owner is null
                order by mail.id limit {Most}
                for update of mail skip locked)
            returning {Claims.Columns}
            """
        );
        command.Parameters.Add(new() { Value = owner });
        command.Parameters.Add(new() { Value = threads.Select(thread => thread.User).ToArray() });
        command.Parameters.Add(new() { Value = threads.Select(thread => thread.Thread).ToArray() });
        return await Claims.Read(command, ct);
    }
}

/// <summary>Whose turn it is in a thread.</summary>
/// <param name="Mail">That carries what is said in it.</param>
/// <param name="Next">When it is another's turn.</param>
public sealed record Turn(Guid Mail, DateTimeOffset Next);
