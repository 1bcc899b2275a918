using Microsoft.AspNetCore.Mvc;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Skills;

/// <summary>Watch a skill, or stop watching it, by a form.</summary>
public static class WatchSkill
{
    public static void Map(WebApplication app) => app.MapPost("/skills/{slug}/watch", Post).RequireAuthorization();

    private static async Task<IResult> Post(
        string slug,
        [FromForm] bool watch,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var answer = await services.Send<object>(
            "notifications",
            watch ? HttpMethod.Put : HttpMethod.Delete,
            $"/api/notifications/watches/skill/{slug}",
            null,
            ct
        );
        return answer.Ok
            ? TypedResults.Redirect(visit.To($"/skills/{slug}") + (watch ? "?done=watched" : "?done=unwatched"))
            : Page.Error(answer.Status);
    }
}
