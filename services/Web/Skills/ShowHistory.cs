using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Skills;

/// <summary>The skill is null where it is retired, or could not be read.</summary>
/// <param name="Role">What it is narrowed to; nothing for all.</param>
/// <param name="Level">Likewise.</param>
/// <param name="IsOne">True for one requirement's, of a role at a level.</param>
public sealed record HistoryModel(
    string Slug,
    Skill? Skill,
    string? Role,
    string? Level,
    bool IsOne,
    PageList<HistoryEntry> History,
    CellNames Names,
    bool First
);

/// <summary>Every change of a skill, or of one of its requirements, newest first.</summary>
public static class ShowHistory
{
    public static void Map(WebApplication app)
    {
        app.MapGet(
                "/skills/{slug}/history",
                (
                    string slug,
                    string? role,
                    string? level,
                    string? cursor,
                    Services services,
                    Visit visit,
                    CancellationToken ct
                ) => Get(slug, role, level, cursor, services, visit, ct)
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
                ) => Get(slug, role, level, cursor, services, visit, ct, isOne: true)
            )
            .AllowAnonymous();
    }

    private static async Task<IResult> Get(
        string slug,
        string? role,
        string? level,
        string? cursor,
        Services services,
        Visit visit,
        CancellationToken ct,
        bool isOne = false
    )
    {
        FormattableString address = isOne
            ? $"/api/catalog/skills/{slug}/requirements/{role}/{level}/history?limit={25}"
            : ((FormattableString)$"/api/catalog/skills/{slug}/history?limit={25}")
                .With("role", role)
                .With("level", level);
        var history = services.Get<PageList<HistoryEntry>>("catalog", address.With("cursor", cursor), ct);
        var skill = services.SkillItself(slug, ct);
        await Task.WhenAll(history, skill);
        if ((await skill).Value is { } found && found.Slug != slug)
            return TypedResults.Redirect(visit.To($"/skills/{found.Slug}/history"), permanent: true);
        var (ofRole, ofLevel) = (
            Pick.Slug(role, (await skill).Value?.Roles),
            Pick.Slug(level, (await skill).Value?.Levels)
        );
        // A role at a level is a requirement, which has a history of its own; each list has one address.
        if (!isOne && role is { Length: > 0 } && level is { Length: > 0 })
            return TypedResults.Redirect(visit.To($"/skills/{slug}/requirements/{ofRole}/{ofLevel}/history"));
        if (ofRole != role || ofLevel != level)
            return TypedResults.Redirect(
                visit.To(((FormattableString)$"/skills/{slug}/history").With("role", ofRole).With("level", ofLevel))
            );
        if ((await history).Value is not { } list)
            return Page.Error((await history).Status);
        var names = await CellNames.Of((await skill).Value, services, ct);
        return Page.Of<HistoryPage>(
            new HistoryModel(slug, (await skill).Value, role, level, isOne, list, names, string.IsNullOrEmpty(cursor))
        );
    }
}
