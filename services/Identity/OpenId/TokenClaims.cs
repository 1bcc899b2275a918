using System.Collections.Immutable;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using SkillPlatform.ServiceDefaults;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace SkillPlatform.Identity;

/// <summary>What tokens say of an account. Access tokens name nobody: id, roles and scopes only.</summary>
public static class TokenClaims
{
    /// <summary>Stays inside codes and refresh tokens; when the account's stamp changes, they are void.</summary>
    public const string Stamp = "stamp";

    /// <summary>The principal that OpenIddict makes tokens of.</summary>
    /// <param name="account">As it stands now.</param>
    /// <param name="scopes">Granted.</param>
    /// <param name="audience">Of access tokens that hold the platform's scope.</param>
    public static ClaimsPrincipal Of(Account account, ImmutableArray<string> scopes, string audience)
    {
        var identity = new ClaimsIdentity(
            TokenValidationParameters.DefaultAuthenticationType,
            Claims.Name,
            Roles.RoleClaim
        );
        identity
            .SetClaim(Claims.Subject, account.Subject)
            .SetClaim(Claims.Name, account.Name)
            .SetClaim(Claims.Locale, account.Culture)
            .SetClaim(Claims.Zoneinfo, account.TimeZone)
            .SetClaim(Claims.Email, account.Email)
            .SetClaim(Claims.EmailVerified, account.EmailConfirmed)
            .SetClaim(Stamp, account.SecurityStamp)
            .SetScopes(scopes);
        if (identity.HasScope(OpenIdSetup.ApiScope))
            identity.SetResources(audience);
        identity.AddClaim(List(Roles.RoleClaim, account.Roles));
        identity.AddClaim(List(Roles.ScopeClaim, account.ReviewerScopes));
        identity.SetDestinations(Destinations);
        return new ClaimsPrincipal(identity);
    }

    // An array also of one or none: a claim whose type depends on how many values it has is a trap.
    private static Claim List(string type, string[] values) =>
        new(type, JsonSerializer.Serialize(values), JsonClaimValueTypes.JsonArray);

    private static IEnumerable<string> Destinations(Claim claim) =>
        claim.Type switch
        {
            Claims.Subject =>
            [
                OpenIddictConstants.Destinations.AccessToken,
                OpenIddictConstants.Destinations.IdentityToken,
            ],
            Roles.RoleClaim or Roles.ScopeClaim =>
            [
                OpenIddictConstants.Destinations.AccessToken,
                OpenIddictConstants.Destinations.IdentityToken,
            ],
            Claims.Name or Claims.Locale or Claims.Zoneinfo when claim.Subject!.HasScope(Scopes.Profile) =>
            [
                OpenIddictConstants.Destinations.IdentityToken,
            ],
            Claims.Email or Claims.EmailVerified when claim.Subject!.HasScope(Scopes.Email) =>
            [
                OpenIddictConstants.Destinations.IdentityToken,
            ],
            _ => [],
        };
}
