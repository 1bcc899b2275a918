using System.Globalization;
using Npgsql;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>How many of all skills found, not only of this page, stand where: the ten largest of each; on the first page only.</summary>
public sealed record SkillFacets(Facet[] Domains, Facet[] Groups, Facet[] Roles, Facet[] Levels)
{
    private const string Kinds = "domains|groups|roles|levels";

    /// <summary>The largest of each; what the list is narrowed to is always among them.</summary>
    public static string Largest(bool everything) =>
        string.Concat(Kinds.Split('|').Select(kind => Top(kind, everything)));

    private static string Top(string kind, bool everything)
    {
        var chosen = kind[..^1];
        return $"""
            union all
            (select '{kind}', slug, parent, n{string.Concat(Enumerable.Repeat(", null", 14))} from ({Counts(
                kind,
                everything
            )}) c
              order by slug is not distinct from @{chosen} desc, n desc, parent, slug limit 10)

            """;
    }

    // With nothing asked for, how many there are is kept.
    private static string Counts(string kind, bool everything) =>
        (kind, everything) switch
        {
            ("domains", true) =>
                "select domain as slug, null::text as parent, sum(skills)::bigint as n from search_counts where kind = 'group' group by domain",
            ("groups", true) =>
                "select slug, domain as parent, skills as n from search_counts where kind = 'group' and skills > 0",
            ("roles", true) =>
                "select slug, null::text as parent, skills as n from search_counts where kind = 'role' and skills > 0",
            ("levels", true) =>
                "select slug, domain as parent, skills as n from search_counts where kind = 'level' and skills > 0",
            ("initials", _) =>
                $"select {Narrowed.Initial} as slug, null::text as parent, count(*) as n from {(everything ? "skill_search" : "found")} group by 1",
            ("domains", _) => "select domain as slug, null::text as parent, count(*) as n from found group by domain",
            ("groups", _) =>
                """select "group" as slug, domain as parent, count(*) as n from found group by domain, "group" """,
            ("roles", _) =>
                "select role as slug, null::text as parent, count(*) as n from found cross join unnest(roles) as role group by role",
            _ =>
                "select level as slug, domain as parent, count(*) as n from found cross join unnest(levels) as level group by domain, level",
        };

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet($"/skills/facets/{{facet:regex(^({Kinds}|initials)$)}}", Get)
            .AllowAnonymous()
            .Produces<Page<Facet>>()
            .WithSummary("All of one facet, the largest first; ?prefix= for those of which a word begins so.");

    private static async Task<IResult> Get(
        HttpContext http,
        string facet,
        Paging paging,
        NpgsqlDataSource source,
        TaxonomyNow taxonomies,
        string? q = null,
        string? domain = null,
        string? group = null,
        string? role = null,
        string? level = null,
        string? prefix = null
    )
    {
        var ct = http.RequestAborted;
        if (SkillSearch.Refused(q, domain, group, role, level, prefix) is { } refused)
            return refused;
        var taxonomy = await taxonomies.Read(ct);
        await using var connection = await source.OpenConnectionAsync(ct);
        var narrowed = new Narrowed(domain, group, role, level);
        var (all, _) = await SkillSearch.Stages(
            connection,
            q,
            null,
            async found => await All(connection, found, narrowed, facet, taxonomy, ct),
            facets => facets.Length > 0,
            ct
        );
        var begin = SearchWords.Line(prefix ?? "");
        var sorted = (all ?? [])
            .Where(f =>
                begin.Length == 0 || $" {SearchWords.Line(f.Name)}".Contains($" {begin}", StringComparison.Ordinal)
            )
            .Select(f => (Facet: f, Key: Key(f)))
            .OrderBy(f => f.Key, StringComparer.Ordinal);
        var after = paging.After is [var last] ? last : "";
        var rest = sorted.Where(f => string.CompareOrdinal(f.Key, after) > 0).Take(paging.Limit + 1).ToArray();
        var page = paging.Of(rest, f => [f.Key]);
        return TypedResults.Ok(new Page<Facet>([.. page.Items.Select(f => f.Facet)], page.NextCursor));
    }

    // The largest first, as text that sorts so.
    private static string Key(Facet facet) =>
        string.Create(CultureInfo.InvariantCulture, $"{999_999_999_999 - facet.Count:D12} {facet.Domain} {facet.Slug}");

    private static async Task<Facet[]> All(
        NpgsqlConnection connection,
        Found found,
        Narrowed narrowed,
        string kind,
        KnownTaxonomy taxonomy,
        CancellationToken ct
    )
    {
        var everything = found.Hits is null && narrowed.IsNot;
        await using var command = new NpgsqlCommand(
            (everything ? "" : found.With(narrowed)) + $"select slug, parent, n from ({Counts(kind, everything)}) c",
            connection
        );
        narrowed.Bind(command);
        found.Bind(command);
        var facets = new List<Facet>();
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            facets.Add(
                Of(kind, row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetInt64(2), taxonomy)
            );
        return [.. facets];
    }

    public static Facet Of(string kind, string slug, string? parent, long count, KnownTaxonomy taxonomy) =>
        new(
            parent,
            slug,
            kind switch
            {
                "domains" => taxonomy.DomainNamed(slug),
                "groups" => taxonomy.Group(parent!, slug),
                "roles" => taxonomy.Role(slug),
                "initials" => null,
                _ => taxonomy.Level(parent!, slug),
            }
                is { } named
                ? named.Name
                : slug,
            count
        );
}

/// <summary>Groups and levels belong to a domain.</summary>
public sealed record Facet(string? Domain, string Slug, string Name, long Count);
