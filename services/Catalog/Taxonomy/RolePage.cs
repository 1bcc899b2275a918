using System.Globalization;
using System.Text.Json.Serialization;
using Marten;
using Npgsql;
using NpgsqlTypes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>What one role requires across all skills, now or as of a time: by domain, level and skill.</summary>
public sealed record RolePage(
    string Slug,
    string Name,
    DateTimeOffset? AsOf,
    RolePage.Numbers Counts,
    IReadOnlyList<RolePage.Item> Items,
    string? NextCursor,
    IReadOnlyList<RolePage.OriginOf>? Origins = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExternalId[]? ExternalIds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RetiredPart? Retired = null,
    // When it was first said what it requires, where it was not yet at the time that was asked for.
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? BeganAt = null
)
{
    /// <summary>Where the texts of a domain that this page shows are from.</summary>
    public sealed record OriginOf(
        Named Domain,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Language = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Source = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Licence = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Attribution = null
    );

    /// <summary>Of all items, not only of this page.</summary>
    public sealed record Numbers(int Skills, int Mandatory, int Optional);

    public sealed record Item(
        Named Domain,
        Named Level,
        Named Group,
        Named Skill,
        bool Mandatory,
        string Description,
        SkillPage.Origin Since
    );

    private const string Sql = """
        select s.domain, r.level, s."group", s.slug, s.name, r.mandatory, r.description,
          r.from_version, r.from_at, r.author, r.reviewer, r.proposal
        from requirement_versions r
        join skill_versions s on s.skill = r.skill
          and (@at is null and s.to_version is null or s.from_at <= @at and (s.to_at is null or s.to_at > @at))
        where r.role = @role and (@level is null or r.level = @level)
          and (@at is null and r.to_version is null or r.from_at <= @at and (r.to_at is null or r.to_at > @at))
          and r.description is not null and not s.retired
        """;

    private sealed record Row(
        string Domain,
        string Level,
        string Group,
        string Skill,
        string Name,
        bool Mandatory,
        string Description,
        long Version,
        DateTimeOffset At,
        string? Author,
        string? Reviewer,
        Guid? Proposal
    );

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/roles/{role}", Get).AllowAnonymous().Produces<RolePage>().Produces(308).ProducesProblem(404);

    private static async Task<IResult> Get(
        HttpContext http,
        string role,
        Paging paging,
        NpgsqlDataSource source,
        IQuerySession session,
        TaxonomyNow taxonomies,
        string? level = null,
        string? asOf = null
    )
    {
        var ct = http.RequestAborted;
        DateTimeOffset? at = null;
        if (asOf is not null)
            at = PointInTime.TryTime(asOf, out var time)
                ? time
                : throw new BadHttpRequestException("asOf must be a time as RFC 3339 writes it: 2026-03-31T12:00:00Z.");
        if (level?.Contains('\0', StringComparison.Ordinal) == true)
            return Refusal.Field("/level", "Must not hold the character U+0000.").AsProblem();
        var taxonomy = await taxonomies.Read(ct);
        var retired = taxonomy.HasRole(role) ? null : await RetiredParts.Role(source, role, ct);
        if (!taxonomy.HasRole(role) && retired is null)
            return Refusal.NoSuch("role").AsProblem();
        // What it was stays at its own address.
        if (retired is not null && at is null && taxonomy.Whole.InPlaceOf(retired.Part) is { } into)
            return SkillAddress.MovedTo($"/api/catalog/roles/{into}{http.Request.QueryString}");
        var named = taxonomy.Role(role);
        var rows = await Rows(source, role, level, at, ct);
        var order = taxonomy
            .Whole.WithRetired()
            .Domains.SelectMany((d, i) => d.Levels.Select((l, j) => (Key: (d.Slug, l.Slug), At: (i * 100) + j)))
            .ToDictionary(p => p.Key, p => p.At);
        var sorted = rows.Select(r => (Row: r, Key: Key(r))).OrderBy(r => r.Key, StringComparer.Ordinal);
        // An ordinal key of text: a page that was left off goes on at the same place, whatever came in between.
        var after = paging.After is [var last] ? last : "";
        var rest = sorted.Where(r => string.CompareOrdinal(r.Key, after) > 0).Take(paging.Limit + 1).ToArray();
        var page = paging.Of(rest, r => [r.Key], r => Paging.Bytes(r.Row.Description));
        var people = await People.Load(session, page.Items.SelectMany(r => new[] { r.Row.Author, r.Row.Reviewer }), ct);
        var mandatory = rows.Count(r => r.Mandatory);
        return TypedResults.Ok(
            new RolePage(
                named.Slug,
                named.Name,
                at?.ToUniversalTime(),
                new Numbers(
                    rows.Select(r => r.Skill).Distinct(StringComparer.Ordinal).Count(),
                    mandatory,
                    rows.Count - mandatory
                ),
                [.. page.Items.Select(r => Of(r.Row, taxonomy, people))],
                page.NextCursor,
                [.. From(page.Items.Select(r => r.Row.Domain), taxonomy)],
                named.Description,
                named.ExternalIds,
                retired,
                rows.Count == 0 && at is { } asked && await Began(source, role, level, ct) is { } began && began > asked
                    ? began
                    : null
            )
        );

        string Key(Row r) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{order.GetValueOrDefault((r.Domain, r.Level)):D8} {r.Name.ToLowerInvariant()} {r.Skill}"
            );
    }

    private static IEnumerable<OriginOf> From(IEnumerable<string> domains, KnownTaxonomy taxonomy) =>
        from slug in domains.Distinct(StringComparer.Ordinal)
        let origin = taxonomy.Domain(slug)?.Origin
        where origin is not null
        select new OriginOf(
            taxonomy.DomainNamed(slug),
            origin.Language,
            origin.Source,
            origin.Licence,
            origin.Attribution
        );

    private static Item Of(Row row, KnownTaxonomy taxonomy, People people) =>
        new(
            taxonomy.DomainNamed(row.Domain),
            taxonomy.Level(row.Domain, row.Level),
            taxonomy.Group(row.Domain, row.Group),
            new Named(row.Skill, row.Name),
            row.Mandatory,
            row.Description,
            new SkillPage.Origin(row.Version, row.At, people.Of(row.Author), people.Of(row.Reviewer), row.Proposal)
        );

    private static async Task<DateTimeOffset?> Began(
        NpgsqlDataSource source,
        string role,
        string? level,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            "select min(from_at) from requirement_versions where role = $1 and ($2::text is null or level = $2)"
        );
        command.Parameters.Add(new() { Value = role });
        command.Parameters.Add(new() { Value = (object?)level ?? DBNull.Value });
        return await command.ExecuteScalarAsync(ct) is DateTime first ? new DateTimeOffset(first) : null;
    }

    private static async Task<List<Row>> Rows(
        NpgsqlDataSource source,
        string role,
        string? level,
        DateTimeOffset? at,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(Sql);
        command.Parameters.Add(new("role", NpgsqlDbType.Text) { Value = role });
        command.Parameters.Add(new("level", NpgsqlDbType.Text) { Value = (object?)level ?? DBNull.Value });
        command.Parameters.Add(
            new("at", NpgsqlDbType.TimestampTz) { Value = (object?)at?.ToUniversalTime() ?? DBNull.Value }
        );
        var rows = new List<Row>();
        await using var r = await command.ExecuteReaderAsync(ct);
        while (await r.ReadAsync(ct))
            rows.Add(
                new Row(
                    r.GetString(0),
                    r.GetString(1),
                    r.GetString(2),
                    r.GetString(3),
                    r.GetString(4),
                    r.GetBoolean(5),
                    r.GetString(6),
                    r.GetInt64(7),
                    r.GetFieldValue<DateTimeOffset>(8),
                    r.IsDBNull(9) ? null : r.GetString(9),
                    r.IsDBNull(10) ? null : r.GetString(10),
                    r.IsDBNull(11) ? null : r.GetGuid(11)
                )
            );
        return rows;
    }
}
