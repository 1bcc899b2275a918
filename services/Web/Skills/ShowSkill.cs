using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Skills;

/// <summary>The page of one skill; what a service that is down would have given is null, and the page says so.</summary>
public sealed record SkillModel(
    Skill Skill,
    PageList<HistoryEntry>? History,
    PageList<OpenProposal>? Proposals,
    bool? Watched,
    string? Notice
);

public static class ShowSkill
{
    private const string Catalog = "catalog";

    public static void Map(WebApplication app) => app.MapGet("/skills/{slug}", Get).AllowAnonymous();

    private static async Task<IResult> Get(
        string slug,
        string? done,
        HttpContext http,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var skill = services.Get<Skill>(Catalog, $"/api/catalog/skills/{slug}", ct);
        var history = services.Get<PageList<HistoryEntry>>(
            Catalog,
            $"/api/catalog/skills/{slug}/history?limit={20}",
            ct
        );
        var proposals = services.Get<PageList<OpenProposal>>(
            "proposals",
            $"/api/proposals?skill={slug}&state=open&limit={20}",
            ct
        );
        var watched = visit.SignedIn ? WatchSkill.Watched(services, slug, ct) : Task.FromResult<bool?>(null);
        await Task.WhenAll(skill, history, proposals, watched);
        if ((await skill).Value is not { } found)
            return Page.Error((await skill).Status);
        // It was renamed: the old address goes on leading here.
        if (found.Slug != slug)
            return TypedResults.Redirect(visit.To($"/skills/{found.Slug}"), permanent: true, preserveMethod: true);
        var model = new SkillModel(
            found,
            (await history).Value,
            (await proposals).Value,
            await watched,
            done is not null && visit.T.Has($"done.{done}") ? visit.T[$"done.{done}"] : null
        );
        if (model is { History: not null, Proposals: not null })
            http.MayBeCached();
        return Page.Of<SkillPage>(model);
    }
}
