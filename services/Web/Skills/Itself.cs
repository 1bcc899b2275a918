using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Skills;

/// <summary>A skill under its own address. One that was merged into another leads there; what it was is asked for here.</summary>
public static class Itself
{
    /// <summary>The skill as it is, or as it was last where it was merged into another; by a slug that it has or had.</summary>
    public static async Task<Answer<Skill>> SkillItself(this Services services, string slug, CancellationToken ct)
    {
        var now = await services.Get<Skill>("catalog", $"/api/catalog/skills/{slug}", ct);
        if (now.Value is not { } found || found.Slug == slug)
            return now;
        // It was renamed, or is another one.
        var then = await services.SkillAt(slug, services.Now, ct);
        return then.Value?.Slug == slug ? then : now;
    }

    public static Task<Answer<Skill>> SkillAt(
        this Services services,
        string slug,
        DateTimeOffset at,
        CancellationToken ct
    ) => services.Get<Skill>("catalog", $"/api/catalog/skills/{slug}?asOf={$"{at.UtcDateTime:O}"}", ct);
}
