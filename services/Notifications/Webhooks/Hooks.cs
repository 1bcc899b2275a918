using Npgsql;
using NpgsqlTypes;
using SkillPlatform.Mail;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;
using Table = Weasel.Postgresql.Tables.Table;

namespace SkillPlatform.Notifications;

/// <summary>A webhook that this process may call for now.</summary>
/// <param name="Webhook">As it was when it was claimed.</param>
/// <param name="Lease">Names the claim: who has lost it changes nothing any more.</param>
/// <param name="Head">The end of the log then.</param>
public sealed record Claimed(Webhook Webhook, Guid Lease, long Head);

/// <summary>
/// The webhooks and what they were sent: plain tables, since claiming needs <c>skip locked</c>. A claim is a lease that each
/// call renews; a process that dies with one is waited for a minute.
/// </summary>
public sealed class Hooks(NpgsqlDataSource source)
{
    /// <summary>How many of them somebody may have.</summary>
    public const int Each = 20;

    /// <summary>How long the log of deliveries is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private const int Longest = 10_000;

    /// <summary>So many calls of a webhook are kept: who replays the log over and over fills no database.</summary>
    public const int CallsKept = 2_000;

    /// <summary>So often in a minute is a webhook tried out. What is at its address need not belong to its owner.</summary>
    public const int MostTests = 20;

    private const string Columns =
        "id, user_id, url, topic, types, shape, secret, old_secret, old_until, version, is_on, why, position, attempts, failing_since, next_attempt, created_at";

    public static Table Schema()
    {
        var table = new Table(new PostgresqlObjectName("public", "webhook", SchemaUtils.IdentifierUsage.General));
        table.AddColumn<Guid>("id").AsPrimaryKey();
        table.AddColumn<string>("user_id").NotNull().AddIndex();
        table.AddColumn<string>("url").NotNull();
        table.AddColumn<string>("topic").NotNull();
        table.AddColumn("types", "text[]").NotNull();
        table.AddColumn<string>("shape").NotNull();
        table.AddColumn<string>("secret").NotNull();
        table.AddColumn<string>("old_secret").AllowNulls();
        table.AddColumn<DateTimeOffset>("old_until").AllowNulls();
        table.AddColumn<long>("version").NotNull();
        table.AddColumn<bool>("is_on").NotNull();
        table.AddColumn<string>("why").AllowNulls();
        table.AddColumn<long>("position").NotNull();
        table.AddColumn<int>("attempts").NotNull();
        table.AddColumn<DateTimeOffset>("failing_since").AllowNulls();
        table.AddColumn<DateTimeOffset>("next_attempt").NotNull();
        table.AddColumn<Guid>("lease").AllowNulls();
        table.AddColumn<DateTimeOffset>("leased_until").AllowNulls();
        table.AddColumn<DateTimeOffset>("created_at").NotNull();
        return table;
    }

    public static Table Sent()
    {
        var table = new Table(new PostgresqlObjectName("public", "webhook_call", SchemaUtils.IdentifierUsage.General));
        table.AddColumn<long>("id").AsPrimaryKey().BigAutoIncrement();
        table.AddColumn<Guid>("webhook").NotNull();
        table.AddColumn<DateTimeOffset>("at").NotNull().AddIndex();
        table.AddColumn<Guid>("event").NotNull();
        table.AddColumn<long>("position").AllowNulls();
        table.AddColumn<string>("type").NotNull();
        table.AddColumn<int>("attempt").NotNull();
        table.AddColumn<string>("state").NotNull();
        table.AddColumn("headers", "json").NotNull();
        table.AddColumn<string>("body").NotNull();
        table.AddColumn<int>("status").AllowNulls();
        table.AddColumn<string>("answer").AllowNulls();
        table.AddColumn<double>("seconds").NotNull();
        table.AddColumn<string>("error").AllowNulls();
        table.Indexes.Add(new IndexDefinition("webhook_call_webhook") { Columns = ["webhook", "id"] });
        return table;
    }

    /// <summary>False where its owner has enough of them, or it is there already.</summary>
    public async Task<bool> Add(Webhook webhook, CancellationToken ct)
    {
        // Both in one transaction: who adds several at once has them counted one after the other.
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new("select pg_advisory_xact_lock(hashtextextended('webhook ' || $1, 0))"));
        batch.BatchCommands.Add(
            new(
                $"""
                insert into webhook ({Columns})
                select $1, $2, $3, $4, $5, $6, $7, null, null, 1, true, null,
                       (select coalesce(max(position), 0) from announced), 0, null, $8, $8
                where (select count(*) from webhook where user_id = $2) < {Each}
                on conflict (id) do nothing
                """
            )
        );
        batch.BatchCommands[0].Parameters.Add(new() { Value = webhook.User });
        object[] values =
        [
            webhook.Id,
            webhook.User,
            webhook.Url,
            webhook.Topic.ToString(),
            webhook.Types,
            webhook.Shape,
            webhook.Secret,
            webhook.CreatedAt,
        ];
        foreach (var value in values)
            batch.BatchCommands[1].Parameters.Add(new() { Value = value });
        await batch.ExecuteNonQueryAsync(ct);
        return batch.BatchCommands[1].RecordsAffected > 0;
    }

    public async Task<Webhook?> Of(Guid id, CancellationToken ct) =>
        (await Read($"select {Columns} from webhook where id = $1", ct, id)).SingleOrDefault();

    /// <summary>Up to so many, by id; of everybody where no user is named.</summary>
    public Task<List<Webhook>> Of(string? user, Guid? after, int count, CancellationToken ct) =>
        Read(
            $"""
            select {Columns} from webhook
            where ($1 = '' or user_id = $1) and id > $2 order by id limit $3
            """,
            ct,
            user ?? "",
            after ?? Guid.Empty,
            count
        );

    /// <summary>What its owner wants of it now; it is on then, and what it has failed at is tried at once. False where it has changed.</summary>
    public Task<bool> Change(Webhook webhook, long? expected, DateTimeOffset now, CancellationToken ct) =>
        Execute(
            """
            update webhook set url = $3, topic = $4, types = $5, shape = $6, is_on = true, why = null, version = version + 1,
                   attempts = 0, failing_since = null, next_attempt = $7, lease = null, leased_until = null
            where id = $1 and ($2 = 0 or version = $2)
            """,
            ct,
            webhook.Id,
            expected ?? 0,
            webhook.Url,
            webhook.Topic.ToString(),
            webhook.Types,
            webhook.Shape,
            now
        );

    public Task<bool> Stop(Guid id, string why, CancellationToken ct) =>
        Execute(
            """
            update webhook set is_on = false, why = $2, version = version + 1, lease = null, leased_until = null
            where id = $1 and (is_on or why is distinct from $2)
            """,
            ct,
            id,
            why
        );

    public Task<bool> Remove(Guid id, CancellationToken ct) =>
        Execute(
            "with calls as (delete from webhook_call where webhook = $1) delete from webhook where id = $1",
            ct,
            id
        );

    /// <summary>The secret so far signs too, for a while.</summary>
    public Task<bool> Rotate(Guid id, string secret, DateTimeOffset until, CancellationToken ct) =>
        Execute(
            "update webhook set old_secret = secret, old_until = $3, secret = $2, version = version + 1 where id = $1",
            ct,
            id,
            secret,
            until
        );

    /// <summary>Everything after this position is sent, again or for the first time. Whoever calls it at the moment stops.</summary>
    public Task<bool> MoveTo(Guid id, long position, DateTimeOffset now, CancellationToken ct) =>
        Execute(
            """
            update webhook set position = $2, attempts = 0, failing_since = null, next_attempt = $3, lease = null,
                   leased_until = null
            where id = $1
            """,
            ct,
            id,
            position,
            now
        );

    /// <summary>Up to so many that have not read the log to its end, that may be called now, and that nobody else calls.</summary>
    public async Task<List<Claimed>> Claim(int count, DateTimeOffset now, CancellationToken ct)
    {
        var lease = Guid.NewGuid();
        await using var command = source.CreateCommand(
            $"""
            with head as (select coalesce(max(position), 0) as position from announced)
            update webhook set lease = $1, leased_until = $3
            where id in (
                select id from webhook w
                where is_on and next_attempt <= $2 and (leased_until is null or leased_until < $2)
                  and position < (select position from head)
                  -- Who is suspended is sent nothing until they are back.
                  and not exists (select 1 from mt_doc_account a where a.id = w.user_id and a.data ->> 'active' = 'false')
                order by next_attempt
                limit $4
                for update skip locked)
            returning {Columns}, (select position from head)
            """
        );
        command.Parameters.Add(new() { Value = lease });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = now + Lease });
        command.Parameters.Add(new() { Value = count });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var claimed = new List<Claimed>();
        while (await rows.ReadAsync(ct))
            claimed.Add(new Claimed(Row(rows), lease, rows.GetInt64(rows.FieldCount - 1)));
        return claimed;
    }

    /// <summary>It has read the log so far; the lease is renewed. False where the claim is lost.</summary>
    /// <param name="into">What it is about from here on, since that has become another; null where it has not.</param>
    public Task<bool> Advance(
        Claimed claim,
        long position,
        DateTimeOffset now,
        CancellationToken ct,
        Topic? into = null
    ) =>
        Execute(
            """
            update webhook set position = $3, attempts = 0, failing_since = null, next_attempt = $4, leased_until = $5,
                   topic = coalesce(nullif($6, ''), topic), version = version + ($6 <> '')::int
            where id = $1 and lease = $2
            """,
            ct,
            claim.Webhook.Id,
            claim.Lease,
            position,
            now,
            now + Lease,
            into?.ToString() ?? ""
        );

    /// <summary>It did not take what is next.</summary>
    public Task<bool> Failed(Claimed claim, DateTimeOffset since, DateTimeOffset next, CancellationToken ct) =>
        Execute(
            """
            update webhook set attempts = attempts + 1, failing_since = $3, next_attempt = $4, lease = null, leased_until = null
            where id = $1 and lease = $2
            """,
            ct,
            claim.Webhook.Id,
            claim.Lease,
            since,
            next
        );

    public Task<bool> Release(Claimed claim, CancellationToken ct) =>
        Execute(
            "update webhook set lease = null, leased_until = null where id = $1 and lease = $2",
            ct,
            claim.Webhook.Id,
            claim.Lease
        );

    /// <summary>Keeps what was sent and answered.</summary>
    public Task<bool> Log(Webhook webhook, Entry entry, Call call, CancellationToken ct) =>
        Execute(
            $"""
            with old as (
                delete from webhook_call where webhook = $1 and id <= (
                    select id from webhook_call where webhook = $1 order by id desc offset {CallsKept - 1} limit 1)
            )
            insert into webhook_call (webhook, at, event, position, type, attempt, state, headers, body, status, answer, seconds, error)
            select $1, $2, $3, nullif($4, 0), $5, $6, $7, $8::json, $9, nullif($10, 0), nullif($11, ''), $12, nullif($13, '')
            where exists (select 1 from webhook where id = $1)
            """,
            ct,
            webhook.Id,
            call.At,
            entry.Id,
            entry.Position,
            entry.Type,
            webhook.Attempts + 1,
            call.Taken ? "delivered" : "failed",
            System.Text.Json.JsonSerializer.Serialize(call.Headers),
            Line.Cut(call.Body, Longest),
            call.Status ?? 0,
            call.Answer ?? "",
            call.Took.TotalSeconds,
            call.Error ?? ""
        );

    /// <summary>Whether it may be tried out once more.</summary>
    public async Task<bool> MayTest(Guid webhook, DateTimeOffset now, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            "select count(*) from webhook_call where webhook = $1 and position is null and at > $2"
        );
        command.Parameters.Add(new() { Value = webhook });
        command.Parameters.Add(new() { Value = now.AddMinutes(-1) });
        return (long)(await command.ExecuteScalarAsync(ct))! < MostTests;
    }

    private async Task<bool> Execute(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(ct) > 0;
    }

    private async Task<List<Webhook>> Read(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var webhooks = new List<Webhook>();
        while (await rows.ReadAsync(ct))
            webhooks.Add(Row(rows));
        return webhooks;
    }

    private static Webhook Row(NpgsqlDataReader row) =>
        new(
            row.GetGuid(0),
            row.GetString(1),
            row.GetString(2),
            Topic.Parse(row.GetString(3)),
            row.GetFieldValue<string[]>(4),
            row.GetString(5),
            row.GetString(6),
            row.IsDBNull(7) ? null : row.GetString(7),
            At(row, 8),
            row.GetInt64(9),
            row.GetBoolean(10),
            row.IsDBNull(11) ? null : row.GetString(11),
            row.GetInt64(12),
            row.GetInt32(13),
            At(row, 14),
            row.GetFieldValue<DateTimeOffset>(15),
            row.GetFieldValue<DateTimeOffset>(16)
        );

    private static DateTimeOffset? At(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
