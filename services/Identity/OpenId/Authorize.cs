using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Identity;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace SkillPlatform.Identity;

/// <summary>
/// A client asks for a code: whoever is signed in gets it, anyone else signs in first. One that anybody could be gets it only
/// when the person has agreed.
/// </summary>
public static class Authorize
{
    public const string Path = "/connect/authorize";

    /// <summary>With this the page of consent sends back who does not agree. A stranger's link with it gets nothing, either.</summary>
    public const string Refused = "refused";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods(Path, ["GET", "POST"], Handle).AllowAnonymous().DisableAntiforgery();

    private static async Task<IResult> Handle(
        HttpContext http,
        UserManager<Account> users,
        SecondFactorDemanded demanded,
        Consents consents,
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
                    new AuthenticationProperties
                    {
                        RedirectUri = Again(
                            http,
                            request,
                            [PromptValues.Login, PromptValues.SelectAccount],
                            Parameters.MaxAge
                        ),
                    },
                    [IdentityConstants.ApplicationScheme]
                );
        if (demanded.Of(account, session.Principal!))
            return request.HasPromptValue(PromptValues.None)
                ? Refuse(Errors.InteractionRequired, "A second factor is owed.")
                : Results.Redirect("/two-factor");
        if (request.HasParameter(Refused))
            return Refuse(Errors.AccessDenied, "The person did not agree.");
        if (await consents.IsOwed(account, request, http.RequestAborted))
            return request.HasPromptValue(PromptValues.None)
                ? Refuse(Errors.ConsentRequired, "The person has not agreed yet.")
                : Results.Redirect(
                    "/consent" + QueryString.Create("returnUrl", Again(http, request, [PromptValues.Consent]))
                );
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

    // Without what is done then, or the way would be endless.
    private static string Again(HttpContext http, OpenIddictRequest request, string[] prompted, string? without = null)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in request.GetParameters())
        {
            var text = (string?)value ?? "";
            if (name == Parameters.Prompt)
                text = string.Join(' ', request.GetPromptValues().Except(prompted, StringComparer.Ordinal));
            if (name != without && (name != Parameters.Prompt || text.Length > 0))
                query.Add(name, text);
        }
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
