using System.Text.Json;
using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.Mail;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary><c>POST /webhooks/{id}/test</c>: calls it once, now, on or off, and answers what came of it.</summary>
public static class TestWebhook
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/webhooks/{id:guid}/test", Handle).Produces<ShownCall>();

    private static async Task<IResult> Handle(
        HttpContext http,
        Guid id,
        IQuerySession reads,
        Hooks hooks,
        Calling calling,
        Sender sender,
        TimeProvider time
    )
    {
        var (user, ct) = (Caller.Of(http).Id, http.RequestAborted);
        if (await hooks.Of(id, ct) is not { } webhook || webhook.User != user)
            return Refusal.NoSuch("webhook of yours").AsProblem();
        if (webhook is { On: false, Why: Webhook.ByAdministrator })
            return Refusal
                .Conflicting("stopped-by-administrator", "An administrator has stopped this webhook.")
                .AsProblem();
        var texts = Texts.For((await Preferences.Of(reads, user, ct)).Culture);
        var now = time.GetUtcNow();
        var data = JsonSerializer.Serialize(new { webhook = id }, Commands.Json);
        var entry = new Entry(0, Guid.CreateVersion7(now), Payload.Test, now, data);
        var call = await calling.Post(webhook, entry.Id, Payload.Of(entry, webhook.Shape, texts, sender), ct);
        await hooks.Log(webhook with { Attempts = 0 }, entry, call, ct);
        return TypedResults.Ok(ListCalls.Of(entry, call));
    }
}
