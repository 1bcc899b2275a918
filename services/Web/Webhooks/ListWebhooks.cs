using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Webhooks;

/// <param name="Webhooks">Null if they cannot be read at the moment.</param>
/// <param name="Tree">What one can be about.</param>
/// <param name="Typed">What the form for a new one says.</param>
/// <param name="Once">Sent twice, it makes one.</param>
/// <param name="Made">The one that was just made, with its secret.</param>
public sealed record WebhooksModel(
    PageList<Webhook>? Webhooks,
    Tree Tree,
    Typed Typed,
    Wrong Wrong,
    string Once,
    Webhook? Made = null,
    bool Done = false
);

/// <summary>The webhooks that I have, and one more.</summary>
public static class ListWebhooks
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/watching/webhooks", Get).RequireAuthorization();
        app.MapPost("/watching/webhooks", Post).RequireAuthorization();
    }

    private static Task<IResult> Get(
        string? scope,
        string? key,
        string? cursor,
        string? done,
        Services services,
        CancellationToken ct
    ) =>
        Show(
            new(null, new Tree(null, null), Typed.About(scope, key), Wrong.Nothing, New(), Done: done is not null),
            cursor,
            200,
            services,
            ct
        );

    private static async Task<IResult> Post(IFormCollection form, Services services, Visit visit, CancellationToken ct)
    {
        var (typed, once) = (Typed.In(form, await Tree.Read(services, ct), visit.T), form["once"].ToString());
        var made = await services.Send<Webhook>(
            "notifications",
            HttpMethod.Post,
            $"/api/notifications/webhooks",
            typed.Wanted,
            ct,
            once: Guid.TryParse(once, out _) ? once : New()
        );
        var model = new WebhooksModel(null, new Tree(null, null), typed, Wrong.Nothing, New());
        return made.Value is { Secret: not null } webhook
            ? await Show(model with { Typed = Typed.About(null, null), Made = webhook }, null, 200, services, ct)
            // Whether a service that did not answer has made it is not known: the same is to be sent again.
            : await Show(
                model with
                {
                    Wrong = Wrong.Of(visit, made),
                    Once = made.Down ? once : model.Once,
                },
                null,
                made.Shown(),
                services,
                ct
            );
    }

    private static async Task<IResult> Show(
        WebhooksModel model,
        string? cursor,
        int status,
        Services services,
        CancellationToken ct
    )
    {
        var tree = Tree.Read(services, ct);
        var list = await services.Get<PageList<Webhook>>(
            "notifications",
            ((FormattableString)$"/api/notifications/webhooks?limit={50}").With("cursor", cursor),
            ct
        );
        // The secret is shown, whatever else is not.
        return Page.Of<WebhooksView>(
            model with
            {
                Webhooks = list.Value,
                Tree = await tree,
            },
            list.Value is null && model.Made is null ? 503 : status
        );
    }

    private static string New() => Guid.CreateVersion7().ToString();
}
