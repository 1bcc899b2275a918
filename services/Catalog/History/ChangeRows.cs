using Npgsql;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

/// <summary>One change of one skill, with what was before it.</summary>
public sealed record ChangeRow(
    Guid Skill,
    string Slug,
    string Name,
    long Version,
    DateTimeOffset At,
    string? Author,
    string? Reviewer,
    Guid? Proposal,
    Guid? Import,
    string? Reason,
    string Kind,
    string? Role,
    string? Level,
    string? Before,
    string? After,
    bool? MandatoryBefore,
    bool? MandatoryAfter
);

/// <summary>A change as lists show it. The skill's id stays when its slug changes.</summary>
public sealed record ChangeItem(
    Named? Skill,
    Guid SkillId,
    long Version,
    DateTimeOffset At,
    Person? Author,
    Person? Reviewer,
    Guid? Proposal,
    Guid? Import,
    string? Reason,
    string Kind,
    string? Role,
    string? Level,
    string? Before,
    string? After,
    bool? MandatoryBefore,
    bool? MandatoryAfter
);

/// <summary>The version rows read as changes: each beside the row it ended.</summary>
public static class ChangeRows
{
    private const string Changes = """
        with changes as (
          select r.skill, r.from_version as version, r.from_at as at, r.author, r.reviewer, r.proposal, r.import, r.reason, r.kind,
            r.role, r.level, b.description as before, r.description as after, b.mandatory as mandatory_before, r.mandatory as mandatory_after
          from requirement_versions r
          left join requirement_versions b
            on b.skill = r.skill and b.role = r.role and b.level = r.level and b.to_version = r.from_version
          union all
          select s.skill, s.from_version, s.from_at, s.author, s.reviewer, s.proposal, s.import, s.reason, s.kind, null, null,
            case s.kind when 'skillRenamed' then b.name when 'keywordsReplaced' then array_to_string(b.keywords, ', ')
              when 'skillMoved' then b.domain || '/' || b."group" when 'skillRetired' then b.name end,
            case s.kind when 'skillAdded' then s.name when 'skillRenamed' then s.name
              when 'keywordsReplaced' then array_to_string(s.keywords, ', ') when 'skillMoved' then s.domain || '/' || s."group" end,
            null, null
          from skill_versions s left join skill_versions b on b.skill = s.skill and b.to_version = s.from_version
        )
        select c.skill, n.slug, n.name, c.version, c.at, c.author, c.reviewer, c.proposal, c.import, c.reason, c.kind, c.role, c.level,
          c.before, c.after, c.mandatory_before, c.mandatory_after
        from changes c join skill_versions n on n.skill = c.skill and n.to_version is null

        """;

    /// <summary>Changes of one skill, or of one of its requirements, newest first.</summary>
    public static Task<List<ChangeRow>> ChangesOf(
        this NpgsqlDataSource source,
        Guid skill,
        (string Role, string Level)? cell,
        long? before,
        int most,
        CancellationToken ct
    ) =>
        source.Read(
            """
            where c.skill = $1 and ($2::text is null or c.role = $2) and ($3::text is null or c.level = $3)
              and ($4::bigint is null or c.version < $4)
            order by c.version desc limit $5
            """,
            ct,
            skill,
            cell?.Role,
            cell?.Level,
            before,
            most
        );

    /// <summary>Changes across the catalogue, newest first.</summary>
    public static Task<List<ChangeRow>> ChangesSince(
        this NpgsqlDataSource source,
        ChangeFilter filter,
        (DateTimeOffset At, Guid Skill, long Version)? before,
        int most,
        CancellationToken ct
    ) =>
        source.Read(
            """
            where ($1::timestamptz is null or c.at > $1) and ($2::text is null or c.role = $2)
              and ($3::text is null or c.level = $3) and ($4::text is null or n.domain = $4)
              and ($5::timestamptz is null or (c.at, c.skill, c.version) < ($5, $6::uuid, $7::bigint))
            order by c.at desc, c.skill desc, c.version desc limit $8
            """,
            ct,
            filter.Since?.ToUniversalTime(),
            filter.Role,
            filter.Level,
            filter.Domain,
            before?.At,
            before?.Skill,
            before?.Version,
            most
        );

    public static ChangeItem Item(ChangeRow row, People people, bool named) =>
        new(
            named ? new Named(row.Slug, row.Name) : null,
            row.Skill,
            row.Version,
            row.At,
            people.Of(row.Author),
            people.Of(row.Reviewer),
            row.Proposal,
            row.Import,
            row.Reason,
            row.Kind,
            row.Role,
            row.Level,
            row.Before,
            row.After,
            row.MandatoryBefore,
            row.MandatoryAfter
        );

    private static async Task<List<ChangeRow>> Read(
        this NpgsqlDataSource source,
        string where,
        CancellationToken ct,
        params object?[] values
    )
    {
        await using var command = source.CreateCommand(Changes + where);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        var rows = new List<ChangeRow>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            rows.Add(
                new ChangeRow(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetInt64(3),
                    reader.GetFieldValue<DateTimeOffset>(4),
                    Text(5),
                    Text(6),
                    Id(7),
                    Id(8),
                    Text(9),
                    reader.GetString(10),
                    Text(11),
                    Text(12),
                    Text(13),
                    Text(14),
                    Flag(15),
                    Flag(16)
                )
            );
        return rows;

        string? Text(int i) => reader.IsDBNull(i) ? null : reader.GetString(i);
        Guid? Id(int i) => reader.IsDBNull(i) ? null : reader.GetGuid(i);
        bool? Flag(int i) => reader.IsDBNull(i) ? null : reader.GetBoolean(i);
    }
}

/// <summary>Which changes across the catalogue; null for all.</summary>
public sealed record ChangeFilter(DateTimeOffset? Since, string? Role, string? Level, string? Domain);
