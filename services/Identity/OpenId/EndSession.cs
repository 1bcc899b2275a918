using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;

namespace SkillPlatform.Identity;

/// <summary>
/// A client signs its user out here too. With an id token of ours as hint at once; without one anybody could have sent the
/// browser here, so the person is asked.
/// </summary>
public static class EndSession
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/connect/end-session", ["GET", "POST"], Handle).AllowAnonymous().DisableAntiforgery();

    private static async Task<IResult> Handle(
        HttpContext http,
        IOpenIddictAuthorizationManager authorizations,
        IOpenIddictTokenManager tokens
    )
    {
        var hint = await http.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        if (hint.Principal is null)
            return Results.Redirect("/sign-out");
        if (hint.Principal.GetAuthorizationId() is { } family)
        {
            await tokens.RevokeByAuthorizationIdAsync(family, http.RequestAborted);
            if (await authorizations.FindByIdAsync(family, http.RequestAborted) is { } authorization)
                await authorizations.TryRevokeAsync(authorization, http.RequestAborted);
        }
        await http.SignOutAsync(IdentityConstants.ApplicationScheme);
        return Results.SignOut(
            new AuthenticationProperties { RedirectUri = "/" },
            [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]
        );
    }
}
