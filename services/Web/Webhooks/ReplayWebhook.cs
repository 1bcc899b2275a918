using System.Globalization;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Webhooks;

/// <summary>Send everything again from one message on: by its <c>webhook-id</c>, or by its position.</summary>
public static class ReplayWebhook
{
    public static void Map(WebApplication app) =>
        app.MapPost("/watching/webhooks/{id:guid}/replay", Post).RequireAuthorization();

    private static async Task<IResult> Post(
        Guid id,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var from = form["from"].ToString().Trim();
        var replayed = await services.Send<object>(
            "notifications",
            HttpMethod.Post,
            $"/api/notifications/webhooks/{id}/replay",
            long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
                ? (object)new { from = position }
                : new { from },
            ct
        );
        return await replayed.After(id, "replaying", new Shown(From: from), services, visit, ct);
    }
}
