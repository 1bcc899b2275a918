using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Catalogue;

public sealed record GroupInTree(string Slug, string Name, int Skills);

public sealed record DomainInTree(string Slug, string Name, Named[] Levels, GroupInTree[] Groups);

public sealed record SkillInList(string Slug, string Name, Named? Domain, Named? Group);

public sealed record StartModel(
    DomainInTree[]? Domains,
    PageList<SkillInList>? Skills,
    string? Q,
    string? Domain,
    string? Group
);

/// <summary>Where one begins: the domains with their groups, and the skills in them.</summary>
public static class StartPage
{
    public static void Map(WebApplication app) => app.MapGet("/", Get).AllowAnonymous();

    private static async Task<IResult> Get(
        string? q,
        string? domain,
        string? group,
        string? cursor,
        Services services,
        CancellationToken ct
    )
    {
        var domains = services.Get<Domains>("catalog", $"/api/catalog/domains", ct);
        var query = Query(q, domain, group, cursor, 100);
        var skills = services.Get<PageList<SkillInList>>("catalog", query, ct);
        await Task.WhenAll(domains, skills);
        var status = (await skills).Down && (await domains).Down ? 503 : 200;
        return Page.Of<StartView>(
            new StartModel((await domains).Value?.All, (await skills).Value, q, domain, group),
            status
        );
    }

    private static FormattableString Query(string? q, string? domain, string? group, string? cursor, int limit)
    {
        var given = new List<(string Name, string Value)>();
        foreach (var (name, value) in new[] { ("q", q), ("domain", domain), ("group", group), ("cursor", cursor) })
            if (!string.IsNullOrEmpty(value))
                given.Add((name, value));
        var format = "/api/catalog/skills?limit={0}" + string.Concat(given.Select((g, i) => $"&{g.Name}={{{i + 1}}}"));
        return System.Runtime.CompilerServices.FormattableStringFactory.Create(
            format,
            [limit, .. given.Select(g => (object)g.Value)]
        );
    }
}
