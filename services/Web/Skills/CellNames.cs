namespace SkillPlatform.Web.Skills;

/// <summary>What roles and levels are called; changes name them by their slugs.</summary>
public sealed record CellNames(Named[] Roles, Named[] Levels)
{
    public static CellNames None { get; } = new([], []);

    public string Role(string? slug) => Of(Roles, slug);

    public string Level(string? slug) => Of(Levels, slug);

    private static string Of(Named[] all, string? slug) =>
        Array.Find(all, named => named.Slug == slug)?.Name ?? slug ?? "";
}
