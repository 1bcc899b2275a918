using System.Text.Json.Serialization;
using Npgsql;
using SkillPlatform.Contracts;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>The tree of domains and groups with the skills in each, and the list of roles.</summary>
public static class Domains
{
    // Of groups in one answer, where no limit is asked for: a domain of more goes on in the next one.
    private const int MostGroups = 300;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/domains", Tree)
            .AllowAnonymous()
            .Produces<Page<DomainItem>>()
            .WithSummary("Domains with their groups; a domain of very many groups goes on in the next page.");
        api.MapGet("/roles", Roles).AllowAnonymous().Produces<Page<RoleItem>>();
    }

    private static async Task<IResult> Tree(
        HttpContext http,
        Paging paging,
        NpgsqlDataSource source,
        TaxonomyNow taxonomies
    )
    {
        var taxonomy = (await taxonomies.Read(http.RequestAborted)).Whole;
        var counts = new Dictionary<(string, string), long>();
        await using (
            var command = source.CreateCommand("select domain, slug, skills from search_counts where kind = 'group'")
        )
        await using (var row = await command.ExecuteReaderAsync(http.RequestAborted))
            while (await row.ReadAsync(http.RequestAborted))
                counts[(row.GetString(0), row.GetString(1))] = row.GetInt64(2);
        var items = new List<(DomainItem Domain, string[] Key)>();
        var (domains, skip) = (taxonomy.Domains.AsEnumerable(), 0);
        if (paging.After is [var last, .. var group])
        {
            domains = domains.SkipWhile(d => d.Slug != last);
            skip = group is [var slug]
                ? Array.FindIndex(taxonomy.Domain(last)?.Groups ?? [], g => g.Slug == slug) + 1
                : 0;
            if (group is [])
                domains = domains.Skip(1);
        }
        var room = paging.IsAsked ? int.MaxValue : MostGroups;
        foreach (var domain in domains)
        {
            var all = domain.Groups.Select(g => new GroupItem(
                g.Slug,
                g.Name,
                counts.GetValueOrDefault((domain.Slug, g.Slug)),
                g.ExternalIds
            ));
            var groups = all.Skip(skip).Take(room).ToArray();
            var isWhole = skip + groups.Length == domain.Groups.Length;
            items.Add(
                (
                    new DomainItem(
                        domain.Slug,
                        domain.Name,
                        domain.Levels,
                        groups,
                        all.Sum(g => g.Skills),
                        domain.Origin?.Language,
                        domain.Origin?.Source,
                        domain.Origin?.Licence,
                        domain.Origin?.Attribution,
                        domain.ExternalIds
                    ),
                    isWhole ? [domain.Slug] : [domain.Slug, groups[^1].Slug]
                )
            );
            (room, skip) = (room - groups.Length, 0);
            if (items.Count > paging.Limit || room <= 0)
                break;
        }
        // One more than the limit says that there is more; where there is no room for it, it is said all the same.
        var isMore = room <= 0 && (items[^1].Key.Length > 1 || items[^1].Domain.Slug != taxonomy.Domains[^1].Slug);
        var page = (isMore && items.Count <= paging.Limit ? paging with { Limit = items.Count } : paging).Of(
            isMore && items.Count <= paging.Limit ? [.. items, items[^1]] : items,
            item => item.Key
        );
        return TypedResults.Ok(new Page<DomainItem>([.. page.Items.Select(i => i.Domain)], page.NextCursor));
    }

    private static async Task<IResult> Roles(
        HttpContext http,
        Paging paging,
        NpgsqlDataSource source,
        TaxonomyNow taxonomies
    )
    {
        var roles = (await taxonomies.Read(http.RequestAborted)).Whole.Roles.AsEnumerable();
        // The list grows at its end only, so that the last slug seen is a key that lasts.
        if (paging.After is [var last])
            roles = roles.SkipWhile(role => role.Slug != last).Skip(1);
        var some = roles.Take(paging.Limit + 1).ToArray();
        var counts = new Dictionary<string, (long Skills, long Must, long May)>(StringComparer.Ordinal);
        await using (
            var command = source.CreateCommand(
                "select slug, skills, must, may from search_counts where kind = 'role' and domain = '' and slug = any($1)"
            )
        )
        {
            command.Parameters.Add(new() { Value = some.Select(r => r.Slug).ToArray() });
            await using var row = await command.ExecuteReaderAsync(http.RequestAborted);
            while (await row.ReadAsync(http.RequestAborted))
                counts[row.GetString(0)] = (row.GetInt64(1), row.GetInt64(2), row.GetInt64(3));
        }
        var items = some.Select(role =>
        {
            var (skills, must, may) = counts.GetValueOrDefault(role.Slug);
            return new RoleItem(role.Slug, role.Name, skills, must, may, role.Description, role.ExternalIds);
        });
        return TypedResults.Ok(
            paging.Of([.. items], item => [item.Slug], item => Paging.Bytes(item.Name, item.Description))
        );
    }
}

public sealed record DomainItem(
    string Slug,
    string Name,
    Named[] Levels,
    GroupItem[] Groups,
    long Skills,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Language = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Source = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Licence = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Attribution = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExternalId[]? ExternalIds = null
);

public sealed record GroupItem(
    string Slug,
    string Name,
    long Skills,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExternalId[]? ExternalIds = null
);

public sealed record RoleItem(
    string Slug,
    string Name,
    long Skills,
    long Mandatory,
    long Optional,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExternalId[]? ExternalIds = null
);
