using SkillPlatform.Rendering;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Skills;

/// <summary>What roles and levels are called; changes name them by their slugs.</summary>
public sealed record CellNames(Named[] Roles, Named[] Levels)
{
    public static CellNames None { get; } = new([], []);

    /// <summary>Of the whole catalogue, for what of it is no longer told of itself.</summary>
    public static CellNames Of(Tree tree) => new(tree.Roles ?? [], [.. tree.Levels]);

    public static async Task<CellNames> Of(Skill? skill, Services services, CancellationToken ct) =>
        skill is null ? Of(await Tree.Read(services, ct)) : new(skill.Roles, skill.Levels);

    public string Role(string? slug) => Of(Roles, slug);

    public string Level(string? slug) => Of(Levels, slug);

    /// <summary>What a change did, in words.</summary>
    public string Words(Texts t, HistoryEntry entry)
    {
        var key = $"history.{entry.Kind}";
        if (entry.After is not null && t.Has($"{key}.into"))
            key += ".into";
        return t[
            t.Has(key) ? key : "history.other",
            t.Isolated(Markdown.Harmless(Role(entry.Role))),
            t.Isolated(Markdown.Harmless(Level(entry.Level))),
            t.Isolated(Markdown.Harmless(entry.Before ?? "")),
            t.Isolated(Markdown.Harmless(entry.After ?? ""))
        ];
    }

    /// <summary>That an import did it, and which, as far as that is known.</summary>
    public static string Import(Texts t, string? source) =>
        source is { Length: > 0 } ? t["changes.import-of", t.Isolated(Markdown.Harmless(source))] : t["changes.import"];

    private static string Of(Named[] all, string? slug) =>
        Array.Find(all, named => named.Slug == slug)?.Name ?? slug ?? "";
}
