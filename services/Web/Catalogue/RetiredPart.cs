using SkillPlatform.Changes;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Catalogue;

/// <summary>A domain, group, level or role that is no more, and the proposal that ended it.</summary>
/// <param name="Into">Slug of what takes its place now; null for nothing.</param>
public sealed record RetiredPart(
    string Kind,
    string Slug,
    string Name,
    string? Domain,
    DateTimeOffset At,
    Guid? Proposal,
    string? Into = null
)
{
    /// <summary>The same asked of what takes its place.</summary>
    public CatalogueAsked Instead(CatalogueAsked asked) =>
        Kind == Part.OfGroups ? asked with { Group = Into } : asked with { Level = Into };

    /// <summary>What is asked for and is no more; null where all of it is there, or nothing is known of it.</summary>
    public static async Task<RetiredPart?> Asked(
        CatalogueAsked asked,
        DomainInTree[]? all,
        Services services,
        CancellationToken ct
    )
    {
        var domain = Array.Find(all ?? [], d => d.Slug == asked.Domain);
        var isThere =
            domain is not null
            && (string.IsNullOrEmpty(asked.Group) || domain.Groups.Any(g => g.Slug == asked.Group))
            && (string.IsNullOrEmpty(asked.Level) || domain.Levels.Any(l => l.Slug == asked.Level));
        if (all is null || string.IsNullOrEmpty(asked.Domain) || isThere)
            return null;
        var retired = await services.Get<PageList<RetiredPart>>(
            "catalog",
            $"/api/catalog/retired?limit={200}&domain={asked.Domain}",
            ct
        );
        return retired.Value is { } found
            ? Array.Find(found.Items, part => part.Kind == Part.OfDomains && domain is null)
                ?? Array.Find(found.Items, part => part.Kind == Part.OfGroups && part.Slug == asked.Group)
                ?? Array.Find(found.Items, part => part.Kind == Part.OfLevels && part.Slug == asked.Level)
            : null;
    }
}
