using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Catalogue;

/// <summary>What skills can be counted and narrowed by.</summary>
/// <param name="Name">In addresses, also of the catalogue.</param>
/// <param name="Title">Key of its heading.</param>
/// <param name="Of">Its largest.</param>
/// <param name="Chosen">What is asked for with one of it chosen.</param>
public sealed record FacetKind(
    string Name,
    string Title,
    Func<Facets, Facet[]> Of,
    Func<CatalogueAsked, Facet, CatalogueAsked> Chosen
);

public sealed record FacetModel(
    FacetKind Kind,
    PageList<Facet>? Facets,
    CatalogueAsked Asked,
    string? Prefix,
    bool First
);

/// <summary>All of one facet: where the skills found stand, or whom they are for, the most frequent first.</summary>
public static class ShowFacet
{
    /// <summary>So many of each stand beside the skills themselves.</summary>
    public const int Told = 10;

    public static readonly FacetKind[] All =
    [
        new("domains", "pick.all-domains", f => f.Domains, (asked, f) => asked with { Domain = f.Slug, Group = null }),
        new("groups", "pick.all-groups", f => f.Groups, (asked, f) => asked with { Domain = f.Domain, Group = f.Slug }),
        new("roles", "pick.all-roles", f => f.Roles, (asked, f) => asked with { Role = f.Slug }),
        new("levels", "pick.all-levels", f => f.Levels, (asked, f) => asked with { Domain = f.Domain, Level = f.Slug }),
    ];

    public static void Map(WebApplication app) => app.MapGet("/by/{facet}", Get).AllowAnonymous();

    private static async Task<IResult> Get(
        string facet,
        [AsParameters] CatalogueAsked asked,
        string? prefix,
        string? cursor,
        Services services,
        CancellationToken ct
    )
    {
        if (Array.Find(All, kind => kind.Name == facet) is not { } kind)
            return Page.Error(404);
        var found = await services.Get<PageList<Facet>>(
            "catalog",
            asked.Of($"/api/catalog/skills/facets/{facet}?limit={100}").With("prefix", prefix).With("cursor", cursor),
            ct
        );
        return found.Status is >= 400 and < 500
            ? Page.Error(found.Status is 422 ? 400 : found.Status)
            : Page.Of<FacetPage>(
                new FacetModel(kind, found.Value, asked, prefix, First: string.IsNullOrEmpty(cursor)),
                found.Ok ? 200 : 503
            );
    }
}
