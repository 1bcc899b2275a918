using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Webhooks;

/// <summary>Make a new secret for a webhook, and see it this once.</summary>
public static class RotateSecret
{
    private sealed record Made(string Secret, DateTimeOffset OldUntil);

    public static void Map(WebApplication app) =>
        app.MapPost("/watching/webhooks/{id:guid}/secret", Post).RequireAuthorization();

    private static async Task<IResult> Post(
        Guid id,
        // Read, so that the form's token is asked for.
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var made = await services.Send<Made>(
            "notifications",
            HttpMethod.Post,
            $"/api/notifications/webhooks/{id}/secret",
            null,
            ct
        );
        return await ShowWebhook.Show(
            id,
            made.Value is { } secret
                ? new Shown(Secret: new Secret(secret.Secret, secret.OldUntil))
                : new Shown(made.Shown(), Wrong: Wrong.Of(visit, made)),
            services,
            visit,
            ct
        );
    }
}
