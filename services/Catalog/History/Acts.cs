using System.Text.Json;
using JasperFx.Events;
using Marten;
using Npgsql;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace SkillPlatform.Catalog;

/// <summary>When something was last confirmed, and by whom.</summary>
public sealed record Confirmed(DateTimeOffset At, string? By);

/// <summary>How a skill is kept, beside what it says.</summary>
/// <param name="Last">Version of the last event of the skill, whether it changed it or not.</param>
public sealed record Kept(long Last, Review? Review);

/// <summary>
/// What was done for a skill without changing it, one row an event, beside the version rows and written with them. What a
/// confirmation says of a requirement also stands in the requirement's row, so that what is old is told by one index.
/// </summary>
public static class Acts
{
    public const string AllConfirmed = "skillConfirmed";
    public const string OneConfirmed = "requirementConfirmed";
    private const string Planned = "reviewPlanned";
    private const string FellDue = "reviewFellDue";

    public static readonly string[] Tables = ["public.skill_acts", "public.skill_reviews"];

    public static void Apply(IDocumentOperations operations, IReadOnlyList<IEvent> events)
    {
        object[] acts = [.. events.Select(Row).OfType<object>()];
        if (acts.Length == 0)
            return;
        var json = JsonSerializer.Serialize(acts);
        operations.QueueSqlCommand(Keep, json);
        operations.QueueSqlCommand(Confirm, json);
        operations.QueueSqlCommand(Plan, json);
        operations.QueueSqlCommand(Tell, json);
    }

    private static object? Row(IEvent e) =>
        e.Data switch
        {
            SkillConfirmed => Row(e, AllConfirmed),
            RequirementConfirmed d => Row(e, OneConfirmed, d.Role, d.Level),
            ReviewPlanned d => Row(e, Planned, due: d.On, by: d.By),
            ReviewFellDue d => Row(e, FellDue, due: d.On),
            _ => null,
        };

    private static object Row(
        IEvent e,
        string kind,
        string? role = null,
        string? level = null,
        DateOnly? due = null,
        string? by = null
    )
    {
        var from = Provenance.Of(e);
        return new
        {
            skill = e.StreamId,
            version = e.Version,
            at = Versions.Stored(e.Timestamp),
            kind,
            role,
            level,
            due,
            author = by ?? from.Author,
            reason = from.Reason,
        };
    }

    private const string Given = """
        jsonb_to_recordset(?::jsonb) as e(skill uuid, version bigint, at timestamptz, kind text, role text, level text, due date,
          author text, reason text)
        """;

    private const string Keep = $"""
        insert into skill_acts (skill, version, at, kind, role, level, due, author, reason)
        select skill, version, at, kind, role, level, due, author, reason from {Given}
        """;

    // The row that was valid then, and of several confirmations the last one.
    private const string Confirm = $"""
        update requirement_versions r set confirmed_at = c.at, confirmed_by = c.author
        from (
          select distinct on (v.skill, v.from_version) v.skill, v.from_version, e.at, e.author
          from {Given}
          join requirement_versions v on v.skill = e.skill and v.description is not null and v.from_version < e.version
            and (v.to_version is null or v.to_version > e.version)
            and (e.kind = '{AllConfirmed}' or e.kind = '{OneConfirmed}' and v.role = e.role and v.level = e.level)
          order by v.skill, v.from_version, e.version desc
        ) c
        where r.skill = c.skill and r.from_version = c.from_version
        """;

    private const string Plan = $"""
        insert into skill_reviews (skill, due, planned_by, told)
        select distinct on (skill) skill, due, author, false from {Given} where kind = '{Planned}' order by skill, version desc
        on conflict (skill) do update set due = excluded.due, planned_by = excluded.planned_by, told = false
        """;

    // What was planned anew since is another day.
    private const string Tell = $"""
        update skill_reviews r set told = true from {Given} where e.kind = '{FellDue}' and r.skill = e.skill and r.due = e.due
        """;

    /// <summary>How a skill is kept now; in a transaction, beside what it says.</summary>
    public static async Task<Kept> Of(NpgsqlConnection connection, Guid skill, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select coalesce((select max(version) from skill_acts where skill = $1), 0), r.due, r.planned_by, r.told
            from (select 1) one left join skill_reviews r on r.skill = $1 and r.due is not null
            """,
            connection
        );
        command.Parameters.Add(new() { Value = skill });
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return new Kept(
            row.GetInt64(0),
            row.IsDBNull(1) ? null : new Review(row.GetFieldValue<DateOnly>(1), row.GetString(2), row.GetBoolean(3))
        );
    }

    public static Table Schema()
    {
        var table = new Table("public.skill_acts");
        table.AddColumn("skill", "uuid").AsPrimaryKey();
        table.AddColumn("version", "bigint").AsPrimaryKey();
        table.AddColumn("at", "timestamp with time zone").NotNull();
        table.AddColumn("kind", "text").NotNull();
        table.AddColumn("role", "text");
        table.AddColumn("level", "text");
        table.AddColumn("due", "date");
        table.AddColumn("author", "text");
        table.AddColumn("reason", "text");
        return table;
    }

    /// <summary>One row for each skill that a review was ever planned of.</summary>
    public static Table Reviews()
    {
        var table = new Table("public.skill_reviews");
        table.AddColumn("skill", "uuid").AsPrimaryKey();
        table.AddColumn("due", "date");
        table.AddColumn("planned_by", "text");
        table.AddColumn("told", "boolean").NotNull();
        table.Indexes.Add(new IndexDefinition("skill_reviews_due") { Columns = ["due", "skill"] });
        return table;
    }
}
