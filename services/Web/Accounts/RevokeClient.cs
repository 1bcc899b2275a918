using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Accounts;

/// <summary>Lets a program act for one no more.</summary>
public static class RevokeClient
{
    public static void Map(WebApplication app) =>
        app.MapPost("/account/clients/{client}/revoke", Post).RequireAuthorization();

    private static async Task<IResult> Post(
        string client,
        // Read, so that the form's token is asked for.
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var revoked = await services.Send<Client>(
            "identity",
            HttpMethod.Delete,
            $"/api/identity/me/clients/{client}",
            null,
            ct
        );
        // Sent twice, it is gone already.
        return revoked.Ok || revoked.Status == 404
            ? TypedResults.Redirect(visit.To($"/account") + "#programs")
            : Page.Error(revoked.Status);
    }
}
