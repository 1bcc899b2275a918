using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>What a webhook is to be.</summary>
/// <param name="Url">Where it is called: http or https, and nothing inside a network.</param>
/// <param name="Scope">As of a watch.</param>
/// <param name="Key">As of a watch.</param>
/// <param name="Types">One or more of <see cref="Announced.Types"/>.</param>
/// <param name="Shape"><c>standard</c>, or a sentence for a chat: <c>slack, teams</c>.</param>
public sealed record WantedWebhook(
    string Url,
    string Scope,
    string Key,
    string[] Types,
    string Shape = Shapes.Standard
);

/// <summary><c>POST /webhooks</c> and <c>PUT /webhooks/{id}</c>, which switches it on again, too</summary>
public static class SaveWebhook
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/webhooks", Post).Produces<ShownWebhook>(201);
        api.MapPut("/webhooks/{id:guid}", Put).Produces<ShownWebhook>();
    }

    private static async Task<IResult> Post(
        HttpContext http,
        WantedWebhook wanted,
        IQuerySession reads,
        Hooks hooks,
        Reach reach,
        TimeProvider time
    )
    {
        var (user, ct) = (Caller.Of(http).Id, http.RequestAborted);
        if (await reads.LoadAsync<Account>(user, ct) is { Erased: true })
            return new Refusal(RefusalKind.Gone, "gone", "This account was deleted.").AsProblem();
        var (found, errors) = await Check(wanted, reads, reach, ct);
        if (found is null || errors.Count > 0)
            return Refusal.Fields(errors).AsProblem();
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        var webhook = new Webhook(
            key.Length == 0 ? Guid.CreateVersion7(time.GetUtcNow()) : Ids.Of("webhook", user, key),
            user,
            wanted.Url,
            found.Topic,
            wanted.Types,
            wanted.Shape,
            Webhook.NewSecret(),
            OldSecret: null,
            OldUntil: null,
            Version: 1,
            On: true,
            Why: null,
            Position: 0,
            Attempts: 0,
            FailingSince: null,
            time.GetUtcNow(),
            time.GetUtcNow()
        );
        if (!await hooks.Add(webhook, ct))
            if (key.Length == 0 || await hooks.Of(webhook.Id, ct) is not { } before)
                return Refusal
                    .Conflicting("too-many-webhooks", $"You have {Hooks.Each} webhooks; delete one first.")
                    .AsProblem();
            else if (!IsSame(before, webhook))
                return new Refusal(
                    RefusalKind.Invalid,
                    "idempotency-key-reused",
                    "This Idempotency-Key was used with another body."
                ).AsProblem();
            else
                http.Response.Headers["Idempotency-Replayed"] = "true";
        var saved = (await hooks.Of(webhook.Id, ct))!;
        http.Response.Headers.ETag = $"\"{ShowWebhooks.Tag(saved)}\"";
        return TypedResults.Created(
            $"/api/notifications/webhooks/{saved.Id}",
            ShowWebhooks.Of(saved, found, Caller.Of(http)) with
            {
                Secret = saved.Secret,
            }
        );
    }

    private static async Task<IResult> Put(
        HttpContext http,
        Guid id,
        WantedWebhook wanted,
        IQuerySession reads,
        Hooks hooks,
        Reach reach,
        LogSignal signal,
        TimeProvider time
    )
    {
        var (caller, ct) = (Caller.Of(http), http.RequestAborted);
        if (await hooks.Of(id, ct) is not { } webhook || webhook.User != caller.Id)
            return Refusal.NoSuch("webhook of yours").AsProblem();
        var (expected, refused) = Match.Of(http, required: true);
        if (refused is not null)
            return refused.AsProblem();
        if (webhook is { On: false, Why: Webhook.ByAdministrator })
            return Refusal
                .Conflicting("stopped-by-administrator", "An administrator has stopped this webhook.")
                .AsProblem();
        var (found, errors) = await Check(wanted, reads, reach, ct);
        if (found is null || errors.Count > 0)
            return Refusal.Fields(errors).AsProblem();
        var then = webhook with { Url = wanted.Url, Topic = found.Topic, Types = wanted.Types, Shape = wanted.Shape };
        if (!await hooks.Change(then, expected, time.GetUtcNow(), ct))
            return Match.Stale.AsProblem();
        signal.Set();
        return await ShowWebhooks.One(http, id, reads, hooks);
    }

    private static async Task<(Found? Found, List<(string Pointer, string Message)> Errors)> Check(
        WantedWebhook wanted,
        IQuerySession reads,
        Reach reach,
        CancellationToken ct
    )
    {
        List<(string, string)> errors = [];
        if (await reach.WrongWith(wanted.Url, ct) is { } wrong)
            errors.Add(("/url", wrong));
        var found = await reads.Find(wanted.Scope, wanted.Key, ct);
        if (!Topic.Scopes.Contains(wanted.Scope, StringComparer.Ordinal))
            errors.Add(("/scope", $"One of {string.Join(", ", Topic.Scopes)}."));
        else if (found is null)
            errors.Add(("/key", $"There is no such {wanted.Scope}."));
        if (wanted.Types.Length == 0 || wanted.Types.Length > Announced.Types.Count)
            errors.Add(("/types", $"One or more of {string.Join(", ", Announced.Types)}."));
        else
            for (var i = 0; i < wanted.Types.Length; i++)
                if (!Announced.Types.Contains(wanted.Types[i], StringComparer.Ordinal))
                    errors.Add(($"/types/{i}", $"One of {string.Join(", ", Announced.Types)}."));
        if (!Shapes.All.Contains(wanted.Shape, StringComparer.Ordinal))
            errors.Add(("/shape", $"One of {string.Join(", ", Shapes.All)}."));
        return (found, errors);
    }

    private static bool IsSame(Webhook a, Webhook b) =>
        a.Url == b.Url
        && a.Topic == b.Topic
        && a.Shape == b.Shape
        && a.Types.SequenceEqual(b.Types, StringComparer.Ordinal);
}
