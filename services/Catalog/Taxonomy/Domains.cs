using Marten;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>The tree of domains and groups with the skills in each, and the list of roles.</summary>
public static class Domains
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/domains", Tree).AllowAnonymous().Produces<Page<DomainItem>>();
        api.MapGet("/roles", Roles).AllowAnonymous().Produces<Page<RoleItem>>();
    }

    private static async Task<IResult> Tree(HttpContext http, Paging paging, IQuerySession session)
    {
        var taxonomy = await session.LoadAsync<Taxonomy>(Taxonomy.StreamId, http.RequestAborted) ?? Taxonomy.Empty;
        var counts = (
            await session.AdvancedSql.QueryAsync<Counted>(
                """
                select jsonb_build_object('domain', domain, 'group', "group", 'skills', count(*)) from mt_doc_skill_entry
                where not retired group by domain, "group"
                """,
                http.RequestAborted
            )
        ).ToDictionary(c => (c.Domain, c.Group), c => c.Skills);
        var items = taxonomy.Domains.Select(domain =>
        {
            var groups = domain
                .Groups.Select(g => new GroupItem(g.Slug, g.Name, counts.GetValueOrDefault((domain.Slug, g.Slug))))
                .ToArray();
            return new DomainItem(domain.Slug, domain.Name, domain.Levels, groups, groups.Sum(g => g.Skills));
        });
        return Reading.Hashed(http, After(paging, items, item => item.Slug));
    }

    private static async Task<IResult> Roles(HttpContext http, Paging paging, IQuerySession session)
    {
        var taxonomy = await session.LoadAsync<Taxonomy>(Taxonomy.StreamId, http.RequestAborted) ?? Taxonomy.Empty;
        var counts = (
            await session.AdvancedSql.QueryAsync<RoleItem>(
                """
                select jsonb_build_object('slug', cell ->> 'role', 'name', '', 'skills', count(distinct id),
                  'mandatory', count(*) filter (where (cell ->> 'mandatory')::bool),
                  'optional', count(*) filter (where not (cell ->> 'mandatory')::bool))
                from mt_doc_skill_entry, jsonb_array_elements(data -> 'cells') as cell
                where not retired group by cell ->> 'role'
                """,
                http.RequestAborted
            )
        ).ToDictionary(c => c.Slug, StringComparer.Ordinal);
        var items = taxonomy.Roles.Select(role =>
            counts.TryGetValue(role.Slug, out var counted)
                ? counted with
                {
                    Name = role.Name,
                }
                : new RoleItem(role.Slug, role.Name, 0, 0, 0)
        );
        return Reading.Hashed(http, After(paging, items, item => item.Slug));
    }

    private sealed record Counted(string Domain, string Group, long Skills);

    // Both lists grow at their end only, so that the last slug seen is a key that lasts.
    private static Page<T> After<T>(Paging paging, IEnumerable<T> items, Func<T, string> slug) =>
        paging.Of(
            [
                .. (paging.After is [var last] ? items.SkipWhile(item => slug(item) != last).Skip(1) : items).Take(
                    paging.Limit + 1
                ),
            ],
            item => [slug(item)]
        );
}

public sealed record DomainItem(string Slug, string Name, Named[] Levels, GroupItem[] Groups, long Skills);

public sealed record GroupItem(string Slug, string Name, long Skills);

public sealed record RoleItem(string Slug, string Name, long Skills, long Mandatory, long Optional);
