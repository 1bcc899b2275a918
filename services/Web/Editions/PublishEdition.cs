using SkillPlatform.Web.Administration;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Editions;

/// <summary>An administrator gives what the catalogue says now a name.</summary>
public static class PublishEdition
{
    public static void Map(WebApplication app) => app.MapPost("/editions", Post).RequireAuthorization();

    private static async Task<IResult> Post(IFormCollection form, Services services, Visit visit, CancellationToken ct)
    {
        if (!visit.Administers())
            return Page.Error(403);
        var (name, notes) = (form["name"].ToString(), form["notes"].ToString());
        var published = await services.Send<Edition>(
            "catalog",
            HttpMethod.Post,
            $"/api/catalog/editions",
            new { name, notes },
            ct
        );
        if (published.Value is { } edition)
            return TypedResults.Redirect(visit.To($"/editions/{edition.Slug}"));
        var problem = published.Code is "edition-exists"
            ? visit.T["editions.exists"]
            : visit.Why(published, "missing.catalog");
        return await ShowEditions.List(
            services,
            new EditionsModel(null, true, name, notes, problem),
            null,
            published.Shown(),
            ct
        );
    }
}
