using SkillPlatform.Web.SignIn;

namespace SkillPlatform.Web.Api;

/// <summary>
/// What a service sees of who is calling: the caller's own bearer token as it came, or, for a browser with our session
/// cookie, that user's access token. Cookies stay here.
/// </summary>
public static class Credentials
{
    public static async Task Attach(HttpContext http, RequestDelegate next)
    {
        var headers = http.Request.Headers;
        if (headers.Authorization.Count == 0 && http.Request.HasSession())
        {
            var session = http.CurrentSession();
            if (session is { AccessToken: { } token } && !SameOrigin.Allows(http))
            {
                await Problems.Write(
                    http,
                    StatusCodes.Status403Forbidden,
                    "cross-site",
                    "Not from this site",
                    "A write with the session cookie must come from this site's own pages. Scripts send a bearer token."
                );
                return;
            }
            if (session is { AccessToken: null } || http.SessionsUnavailable())
            {
                await Problems.Write(
                    http,
                    StatusCodes.Status503ServiceUnavailable,
                    "sign-in-unavailable",
                    "Sign-in does not answer",
                    "Your session cannot be read or renewed at the moment. Try again.",
                    TimeSpan.FromSeconds(2)
                );
                return;
            }
            if (session is not null)
                headers.Authorization = $"Bearer {session.AccessToken}";
        }
        headers.Remove("Cookie");
        await next(http);
    }
}
