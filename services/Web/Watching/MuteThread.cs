using Microsoft.AspNetCore.Mvc;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Watching;

/// <summary>Hear nothing of a proposal, whatever else one watches, or hear of it again.</summary>
public static class MuteThread
{
    public static void Map(WebApplication app) => app.MapPost("/proposals/{id:guid}/mute", Post).RequireAuthorization();

    /// <summary>Whether whoever looks has muted it; null where that cannot be told, or nobody is signed in.</summary>
    public static async Task<bool?> Muted(this Visit visit, Services services, Guid proposal, CancellationToken ct)
    {
        if (!visit.SignedIn)
            return null;
        return (
            await services.Get<object>("notifications", $"/api/notifications/mutes/proposal/{proposal}", ct)
        ).Exists;
    }

    private static async Task<IResult> Post(
        Guid id,
        [FromForm] bool mute,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var answer = await services.Send<object>(
            "notifications",
            mute ? HttpMethod.Put : HttpMethod.Delete,
            $"/api/notifications/mutes/proposal/{id}",
            null,
            ct
        );
        return answer.Ok
            ? TypedResults.LocalRedirect(Visit.Tell(visit.To($"/proposals/{id}"), mute ? "muted" : "unmuted"))
            : Page.Error(answer.Status);
    }
}
