using System.Text.Json.Serialization;
using Npgsql;
using SkillPlatform.Changes;
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
    bool? MandatoryAfter,
    string? ImportSource,
    Part? Taxonomy = null
);

/// <summary>
/// A change as lists show it. The skill's id stays when its slug changes. Where what changed is no skill, <c>Taxonomy</c>
/// says what, and the id is that of the taxonomy. Of what an import changed, <c>ImportSource</c> is its file's name, or where its
/// document says it is from.
/// </summary>
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
    bool? MandatoryAfter,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaxonomyPart? Taxonomy = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ImportSource = null
);

/// <summary>The version rows read as changes: each beside the row it ended.</summary>
public static class ChangeRows
{
    private const string OfRequirements = """
        select r.skill, r.from_version as version, r.from_at as at, r.author, r.reviewer, r.proposal, r.import, r.reason, r.kind,
          r.role, r.level, b.description as before, r.description as after, b.mandatory as mandatory_before, r.mandatory as mandatory_after
        from requirement_versions r
        left join requirement_versions b
          on b.skill = r.skill and b.role = r.role and b.level = r.level and b.to_version = r.from_version
        """;

    private const string OfSkills = """
        select s.skill, s.from_version as version, s.from_at as at, s.author, s.reviewer, s.proposal, s.import, s.reason, s.kind, null as role, null as level,
          case s.kind when 'skillRenamed' then b.name when 'keywordsReplaced' then array_to_string(b.keywords, ', ')
            when 'skillDescribed' then nullif(b.description, '')
            when 'externalIdsReplaced' then (select string_agg((x ->> 'system') || ': ' || (x ->> 'id'), ', ') from jsonb_array_elements(b.external_ids) x)
            when 'skillMoved' then b.domain || '/' || b."group" when 'skillRetired' then b.name
            when 'skillMerged' then s.name when 'skillAbsorbed' then s.other_name end as before,
          case s.kind when 'skillAdded' then s.name when 'skillRenamed' then s.name
            when 'keywordsReplaced' then array_to_string(s.keywords, ', ')
            when 'externalIdsReplaced' then (select string_agg((x ->> 'system') || ': ' || (x ->> 'id'), ', ') from jsonb_array_elements(s.external_ids) x)
            when 'skillDescribed' then nullif(s.description, '') when 'skillMoved' then s.domain || '/' || s."group"
            when 'skillMerged' then s.other_name when 'skillAbsorbed' then s.name end as after,
          null::boolean as mandatory_before, null::boolean as mandatory_after
        from skill_versions s left join skill_versions b on b.skill = s.skill and b.to_version = s.from_version
        """;

    // No change, but part of what happened to it; of all that it asked for, too.
    private const string OfConfirmations = $"""
        select a.skill, a.version, a.at, a.author, null::text as reviewer, null::uuid as proposal, null::uuid as import, a.reason, a.kind,
          coalesce(a.role, v.role) as role, coalesce(a.level, v.level) as level, null::text as before, null::text as after,
          null::boolean as mandatory_before, null::boolean as mandatory_after
        from skill_acts a
        left join requirement_versions v on a.kind = '{Acts.AllConfirmed}' and $2::text is not null
          and v.skill = a.skill and v.role = $2 and v.level = $3 and v.description is not null
          and v.from_version < a.version and (v.to_version is null or v.to_version > a.version)
        where a.kind in ('{Acts.AllConfirmed}', '{Acts.OneConfirmed}')
        """;

    private const string Columns = """
        select c.skill, n.slug, n.name, c.version, c.at, c.author, c.reviewer, c.proposal, c.import, c.reason, c.kind, c.role, c.level,
          c.before, c.after, c.mandatory_before, c.mandatory_after,
          (select i.data ->> 'source' from mt_doc_import i where i.id = c.import)
        """;

    private const string Changes = $"""
        with changes as ({OfRequirements} union all {OfSkills} union all {OfConfirmations})
        {Columns}
        from changes c join skill_versions n on n.skill = c.skill and n.to_version is null

        """;

    /// <summary>Changes of one skill, or of one of its requirements, newest first.</summary>
    public static Task<List<ChangeRow>> ChangesOf(
        this NpgsqlDataSource source,
        Guid skill,
        string? role,
        string? level,
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
            role,
            level,
            before,
            most
        );

    /// <summary>Changes across the catalogue, newest first.</summary>
    public static async Task<List<ChangeRow>> ChangesSince(
        this NpgsqlDataSource source,
        ChangeFilter filter,
        (DateTimeOffset At, Guid Skill, long Version)? before,
        int most,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(Latest(filter, before is not null));
        command.Parameters.AddWithValue("most", most);
        Add("since", filter.Since?.ToUniversalTime());
        Add("role", filter.Role);
        Add("level", filter.Level);
        Add("domain", filter.Domain);
        Add("import", filter.Import?.Id);
        Add("first", filter.Import?.From.ToUniversalTime());
        Add("last", filter.Import?.To.ToUniversalTime());
        Add("at", before?.At);
        Add("skill", before?.Skill);
        Add("version", before?.Version);
        return await Read(command, ct);

        void Add(string name, object? value)
        {
            if (value is not null)
                command.Parameters.AddWithValue(name, value);
        }
    }

    // The newest are told by an index each of both kinds of rows, and only those few are read with what was before them.
    private static string Latest(ChangeFilter filter, bool isNextPage)
    {
        var where = string.Concat(
            "true",
            filter.Since is null ? "" : " and from_at > @since",
            filter.Role is null ? "" : " and role = @role",
            filter.Level is null ? "" : " and level = @level",
            filter.Domain is null
                ? ""
                : " and exists (select from skill_versions n where n.skill = r.skill and n.to_version is null and n.domain = @domain)",
            filter.OfImports("from_at"),
            isNextPage ? " and (from_at, skill, from_version) < (@at, @skill, @version)" : ""
        );
        var ofCells = Newest("requirement_versions");
        var ofSkills = filter is { Role: null, Level: null } ? $"union all {Newest("skill_versions")}" : "";
        return $"""
            with latest as materialized (
              select * from ({ofCells} {ofSkills} union all {TaxonomyRows.Newest(
                filter,
                isNextPage
            )}) l order by from_at desc, skill desc, from_version desc limit @most
            )
            {Columns}, c.part, c.part_domain, c.part_slug
            from latest l cross join lateral (
              select x.*, null::text as part, null::text as part_domain, null::text as part_slug from (
                {OfRequirements} where r.skill = l.skill and r.from_version = l.from_version
                union all {OfSkills} where s.skill = l.skill and s.from_version = l.from_version
              ) x
              union all {TaxonomyRows.OfTaxonomy} where l.skill = '{Part.Taxonomy}' and t.version = l.from_version
            ) c left join skill_versions n on n.skill = c.skill and n.to_version is null
            order by c.at desc, c.skill desc, c.version desc
            """;

        string Newest(string table) =>
            $"(select skill, from_version, from_at from {table} r where {where} order by from_at desc, skill desc, from_version desc limit @most)";
    }

    public static ChangeItem Item(ChangeRow row, People people, bool named, KnownTaxonomy? taxonomy = null) =>
        new(
            named && row.Taxonomy is null ? new Named(row.Slug, row.Name) : null,
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
            row.MandatoryAfter,
            row.Taxonomy?.Called(
                taxonomy?.Whole.Places.At(row.Taxonomy)?.Name ?? row.After ?? row.Before ?? row.Taxonomy.Slug
            ),
            row.ImportSource
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
        return await Read(command, ct);
    }

    private static async Task<List<ChangeRow>> Read(NpgsqlCommand command, CancellationToken ct)
    {
        var rows = new List<ChangeRow>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            rows.Add(
                new ChangeRow(
                    reader.GetGuid(0),
                    Text(1) ?? "",
                    Text(2) ?? "",
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
                    Flag(16),
                    Text(17),
                    // The history of a skill has no such columns.
                    reader.FieldCount > 18
                    && Text(18) is { } part
                        ? new Part(part, Text(19), reader.GetString(20))
                        : null
                )
            );
        return rows;

        string? Text(int i) => reader.IsDBNull(i) ? null : reader.GetString(i);
        Guid? Id(int i) => reader.IsDBNull(i) ? null : reader.GetGuid(i);
        bool? Flag(int i) => reader.IsDBNull(i) ? null : reader.GetBoolean(i);
    }
}

/// <summary>Which changes across the catalogue; null for all.</summary>
public sealed record ChangeFilter(DateTimeOffset? Since, string? Role, string? Level, string? Domain)
{
    /// <summary>Of one import alone, and between when it wrote: its changes are found by their time.</summary>
    public (Guid Id, DateTimeOffset From, DateTimeOffset To)? Import { get; init; }

    public bool WithoutImports { get; init; }

    /// <summary>Which of both, as SQL.</summary>
    /// <param name="at">The column of the time.</param>
    public string OfImports(string at) =>
        string.Concat(
            WithoutImports ? " and import is null" : "",
            Import is null ? "" : $" and import = @import and {at} between @first and @last"
        );
}
