using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Accounts;

/// <summary>Ends this session; Identity tells of it, and the others end too.</summary>
public static class SignOutEverywhere
{
    public static void Map(WebApplication app) =>
        app.MapPost("/account/sign-out-everywhere", Post).RequireAuthorization();

    private static async Task<IResult> Post(
        HttpContext http,
        // Read, so that the form's token is asked for.
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var ended = await services.Send<Account>("identity", HttpMethod.Delete, $"/api/identity/me/sessions", null, ct);
        if (!ended.Ok)
            return Page.Error(ended.Status);
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return TypedResults.Redirect(visit.To($"/"));
    }
}
