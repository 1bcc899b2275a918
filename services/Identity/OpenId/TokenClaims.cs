using System.Collections.Immutable;
using System.Globalization;
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

    /// <summary>Stays inside codes and refresh tokens: since when, however often they were renewed.</summary>
    public const string Begun = "begun";

    /// <summary>Of a refresh token that is not used.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromDays(14);

    /// <summary>
    /// One who has nothing to say any more is heard for five minutes where the broker is down: so long, and for as long as clocks
    /// may differ, services take a token.
    /// </summary>
    public static readonly TimeSpan Access = TimeSpan.FromMinutes(5) - Tokens.Skew;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>When the person gave the client its first tokens.</summary>
    public static DateTimeOffset? BegunAt(ClaimsPrincipal granted) =>
        long.TryParse(granted.GetClaim(Begun), CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : granted.GetCreationDate();

    /// <summary>The principal that OpenIddict makes tokens of.</summary>
    /// <param name="account">As it stands now.</param>
    /// <param name="scopes">Granted.</param>
    /// <param name="audience">Of access tokens that hold the platform's scope.</param>
    /// <param name="begun">When the person gave the client its first tokens.</param>
    /// <param name="now">The time.</param>
    public static ClaimsPrincipal Of(
        Account account,
        ImmutableArray<string> scopes,
        string audience,
        DateTimeOffset begun,
        DateTimeOffset now
    )
    {
        var identity = Named(account.Subject)
            .SetClaim(Claims.Name, account.Name)
            .SetClaim(Claims.Locale, account.Culture)
            .SetClaim(Claims.Zoneinfo, account.TimeZone)
            .SetClaim(Claims.Email, account.Email)
            .SetClaim(Claims.EmailVerified, account.EmailConfirmed)
            .SetClaim(Stamp, account.SecurityStamp)
            .SetClaim(Begun, begun.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))
            .SetScopes(scopes);
        if (identity.HasScope(OpenIdSetup.ApiScope))
            identity.SetResources(audience);
        // The last one ends with it, so that nothing is left to renew.
        var left = begun + Longest - now;
        return May(identity, account.Roles, account.ReviewerScopes).SetRefreshTokenLifetime(left < Idle ? left : Idle);
    }

    /// <summary>That of a service account. Whatever it asks for, it gets the platform's scope, and no token outlives it.</summary>
    /// <param name="account">As it stands now.</param>
    /// <param name="audience">Of the access token.</param>
    /// <param name="now">The time.</param>
    public static ClaimsPrincipal Of(ServiceAccount account, string audience, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(account);
        var identity = Named(account.Subject)
            .SetClaim(Roles.ServiceClaim, true)
            .SetScopes(OpenIdSetup.ApiScope)
            .SetResources(audience);
        var left = account.EndsAt - now;
        return May(identity, ServiceAccount.RolesOf(account.Scopes), [])
            .SetAccessTokenLifetime(left < Access ? left : Access);
    }

    private static ClaimsIdentity Named(string subject) =>
        new ClaimsIdentity(TokenValidationParameters.DefaultAuthenticationType, Claims.Name, Roles.RoleClaim).SetClaim(
            Claims.Subject,
            subject
        );

    private static ClaimsPrincipal May(ClaimsIdentity identity, string[] roles, string[] scopes)
    {
        identity.AddClaim(List(Roles.RoleClaim, roles));
        identity.AddClaim(List(Roles.ScopeClaim, scopes));
        // Last, for each claim gets one.
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
            Roles.ServiceClaim => [OpenIddictConstants.Destinations.AccessToken],
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
