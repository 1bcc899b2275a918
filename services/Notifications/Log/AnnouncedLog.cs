using System.Text.Json;
using Marten;
using Marten.Services;
using Npgsql;
using NpgsqlTypes;
using SkillPlatform.EventSourcing;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;
using Table = Weasel.Postgresql.Tables.Table;

namespace SkillPlatform.Notifications;

/// <summary>An entry of the log, as it is sent.</summary>
/// <param name="Position">Its place in the log.</param>
/// <param name="Id">Of the stored event.</param>
/// <param name="Type">One of <see cref="Announced.Types"/>.</param>
/// <param name="At">When it happened.</param>
/// <param name="Data">JSON.</param>
/// <param name="Into">The skill that the one which was asked for has been merged into by it; null for anything else.</param>
public sealed record Entry(long Position, Guid Id, string Type, DateTimeOffset At, string Data, Topic? Into = null);

/// <summary>
/// Everything that was announced, in order: what webhooks send and send again, and what a watch would have told. A plain
/// table, since a place in it is a number that readers count by.
/// </summary>
public sealed class AnnouncedLog(NpgsqlDataSource source)
{
    /// <summary>How long an entry is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    public static Table Schema()
    {
        var table = new Table(new PostgresqlObjectName("public", "announced", SchemaUtils.IdentifierUsage.General));
        table.AddColumn<long>("position").AsPrimaryKey().BigAutoIncrement();
        table.AddColumn<Guid>("id").NotNull().AddIndex(index => index.IsUnique = true);
        table.AddColumn<string>("type").NotNull();
        table.AddColumn<DateTimeOffset>("at").NotNull().AddIndex();
        table.AddColumn("topics", "text[]").NotNull().AddIndex(index => index.Method = IndexMethod.gin);
        table.AddColumn<string>("author").AllowNulls();
        table.AddColumn<string>("actor").AllowNulls();
        table.AddColumn<Guid>("import").AllowNulls().AddIndex();
        // Not jsonb: its members stay in the order in which a reader wants them.
        table.AddColumn("data", "json").NotNull();
        return table;
    }

    private const string Merge = "\"kind\":\"skillMerged\"";

    /// <summary>Up to so many entries after a position that a topic and the types match; of a skill also the one that ends it in another.</summary>
    public async Task<List<Entry>> After(long position, Topic topic, string[] types, int count, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            select position, id, type, at, data::text from announced
            where position > $1 and topics @> $2 and (type = any($3) or $5 and type = 'skill.changed' and position($6 in data::text) > 0)
            order by position limit $4
            """
        );
        command.Parameters.Add(new() { Value = position });
        command.Parameters.Add(new() { Value = new[] { topic.ToString() } });
        command.Parameters.Add(new() { Value = types });
        command.Parameters.Add(new() { Value = count });
        command.Parameters.Add(new() { Value = topic.Scope == Topic.Skill });
        command.Parameters.Add(new() { Value = Merge });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var entries = new List<Entry>();
        while (await rows.ReadAsync(ct))
            entries.Add(
                new Entry(
                    rows.GetInt64(0),
                    rows.GetGuid(1),
                    rows.GetString(2),
                    rows.GetFieldValue<DateTimeOffset>(3),
                    rows.GetString(4),
                    topic.Scope == Topic.Skill ? Into(rows.GetString(4)) : null
                )
            );
        return entries;
    }

    private static Topic? Into(string data) =>
        data.Contains(Merge, StringComparison.Ordinal)
        && JsonSerializer
            .Deserialize<SkillData>(data, Commands.Json)!
            .Changes.FirstOrDefault(change => change.Kind == "skillMerged")
            is { Other: { } other }
            ? Topic.OfSkill(other.Id)
            : null;

    /// <summary>The position of a stored event; null where the log does not hold it.</summary>
    public async Task<long?> PositionOf(Guid id, CancellationToken ct)
    {
        await using var command = source.CreateCommand("select position from announced where id = $1");
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteScalarAsync(ct) as long?;
    }

    /// <summary>The last position there is; 0 while the log is empty.</summary>
    public async Task<long> Head(CancellationToken ct)
    {
        await using var command = source.CreateCommand("select coalesce(max(position), 0) from announced");
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}

public static class Appending
{
    private const long Lock = 0x4C6F67; // "Log"

    /// <summary>
    /// Stages an entry. The lock is taken before the position: should two replicas write for a moment, a lower position is
    /// still never committed after a higher one, which readers that count by it would miss.
    /// </summary>
    public static void Append(this IDocumentSession session, Announced announced) =>
        session.QueueSqlCommand(
            $"""
            insert into announced (id, type, at, topics, author, actor, import, data)
            select ?::uuid, ?::text, ?::timestamptz, ?::text[], nullif(?::text, ''), nullif(?::text, ''),
                   nullif(?::text, '')::uuid, ?::json
            from pg_advisory_xact_lock({Lock})
            on conflict (id) do nothing
            """,
            announced.Id,
            announced.Type,
            announced.At,
            announced.Topics.Select(topic => topic.ToString()).ToArray(),
            announced.Author ?? "",
            announced.Actor ?? "",
            announced.Import?.ToString() ?? "",
            JsonSerializer.Serialize(announced.Data, announced.Data.GetType(), Commands.Json)
        );
}

/// <summary>Wakes the senders of webhooks as soon as this process has written to the log.</summary>
public sealed class LogSignal : DocumentSessionListenerBase, IDisposable
{
    private readonly Signal _written = new();

    public void Set() => _written.Set();

    public void Dispose() => _written.Dispose();

    public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => _written.WaitAsync(atMost, ct);

    public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
    {
        if (commit.Inserted.OfType<Inbox>().Any(taken => taken.Id.StartsWith(Consumers.Log, StringComparison.Ordinal)))
            Set();
        return Task.CompletedTask;
    }
}
