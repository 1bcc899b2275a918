using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Mine;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Skills;

/// <param name="AsOf">The day it is of; null for now.</param>
/// <param name="Show">The level for where there is room for one.</param>
public sealed record SkillMatrixModel(Skill Skill, MatrixLine[] Rows, Marks Marks, string? AsOf, string? Show);

/// <summary>Everything a skill expects at one glance: roles by levels, now or as of a day.</summary>
public static class ShowSkillMatrix
{
    public static void Map(WebApplication app) => app.MapGet("/skills/{slug}/matrix", Get).AllowAnonymous();

    private static async Task<IResult> Get(
        string slug,
        string? asOf,
        string? show,
        Services services,
        Visit visit,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var day = ShowSkill.EndOf(asOf, time.GetUtcNow());
        var marks = day is null ? Marks.Read(services, visit, ct, skill: slug) : Task.FromResult(Marks.None);
        var mine = visit.AskMyRole(services);
        FormattableString address = $"/api/catalog/skills/{slug}";
        var skill = await services.Get<Skill>("catalog", address.With("asOf", day), ct);
        await mine;
        return skill.Value is { } found
                ? Page.Of<SkillMatrixPage>(
                    new SkillMatrixModel(found, Rows(found, visit), await marks, day is null ? null : asOf, show)
                )
            : day is not null && await NotYet.Of(services, slug, asOf!, skill.Status, ct) is { } began
                ? Page.Of<NotYetPage>(began, 404)
            : Page.Error(skill.Status);
    }

    private static MatrixLine[] Rows(Skill skill, Visit visit) =>
        [
            .. skill
                .Requirements.GroupBy(requirement => requirement.Role, StringComparer.Ordinal)
                .Select(role => new MatrixLine(
                    skill.RoleName(role.Key),
                    visit.To($"/roles/{role.Key}"),
                    role.ToDictionary(
                        cell => cell.Level,
                        cell => new MatrixCell(
                            skill.Slug,
                            cell.Role,
                            cell.Level,
                            cell.Mandatory,
                            cell.Description,
                            cell.Since?.Version
                        ),
                        StringComparer.Ordinal
                    )
                ))
                .OrderBy(row => row.Name, Texts.ByName),
        ];
}
