using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace SkillPlatform.Identity;

/// <summary>
/// A code or refresh token for tokens: made of the account as it stands now, and only while its stamp is unchanged. A service
/// account gets an access token for its secret.
/// </summary>
public static class ExchangeToken
{
    private const string Ended = "ended";
    private static readonly object Reached = new();

    /// <summary>
    /// What is refused before it comes here: a wrong secret, a code or a refresh token that was spent and so perhaps stolen.
    /// </summary>
    public static void Watch(OpenIddictServerBuilder server) =>
        server.AddEventHandler<OpenIddictServerEvents.ApplyTokenResponseContext>(handler =>
            handler
                .SetOrder(int.MinValue + 50_000)
                .UseInlineHandler(context =>
                {
                    if (
                        context.Error is Errors.InvalidClient or Errors.InvalidGrant or Errors.InvalidToken
                        && context.Transaction.GetHttpRequest()?.HttpContext is { } http
                        && !http.Items.ContainsKey(Reached)
                    )
                        http.RequestServices.GetRequiredService<SecurityLog>().NoTokens(null, context.Error);
                    return default;
                })
        );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/connect/token", Handle).AllowAnonymous().DisableAntiforgery();

    private static async Task<IResult> Handle(
        HttpContext http,
        UserManager<Account> users,
        IdentityDb db,
        SecurityLog security,
        Sessions sessions,
        IConfiguration configuration,
        TimeProvider time
    )
    {
        http.Items[Reached] = true;
        var now = time.GetUtcNow();
        if (http.GetOpenIddictServerRequest()!.IsClientCredentialsGrantType())
            return await ToService(http, db, security, configuration, now);
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
            || TokenClaims.BegunAt(granted.Principal!) is not { } begun
            || !await IsFirst(http, granted.Principal!, db, now)
        )
        {
            security.NoTokens(account?.Subject, Ended);
            return Refuse("Sign in again.");
        }
        await sessions.AfterTheLast(account, http.RequestAborted);
        return Results.SignIn(
            TokenClaims.Of(
                account,
                granted.Principal!.GetScopes(),
                configuration["Identity:Audience"] ?? "skillplatform",
                begun,
                now
            ),
            authenticationScheme: OpenIddictServerAspNetCoreDefaults.AuthenticationScheme
        );
    }

    // That the secret is right is known by now.
    private static async Task<IResult> ToService(
        HttpContext http,
        IdentityDb db,
        SecurityLog security,
        IConfiguration configuration,
        DateTimeOffset now
    )
    {
        var request = http.GetOpenIddictServerRequest()!;
        var account = Guid.TryParse(request.ClientId, out var id)
            ? await db.ServiceAccounts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, http.RequestAborted)
            : null;
        if (account?.IsOver(now) != false)
        {
            security.NoTokens(account?.Subject, Ended);
            return Refuse("This service account is over.");
        }
        await db
            .ServiceAccounts.Where(a => a.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.LastUsedAt, now), http.RequestAborted);
        return Results.SignIn(
            TokenClaims.Of(account, configuration["Identity:Audience"] ?? "skillplatform", now),
            authenticationScheme: OpenIddictServerAspNetCoreDefaults.AuthenticationScheme
        );
    }

    private static IResult Refuse(string why) =>
        Results.Forbid(
            new AuthenticationProperties(
                new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.InvalidGrant,
                    [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = why,
                }
            ),
            [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]
        );

    // OpenIddict lets several through that come at once with the same refresh token; the row lets one.
    private static async Task<bool> IsFirst(
        HttpContext http,
        ClaimsPrincipal granted,
        IdentityDb db,
        DateTimeOffset now
    ) =>
        !http.GetOpenIddictServerRequest()!.IsRefreshTokenGrantType()
        || (
            Guid.TryParse(granted.GetTokenId(), out var id)
            && await db.Set<OpenIddictEntityFrameworkCoreToken<Guid>>()
                .Where(t => t.Id == id && t.Status == Statuses.Valid)
                .ExecuteUpdateAsync(
                    set =>
                        set.SetProperty(t => t.Status, Statuses.Redeemed)
                            .SetProperty(t => t.RedemptionDate, now.UtcDateTime),
                    http.RequestAborted
                ) == 1
        );
}
