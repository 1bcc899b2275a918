using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Suggest;

/// <summary>Suggest a skill that is not there yet.</summary>
public static class SuggestSkill
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/skills/new", Get).RequireAuthorization();
        app.MapPost("/skills/new", Post).RequireAuthorization();
    }

    /// <summary>A skill of which nothing is known but where it might stand.</summary>
    public static Skill Blank(string? domain = null, string? group = null) =>
        new(
            "",
            "",
            [],
            new Named(domain ?? "", domain ?? ""),
            new Named(group ?? "", group ?? ""),
            [],
            [],
            null,
            0,
            null,
            []
        );

    private static async Task<IResult> Get(string? domain, string? group, Services services, CancellationToken ct)
    {
        var about = new Suggesting(Blank(domain, group), IsNew: true);
        return Page.Of<SuggestPage>(
            new SuggestModel(about, Suggestion.Of(about.Skill.Says), await Tree.Read(services, ct))
        );
    }

    private static Task<IResult> Post(IFormCollection form, Services services, Visit visit, CancellationToken ct) =>
        SuggestForm.Take(new Suggesting(Blank(), IsNew: true), form, services, visit, ct);
}
