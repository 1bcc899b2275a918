using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace SkillPlatform.Identity;

/// <summary>A code or refresh token for tokens: made of the account as it stands now, and only while its stamp is unchanged.</summary>
public static class ExchangeToken
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/connect/token", Handle).AllowAnonymous().DisableAntiforgery();

    private static async Task<IResult> Handle(
        HttpContext http,
        UserManager<Account> users,
        Sessions sessions,
        IConfiguration configuration
    )
    {
        var granted = await http.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        var subject = granted.Principal?.GetClaim(Claims.Subject);
        var account = subject is null ? null : await users.FindByIdAsync(subject);
        if (
            account is null
            || account.Suspended
            || !string.Equals(
                account.SecurityStamp,
                granted.Principal!.GetClaim(TokenClaims.Stamp),
                StringComparison.Ordinal
            )
        )
            return Results.Forbid(
                new AuthenticationProperties(
                    new Dictionary<string, string?>(StringComparer.Ordinal)
                    {
                        [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.InvalidGrant,
                        [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = "Sign in again.",
                    }
                ),
                [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]
            );
        await sessions.AfterTheLast(account, http.RequestAborted);
        return Results.SignIn(
            TokenClaims.Of(
                account,
                granted.Principal!.GetScopes(),
                configuration["Identity:Audience"] ?? "skillplatform"
            ),
            authenticationScheme: OpenIddictServerAspNetCoreDefaults.AuthenticationScheme
        );
    }
}
