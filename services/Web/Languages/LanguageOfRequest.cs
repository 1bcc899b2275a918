using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;

namespace SkillPlatform.Web.Languages;

/// <summary>
/// The language of a page: its address says it (<c>/de/skills/…</c>), else the reader's cookie, which signing in sets from
/// the account, else what the browser prefers.
/// </summary>
public static class LanguageOfRequest
{
    public const string Cookie = "skillplatform.language";

    // Not pages: they have one address, whatever the language.
    private static readonly string[] Machines =
    [
        "/api",
        "/mcp",
        "/health",
        "/assets",
        "/brand",
        "/favicon.ico",
        "/robots.txt",
        "/sitemap.xml",
        "/sitemap",
        "/signin",
        "/signout",
        "/signin-oidc",
        "/signout-callback-oidc",
    ];

    public static void UseLanguages(this IApplicationBuilder app) =>
        app.Use(
            (http, next) =>
            {
                var request = http.Request;
                if (IsMachine(request.Path))
                    return next(http);
                var language = Prefix(request.Path, out var rest);
                if (language is not null && !IsMachine(rest))
                {
                    request.PathBase += $"/{language}";
                    request.Path = rest;
                }
                else
                {
                    language = Preferred(request);
                    http.Response.Headers.AppendCommaSeparatedValues("Vary", "Accept-Language", "Cookie");
                }
                CultureInfo.CurrentUICulture = CultureInfo.CurrentCulture = Texts.In(language).Culture;
                http.Response.Headers.ContentLanguage = language;
                return next(http);
            }
        );

    public static void RememberLanguage(this HttpContext http, string? language)
    {
        if (Known(language) is not { } known)
            return;
        http.Response.Cookies.Append(
            Cookie,
            known,
            new CookieOptions
            {
                Path = "/",
                HttpOnly = true,
                SameSite = SameSiteMode.Lax,
                Secure =
                    http.Request.IsHttps
                    || !http.RequestServices.GetRequiredService<IHostEnvironment>().IsDevelopment(),
                MaxAge = TimeSpan.FromDays(365),
                IsEssential = true,
            }
        );
    }

    /// <summary>The language of who goes on to one of our addresses, after signing in for one.</summary>
    public static string Going(this HttpRequest request, string? to) =>
        Prefix(new PathString((to ?? "/").Split('?')[0]), out _) ?? FromCookie(request) ?? FromBrowser(request) ?? "en";

    public static bool IsMachine(PathString path) =>
        Array.Exists(Machines, machine => path.StartsWithSegments(machine, StringComparison.OrdinalIgnoreCase));

    /// <summary>The language an address begins with, and what follows.</summary>
    public static string? Prefix(PathString path, out PathString rest)
    {
        foreach (var language in Texts.Languages)
            if (path.StartsWithSegments($"/{language}", StringComparison.OrdinalIgnoreCase, out rest))
            {
                if (!rest.HasValue)
                    rest = "/";
                return language;
            }
        rest = path;
        return null;
    }

    /// <summary>The language for an address that says none.</summary>
    public static string Preferred(HttpRequest request) => FromCookie(request) ?? FromBrowser(request) ?? "en";

    private static string? FromCookie(HttpRequest request) => Known(request.Cookies[Cookie]);

    private static string? FromBrowser(HttpRequest request) =>
        request
            .GetTypedHeaders()
            .AcceptLanguage.Where(wanted => wanted.Quality != 0)
            .OrderByDescending(wanted => wanted.Quality ?? 1)
            .Select(wanted => Known(wanted.Value.Value))
            .FirstOrDefault(language => language is not null);

    // "de-AT" is read as "de".
    private static string? Known(string? tag) =>
        tag?.Split('-')[0].ToLowerInvariant() is { } language
        && Texts.Languages.Contains(language, StringComparer.Ordinal)
            ? language
            : null;
}
