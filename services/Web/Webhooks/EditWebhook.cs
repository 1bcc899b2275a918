using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Webhooks;

/// <summary>Give a webhook another address, topic, choice of news or shape. That switches it on again, too.</summary>
public static class EditWebhook
{
    public static void Map(WebApplication app) =>
        app.MapPost("/watching/webhooks/{id:guid}", Post).RequireAuthorization();

    private static async Task<IResult> Post(
        Guid id,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var typed = Typed.In(form, await Tree.Read(services, ct), visit.T);
        var saved = await services.Send<Webhook>(
            "notifications",
            HttpMethod.Put,
            $"/api/notifications/webhooks/{id}",
            typed.Wanted,
            ct,
            form["tag"].ToString()
        );
        return await saved.After(id, "saved", new Shown(Typed: typed), services, visit, ct);
    }
}
