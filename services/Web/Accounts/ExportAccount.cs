using System.Text.Json.Nodes;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Accounts;

/// <summary>All that is held of who is signed in, of the services that hold it, in one file.</summary>
public static class ExportAccount
{
    public static void Map(WebApplication app) => app.MapGet("/account/export", Get).RequireAuthorization();

    private static async Task<IResult> Get(HttpContext http, Services services, CancellationToken ct)
    {
        var identity = services.Get<JsonObject>("identity", $"/api/identity/me/export", ct);
        var reading = await services.Get<JsonObject>("notifications", $"/api/notifications/me/export", ct);
        // Half of it would look like all of it.
        if ((await identity).Value is not { } account || reading.Value is not { } notifications)
            return Page.Error(503);
        account["reading"] = notifications;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentDisposition = "attachment; filename=\"skillplatform-account.json\"";
        return TypedResults.Json(account);
    }
}
