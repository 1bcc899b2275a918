using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Webhooks;

/// <summary>Delete a webhook and the log of what it was sent.</summary>
public static class DeleteWebhook
{
    public static void Map(WebApplication app) =>
        app.MapPost("/watching/webhooks/{id:guid}/removal", Post).RequireAuthorization();

    private static async Task<IResult> Post(
        Guid id,
        // Read, so that the form's token is asked for.
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var deleted = await services.Send<object>(
            "notifications",
            HttpMethod.Delete,
            $"/api/notifications/webhooks/{id}",
            null,
            ct,
            // However it was changed meanwhile, it goes.
            "*"
        );
        return deleted.Ok
            ? TypedResults.Redirect(visit.To($"/watching/webhooks") + "?done=deleted")
            : await deleted.After(id, "", new Shown(), services, visit, ct);
    }
}
