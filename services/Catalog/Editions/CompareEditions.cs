using System.Globalization;
using System.Text.Json.Serialization;
using Marten;
using Npgsql;
using NpgsqlTypes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>What differs between two editions, as it stands in the end: what was changed and changed back is not there.</summary>
public sealed record EditionDiff(
    EditionItem From,
    EditionItem To,
    IReadOnlyDictionary<string, long> Counts,
    IReadOnlyList<EditionDiff.Line> Items,
    string? NextCursor
)
{
    /// <summary>
    /// <c>Kind</c> is one of <c>barRaised</c> (became or came as mandatory), <c>barLowered</c> (became optional, or what was
    /// mandatory went), <c>reworded</c>, <c>new</c>, <c>retired</c>, <c>moved</c>, <c>renamed</c>, <c>keywords</c>;
    /// <c>Change</c> says by what, as in history: of a skill that went into another, <c>After</c> is what that was called. Who and why are of the last change that made it so.
    /// </summary>
    public sealed record Line(
        string Kind,
        string Change,
        Named Skill,
        string? Role,
        string? Level,
        string? Before,
        string? After,
        bool? MandatoryBefore,
        bool? MandatoryAfter,
        long Version,
        DateTimeOffset At,
        Person? Author,
        Person? Reviewer,
        Guid? Proposal,
        Guid? Import,
        string? Reason,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ImportSource = null
    );
}

/// <summary>The semantic difference of two editions.</summary>
public static class CompareEditions
{
    /// <summary>Stands for what the catalogue says now.</summary>
    public const string Now = "current";

    // A row that is valid at the end and began after the start is beside the one that was valid at the start. Who and why
    // come from the last row in between that says so, which later changes of the same skill do not hide.
    private const string Lines = """
        with cells as (
          select b.skill, b.role, b.level, a.description as before, b.description as after,
            a.mandatory as was, case when b.description is null then null else b.mandatory end as is_now
          from requirement_versions b
          join skill_versions s on s.skill = b.skill and not s.retired and s.from_at <= $2 and (s.to_at is null or s.to_at > $2)
          left join requirement_versions a on a.skill = b.skill and a.role = b.role and a.level = b.level
            and a.from_at <= $1 and (a.to_at is null or a.to_at > $1) and a.description is not null
          where b.from_at > $1 and b.from_at <= $2 and (b.to_at is null or b.to_at > $2)
        ),
        skills as (
          select b.*, a.name as old_name, a.keywords as old_keywords, a.description as old_description, a.domain as old_domain, a."group" as old_group,
            a.retired as was_retired
          from skill_versions b
          left join skill_versions a on a.skill = b.skill and a.from_at <= $1 and (a.to_at is null or a.to_at > $1)
          where b.from_at > $1 and b.from_at <= $2 and (b.to_at is null or b.to_at > $2)
        ),
        lines as (
          select skill, 5 as place, role, level, case when is_now or was then case when is_now then 'barRaised' else 'barLowered' end
              when before is null then 'new' else 'retired' end as kind,
            case when before is null then 'requirementStated' when after is null then 'requirementDropped'
              when is_now then 'requirementMadeMandatory' else 'requirementMadeOptional' end as change,
            before, after, was, is_now
          from cells where (before is null) <> (after is null) or before is not null and was <> is_now
          union all
          select skill, 6, role, level, 'reworded', 'requirementReworded', before, after, was, is_now
          from cells where before is not null and after is not null and before <> after
          union all
          select skill, 0, null, null, 'new', 'skillAdded', null, name, null, null
          from skills where (was_retired is null or was_retired) and not retired
          union all
          select skill, 0, null, null, 'retired', case kind when 'skillMerged' then kind else 'skillRetired' end, name,
            case kind when 'skillMerged' then other_name end, null, null
          from skills where not was_retired and retired
          union all
          select skill, 1, null, null, 'renamed', 'skillRenamed', old_name, name, null, null
          from skills where not was_retired and not retired and old_name <> name
          union all
          select skill, 2, null, null, 'moved', 'skillMoved', old_domain || '/' || old_group, domain || '/' || "group", null, null
          from skills where not was_retired and not retired and (old_domain, old_group) <> (domain, "group")
          union all
          select skill, 3, null, null, 'keywords', 'keywordsReplaced', array_to_string(old_keywords, ', '),
            array_to_string(keywords, ', '), null, null
          from skills where not was_retired and not retired and old_keywords <> keywords
          union all
          select skill, 4, null, null, 'reworded', 'skillDescribed', nullif(old_description, ''), nullif(description, ''), null, null
          from skills where not was_retired and not retired and coalesce(old_description, '') <> coalesce(description, '')
        )

        """;

    private const string Page = """
        select l.kind, l.change, n.slug, n.name, l.role, l.level, l.before, l.after, l.was, l.is_now, l.skill, l.place,
          w.from_version, w.from_at, w.author, w.reviewer, w.proposal, w.import, w.reason,
          (select i.data ->> 'source' from mt_doc_import i where i.id = w.import)
        from lines l
        join skill_versions n on n.skill = l.skill and n.from_at <= $2 and (n.to_at is null or n.to_at > $2)
        join lateral (
          select * from (
          select from_version, from_at, author, reviewer, proposal, import, reason, kind from requirement_versions r
          where r.skill = l.skill and r.role = l.role and r.level = l.level and r.from_at > $1 and r.from_at <= $2
          union all
          select from_version, from_at, author, reviewer, proposal, import, reason, kind from skill_versions s
          where l.role is null and s.skill = l.skill and s.from_at > $1 and s.from_at <= $2
          ) all_between
          order by (kind = l.change) desc, (kind in ('requirementStated', 'skillAdded')) desc, from_version desc limit 1
        ) w on true
        where ($3::text is null or l.kind = $3)
          and ($4::text is null or (n.name collate "C", l.skill, l.place, coalesce(l.role, ''), coalesce(l.level, '')) > ($4, $5::uuid, $6::int, $7::text, $8::text))
        order by n.name collate "C", l.skill, l.place, coalesce(l.role, ''), coalesce(l.level, '') limit $9
        """;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/editions/{a}/compare/{b}", Get)
            .AllowAnonymous()
            .Produces<EditionDiff>()
            .ProducesProblem(404)
            .WithSummary("What differs from one edition to another, or to what the catalogue says now: current.");

    private static async Task<IResult> Get(
        HttpContext http,
        string a,
        string b,
        Paging paging,
        IQuerySession session,
        NpgsqlDataSource source,
        TimeProvider time,
        string? kind = null
    )
    {
        var ct = http.RequestAborted;
        var (from, to) = (await Find(session, a, time, ct), await Find(session, b, time, ct));
        if (from is null || to is null)
            return Refusal.NoSuch("edition").AsProblem();
        if (from.AsOf > to.AsOf)
            return Refusal.Field("/b", "The first edition is later than the second.").AsProblem();
        if (kind?.Contains('\0', StringComparison.Ordinal) == true)
            return Refusal.Field("/kind", "There is no such kind.").AsProblem();
        var key = paging.After is { } after ? Read(after) : null;
        var rows = await Rows(source, from.AsOf, to.AsOf, kind, key, paging.Limit + 1, ct);
        var people = await People.Load(
            session,
            rows.SelectMany(r => new[] { r.Author, r.Reviewer }).Append(from.By).Append(to.By),
            ct
        );
        var page = paging.Of(
            rows,
            r =>
                [
                    r.Name,
                    r.Skill.ToString(),
                    r.Place.ToString(CultureInfo.InvariantCulture),
                    r.Role ?? "",
                    r.Level ?? "",
                ]
        );
        return TypedResults.Ok(
            new EditionDiff(
                EditionItem.Of(from, people),
                EditionItem.Of(to, people),
                await Counts(source, from.AsOf, to.AsOf, ct),
                [.. page.Items.Select(row => Line(row, people))],
                page.NextCursor
            )
        );
    }

    private static async Task<Edition?> Find(
        IQuerySession session,
        string name,
        TimeProvider time,
        CancellationToken ct
    ) =>
        await Edition.Find(session, name, ct)
        ?? (name == Now ? new Edition(Guid.Empty, Now, Now, null, "", time.GetUtcNow(), time.GetUtcNow()) : null);

    private sealed record Row(
        string Kind,
        string Change,
        string Slug,
        string Name,
        string? Role,
        string? Level,
        string? Before,
        string? After,
        bool? Was,
        bool? IsNow,
        Guid Skill,
        int Place,
        long Version,
        DateTimeOffset At,
        string? Author,
        string? Reviewer,
        Guid? Proposal,
        Guid? Import,
        string? Reason,
        string? ImportSource
    );

    private static EditionDiff.Line Line(Row row, People people) =>
        new(
            row.Kind,
            row.Change,
            new Named(row.Slug, row.Name),
            row.Role,
            row.Level,
            row.Before,
            row.After,
            row.Was,
            row.IsNow,
            row.Version,
            row.At,
            people.Of(row.Author),
            people.Of(row.Reviewer),
            row.Proposal,
            row.Import,
            row.Reason,
            row.ImportSource
        );

    private static async Task<List<Row>> Rows(
        NpgsqlDataSource source,
        DateTimeOffset from,
        DateTimeOffset to,
        string? kind,
        (string Name, Guid Skill, int Place, string Role, string Level)? after,
        int most,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(Lines + Page);
        Add(NpgsqlDbType.TimestampTz, from.ToUniversalTime());
        Add(NpgsqlDbType.TimestampTz, to.ToUniversalTime());
        Add(NpgsqlDbType.Text, kind);
        Add(NpgsqlDbType.Text, after?.Name);
        Add(NpgsqlDbType.Uuid, after?.Skill);
        Add(NpgsqlDbType.Integer, after?.Place);
        Add(NpgsqlDbType.Text, after?.Role);
        Add(NpgsqlDbType.Text, after?.Level);
        Add(NpgsqlDbType.Integer, most);
        var rows = new List<Row>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            rows.Add(
                new Row(
                    reader.GetString(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    Value<string>(4),
                    Value<string>(5),
                    Value<string>(6),
                    Value<string>(7),
                    Value<bool?>(8),
                    Value<bool?>(9),
                    reader.GetGuid(10),
                    reader.GetInt32(11),
                    reader.GetInt64(12),
                    reader.GetFieldValue<DateTimeOffset>(13),
                    Value<string>(14),
                    Value<string>(15),
                    Value<Guid?>(16),
                    Value<Guid?>(17),
                    Value<string>(18),
                    Value<string>(19)
                )
            );
        return rows;

        T? Value<T>(int i) => reader.IsDBNull(i) ? default : reader.GetFieldValue<T>(i);

        void Add(NpgsqlDbType type, object? value) =>
            command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
    }

    private static async Task<IReadOnlyDictionary<string, long>> Counts(
        NpgsqlDataSource source,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(Lines + "select kind, count(*) from lines group by kind");
        command.Parameters.Add(new() { Value = from.ToUniversalTime() });
        command.Parameters.Add(new() { Value = to.ToUniversalTime() });
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            counts[reader.GetString(0)] = reader.GetInt64(1);
        return counts;
    }

    private static (string, Guid, int, string, string)? Read(string[] key) =>
        key is [var name, var id, var place, var role, var level]
        && Guid.TryParse(id, out var skill)
        && int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            ? (name, skill, at, role, level)
            : throw new BadHttpRequestException("cursor is not one this list gave.");
}
