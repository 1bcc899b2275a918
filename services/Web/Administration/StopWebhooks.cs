using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Webhooks;

namespace SkillPlatform.Web.Administration;

/// <param name="Webhooks">Null if they cannot be read at the moment.</param>
public sealed record AllWebhooksModel(PageList<Webhook>? Webhooks, bool Done = false, string? Problem = null);

/// <summary>Everybody's webhooks, by the host that they call, and ending one for good.</summary>
public static class StopWebhooks
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/admin/webhooks", Get).RequireAuthorization();
        app.MapPost("/admin/webhooks/{id:guid}/stop", Post).RequireAuthorization();
    }

    private static async Task<IResult> Get(
        string? done,
        string? cursor,
        Services services,
        Visit visit,
        CancellationToken ct
    ) =>
        visit.Administers()
            ? await Show(new AllWebhooksModel(null, done is not null), cursor, 200, services, ct)
            : Page.Error(403);

    private static async Task<IResult> Post(
        Guid id,
        // Read, so that the form's token is asked for.
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (!visit.Administers())
            return Page.Error(403);
        var stopped = await services.Send<object>(
            "notifications",
            HttpMethod.Post,
            $"/api/notifications/webhooks/{id}/stop",
            null,
            ct
        );
        return stopped.Ok
            ? TypedResults.Redirect(visit.To($"/admin/webhooks") + "?done=stopped")
            : await Show(
                new AllWebhooksModel(null, Problem: visit.Why(stopped, "admin.missing")),
                null,
                stopped.Shown(),
                services,
                ct
            );
    }

    private static async Task<IResult> Show(
        AllWebhooksModel model,
        string? cursor,
        int status,
        Services services,
        CancellationToken ct
    )
    {
        var webhooks = await services.Get<PageList<Webhook>>(
            "notifications",
            ((FormattableString)$"/api/notifications/webhooks?all=true&limit={100}").With("cursor", cursor),
            ct
        );
        return Page.Of<AllWebhooksView>(
            model with
            {
                Webhooks = webhooks.Value,
            },
            webhooks.Value is null ? 503 : status
        );
    }
}
