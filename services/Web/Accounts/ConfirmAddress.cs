using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Accounts;

/// <summary>Asks for the letter that confirms one's address again, after mails came back from there.</summary>
public static class ConfirmAddress
{
    public static void Map(WebApplication app) => app.MapPost("/account/confirm-address", Post).RequireAuthorization();

    private static async Task<IResult> Post(
        // Read, so that the form's token is asked for.
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var asked = await services.Send<Account>(
            "identity",
            HttpMethod.Post,
            $"/api/identity/me/confirmation",
            null,
            ct
        );
        return asked.Ok ? TypedResults.Redirect(visit.To($"/account") + "?done=letter") : Page.Error(asked.Shown());
    }
}
