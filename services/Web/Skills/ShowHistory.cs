using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Skills;

/// <summary>The skill is null where it is retired, or could not be read; the requirement where all of them are meant.</summary>
public sealed record HistoryModel(
    string Slug,
    Skill? Skill,
    (string Role, string Level)? Requirement,
    PageList<HistoryEntry> History,
    bool First
);

/// <summary>Every change of a skill, or of one of its requirements, newest first.</summary>
public static class ShowHistory
{
    public static void Map(WebApplication app)
    {
        app.MapGet(
                "/skills/{slug}/history",
                (string slug, string? cursor, Services services, Visit visit, CancellationToken ct) =>
                    Get(slug, null, cursor, $"/api/catalog/skills/{slug}/history?limit={25}", services, visit, ct)
            )
            .AllowAnonymous();
        app.MapGet(
                "/skills/{slug}/requirements/{role}/{level}/history",
                (
                    string slug,
                    string role,
                    string level,
                    string? cursor,
                    Services services,
                    Visit visit,
                    CancellationToken ct
                ) =>
                    Get(
                        slug,
                        (role, level),
                        cursor,
                        $"/api/catalog/skills/{slug}/requirements/{role}/{level}/history?limit={25}",
                        services,
                        visit,
                        ct
                    )
            )
            .AllowAnonymous();
    }

    private static async Task<IResult> Get(
        string slug,
        (string Role, string Level)? requirement,
        string? cursor,
        FormattableString address,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var history = services.Get<PageList<HistoryEntry>>("catalog", address.With("cursor", cursor), ct);
        var skill = services.SkillItself(slug, ct);
        await Task.WhenAll(history, skill);
        if ((await skill).Value is { } found && found.Slug != slug)
            return TypedResults.Redirect(visit.To($"/skills/{found.Slug}/history"), permanent: true);
        return (await history).Value is { } list
            ? Page.Of<HistoryPage>(
                new HistoryModel(slug, (await skill).Value, requirement, list, string.IsNullOrEmpty(cursor))
            )
            : Page.Error((await history).Status);
    }
}
