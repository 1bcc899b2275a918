using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Catalogue;

/// <summary>A domain, group, level or role that is no more, and the proposal that ended it.</summary>
public sealed record RetiredPart(
    string Kind,
    string Slug,
    string Name,
    string? Domain,
    DateTimeOffset At,
    Guid? Proposal
)
{
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
        // What holds the rest stands first.
        return retired
            .Value?.Items.Where(part =>
                part.Slug
                == (
                    part.Kind == "domain" ? asked.Domain
                    : part.Kind == "group" ? asked.Group
                    : asked.Level
                )
            )
            .OrderBy(part => part.Kind != "domain")
            .FirstOrDefault();
    }
}
