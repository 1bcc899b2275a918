using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web.Languages;

namespace SkillPlatform.Web.SignIn;

/// <summary>Sign-in by OpenID Connect (code, PKCE); the browser gets a cookie with a session's key and no token.</summary>
public static class SigningIn
{
    private const string Cookie = "skillplatform.session";
    public const string Callback = "/signin-oidc";
    public static readonly TimeSpan Lasts = TimeSpan.FromDays(14);

    /// <summary>Outside Development the browser itself guards where a cookie came from.</summary>
    public static string Guarded(this IHostEnvironment environment, string cookie) =>
        environment.IsDevelopment() ? cookie : Guard + cookie;

    /// <summary>True for a browser that says it is signed in.</summary>
    public static bool HasSession(this HttpRequest request) =>
        request.Cookies.ContainsKey(Cookie) || request.Cookies.ContainsKey(Guard + Cookie);

    private const string Guard = "__Host-";

    public static void AddSignIn(this WebApplicationBuilder builder)
    {
        var development = builder.Environment.IsDevelopment();
        var identity = builder.Configuration.GetSection("Identity");
        var authority = identity["Authority"] ?? throw new InvalidOperationException("Identity__Authority is missing.");
        var secret =
            identity["WebClientSecret"]
            ?? (development ? "skillplatform-web-dev" : null)
            ?? throw new InvalidOperationException("Identity__WebClientSecret is missing.");
        var secure = development ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
        builder
            .Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie(cookie =>
            {
                cookie.Cookie.Name = builder.Environment.Guarded(Cookie);
                cookie.Cookie.Path = "/";
                cookie.Cookie.HttpOnly = true;
                cookie.Cookie.SameSite = SameSiteMode.Lax;
                cookie.Cookie.SecurePolicy = secure;
                cookie.ExpireTimeSpan = Lasts;
                cookie.SlidingExpiration = true;
                cookie.Events.OnValidatePrincipal = EndWithItsToken;
                cookie.Events.OnRedirectToLogin = ToSignIn;
                cookie.Events.OnRedirectToAccessDenied = denied =>
                {
                    denied.Response.StatusCode = StatusCodes.Status403Forbidden;
                    return Task.CompletedTask;
                };
            })
            .AddOpenIdConnect(oidc =>
            {
                oidc.Authority = authority;
                if (identity["Metadata"] is { Length: > 0 } metadata)
                    oidc.MetadataAddress = metadata;
                oidc.RequireHttpsMetadata = !development;
                oidc.ClientId = "skillplatform-web";
                oidc.ClientSecret = secret;
                oidc.ResponseType = OpenIdConnectResponseType.Code;
                // A redirect carries Lax cookies also over plain http; a cross-site form post does not.
                oidc.ResponseMode = OpenIdConnectResponseMode.Query;
                oidc.UsePkce = true;
                oidc.SaveTokens = true;
                oidc.MapInboundClaims = false;
                oidc.TokenValidationParameters.NameClaimType = "name";
                oidc.CallbackPath = Callback;
                oidc.BackchannelTimeout = TimeSpan.FromSeconds(5);
                oidc.Scope.Clear();
                foreach (var scope in new[] { "openid", "profile", "email", "offline_access", "skillplatform" })
                    oidc.Scope.Add(scope);
                foreach (var ours in new[] { oidc.CorrelationCookie, oidc.NonceCookie })
                    (ours.SameSite, ours.SecurePolicy) = (SameSiteMode.Lax, secure);
                oidc.Events.OnRedirectToIdentityProvider = redirect =>
                {
                    if (Origin(redirect.HttpContext) is { } origin)
                        redirect.ProtocolMessage.RedirectUri = origin + Callback;
                    redirect.ProtocolMessage.UiLocales = redirect.HttpContext.Request.Going(
                        redirect.Properties.RedirectUri
                    );
                    return Task.CompletedTask;
                };
                oidc.Events.OnTicketReceived = received =>
                {
                    // The session lasts as long as the cookie, not as long as the id token.
                    received.Properties!.ExpiresUtc = null;
                    received.HttpContext.RememberLanguage(received.Principal?.FindFirst("locale")?.Value);
                    return Task.CompletedTask;
                };
                oidc.Events.OnRedirectToIdentityProviderForSignOut = redirect =>
                {
                    if (Origin(redirect.HttpContext) is { } origin)
                        redirect.ProtocolMessage.PostLogoutRedirectUri = origin + "/signout-callback-oidc";
                    redirect.ProtocolMessage.IdTokenHint = redirect.HttpContext.CurrentSession()?.Tokens.Id;
                    return Task.CompletedTask;
                };
                oidc.Events.OnRemoteFailure = failure =>
                {
                    failure.Response.StatusCode = failure.Failure?.GetBaseException()
                        is HttpRequestException
                            or TaskCanceledException
                            or System.Net.Sockets.SocketException
                        ? StatusCodes.Status503ServiceUnavailable
                        : StatusCodes.Status400BadRequest;
                    failure.HandleResponse();
                    return Task.CompletedTask;
                };
            });
        builder.Services.AddAuthorization();
    }

    public static void MapSignIn(this WebApplication app)
    {
        app.MapGet("/signin", Start).AllowAnonymous();
        app.MapPost("/signout", End);
    }

    private static async Task Start(HttpContext http, string? returnUrl, bool here = false)
    {
        // Cookies and Identity know one name of this site; who came by another, 127.0.0.1 say, goes on under that one.
        if (!here && Origin(http) is { } origin && new Uri(origin).Authority != http.Request.Host.Value)
        {
            http.Response.Redirect(
                $"{origin}/signin?here=true&returnUrl={Uri.EscapeDataString(LocalAddress.Or(returnUrl))}"
            );
            return;
        }
        try
        {
            await http.ChallengeAsync(
                OpenIdConnectDefaults.AuthenticationScheme,
                new AuthenticationProperties { RedirectUri = LocalAddress.Or(returnUrl), IsPersistent = true }
            );
        }
        catch (Exception e) when (!http.Response.HasStarted && e is InvalidOperationException or IOException)
        {
            // Its discovery document cannot be had.
            http.Response.Headers.RetryAfter = "5";
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }

    private static async Task End(HttpContext http, IAntiforgery antiforgery)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        try
        {
            await http.SignOutAsync(
                OpenIdConnectDefaults.AuthenticationScheme,
                new AuthenticationProperties { RedirectUri = "/" }
            );
        }
        catch (Exception e) when (!http.Response.HasStarted && e is InvalidOperationException or IOException)
        {
            http.Response.Redirect("/");
        }
    }

    private static string? Origin(HttpContext http) =>
        http.RequestServices.GetRequiredService<IConfiguration>()["Web:PublicOrigin"]?.TrimEnd('/');

    private static async Task EndWithItsToken(CookieValidatePrincipalContext context)
    {
        var http = context.HttpContext;
        var tokens = http.RequestServices.GetRequiredService<AccessTokens>();
        if (http.CurrentSession() is { } session && await tokens.Renew(session, http.RequestAborted))
            return;
        http.Keep(null);
        context.RejectPrincipal();
        http.Response.Cookies.Delete(context.Options.Cookie.Name!, context.Options.Cookie.Build(http));
    }

    private static Task ToSignIn(RedirectContext<CookieAuthenticationOptions> context)
    {
        var request = context.Request;
        var back = HttpMethods.IsGet(request.Method) ? $"{request.PathBase}{request.Path}{request.QueryString}" : "/";
        context.Response.Redirect($"/signin?returnUrl={Uri.EscapeDataString(back)}");
        return Task.CompletedTask;
    }
}
