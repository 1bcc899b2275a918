using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>
/// <c>DELETE /webhooks/{id}</c> and <c>POST /webhooks/{id}/stop</c>, by its owner or an administrator. What an administrator
/// has stopped, its owner cannot switch on again.
/// </summary>
public static class StopWebhook
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapDelete("/webhooks/{id:guid}", Delete).Produces(204);
        api.MapPost("/webhooks/{id:guid}/stop", Stop).Produces(204);
    }

    private static async Task<IResult> Delete(HttpContext http, Guid id, Hooks hooks)
    {
        if (await ShowWebhooks.Find(http, id, hooks) is not { } webhook)
            return Refusal.NoSuch("webhook of yours").AsProblem();
        var (expected, refused) = Match.Of(http, required: true);
        if (refused is not null)
            return refused.AsProblem();
        if (expected is { } seen && seen != webhook.Version)
            return Match.Stale.AsProblem();
        await hooks.Remove(id, http.RequestAborted);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> Stop(HttpContext http, Guid id, Hooks hooks)
    {
        if (await ShowWebhooks.Find(http, id, hooks) is not { } webhook)
            return Refusal.NoSuch("webhook of yours").AsProblem();
        var by = webhook.User == Caller.Of(http).Id ? Webhook.ByOwner : Webhook.ByAdministrator;
        if (webhook is not { On: false, Why: Webhook.ByAdministrator })
            await hooks.Stop(id, by, http.RequestAborted);
        return TypedResults.NoContent();
    }
}
