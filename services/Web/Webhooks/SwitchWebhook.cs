using Microsoft.AspNetCore.Mvc;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Webhooks;

/// <summary>Switch a webhook off, or on again: it goes on where it stopped.</summary>
public static class SwitchWebhook
{
    public static void Map(WebApplication app) =>
        app.MapPost("/watching/webhooks/{id:guid}/switch", Post).RequireAuthorization();

    private static async Task<IResult> Post(
        Guid id,
        [FromForm] bool on,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (!on)
        {
            var stopped = await services.Send<object>(
                "notifications",
                HttpMethod.Post,
                $"/api/notifications/webhooks/{id}/stop",
                null,
                ct
            );
            return await stopped.After(id, "off", new Shown(), services, visit, ct);
        }
        var webhook = await services.Get<Webhook>("notifications", $"/api/notifications/webhooks/{id}", ct);
        if (webhook.Value is not { } found)
            return Page.Error(webhook.Status);
        // To save it as it is, is to switch it on.
        var saved = await services.Send<Webhook>(
            "notifications",
            HttpMethod.Put,
            $"/api/notifications/webhooks/{id}",
            Typed.Of(found).Wanted,
            ct,
            webhook.Tag
        );
        return await saved.After(id, "on", new Shown(), services, visit, ct);
    }
}
