using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Catalogue;

/// <summary>A domain of a matrix: its levels that are asked for, and a row for each skill.</summary>
public sealed record MatrixPart(Named Domain, Named[] Levels, MatrixRow[] Rows);

/// <summary>A skill with what is asked for at each level, by the slug of the level.</summary>
public sealed record MatrixRow(Named Skill, IReadOnlyDictionary<string, RoleItem> Cells);

/// <param name="AsOf">The day it is of; null for now.</param>
public sealed record MatrixModel(Role Role, MatrixPart[] Parts, string? AsOf);

/// <summary>Everything expected of one role at one glance: skills by levels.</summary>
public static class ShowMatrix
{
    public static void Map(WebApplication app) => app.MapGet("/roles/{role}/matrix", Get).AllowAnonymous();

    private static async Task<IResult> Get(string role, string? asOf, Services services, CancellationToken ct)
    {
        var domains = services.Get<Domains>("catalog", $"/api/catalog/domains?limit={200}", ct);
        var whole = await ShowRole.Whole(services, role, null, asOf, ct);
        return whole.Value is { } found
            ? Page.Of<MatrixPage>(new MatrixModel(found, Parts(found, (await domains).Value?.All ?? []), asOf))
            : Page.Error(whole.Status);
    }

    private static MatrixPart[] Parts(Role role, DomainInTree[] domains) =>
        [
            .. role
                .Items.GroupBy(item => item.Domain)
                .Select(items => new MatrixPart(items.Key, Levels(items, domains), Rows(items))),
        ];

    // In the order of the domain; in that of the items where it is not known.
    private static Named[] Levels(IGrouping<Named, RoleItem> items, DomainInTree[] domains)
    {
        var used = items.Select(item => item.Level).Distinct().ToArray();
        var ordered = Array.Find(domains, domain => domain.Slug == items.Key.Slug)?.Levels ?? [];
        return [.. ordered.Where(level => used.Contains(level)).Union(used)];
    }

    private static MatrixRow[] Rows(IEnumerable<RoleItem> items) =>
        [
            .. items
                .GroupBy(item => item.Skill)
                .OrderBy(
                    skill => skill.Key.Name,
                    StringComparer.Create(System.Globalization.CultureInfo.CurrentUICulture, ignoreCase: true)
                )
                .Select(skill => new MatrixRow(
                    skill.Key,
                    skill.ToDictionary(item => item.Level.Slug, StringComparer.Ordinal)
                )),
        ];
}
