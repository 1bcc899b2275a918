using System.Text.Json;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>Where in the log to begin: a <c>webhook-id</c>, or a position as deliveries name it. What is there is sent, too.</summary>
public sealed record ReplayFrom(JsonElement From);

/// <summary>From where it is sent.</summary>
public sealed record Replaying(long From);

/// <summary><c>POST /webhooks/{id}/replay</c>: everything that the log holds from there on, in order, with the ids it had.</summary>
public static class ReplayWebhook
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/webhooks/{id:guid}/replay", Handle).Produces<Replaying>(202);

    private static async Task<IResult> Handle(
        HttpContext http,
        Guid id,
        ReplayFrom replay,
        Hooks hooks,
        AnnouncedLog log,
        LogSignal signal,
        TimeProvider time
    )
    {
        var ct = http.RequestAborted;
        if (await hooks.Of(id, ct) is not { } webhook || webhook.User != Caller.Of(http).Id)
            return Refusal.NoSuch("webhook of yours").AsProblem();
        var from = replay.From switch
        {
            { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var position) => position,
            { ValueKind: JsonValueKind.String } text when text.TryGetGuid(out var entry) => await log.PositionOf(
                entry,
                ct
            ),
            _ => null,
        };
        if (from is not >= 1 || from > await log.Head(ct))
            return Refusal.Field("/from", "A webhook-id that was sent, or a position of the log.").AsProblem();
        await hooks.MoveTo(id, from.Value - 1, time.GetUtcNow(), ct);
        signal.Set();
        return TypedResults.Accepted((string?)null, new Replaying(from.Value));
    }
}
