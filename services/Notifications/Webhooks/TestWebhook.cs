using System.Collections.Concurrent;
using System.Text.Json;
using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.Mail;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary><c>POST /webhooks/{id}/test</c>: calls it once, now, on or off, and answers what came of it.</summary>
public static class TestWebhook
{
    // What is being tried out: one call at a time, so that each is counted before the next.
    private static readonly ConcurrentDictionary<Guid, bool> Tried = new();

    private static readonly Refusal TooMany = new(
        RefusalKind.TooMany,
        "too-many-requests",
        $"One call at a time, and {Hooks.MostTests} in a minute, are made to try a webhook out."
    )
    {
        RetryAfter = TimeSpan.FromSeconds(15),
    };

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
        if (!Tried.TryAdd(id, true))
            return TooMany.AsProblem(http);
        try
        {
            return await hooks.MayTest(id, time.GetUtcNow(), ct)
                ? await Call(webhook, reads, hooks, calling, sender, time, ct)
                : TooMany.AsProblem(http);
        }
        finally
        {
            Tried.TryRemove(id, out _);
        }
    }

    private static async Task<IResult> Call(
        Webhook webhook,
        IQuerySession reads,
        Hooks hooks,
        Calling calling,
        Sender sender,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var texts = Texts.For((await Preferences.Of(reads, webhook.User, ct)).Culture);
        var now = time.GetUtcNow();
        var data = JsonSerializer.Serialize(new { webhook = webhook.Id }, Commands.Json);
        var entry = new Entry(0, Guid.CreateVersion7(now), Payload.Test, now, data);
        var call = await calling.Post(webhook, entry.Id, Payload.Of(entry, webhook.Shape, texts, sender), ct);
        await hooks.Log(webhook with { Attempts = 0 }, entry, call, ct);
        return TypedResults.Ok(ListCalls.Of(entry, call));
    }
}
