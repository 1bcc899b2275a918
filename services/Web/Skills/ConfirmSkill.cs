using System.Globalization;
using SkillPlatform.Changes;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Skills;

/// <param name="Tag">Of the skill as it was read.</param>
/// <param name="Chosen">The requirements ticked, as <c>level/role</c>; null for all.</param>
public sealed record ConfirmModel(
    Skill Skill,
    string? Tag,
    string[]? Chosen = null,
    string? Note = null,
    string? ReviewOn = null,
    string? Problem = null
);

/// <summary>Says that a skill's requirements are still true, and when to look at them again.</summary>
public static class ConfirmSkill
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/skills/{slug}/confirm", Get).RequireAuthorization();
        app.MapPost("/skills/{slug}/confirm", Post).RequireAuthorization();
        app.MapPost("/skills/{slug}/review", Plan).RequireAuthorization();
    }

    /// <summary>Whom the catalogue lets confirm it: shown only, it decides itself.</summary>
    public static bool Keeps(this Visit visit, Skill skill) =>
        !skill.Retired
        && visit.Caller is { } caller
        && (caller.Reviews(skill.Domain.Slug) || caller.Is(Roles.Moderator) || caller.Is(Roles.Administrator));

    private static Task<IResult> Get(string slug, Services services, Visit visit, CancellationToken ct) =>
        Show(slug, services, visit, model => model, 200, ct);

    private static async Task<IResult> Post(
        string slug,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (!long.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            return Page.Error(400);
        var (note, on) = (form["note"].ToString(), form["reviewOn"].ToString());
        string[]? chosen = form["which"] == "chosen" ? [.. form["cell"].OfType<string>()] : null;
        var answer = await services.Send<object>(
            "catalog",
            HttpMethod.Post,
            $"/api/catalog/skills/{slug}/confirmations",
            new
            {
                version,
                requirements = chosen?.Select(Cell),
                note,
                reviewOn = on.Length > 0 ? on : null,
            },
            ct
        );
        return answer.Ok
            ? TypedResults.Redirect(visit.To($"/skills/{slug}") + "?done=confirmed")
            : await Show(
                slug,
                services,
                visit,
                model =>
                    model with
                    {
                        Chosen = chosen,
                        Note = note,
                        ReviewOn = on,
                        Problem = visit.Why(answer, "missing.catalog"),
                    },
                answer.Shown(),
                ct
            );
    }

    // Without confirming anything.
    private static async Task<IResult> Plan(
        string slug,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var on = form["on"].ToString();
        var answer = await services.Send<object>(
            "catalog",
            HttpMethod.Put,
            $"/api/catalog/skills/{slug}/review",
            new { on = on.Length > 0 ? on : null },
            ct,
            form["tag"].ToString()
        );
        return answer.Ok
            ? TypedResults.Redirect(visit.To($"/skills/{slug}") + (on.Length > 0 ? "?done=planned" : "?done=unplanned"))
            : await Show(
                slug,
                services,
                visit,
                model => model with { Problem = visit.Why(answer, "missing.catalog") },
                answer.Shown(),
                ct
            );
    }

    private static Cell Cell(string of) => of.Split('/') is [var level, var role] ? new(role, level) : new(of, "");

    private static async Task<IResult> Show(
        string slug,
        Services services,
        Visit visit,
        Func<ConfirmModel, ConfirmModel> with,
        int status,
        CancellationToken ct
    )
    {
        var skill = await services.Get<Skill>("catalog", $"/api/catalog/skills/{slug}", ct);
        return skill.Value is not { } found ? Page.Error(skill.Status)
            : !visit.Keeps(found) ? Page.Error(403)
            : Page.Of<ConfirmView>(with(new ConfirmModel(found, skill.Tag)), status);
    }
}
