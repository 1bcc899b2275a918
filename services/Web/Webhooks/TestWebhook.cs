using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Webhooks;

/// <summary>Call a webhook once, now, and see what its receiver answers.</summary>
public static class TestWebhook
{
    public static void Map(WebApplication app) =>
        app.MapPost("/watching/webhooks/{id:guid}/test", Post).RequireAuthorization();

    private static async Task<IResult> Post(
        Guid id,
        // Read, so that the form's token is asked for.
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var call = await services.Send<Call>(
            "receivers",
            HttpMethod.Post,
            $"/api/notifications/webhooks/{id}/test",
            null,
            ct
        );
        return await ShowWebhook.Show(
            id,
            call.Value is { } made ? new Shown(Test: made) : new Shown(call.Shown(), Wrong: Wrong.Of(visit, call)),
            services,
            visit,
            ct
        );
    }
}
