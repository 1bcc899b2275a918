using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Mine;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Catalogue;

/// <summary>A domain of a matrix: its levels that are asked for, and a row for each skill.</summary>
public sealed record MatrixPart(Named Domain, Named[] Levels, MatrixLine[] Rows);

/// <summary>A row with what is asked for at each level, by the slug of the level.</summary>
public sealed record MatrixLine(string Name, string Address, IReadOnlyDictionary<string, MatrixCell> Cells);

public sealed record MatrixCell(
    string Skill,
    string Role,
    string Level,
    bool Mandatory,
    string Description,
    long? Since
);

/// <param name="AsOf">The day it is of; null for now.</param>
/// <param name="Show">The level for where there is room for one.</param>
public sealed record MatrixModel(Role Role, MatrixPart[] Parts, string? AsOf, string? Show)
{
    public Marks Marks { get; init; } = Marks.None;
}

/// <summary>Everything expected of one role at one glance: skills by levels.</summary>
public static class ShowMatrix
{
    public static void Map(WebApplication app) => app.MapGet("/roles/{role}/matrix", Get).AllowAnonymous();

    private static async Task<IResult> Get(
        string role,
        string? asOf,
        string? show,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var marks = asOf is { Length: > 0 } ? Task.FromResult(Marks.None) : Marks.Read(services, visit, ct, role: role);
        var mine = visit.AskMyRole(services);
        var domains = Domains.Read(services, ct);
        var whole = await ShowRole.Whole(services, role, null, asOf, ct);
        await mine;
        return whole.Value is { } found
            ? Page.Of<MatrixPage>(
                new MatrixModel(found, Parts(found, (await domains).Value?.All ?? [], visit), asOf, show)
                {
                    Marks = await marks,
                }
            )
            : Page.Error(whole.Status);
    }

    private static MatrixPart[] Parts(Role role, DomainInTree[] domains, Visit visit) =>
        [
            .. role
                .Items.GroupBy(item => item.Domain)
                .Select(items => new MatrixPart(items.Key, Levels(items, domains), Rows(items, role.Slug, visit))),
        ];

    // In the order of the domain; in that of the items where it is not known.
    private static Named[] Levels(IGrouping<Named, RoleItem> items, DomainInTree[] domains)
    {
        var used = items.Select(item => item.Level).Distinct().ToArray();
        var ordered = Array.Find(domains, domain => domain.Slug == items.Key.Slug)?.Levels ?? [];
        return [.. ordered.Where(level => used.Contains(level)).Union(used)];
    }

    private static MatrixLine[] Rows(IEnumerable<RoleItem> items, string role, Visit visit) =>
        [
            .. items
                .GroupBy(item => item.Skill)
                .OrderBy(skill => skill.Key.Name, Texts.ByName)
                .Select(skill => new MatrixLine(
                    skill.Key.Name,
                    visit.To($"/skills/{skill.Key.Slug}"),
                    skill.ToDictionary(
                        item => item.Level.Slug,
                        item => new MatrixCell(
                            skill.Key.Slug,
                            role,
                            item.Level.Slug,
                            item.Mandatory,
                            item.Description,
                            item.Since?.Version
                        ),
                        StringComparer.Ordinal
                    )
                )),
        ];
}
