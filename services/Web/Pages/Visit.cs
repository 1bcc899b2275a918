using System.Globalization;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.SignIn;

namespace SkillPlatform.Web.Pages;

/// <summary>Who looks at a page, in which language, under which address.</summary>
public sealed class Visit
{
    private readonly HttpRequest _request;

    public Visit(IHttpContextAccessor accessor)
    {
        var http = accessor.HttpContext ?? throw new InvalidOperationException("A visit is a request.");
        _request = http.Request;
        T = Texts.Of(CultureInfo.CurrentUICulture);
        Name = http.User.FindFirst("name")?.Value ?? http.User.FindFirst("email")?.Value ?? "";
        SignedIn = http.User.Identity is { IsAuthenticated: true };
        // What the token says is shown only; what is allowed, the services decide.
        if (SignedIn && http.CurrentSession()?.AccessToken is { } token && Read(token) is { } caller)
            Caller = caller;
    }

    public Texts T { get; }
    public string Name { get; }
    public bool SignedIn { get; }
    public Caller? Caller { get; }

    /// <summary>The address of one of our pages, in the language of this one.</summary>
    public string To(FormattableString path) =>
        _request.PathBase
        + string.Format(
            CultureInfo.InvariantCulture,
            path.Format,
            [
                .. path.GetArguments()
                    .Select(a => Uri.EscapeDataString(Convert.ToString(a, CultureInfo.InvariantCulture)!)),
            ]
        );

    /// <summary>This page in another language.</summary>
    public string In(string language) => $"/{language}{_request.Path.ToUriComponent()}{_request.QueryString}";

    public string Here => $"{_request.PathBase}{_request.Path}{_request.QueryString}";

    private static Caller? Read(string token)
    {
        try
        {
            return Caller.Of(
                new System.Security.Claims.ClaimsPrincipal(
                    new System.Security.Claims.ClaimsIdentity(new JsonWebToken(token).Claims, "token")
                )
            );
        }
        catch (Exception e) when (e is ArgumentException or JsonException)
        {
            return null;
        }
    }
}
