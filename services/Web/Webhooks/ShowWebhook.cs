using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Webhooks;

/// <summary>What its page shows besides the webhook.</summary>
/// <param name="Done">What was just done: the end of a text's key.</param>
/// <param name="Secret">A new one.</param>
/// <param name="Test">What came of a test.</param>
/// <param name="Typed">What the form says; null for what is so.</param>
/// <param name="From">From where it was to be sent again.</param>
/// <param name="Cursor">Of a later part of the log.</param>
public sealed record Shown(
    int Status = 200,
    string? Done = null,
    Secret? Secret = null,
    Call? Test = null,
    Typed? Typed = null,
    Wrong? Wrong = null,
    string? From = null,
    string? Cursor = null
);

/// <param name="Tag">Names what was read, for who changes it.</param>
/// <param name="Calls">Null if they cannot be read at the moment.</param>
public sealed record WebhookModel(Webhook Webhook, string? Tag, PageList<Call>? Calls, Tree Tree, Shown Shown)
{
    public Typed Typed => Shown.Typed ?? Typed.Of(Webhook);
    public Wrong Wrong => Shown.Wrong ?? Wrong.Nothing;
}

/// <summary>One webhook: what it is, what can be done with it, and what it was sent.</summary>
public static class ShowWebhook
{
    private static readonly string[] Done = ["saved", "on", "off", "replaying"];

    public static void Map(WebApplication app) =>
        app.MapGet("/watching/webhooks/{id:guid}", Get).RequireAuthorization();

    private static Task<IResult> Get(
        Guid id,
        string? done,
        string? cursor,
        Services services,
        Visit visit,
        CancellationToken ct
    ) =>
        Show(
            id,
            new Shown(Done: Done.Contains(done, StringComparer.Ordinal) ? done : null, Cursor: cursor),
            services,
            visit,
            ct
        );

    public static async Task<IResult> Show(Guid id, Shown shown, Services services, Visit visit, CancellationToken ct)
    {
        var tree = Tree.Read(services, ct);
        var calls = services.Get<PageList<Call>>(
            "notifications",
            ((FormattableString)$"/api/notifications/webhooks/{id}/deliveries?limit={20}").With("cursor", shown.Cursor),
            ct
        );
        var webhook = await services.Get<Webhook>("notifications", $"/api/notifications/webhooks/{id}", ct);
        // Administrators are told of others', but not enough to change them.
        if (webhook.Value is not { } found || found.Owner != visit.Caller?.Id)
            return Page.Error(webhook.Ok ? 404 : webhook.Status);
        return Page.Of<WebhookView>(
            new WebhookModel(found, webhook.Tag, (await calls).Value, await tree, shown),
            shown.Status
        );
    }

    /// <summary>Its page once something was done, or the page again with what is wrong.</summary>
    public static async Task<IResult> After<T>(
        this Answer<T> answer,
        Guid id,
        string done,
        Shown again,
        Services services,
        Visit visit,
        CancellationToken ct
    )
        where T : class =>
        answer.Ok
            ? TypedResults.Redirect(visit.To($"/watching/webhooks/{id}") + $"?done={done}")
            : await Show(
                id,
                again with
                {
                    Status = answer.Shown(),
                    Wrong = Wrong.Of(visit, answer),
                },
                services,
                visit,
                ct
            );
}
