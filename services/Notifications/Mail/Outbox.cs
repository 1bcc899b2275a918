using System.Runtime.CompilerServices;
using Marten;
using Marten.Services;
using Npgsql;
using NpgsqlTypes;
using SkillPlatform.EventSourcing;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;
using Table = Weasel.Postgresql.Tables.Table;

namespace SkillPlatform.Notifications;

/// <summary>A mail to deliver, as one sender holds it.</summary>
public sealed record Queued(
    Guid Id,
    int Attempts,
    DateTimeOffset CreatedAt,
    string User,
    Guid News,
    string? Trace = null,
    string? Digest = null,
    string? Thread = null
);

/// <summary>What became of a mail, or of an attempt at it.</summary>
/// <param name="State">Where it is now; <see cref="Outbox.Pending"/> where it is to be tried again.</param>
/// <param name="Why">What the server said, or why it was not asked; null where nothing is to be said.</param>
/// <param name="Attempted">True if the server was asked, and <paramref name="Why"/> is its answer.</param>
/// <param name="Wait">How long until it is tried again; null where it is not.</param>
public sealed record Result(Guid Id, string State, string? Why, bool Attempted, TimeSpan? Wait = null);

/// <summary>
/// The mails that go out: a plain table, since claiming needs <c>skip locked</c>. A row holds no address and no text; the
/// mail is made at delivery from the notification and the account as they are then.
/// </summary>
public static class Outbox
{
    /// <summary>Waits for its turn: <see cref="Raised"/> until the server has put it off, <see cref="Deferred"/> from then on.</summary>
    public const string Pending = "pending";
    public const string Raised = "raised";
    public const string Deferred = "deferred";

    /// <summary>The server took it.</summary>
    public const string Sent = "sent";

    /// <summary>It was taken, and came back.</summary>
    public const string Bounced = "bounced";

    /// <summary>Its reader called it unwanted.</summary>
    public const string Complained = "complained";

    /// <summary>The server refused it for good, or put it off for too long.</summary>
    public const string Failed = "failed";

    /// <summary>Its address takes none until its owner confirms it again.</summary>
    public const string Suppressed = "suppressed";

    /// <summary>Nobody wants it any more.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>How many of the servers' answers a mail keeps: the last ones.</summary>
    private const int Answers = 20;

    public static Table Schema()
    {
        var table = new Table(new PostgresqlObjectName("public", "mail", SchemaUtils.IdentifierUsage.General));
        table.AddColumn<Guid>("id").AsPrimaryKey();
        table.AddColumn<string>("user_id").NotNull();
        table.AddColumn<Guid>("news").NotNull().AddIndex();
        table.AddColumn<string>("state").NotNull();
        table.AddColumn<int>("attempts").NotNull();
        table.AddColumn<DateTimeOffset>("next_attempt").NotNull();
        table.AddColumn<int>("owner").AllowNulls();
        table.AddColumn<DateTimeOffset>("claimed_at").AllowNulls();
        table.AddColumn<string>("last_error").AllowNulls();
        table.AddColumn<DateTimeOffset>("created_at").NotNull();
        table.AddColumn<DateTimeOffset>("done_at").AllowNulls();
        table.AddColumn<string>("trace").AllowNulls();
        // How often the digest comes that it is; null for the mail of one notification.
        table.AddColumn<string>("digest").AllowNulls();
        // In which it is told together with what else is said there; null for what is told by itself.
        table.AddColumn<string>("thread").AllowNulls();
        // What servers said of it: they may name the reader, so nothing else repeats them.
        table.AddColumn("answers", "jsonb").AllowNulls();
        table.Indexes.Add(
            new IndexDefinition("mail_due") { Columns = ["next_attempt"], Predicate = "state = 'pending'" }
        );
        // Of each kind one digest waits for its time, whoever sees that there is something to tell.
        table.Indexes.Add(
            new IndexDefinition("mail_digest")
            {
                Columns = ["user_id", "digest"],
                IsUnique = true,
                Predicate = "state = 'pending' and digest is not null",
            }
        );
        table.Indexes.Add(
            new IndexDefinition("mail_thread")
            {
                Columns = ["user_id", "thread"],
                Predicate = "state = 'pending' and thread is not null",
            }
        );
        table.Indexes.Add(new IndexDefinition("mail_user") { Columns = ["user_id"] });
        // Not for the many: a mail that goes out as it should costs no entry here.
        table.Indexes.Add(
            new IndexDefinition("mail_ended")
            {
                Columns = ["state", "id"],
                Predicate = "state <> 'pending' and state <> 'sent'",
            }
        );
        return table;
    }

    /// <summary>
    /// An entry of the inbox for each, and a mail to each who wants it at once, in one statement: they may be many. Who has
    /// been told of it already is not told again.
    /// </summary>
    public static void Notify(
        this IDocumentSession session,
        News news,
        IReadOnlyCollection<Notification> told,
        TimeSpan after,
        DateTimeOffset now
    )
    {
        if (told.Count == 0)
            return;
        var serializer = session.DocumentStore.Options.Serializer();
        session.QueueSqlCommand(
            """
            with told as (
                select * from unnest(?, ?, ?, ?, ?) as told(id, data, user_id, thread, at_once)),
            entered as (
                insert into mt_doc_notification (id, data, mt_dotnet_type)
                select id, data::jsonb, ? from told on conflict do nothing returning id)
            insert into mail (id, user_id, news, thread, state, attempts, next_attempt, created_at, trace)
            select id, user_id, ?, thread, 'pending', 0, ?, ?, ? from told join entered using (id) where at_once
            """,
            told.Select(n => n.Id).ToArray(),
            told.Select(serializer.ToJson).ToArray(),
            told.Select(n => n.User).ToArray(),
            told.Select(n => Gathering.ThreadOf(n, news)).ToArray(),
            told.Select(n => n.Frequency == Frequencies.Immediate).ToArray(),
            typeof(Notification).FullName!,
            news.Id,
            now + after,
            now,
            // Which this session's messages are part of.
            session.CorrelationId
                ?? ""
        );
        OutboxSignal.Note(session, told.Count(n => n.Frequency == Frequencies.Immediate));
    }

    public static void ReleaseMails(this IDocumentSession session, Guid news, DateTimeOffset now) =>
        session.QueueSqlCommand("update mail set next_attempt = ? where news = ? and state = 'pending'", now, news);

    /// <summary>The answers with one more, where there is one: for an <c>update</c>, by names of columns or parameters.</summary>
    internal static string AnswersWith(string answer, string at) =>
        $"""
            case when {answer} is null then answers else (
                case when jsonb_array_length(answers) >= {Answers} then answers - 0 else coalesce(answers, '[]') end)
                || jsonb_build_array(jsonb_build_object('at', {at}, 'text', {answer})) end
            """;

    public static void DropMails(this IDocumentSession session, string user)
    {
        session.QueueSqlCommand("delete from mail where user_id = ?", user);
        session.QueueSqlCommand("delete from gathering where user_id = ?", user);
    }
}

/// <summary>Wakes the delivery as soon as a transaction with mails was committed in this process, and the teller where more are left to tell.</summary>
public sealed class OutboxSignal : DocumentSessionListenerBase, IDisposable
{
    private static readonly ConditionalWeakTable<IDocumentSession, StrongBox<int>> InSession = [];
    private readonly Signal _due = new();
    private readonly Signal _left = new();

    /// <summary>Told how many mails a transaction has raised.</summary>
    public Action<int>? Raised { get; set; }

    public void Set() => _due.Set();

    public void Dispose()
    {
        _due.Dispose();
        _left.Dispose();
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => _due.WaitAsync(atMost, ct);

    /// <summary>Waits until more is left to tell, or long enough.</summary>
    public Task LeftToTell(TimeSpan atMost, CancellationToken ct) => _left.WaitAsync(atMost, ct);

    /// <summary>So many mails go with the session's transaction: they are no documents, which a listener would see.</summary>
    public static void Note(IDocumentSession session, int mails) => InSession.GetOrCreateValue(session).Value += mails;

    public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
    {
        if (InSession.TryGetValue(session, out var mails) && InSession.Remove(session))
        {
            Set();
            Raised?.Invoke(mails.Value);
        }
        if (commit.Updated.OfType<LeftToTell>().Any())
            _left.Set();
        return Task.CompletedTask;
    }
}

/// <summary>
/// Claims mails for this process and records what became of them. A claim is good while the process holds its advisory
/// lock: PostgreSQL knows at once when a process has died, and does not take a stopped one for dead. The grace after that
/// lets a process that only lost its database record what it had already sent. Claims are timed by the database, which is
/// one for all processes; what is due, by the clock of the process.
/// </summary>
public sealed class Claims(NpgsqlDataSource source, TimeProvider time) : IAsyncDisposable
{
    private const int Class = 0x6d61696c; // "mail"
    private readonly int _owner = Random.Shared.Next();
    private readonly SemaphoreSlim _one = new(1, 1);
    private NpgsqlConnection? _alive;

    /// <summary>Up to <paramref name="count"/> mails that are due and that nobody else is sending.</summary>
    public async Task<List<Queued>> Claim(int count, Guid[] inFlight, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            return await Claim(await Alive(ct), count, inFlight, ct);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<List<Queued>> Claim(NpgsqlConnection alive, int count, Guid[] inFlight, CancellationToken ct)
    {
        await using var command = alive.CreateCommand();
        command.CommandTimeout = 10;
        command.CommandText = $"""
            update mail set owner = $1, claimed_at = now()
            where id in (
                select id from mail
                where state = 'pending' and next_attempt <= $5 and id <> all($4)
                  and (owner is null or owner = $1 or claimed_at < now() - interval '10 minutes' or (
                       claimed_at < now() - interval '5 seconds' and owner not in (
                           select objid::int from pg_locks where locktype = 'advisory' and classid = $3
                             and database = (select oid from pg_database where datname = current_database()))))
                order by next_attempt
                limit $2
                for update skip locked)
            returning {Columns}
            """;
        command.Parameters.Add(new() { Value = _owner });
        command.Parameters.Add(new() { Value = count });
        command.Parameters.Add(new() { Value = (uint)Class, NpgsqlDbType = NpgsqlDbType.Oid });
        command.Parameters.Add(new() { Value = inFlight });
        command.Parameters.Add(new() { Value = time.GetUtcNow() });
        return await Read(command, ct);
    }

    /// <summary>Names this process on its claims.</summary>
    public int Owner => _owner;

    internal const string Columns = "id, attempts, created_at, user_id, news, trace, digest, thread";

    internal static async Task<List<Queued>> Read(NpgsqlCommand command, CancellationToken ct)
    {
        var claimed = new List<Queued>();
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            claimed.Add(
                new Queued(
                    rows.GetGuid(0),
                    rows.GetInt32(1),
                    rows.GetFieldValue<DateTimeOffset>(2),
                    rows.GetString(3),
                    rows.GetGuid(4),
                    Text(5),
                    Text(6),
                    Text(7)
                )
            );
        return claimed;

        string? Text(int column) => rows.IsDBNull(column) ? null : rows.GetString(column);
    }

    /// <summary>How long until the next pending mail is due, at most <paramref name="atMost"/>.</summary>
    public async Task<TimeSpan> UntilDue(TimeSpan atMost, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            "select min(next_attempt) from mail where state = 'pending' and owner is null"
        );
        return await command.ExecuteScalarAsync(ct) is DateTime next
            ? TimeSpan.FromSeconds(
                Math.Clamp((next - time.GetUtcNow().UtcDateTime).TotalSeconds, 0.01, atMost.TotalSeconds)
            )
            : atMost;
    }

    /// <summary>
    /// Records what became of mails, of all of them or of none. It is not waited for the disk: this process dying takes
    /// nothing with it, and of the database dying it remembers enough (<see cref="Postman"/>).
    /// </summary>
    public async Task Record(IReadOnlyCollection<Result> results, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        // Each row by its id: asked for pending ones as such, PostgreSQL would read all of them.
        await using var command = source.CreateCommand(
            $"""
            update mail set
                state = r.state,
                last_error = case when r.state = 'sent' then null else coalesce(r.why, last_error) end,
                answers = {Outbox.AnswersWith("r.answer", "$7::timestamptz")},
                attempts = mail.attempts + r.tried,
                next_attempt = coalesce(r.next, next_attempt),
                done_at = case when r.state = 'pending' then null else $7 end,
                owner = null,
                claimed_at = null
            from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::int[])
                as r(id, state, why, answer, next, tried)
            where mail.id = r.id and mail.state || '' = 'pending' and (select set_config('synchronous_commit', 'off', true)) = 'off'
            """
        );
        command.Parameters.Add(new() { Value = results.Select(r => r.Id).ToArray() });
        command.Parameters.Add(new() { Value = results.Select(r => r.State).ToArray() });
        command.Parameters.Add(new() { Value = results.Select(r => r.Why).ToArray() });
        command.Parameters.Add(new() { Value = results.Select(r => r.Attempted ? r.Why : null).ToArray() });
        command.Parameters.Add(new() { Value = results.Select(r => now + r.Wait).ToArray() });
        command.Parameters.Add(new() { Value = results.Select(r => r.Attempted ? 1 : 0).ToArray() });
        command.Parameters.Add(new() { Value = now });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The server takes mails again: those that it refused for a while need not wait longer.</summary>
    public Task Hasten(CancellationToken ct) =>
        Execute(
            """
            update mail set next_attempt = $1
            where state = 'pending' and owner is null and attempts > 0 and next_attempt > $1
            """,
            ct,
            time.GetUtcNow()
        );

    private async Task Execute(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(ct);
    }

    // Claims are made on the connection that holds the lock: who cannot reach it cannot claim.
    private async Task<NpgsqlConnection> Alive(CancellationToken ct)
    {
        if (_alive is { FullState: System.Data.ConnectionState.Open })
            return _alive;
        if (_alive is not null)
            await _alive.DisposeAsync();
        _alive = await source.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1, $2)", _alive);
        command.Parameters.Add(new() { Value = Class });
        command.Parameters.Add(new() { Value = _owner });
        await command.ExecuteScalarAsync(ct);
        return _alive;
    }

    public async ValueTask DisposeAsync()
    {
        if (_alive is not null)
        {
            try
            {
                // The pool would keep the connection, and with it the lock.
                await using var unlock = new NpgsqlCommand("select pg_advisory_unlock_all()", _alive);
                await unlock.ExecuteNonQueryAsync();
            }
            catch (NpgsqlException)
            {
                // Gone already, and the lock with it.
            }
            await _alive.DisposeAsync();
        }
        _one.Dispose();
    }
}
