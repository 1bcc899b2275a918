using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>
/// The list of skills, narrowed by place, role and level, and searched in names, keywords and texts. The better a skill fits,
/// the earlier it stands: named so, keyword so, begins so, has the words in its name, in its keywords, in its texts. Only where
/// nothing does, what was meant but for typing errors, and what has some of the words (decision 0024).
/// </summary>
public static class SkillSearch
{
    private const int LongestQuery = 200;

    private static string Items(string from) =>
        $"""
            (select 'items' as kind, null::text as slug, null::text as parent, null::bigint as n, f.rank, f.length, f.sort, s.slug, s.skill,
                s.name, s.keywords, s.domain, s."group", cardinality(s.roles) as roles,
                s.mandatory, s.optional, s.updated_at, f.told
              from (select * from {from} order by rank, length, sort, slug limit @limit) f
              join skill_search s on s.skill = f.skill
              order by f.rank, f.length, f.sort, f.slug)

            """;

    private const string Following =
        "(select * from found where (rank, length, sort, slug) > (@rank, @length, @sort, @slug)) as rest";

    // The whole list in its order, straight from its index.
    private static string FromAll(string where) =>
        $"(select skill, slug, sort, 0 as rank, 0 as length, false as told from skill_search {where} order by sort, slug limit @limit) as rest";

    private static string Total(string count) =>
        $"""
            union all (select 'total', null, null, {count}, null, null, null, null, null, null, null, null, null, null, null, null, null, null)

            """;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/skills", Get)
            .AllowAnonymous()
            .Produces<SkillList>()
            .WithSummary("Skills, narrowed and searched; ?facets=false where only they are wanted.");

    private static async Task<IResult> Get(
        HttpContext http,
        Paging paging,
        NpgsqlDataSource source,
        TaxonomyNow taxonomies,
        string? q = null,
        string? domain = null,
        string? group = null,
        string? role = null,
        string? level = null,
        string? initials = null,
        bool facets = true
    )
    {
        var ct = http.RequestAborted;
        if (Refused(q, domain, group, role, level, initials) is { } refused)
            return refused;
        var after = After.Of(paging);
        var taxonomy = await taxonomies.Read(ct);
        if (taxonomy.Whole.Successors.Length > 0 && Moved(http, taxonomy.Whole) is { } moved)
            return moved;
        await using var connection = await source.OpenConnectionAsync(ct);
        var narrowed = new Narrowed(domain, group, role, level)
        {
            Initials = string.IsNullOrEmpty(initials) ? null : [.. initials.EnumerateRunes().Select(r => r.ToString())],
        };
        var (found, stage) = await Stages(
            connection,
            q,
            after?.Rank / Found.PerStage,
            async f => await Read(connection, f, narrowed, paging, after, facets && after is null, taxonomy, ct),
            list => list.Rows.Count > 0,
            ct
        );
        var page = paging.Of(found?.Rows ?? [], row => row.Key, row => row.Length);
        var snippets = await Told(connection, [.. page.Items.Where(r => r.Told).Select(r => r.Id)], stage, ct);
        return TypedResults.Ok(
            new SkillList(
                [.. page.Items.Select(row => row.Item(taxonomy, snippets.GetValueOrDefault(row.Id)))],
                page.NextCursor,
                found?.Facets ?? (facets && after is null ? new SkillFacets([], [], [], []) : null),
                after is null && facets ? found?.Total ?? 0 : null,
                stage is { Found.Stage: Found.AsAsked } && (found?.Rows.Count > 0 || stage.Query is null)
            )
        );
    }

    // Where one is asked for that another has taken the place of.
    private static RedirectHttpResult? Moved(HttpContext http, Taxonomy taxonomy)
    {
        var asked = http.Request.Query.ToDictionary(q => q.Key, q => (string?)q.Value, StringComparer.Ordinal);
        var was = asked.Count == 0 ? "" : QueryString.Create(asked).Value;
        foreach (var kind in new[] { Part.OfGroups, Part.OfLevels, Part.OfRoles })
            if (asked.GetValueOrDefault(kind) is { Length: > 0 } slug)
                asked[kind] =
                    taxonomy.InPlaceOf(
                        new Part(kind, kind == Part.OfRoles ? null : asked.GetValueOrDefault("domain") ?? "", slug)
                    ) ?? slug;
        var now = asked.Count == 0 ? "" : QueryString.Create(asked).Value;
        return was == now ? null : SkillAddress.MovedTo($"/api/catalog/skills{now}");
    }

    /// <summary>Tries one stage after the other until one finds something, or only the one that a cursor is of.</summary>
    public static async Task<(T? Answer, Asked Stage)> Stages<T>(
        NpgsqlConnection connection,
        string? q,
        int? only,
        Func<Found, Task<T>> read,
        Func<T, bool> isSome,
        CancellationToken ct
    )
        where T : class
    {
        if (string.IsNullOrWhiteSpace(q))
            return (await read(Found.Everything), new Asked(Found.Everything, null, []));
        var query = SearchQuery.Of(q);
        var forms = query.Words.Select(w => SearchWords.Forms(w.Text).Concat(w.Joined).ToArray()).ToArray();
        if (query.Words.Count == 0)
            return (null, new Asked(Found.Everything, query, forms));
        var exactly = Found.Exactly(query);
        if (only is null or Found.AsAsked)
        {
            var answer = await read(exactly);
            if (only is not null || isSome(answer))
                return (answer, new Asked(exactly, query, forms));
        }
        var alike = await Resembling.To(connection, query, ct);
        string[][] meant = [.. forms.Select((f, at) => f.Concat(alike[at]).ToArray())];
        foreach (var (stage, found) in new[] { Found.Meant(query, alike), Found.Partly(query, alike) }.Index())
            if (found is not null && (only is null || only == stage + 1))
            {
                var answer = await read(found);
                if (isSome(answer))
                    return (answer, new Asked(found, query, meant));
            }
        return (null, new Asked(exactly, query, forms));
    }

    /// <summary>What cannot be asked; null where all is well.</summary>
    public static IResult? Refused(string? q, params string?[] others) =>
        q?.Length > LongestQuery ? Refusal.Field("/q", $"At most {LongestQuery} characters.").AsProblem()
        : others.Append(q).Any(text => text?.Contains('\0', StringComparison.Ordinal) == true)
            ? Refusal.Field("", "Must not hold the character U+0000.").AsProblem()
        : null;

    private static async Task<Answer> Read(
        NpgsqlConnection connection,
        Found found,
        Narrowed narrowed,
        Paging paging,
        After? after,
        bool counts,
        KnownTaxonomy taxonomy,
        CancellationToken ct
    )
    {
        var everything = found.Hits is null && narrowed.IsNot;
        var from = (everything, after) switch
        {
            (true, null) => FromAll(""),
            (true, _) => FromAll("where (sort, slug) > (@sort, @slug)"),
            (_, null) => "found",
            _ => Following,
        };
        var total = everything
            ? "(select coalesce(sum(skills), 0)::bigint from search_counts where kind = 'group')"
            : "(select count(*) from found)";
        await using var command = new NpgsqlCommand(
            string.Concat(
                everything ? "" : found.With(narrowed),
                Items(from),
                counts ? Total(total) : "",
                counts ? SkillFacets.Largest(everything) : ""
            ),
            connection
        );
        narrowed.Bind(command);
        found.Bind(command);
        if (after is not null)
        {
            command.Parameters.AddWithValue("rank", after.Rank);
            command.Parameters.AddWithValue("length", after.Length);
            command.Parameters.AddWithValue("sort", after.Sort);
            command.Parameters.AddWithValue("slug", after.Slug);
        }
        command.Parameters.AddWithValue("limit", paging.Limit + 1);
        return await Answer.Read(command, counts, taxonomy, ct);
    }

    private static async Task<Dictionary<Guid, Snippet>> Told(
        NpgsqlConnection connection,
        Guid[] skills,
        Asked asked,
        CancellationToken ct
    ) => skills.Length == 0 ? [] : await Snippet.Of(connection, skills, asked.Words, ct);

    /// <summary>What the database was asked in the end, and for which words.</summary>
    public sealed record Asked(Found Found, SearchQuery? Query, string[][] Words);

    private sealed record Answer(List<Row> Rows, SkillFacets? Facets, long? Total)
    {
        public static async Task<Answer> Read(
            NpgsqlCommand command,
            bool counts,
            KnownTaxonomy taxonomy,
            CancellationToken ct
        )
        {
            var rows = new List<Row>();
            var facets = new List<(string Kind, Facet Facet)>();
            long? total = null;
            await using var r = await command.ExecuteReaderAsync(ct);
            while (await r.ReadAsync(ct))
                switch (r.GetString(0))
                {
                    case "items":
                        rows.Add(new Row(r));
                        break;
                    case "total":
                        total = r.GetInt64(3);
                        break;
                    case var kind:
                        var parent = r.IsDBNull(2) ? null : r.GetString(2);
                        facets.Add((kind, SkillFacets.Of(kind, r.GetString(1), parent, r.GetInt64(3), taxonomy)));
                        break;
                }
            return new Answer(
                rows,
                counts ? new SkillFacets(Of("domains"), Of("groups"), Of("roles"), Of("levels")) : null,
                total
            );

            Facet[] Of(string kind) =>
                [
                    .. facets
                        .Where(f => f.Kind == kind)
                        .Select(f => f.Facet)
                        .OrderByDescending(f => f.Count)
                        .ThenBy(f => f.Domain, StringComparer.Ordinal)
                        .ThenBy(f => f.Slug, StringComparer.Ordinal),
                ];
        }
    }

    private sealed class Row(NpgsqlDataReader r)
    {
        private readonly string _slug = r.GetString(7);
        private readonly string _name = r.GetString(9);
        private readonly string[] _keywords = r.GetFieldValue<string[]>(10);
        private readonly string _domain = r.GetString(11);
        private readonly string _group = r.GetString(12);
        private readonly (int Roles, int Must, int May) _counts = (r.GetInt32(13), r.GetInt32(14), r.GetInt32(15));
        private readonly DateTimeOffset _updatedAt = r.GetFieldValue<DateTimeOffset>(16);

        public int Length => Paging.Bytes([_name, .. _keywords]);
        public Guid Id { get; } = r.GetGuid(8);
        public bool Told { get; } = r.GetBoolean(17);

        public string[] Key { get; } =
        [
            r.GetInt32(4).ToString(CultureInfo.InvariantCulture),
            r.GetInt32(5).ToString(CultureInfo.InvariantCulture),
            r.GetString(6),
            r.GetString(7),
        ];

        public SkillItem Item(KnownTaxonomy taxonomy, Snippet? snippet) =>
            new(
                Id,
                _slug,
                _name,
                taxonomy.DomainNamed(_domain),
                taxonomy.Group(_domain, _group),
                _keywords,
                new SkillCounts(_counts.Roles, taxonomy.Domain(_domain)?.Levels.Length ?? 0, _counts.Must, _counts.May),
                _updatedAt,
                snippet
            );
    }

    private sealed record After(int Rank, int Length, string Sort, string Slug)
    {
        public static After? Of(Paging paging) =>
            paging.After switch
            {
                null => null,
                [var rank, var length, var sort, var slug]
                    when int.TryParse(rank, CultureInfo.InvariantCulture, out var r)
                        && int.TryParse(length, CultureInfo.InvariantCulture, out var l) => new(r, l, sort, slug),
                _ => throw new BadHttpRequestException("cursor is not one this list gave."),
            };
    }
}

/// <summary><c>Exact</c> is false where nothing has what was asked for, and what resembles it is given instead.</summary>
public sealed record SkillList(SkillItem[] Items, string? NextCursor, SkillFacets? Facets, long? Total, bool Exact);

public sealed record SkillItem(
    Guid Id,
    string Slug,
    string Name,
    Named Domain,
    Named Group,
    string[] Keywords,
    SkillCounts Counts,
    DateTimeOffset UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Snippet? Snippet
);

public sealed record SkillCounts(int Roles, int Levels, int Mandatory, int Optional);
