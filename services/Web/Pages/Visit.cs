using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Mine;
using SkillPlatform.Web.SignIn;

namespace SkillPlatform.Web.Pages;

/// <summary>Who looks at a page, in which language, under which address.</summary>
public sealed class Visit
{
    private readonly HttpRequest _request;

    public Visit(IHttpContextAccessor accessor, IConfiguration configuration, Brand brand)
    {
        var http = accessor.HttpContext ?? throw new InvalidOperationException("A visit is a request.");
        _request = http.Request;
        // Never what the request says: pages are kept, and what it says is anybody's.
        Origin = (configuration["Web:PublicOrigin"] ?? "http://localhost:8080").TrimEnd('/');
        Brand = brand;
        T = Texts.Of(CultureInfo.CurrentUICulture);
        Content = new ContentLanguage(configuration["Catalogue:Language"], T.Language);
        Name = http.User.FindFirst("name")?.Value ?? http.User.FindFirst("email")?.Value ?? "";
        MyRole = MyRole.Of(_request);
        SignedIn = http.User.Identity is { IsAuthenticated: true };
        // What the token says is shown only; what is allowed, the services decide.
        if (SignedIn && http.CurrentSession()?.AccessToken is { } token && Read(token) is { } caller)
            Caller = caller;
    }

    public Texts T { get; }
    public ContentLanguage Content { get; }

    /// <summary>What the installation calls itself.</summary>
    public Brand Brand { get; }
    public string Name { get; }
    public bool SignedIn { get; }

    /// <summary>Their browser says that they are signed in, whether anybody has looked it up or not.</summary>
    public bool HasSession => _request.HasSession();

    /// <summary>What its reader said to be.</summary>
    public MyRole? MyRole { get; private set; }

    /// <summary>Who is signed in has said it to their account; until they did, or while it cannot be told, the browser knows.</summary>
    public async Task AskMyRole(Services services)
    {
        if (SignedIn)
            MyRole = await AtOnce<MyRole>(services, "notifications", $"/api/notifications/me/role") ?? MyRole;
    }

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

    /// <summary>Where a part of the taxonomy is looked at.</summary>
    public string Of(TaxonomyPart part) =>
        part.Kind switch
        {
            Part.OfRoles => To($"/roles/{part.Slug}"),
            Part.OfGroups => To($"/?domain={part.Domain}&group={part.Slug}"),
            Part.OfLevels => To($"/?domain={part.Domain}&level={part.Slug}"),
            _ => To($"/?domain={part.Slug}"),
        };

    /// <summary>This page in another language.</summary>
    public string In(string language) => $"/{language}{_request.Path.ToUriComponent()}{_request.QueryString}";

    /// <summary>This page for other sites: with its origin, in one language, or (null) in the one its reader prefers.</summary>
    public string Whole(string? language, string? query = null) =>
        $"{Origin}{(language is null ? "" : $"/{language}")}{_request.Path.ToUriComponent()}{query}";

    /// <summary>Scheme and host under which the world knows us.</summary>
    public string Origin { get; }

    /// <summary>Without the language.</summary>
    public string Path => _request.Path.Value!;

    /// <summary>Asked for by a link, so that one may ask again.</summary>
    public bool IsRead => HttpMethods.IsGet(_request.Method);

    /// <summary>The address of this page, without what it was told with.</summary>
    public string Here =>
        $"{_request.PathBase}{_request.Path}{(_request.Query.ContainsKey(Telling) ? QueryString.Create(_request.Query.Where(part => part.Key != Telling)) : _request.QueryString)}";

    /// <summary>What was done before the page was shown, where it is none of the page's own acts.</summary>
    public string? Told => SignedIn && _request.Query.TryGetValue(Telling, out var told) ? told.ToString() : null;

    /// <summary>An address that tells what was done.</summary>
    public static string Tell(string address, string what) => QueryHelpers.AddQueryString(address, Telling, what);

    private const string Telling = "told";

    /// <summary>
    /// Has the browser look at an address by itself after some seconds. Only where nothing can be written meanwhile, not for
    /// ever, and where the page says how to stop it.
    /// </summary>
    public void LookAgain(int seconds, string address) =>
        _request.HttpContext.Response.Headers["Refresh"] = string.Create(
            CultureInfo.InvariantCulture,
            $"{seconds};url={address}"
        );

    /// <summary>A number in an address.</summary>
    public static string Plain(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>How many messages wait.</summary>
    public async Task<int> Unread(Services services) =>
        (await AtOnce<Inbox>(services, "notifications", $"/api/notifications/inbox/unread"))?.UnreadCount ?? 0;

    /// <summary>How many proposals wait for the reader.</summary>
    public async Task<int> Turn(Services services) =>
        (await AtOnce<Queue>(services, "proposals", $"/api/proposals/turn"))?.Count ?? 0;

    // Null where it cannot be told at once, for it only decorates.
    private async Task<T?> AtOnce<T>(Services services, string service, FormattableString path)
        where T : class
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_request.HttpContext.RequestAborted);
        patience.CancelAfter(TimeSpan.FromMilliseconds(500));
        try
        {
            return (await services.Get<T>(service, path, patience.Token)).Value;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private sealed record Inbox(int UnreadCount);

    private sealed record Queue(int Count);

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
