using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>The new secret, shown this once, and until when the old one signs too.</summary>
public sealed record NewSecret(string Secret, DateTimeOffset OldUntil);

/// <summary><c>POST /webhooks/{id}/secret</c></summary>
public static class RotateSecret
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/webhooks/{id:guid}/secret", Handle).Produces<NewSecret>();

    private static async Task<IResult> Handle(HttpContext http, Guid id, Hooks hooks, TimeProvider time)
    {
        var ct = http.RequestAborted;
        if (await hooks.Of(id, ct) is not { } webhook || webhook.User != Caller.Of(http).Id)
            return Refusal.NoSuch("webhook of yours").AsProblem();
        var made = new NewSecret(Webhook.NewSecret(), time.GetUtcNow() + Webhook.Rotation);
        await hooks.Rotate(id, made.Secret, made.OldUntil, ct);
        return TypedResults.Ok(made);
    }
}
