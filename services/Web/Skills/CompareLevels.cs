using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Skills;

/// <summary>What a role is asked for at two levels; null where nothing is.</summary>
public sealed record ComparedRow(Named Role, Requirement? From, Requirement? To);

public sealed record CompareModel(Skill Skill, string? Role, Named From, Named To, ComparedRow[] Rows, string? Only);

/// <summary>One level beside another: the next, or any.</summary>
public static class CompareLevels
{
    public static void Map(WebApplication app) => app.MapGet("/skills/{slug}/compare", Get).AllowAnonymous();

    private static async Task<IResult> Get(
        string slug,
        string? role,
        string? from,
        string? to,
        string? only,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var answer = await services.Get<Skill>("catalog", $"/api/catalog/skills/{slug}", ct);
        if (answer.Value is not { } skill)
            return Page.Error(answer.Status);
        var levels = skill.Levels;
        // Of many, names are typed.
        (role, from, to) = (Pick.Slug(role, skill.Roles), Pick.Slug(from, levels), Pick.Slug(to, levels));
        if (levels.Length == 0)
            return Page.Error(404);
        var start = Array.Find(levels, level => level.Slug == from) ?? levels[0];
        var end = Array.Find(levels, level => level.Slug == (string.IsNullOrEmpty(to) ? Next(levels, start.Slug) : to));
        // Whoever asks for a level or a role that is not there gets what there is, under its own address.
        if (end is null || role is { Length: > 0 } && !Array.Exists(skill.Roles, r => r.Slug == role))
            return TypedResults.Redirect(visit.To($"/skills/{skill.Slug}/compare?from={start.Slug}"));
        var rows = skill
            .Roles.Where(r => string.IsNullOrEmpty(role) || r.Slug == role)
            .Select(r => new ComparedRow(r, skill.At(r.Slug, start.Slug), skill.At(r.Slug, end.Slug)))
            .Where(row => row is not { From: null, To: null })
            .ToArray();
        return Page.Of<ComparePage>(new CompareModel(skill, role, start, end, rows, only));
    }

    /// <summary>The level after this one; for the last, the one before.</summary>
    public static string Next(Named[] levels, string from) =>
        (Array.FindIndex(levels, level => level.Slug == from), levels.Length) switch
        {
            (_, 1) => from,
            (var at, var count) when at + 1 < count => levels[at + 1].Slug,
            (var at, _) => levels[at - 1].Slug,
        };
}
