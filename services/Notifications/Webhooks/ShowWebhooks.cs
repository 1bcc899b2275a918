using System.Globalization;
using System.Text.Json.Serialization;
using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>A webhook, as its owner sees it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Url">For administrators its host alone: the rest may be a secret.</param>
/// <param name="Scope">As of a watch.</param>
/// <param name="Key">As it is used in addresses now.</param>
/// <param name="Name">Of what it is about; empty for the catalogue.</param>
/// <param name="Types">What it wants.</param>
/// <param name="Shape"><c>standard, slack, teams</c>.</param>
/// <param name="State"><c>on</c> or <c>off</c>.</param>
/// <param name="Why">If it is off: <c>owner, administrator, gone, failing</c>.</param>
/// <param name="Position">How far it has read the log.</param>
/// <param name="FailingSince">Since when its receiver does not take what is next.</param>
/// <param name="NextAttempt">When that is tried again.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Owner">User id.</param>
/// <param name="Secret">In the answer to the <c>POST</c> that made it, and nowhere else.</param>
public sealed record ShownWebhook(
    Guid Id,
    string Url,
    string Scope,
    string Key,
    string Name,
    string[] Types,
    string Shape,
    string State,
    string? Why,
    long Position,
    DateTimeOffset? FailingSince,
    DateTimeOffset? NextAttempt,
    DateTimeOffset CreatedAt,
    string Owner,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret = null
);

/// <summary><c>GET /webhooks</c>, for administrators with <c>?all=true</c> those of everybody, and <c>GET /webhooks/{id}</c></summary>
public static class ShowWebhooks
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/webhooks", List).Produces<Page<ShownWebhook>>();
        api.MapGet("/webhooks/{id:guid}", One).Produces<ShownWebhook>();
    }

    private static async Task<IResult> List(
        HttpContext http,
        Paging paging,
        IQuerySession reads,
        Hooks hooks,
        bool all = false
    )
    {
        var (caller, ct) = (Caller.Of(http), http.RequestAborted);
        if (all && !caller.Is(Roles.Administrator))
            return Refusal.Forbidden("not-allowed", "Only administrators see everybody's webhooks.").AsProblem();
        var after = paging.After is [var text] && Guid.TryParse(text, out var last) ? last : (Guid?)null;
        var webhooks = await hooks.Of(all ? null : caller.Id, after, paging.Limit + 1, ct);
        var page = paging.Of(webhooks, w => [w.Id.ToString()]);
        var found = await reads.Name([.. page.Items.Select(w => w.Topic)], ct);
        return TypedResults.Ok(
            new Page<ShownWebhook>([.. page.Items.Select(w => Of(w, found[w.Topic], caller))], page.NextCursor)
        );
    }

    public static async Task<IResult> One(HttpContext http, Guid id, IQuerySession reads, Hooks hooks)
    {
        if (await Find(http, id, hooks) is not { } webhook)
            return Refusal.NoSuch("webhook of yours").AsProblem();
        var found = await reads.Name([webhook.Topic], http.RequestAborted);
        return Reading.Tagged(http, Tag(webhook), Of(webhook, found[webhook.Topic], Caller.Of(http)));
    }

    /// <summary>One's own; for administrators anybody's.</summary>
    public static async Task<Webhook?> Find(HttpContext http, Guid id, Hooks hooks)
    {
        var caller = Caller.Of(http);
        var webhook = await hooks.Of(id, http.RequestAborted);
        return webhook?.User == caller.Id || caller.Is(Roles.Administrator) ? webhook : null;
    }

    /// <summary>What its owner changes is the version; how far it has come is behind the dash.</summary>
    public static string Tag(Webhook webhook) =>
        string.Create(CultureInfo.InvariantCulture, $"{webhook.Version}-{webhook.Position}-{webhook.Attempts}");

    public static ShownWebhook Of(Webhook webhook, Found found, Caller caller) =>
        new(
            webhook.Id,
            webhook.User == caller.Id ? webhook.Url : $"{new Uri(webhook.Url).GetLeftPart(UriPartial.Authority)}/…",
            found.Topic.Scope,
            found.Key,
            found.Name,
            webhook.Types,
            webhook.Shape,
            webhook.On ? "on" : "off",
            webhook.Why,
            webhook.Position,
            webhook.FailingSince,
            webhook is { On: true, Attempts: > 0 } ? webhook.NextAttempt : null,
            webhook.CreatedAt,
            webhook.User
        );
}
