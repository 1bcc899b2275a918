using Microsoft.AspNetCore.Mvc;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.SignIn;

namespace SkillPlatform.Web.Watching;

/// <summary>Watch a skill, group, domain, role, proposal or the whole catalogue, or stop watching it, and go back.</summary>
public static class WatchAnything
{
    public static void Map(WebApplication app) => app.MapPost("/watching/{scope}/{key}", Post).RequireAuthorization();

    private static async Task<IResult> Post(
        string scope,
        string key,
        [FromForm] bool watch,
        [FromForm] string? returnUrl,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var answer = await services.Send<object>(
            "notifications",
            watch ? HttpMethod.Put : HttpMethod.Delete,
            $"/api/notifications/watches/{scope}/{key}",
            null,
            ct
        );
        return answer.Ok
            ? TypedResults.LocalRedirect(LocalAddress.Or(returnUrl, visit.To($"/watching")))
            : Page.Error(answer.Status);
    }
}
