using System.Globalization;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Mine;

/// <param name="Mark">What stands in the form; null for nothing yet.</param>
/// <param name="Then">The text that was marked; null where it is still the same, or cannot be read.</param>
public sealed record MarkModel(
    Skill Skill,
    Requirement Requirement,
    Mark? Mark,
    Requirement? Then,
    string Back,
    string? Problem = null
);

/// <summary>Note for oneself whether one meets a requirement.</summary>
public static class MarkRequirement
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/skills/{slug}/mark", Get).RequireAuthorization();
        app.MapPost("/skills/{slug}/mark", Post).RequireAuthorization();
    }

    private static Task<IResult> Get(
        string slug,
        string? role,
        string? level,
        string? back,
        Services services,
        Visit visit,
        CancellationToken ct
    ) => Form(slug, role, level, back, null, null, 200, services, visit, ct);

    private static async Task<IResult> Post(
        string slug,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var (role, level, back) = (form["role"].ToString(), form["level"].ToString(), form["back"].ToString());
        var wanted = new
        {
            version = long.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var n)
                ? n
                : 0,
            state = form["state"].ToString() is { Length: > 0 } said ? said : null,
            note = form["note"].ToString(),
        };
        FormattableString address = $"/api/notifications/me/marks/{slug}/{role}/{level}";
        var done =
            form["do"] == "remove"
                ? await services.Send<Mark>("notifications", HttpMethod.Delete, address, null, ct)
                : await services.Send<Mark>("notifications", HttpMethod.Put, address, wanted, ct);
        if (done.Ok)
            return TypedResults.Redirect(Address(visit, back, slug, role, level));
        var kept = new Mark(new Named(slug, ""), role, level, wanted.state, wanted.note, wanted.version, default);
        var problem = done.Status switch
        {
            422 => visit.T["mark.nothing"],
            409 => visit.T["mark.too-many"],
            _ => visit.Why(done, "mark.missing"),
        };
        return await Form(slug, role, level, back, kept, problem, done.Shown(), services, visit, ct);
    }

    private static async Task<IResult> Form(
        string slug,
        string? role,
        string? level,
        string? back,
        Mark? kept,
        string? problem,
        int status,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var marks = Marks.Read(services, visit, ct, skill: slug);
        var skill = await services.Get<Skill>("catalog", $"/api/catalog/skills/{slug}", ct);
        if (skill.Value is not { } found)
            return Page.Error(skill.Status);
        if (found.At(role, level) is not { } requirement)
            return Page.Error(404);
        var mark = (await marks).Of(found.Slug, requirement.Role, requirement.Level);
        // Without it nobody could tell what a mark would take the place of.
        if ((await marks).Missing && problem is null)
            (problem, status) = (visit.T["mark.missing"], 503);
        return Page.Of<MarkPage>(
            new MarkModel(
                found,
                requirement,
                kept ?? mark,
                mark is null ? null : await Then(services, mark, requirement.Since?.Version, ct),
                back ?? "",
                problem
            ),
            status
        );
    }

    /// <summary>The text that was marked; null where it is still the one that is there.</summary>
    public static async Task<Requirement?> Then(Services services, Mark mark, long? since, CancellationToken ct) =>
        mark.IsOf(since)
            ? null
            : (
                await services.Get<Skill>(
                    "catalog",
                    $"/api/catalog/skills/{mark.Skill.Slug}?version={Visit.Plain(mark.Version)}",
                    ct
                )
            ).Value?.At(mark.Role, mark.Level);

    // One of ours, by its name: nobody is sent to where a link wants them.
    public static string Address(Visit visit, string? back, string slug, string role, string level) =>
        back switch
        {
            "role" => visit.To($"/roles/{role}?level={level}"),
            "matrix" => visit.To($"/roles/{role}/matrix"),
            "levels" => visit.To($"/skills/{slug}/matrix"),
            "marks" => visit.To($"/my-marks"),
            _ => visit.To($"/skills/{slug}") + $"#{Uri.EscapeDataString($"{level}.{role}")}",
        };
}
