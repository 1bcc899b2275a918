using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using SkillPlatform.ServiceDefaults;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace SkillPlatform.Identity;

/// <summary>Who the bearer of an access token is, as far as its scopes say.</summary>
public static class UserInfo
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/connect/userinfo", ["GET", "POST"], Handle).AllowAnonymous().DisableAntiforgery();

    private static async Task<IResult> Handle(HttpContext http, UserManager<Account> users)
    {
        var token = await http.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        var subject = token.Principal?.GetClaim(Claims.Subject);
        if (subject is null || await users.FindByIdAsync(subject) is not { Suspended: false } account)
            return Results.Challenge(
                new AuthenticationProperties(
                    new Dictionary<string, string?>(StringComparer.Ordinal)
                    {
                        [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.InvalidToken,
                    }
                ),
                [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]
            );
        var claims = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [Claims.Subject] = account.Subject,
            [Roles.RoleClaim] = account.Roles,
            [Roles.ScopeClaim] = account.ReviewerScopes,
        };
        if (token.Principal!.HasScope(Scopes.Profile))
        {
            claims[Claims.Name] = account.Name;
            claims[Claims.Locale] = account.Culture;
            claims[Claims.Zoneinfo] = account.TimeZone;
        }
        if (token.Principal!.HasScope(Scopes.Email))
        {
            claims[Claims.Email] = account.Email;
            claims[Claims.EmailVerified] = account.EmailConfirmed;
        }
        return Results.Json(claims);
    }
}
