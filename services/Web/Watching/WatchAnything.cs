using Microsoft.AspNetCore.Mvc;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.SignIn;

namespace SkillPlatform.Web.Watching;

/// <summary>Watch a skill, group, domain, role, proposal or the whole catalogue, or stop watching it, and go back.</summary>
public static class WatchAnything
{
    public static void Map(WebApplication app) => app.MapPost("/watching/{scope}/{key}", Post).RequireAuthorization();

    /// <summary>Whether whoever looks watches it; null where that cannot be told, or nobody is signed in.</summary>
    public static async Task<bool?> Watched(
        this Visit visit,
        Services services,
        string scope,
        string key,
        CancellationToken ct
    )
    {
        if (!visit.SignedIn)
            return null;
        return (await services.Get<object>("notifications", $"/api/notifications/watches/{scope}/{key}", ct)).Exists;
    }

    /// <summary>The page of what can be watched.</summary>
    public static string ToWatched(this Visit visit, string scope, string key) =>
        scope switch
        {
            "skill" => visit.To($"/skills/{key}"),
            "proposal" => visit.To($"/proposals/{key}"),
            "role" => visit.To($"/roles/{key}"),
            "domain" => visit.To($"/?domain={key}"),
            "group" when key.Split('.') is [var domain, var group] => visit.To($"/?domain={domain}&group={group}"),
            _ => visit.To($"/"),
        };

    private static async Task<IResult> Post(
        string scope,
        string key,
        [FromForm] bool watch,
        [FromForm] string? returnUrl,
        [FromForm] string? frequency,
        [FromForm] string? follow,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var answer = await services.Send<object>(
            "notifications",
            watch ? HttpMethod.Put : HttpMethod.Delete,
            $"/api/notifications/watches/{scope}/{key}",
            // Nothing said leaves it as it is.
            watch && follow is not null
                ? new { frequency = string.IsNullOrEmpty(frequency) ? null : frequency, follow }
                : null,
            ct
        );
        return answer.Ok
            ? TypedResults.LocalRedirect(
                Visit.Tell(
                    LocalAddress.Or(returnUrl, visit.To($"/watching")),
                    !watch ? "unwatched"
                        : follow is null ? "watched"
                        : "chosen"
                )
            )
            : Page.Error(answer.Status);
    }
}
