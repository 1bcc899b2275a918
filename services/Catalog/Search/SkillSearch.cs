using System.Globalization;
using System.Text.Json;
using Marten;
using Npgsql;
using NpgsqlTypes;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>
/// The list of skills, narrowed by place, role and level, and searched by name and keyword. A search forgives typing errors
/// by trigrams and, since those are weak there, by swapping neighbouring letters. The better a skill fits, the earlier it
/// stands: named so, keyword so, begins so, holds it, holds its words, holds it but for a swap, resembles it.
/// </summary>
public static class SkillSearch
{
    private const int LongestQuery = 200;

    private const string Likeness = "0.4";

    private const string Hits = """
        with found as materialized (
          select id, data, data ->> 'slug' as slug, domain, "group",
            case
              when @q = '' then 0
              when lower(name) = @q then 0
              when text like '%' || chr(10) || @like || chr(10) || '%' then 1
              when text like chr(10) || @like || '%' then 2
              when text like '%' || @like || '%' then 3
              when text like all (@words) then 4
              when text like any (@swapped) then 5
              else 6
            end as rank,
            case
              when @q = '' then 0
              else round(1000 * greatest(word_similarity(@q, lower(name)), 0.9 * word_similarity(@q, text)))::int
            end as likeness,
            lower(name) collate "C" as sort
          from mt_doc_skill_entry
          where not retired
            and (@domain is null or domain = @domain)
            and (@group is null or "group" = @group)
            and (@cell is null or data -> 'cells' @> @cell)
            and (@q = '' or text like '%' || @like || '%' or text like all (@words) or text like any (@swapped) or @q <% text)
        )

        """;

    private const string Items = """
        select data, rank, likeness, sort, slug from found
        where @rank is null or (rank, -likeness, sort, slug collate "C") > (@rank, -@likeness, @sort collate "C", @slug collate "C")
        order by rank, likeness desc, sort, slug collate "C"
        limit @limit
        """;

    private const string Counts = """
        select 'domains' as facet, domain as slug, null as parent, count(*) from found group by domain
        union all
        select 'groups', "group", domain, count(*) from found group by domain, "group"
        union all
        select 'roles', cell ->> 'role', null, count(distinct id)
          from found, jsonb_array_elements(data -> 'cells') as cell group by cell ->> 'role'
        union all
        select 'levels', cell ->> 'level', domain, count(distinct id)
          from found, jsonb_array_elements(data -> 'cells') as cell group by domain, cell ->> 'level'
        """;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/skills", Get).AllowAnonymous().Produces<SkillList>();

    private static async Task<IResult> Get(
        HttpContext http,
        Paging paging,
        NpgsqlDataSource source,
        IDocumentStore store,
        string? q = null,
        string? domain = null,
        string? group = null,
        string? role = null,
        string? level = null
    )
    {
        var ct = http.RequestAborted;
        var query = (q ?? "").Trim().ToLowerInvariant();
        if (query.Length > LongestQuery)
            return Refusal.Field("/q", $"At most {LongestQuery} characters.").AsProblem();
        if (
            new[] { query, domain, group, role, level }.Any(text =>
                text?.Contains('\0', StringComparison.Ordinal) == true
            )
        )
            return Refusal.Field("", "Must not hold the character U+0000.").AsProblem();
        await using var session = store.QuerySession();
        var taxonomy = await session.LoadAsync<Taxonomy>(Taxonomy.StreamId, ct) ?? Taxonomy.Empty;
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (
            var set = new NpgsqlCommand($"set local pg_trgm.word_similarity_threshold = {Likeness}", connection)
        )
            await set.ExecuteNonQueryAsync(ct);
        var filter = new Filter(query, domain, group, role, level);
        var rows = await Rows(connection, filter, paging, ct);
        var page = paging.Of(rows, row => row.Key);
        var facets = paging.After is null ? await Facets(connection, filter, taxonomy, ct) : null;
        return Reading.Hashed(
            http,
            new SkillList([.. page.Items.Select(row => Item(row.Entry, taxonomy))], page.NextCursor, facets)
        );
    }

    private static async Task<List<Row>> Rows(
        NpgsqlConnection connection,
        Filter filter,
        Paging paging,
        CancellationToken ct
    )
    {
        await using var command = new NpgsqlCommand(Hits + Items, connection);
        filter.Bind(command);
        var after = After.Of(paging);
        command.Parameters.Add(new("rank", NpgsqlDbType.Integer) { Value = (object?)after?.Rank ?? DBNull.Value });
        command.Parameters.Add(new("likeness", NpgsqlDbType.Integer) { Value = after?.Likeness ?? 0 });
        command.Parameters.Add(new("sort", NpgsqlDbType.Text) { Value = after?.Sort ?? "" });
        command.Parameters.Add(new("slug", NpgsqlDbType.Text) { Value = after?.Slug ?? "" });
        command.Parameters.Add(new("limit", NpgsqlDbType.Integer) { Value = paging.Limit + 1 });
        var rows = new List<Row>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            rows.Add(
                new Row(
                    JsonSerializer.Deserialize<SkillEntry>(reader.GetString(0), Commands.Json)!,
                    [
                        reader.GetInt32(1).ToString(CultureInfo.InvariantCulture),
                        reader.GetInt32(2).ToString(CultureInfo.InvariantCulture),
                        reader.GetString(3),
                        reader.GetString(4),
                    ]
                )
            );
        return rows;
    }

    private static async Task<SkillFacets> Facets(
        NpgsqlConnection connection,
        Filter filter,
        Taxonomy taxonomy,
        CancellationToken ct
    )
    {
        await using var command = new NpgsqlCommand(Hits + Counts, connection);
        filter.Bind(command);
        var found = new List<(string Facet, string Slug, string? Parent, long Count)>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            found.Add(
                (
                    reader.GetString(0),
                    reader.GetString(1),
                    reader.IsDBNull(2) ? null : reader.GetString(2),
                    reader.GetInt64(3)
                )
            );
        return new SkillFacets(
            Of("domains", (_, slug) => taxonomy.Domain(slug)?.Name),
            Of("groups", (d, slug) => taxonomy.Domain(d!)?.Groups.FirstOrDefault(g => g.Slug == slug)?.Name),
            Of("roles", (_, slug) => taxonomy.Roles.FirstOrDefault(r => r.Slug == slug)?.Name),
            Of("levels", (d, slug) => taxonomy.Domain(d!)?.Levels.FirstOrDefault(l => l.Slug == slug)?.Name)
        );

        Facet[] Of(string facet, Func<string?, string, string?> name) =>
            [
                .. found
                    .Where(f => f.Facet == facet)
                    .Select(f => new Facet(f.Parent, f.Slug, name(f.Parent, f.Slug) ?? f.Slug, f.Count))
                    .OrderByDescending(f => f.Count)
                    .ThenBy(f => f.Domain, StringComparer.Ordinal)
                    .ThenBy(f => f.Slug, StringComparer.Ordinal),
            ];
    }

    private static SkillItem Item(SkillEntry entry, Taxonomy taxonomy)
    {
        var domain = taxonomy.Domain(entry.Domain);
        return new SkillItem(
            entry.Id,
            entry.Slug,
            entry.Name,
            new Named(entry.Domain, domain?.Name ?? entry.Domain),
            domain?.Groups.FirstOrDefault(g => g.Slug == entry.Group) ?? new Named(entry.Group, entry.Group),
            entry.Keywords,
            new SkillCounts(
                entry.Cells.Select(c => c.Role).Distinct(StringComparer.Ordinal).Count(),
                domain?.Levels.Length ?? 0,
                entry.Cells.Count(c => c.Mandatory),
                entry.Cells.Count(c => !c.Mandatory)
            ),
            entry.UpdatedAt
        );
    }

    private sealed record Row(SkillEntry Entry, string[] Key);

    private sealed record After(int Rank, int Likeness, string Sort, string Slug)
    {
        public static After? Of(Paging paging) =>
            paging.After switch
            {
                null => null,
                [var rank, var likeness, var sort, var slug]
                    when int.TryParse(rank, CultureInfo.InvariantCulture, out var r)
                        && int.TryParse(likeness, CultureInfo.InvariantCulture, out var l)
                        && TextForm.Problem(sort + slug, 2 * TextForm.LongestName, mayBeEmpty: true) is null =>
                    new After(r, l, sort, slug),
                _ => throw new BadHttpRequestException("cursor is not one this list gave."),
            };
    }

    private sealed record Filter(string Query, string? Domain, string? Group, string? Role, string? Level)
    {
        public void Bind(NpgsqlCommand command)
        {
            var words = Query.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            Add("q", NpgsqlDbType.Text, Query);
            Add("like", NpgsqlDbType.Text, Literal(Query));
            Add("words", NpgsqlDbType.Array | NpgsqlDbType.Text, words.Select(w => $"%{Literal(w)}%").ToArray());
            Add("swapped", NpgsqlDbType.Array | NpgsqlDbType.Text, Swapped().ToArray());
            Add("domain", NpgsqlDbType.Text, Domain);
            Add("group", NpgsqlDbType.Text, Group);
            Add("cell", NpgsqlDbType.Jsonb, Cell());

            void Add(string name, NpgsqlDbType type, object? value) =>
                command.Parameters.Add(new(name, type) { Value = value ?? DBNull.Value });
        }

        private IEnumerable<string> Swapped()
        {
            if (Query.Length is < 4 or > 40)
                yield break;
            for (var i = 1; i < Query.Length; i++)
                if (char.IsLetterOrDigit(Query[i - 1]) && char.IsLetterOrDigit(Query[i]) && Query[i - 1] != Query[i])
                    yield return $"%{Literal($"{Query[..(i - 1)]}{Query[i]}{Query[i - 1]}{Query[(i + 1)..]}")}%";
        }

        private string? Cell()
        {
            var wanted = new Dictionary<string, string>(StringComparer.Ordinal);
            if (Role is not null)
                wanted["role"] = Role;
            if (Level is not null)
                wanted["level"] = Level;
            return wanted.Count == 0 ? null : JsonSerializer.Serialize(new[] { wanted });
        }

        private static string Literal(string text) =>
            text.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("%", "\\%", StringComparison.Ordinal)
                .Replace("_", "\\_", StringComparison.Ordinal);
    }
}

public sealed record SkillList(SkillItem[] Items, string? NextCursor, SkillFacets? Facets);

public sealed record SkillItem(
    Guid Id,
    string Slug,
    string Name,
    Named Domain,
    Named Group,
    string[] Keywords,
    SkillCounts Counts,
    DateTimeOffset UpdatedAt
);

public sealed record SkillCounts(int Roles, int Levels, int Mandatory, int Optional);

/// <summary>How many of all skills found, not only of this page, stand where; on the first page only.</summary>
public sealed record SkillFacets(Facet[] Domains, Facet[] Groups, Facet[] Roles, Facet[] Levels);

/// <summary>Groups and levels belong to a domain.</summary>
public sealed record Facet(string? Domain, string Slug, string Name, long Count);
