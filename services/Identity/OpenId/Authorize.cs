using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Identity;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace SkillPlatform.Identity;

/// <summary>A client asks for a code: whoever is signed in gets it, anyone else signs in first.</summary>
public static class Authorize
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/connect/authorize", ["GET", "POST"], Handle).AllowAnonymous().DisableAntiforgery();

    private static async Task<IResult> Handle(
        HttpContext http,
        UserManager<Account> users,
        SecondFactorDemanded demanded,
        IConfiguration configuration,
        TimeProvider time
    )
    {
        var request = http.GetOpenIddictServerRequest()!;
        var session = await http.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        var account = session.Succeeded ? await users.GetUserAsync(session.Principal) : null;
        if (account is null || account.Suspended || MustSignInAgain(request, session, time.GetUtcNow()))
            return request.HasPromptValue(PromptValues.None)
                ? Refuse(Errors.LoginRequired, "Nobody is signed in.")
                : Results.Challenge(
                    new AuthenticationProperties { RedirectUri = AfterSignIn(http, request) },
                    [IdentityConstants.ApplicationScheme]
                );
        if (demanded.Of(account, session.Principal!))
            return request.HasPromptValue(PromptValues.None)
                ? Refuse(Errors.InteractionRequired, "A second factor is owed.")
                : Results.Redirect("/two-factor");
        return Results.SignIn(
            TokenClaims.Of(
                account,
                request.GetScopes(),
                configuration["Identity:Audience"] ?? "skillplatform",
                time.GetUtcNow(),
                time.GetUtcNow()
            ),
            authenticationScheme: OpenIddictServerAspNetCoreDefaults.AuthenticationScheme
        );
    }

    private static bool MustSignInAgain(OpenIddictRequest request, AuthenticateResult session, DateTimeOffset now) =>
        request.HasPromptValue(PromptValues.Login)
        || (
            request.MaxAge is { } age
            && session.Properties?.IssuedUtc is { } issued
            && now - issued > TimeSpan.FromSeconds(age)
        );

    // Without "login", which is done then, or the way would be endless.
    private static string AfterSignIn(HttpContext http, OpenIddictRequest request)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in request.GetParameters())
            if (name is not (Parameters.Prompt or Parameters.MaxAge))
                query.Add(name, (string?)value ?? "");
        return http.Request.PathBase + http.Request.Path + query.ToQueryString();
    }

    private static IResult Refuse(string error, string description) =>
        Results.Forbid(
            new AuthenticationProperties(
                new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
                    [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
                }
            ),
            [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]
        );
}
