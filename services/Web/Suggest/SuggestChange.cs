using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Suggest;

/// <summary>Suggest changes to a skill: any of its requirements, its name, keywords and place, or to retire it.</summary>
public static class SuggestChange
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/skills/{slug}/suggest", Get).RequireAuthorization();
        app.MapPost("/skills/{slug}/suggest", Post).RequireAuthorization();
    }

    private static async Task<IResult> Get(
        string slug,
        string? role,
        string? level,
        Services services,
        CancellationToken ct
    )
    {
        var skill = await services.Get<Skill>("catalog", $"/api/catalog/skills/{slug}", ct);
        if (skill.Value is not { } now)
            return Page.Error(skill.Status);
        if (now.Retired)
            return Page.Error(410);
        var about = new Suggesting(now, IsNew: false);
        var alike = Alike.Find(about, now.Name, services, ct);
        var tree = await Tree.Read(services, ct);
        return Page.Of<SuggestPage>(
            new SuggestModel(about, Suggestion.Of(now.Says), tree, (role, level), Alike: await alike)
        );
    }

    private static async Task<IResult> Post(
        string slug,
        string? role,
        string? level,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var skill = await SuggestForm.Last(slug, services, ct);
        return skill.Value is { } now
            ? await SuggestForm.Take(new Suggesting(now, IsNew: false), form, services, visit, ct, (role, level))
            : Page.Error(skill.Status);
    }
}
