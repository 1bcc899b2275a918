using System.Globalization;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Proposals;

/// <param name="Taken">What would be taken back; null where the catalogue does not tell.</param>
/// <param name="Restore">The whole skill as it was then, instead of undoing that one change.</param>
public sealed record UndoModel(
    Skill Skill,
    long Version,
    bool Restore,
    string? Reason,
    string? Problem,
    SkillDiff? Taken
);

/// <summary>Propose to undo one change of a skill, or to go back to an old version of it; asks why first.</summary>
public static class UndoChange
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/skills/{slug}/undo", Get).RequireAuthorization();
        app.MapPost("/skills/{slug}/undo", Post).RequireAuthorization();
    }

    private static Task<IResult> Get(
        string slug,
        long version,
        bool? restore,
        Services services,
        CancellationToken ct
    ) => Ask(slug, version, restore == true, null, null, 200, services, ct);

    private static async Task<IResult> Post(
        string slug,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (!long.TryParse(form["version"], CultureInfo.InvariantCulture, out var version))
            return Page.Error(400);
        var restore = form["restore"] == "true";
        // The history's button sends the version alone; then this asks for the reason.
        if (!form.TryGetValue("reason", out var typed))
            return await Ask(slug, version, restore, null, null, 200, services, ct);
        var reason = typed.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
        if (string.IsNullOrWhiteSpace(reason))
            return await Ask(slug, version, restore, reason, visit.T["suggest.no-rationale"], 422, services, ct);
        var answer = await services.Send<Created>(
            "proposals",
            HttpMethod.Post,
            $"/api/proposals/reverts",
            new
            {
                skill = slug,
                version,
                restore,
                rationale = reason,
            },
            ct
        );
        return answer is { Ok: true, Value.Id: var id }
            ? TypedResults.Redirect(visit.To($"/proposals/{id}") + "?done=submitted")
            : await Ask(slug, version, restore, reason, visit.Why(answer), answer.Shown(), services, ct);
    }

    private static async Task<IResult> Ask(
        string slug,
        long version,
        bool restore,
        string? reason,
        string? problem,
        int status,
        Services services,
        CancellationToken ct
    )
    {
        // The one change, or all since then. The first version has nothing before it.
        FormattableString taken = restore
            ? (FormattableString)$"/api/catalog/skills/{slug}/diff?from={version}"
            : $"/api/catalog/skills/{slug}/diff?from={version - 1}&to={version}";
        var diff = restore || version > 1 ? services.Get<SkillDiff>("catalog", taken, ct) : null;
        var skill = await services.SkillItself(slug, ct);
        var differs = diff is null ? null : (await diff).Value;
        return skill.Value is { } found
            ? Page.Of<UndoPage>(new UndoModel(found, version, restore, reason, problem, differs), status)
            : Page.Error(skill.Status);
    }

    private sealed record Created(Guid Id);
}
