using System.Globalization;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.WebUtilities;

namespace SkillPlatform.Identity.Pages;

/// <summary>The language a page is read in: what the client or the reader asked for last, then what the browser prefers.</summary>
public static class Language
{
    private const string Key = "ui_locales";
    private const string Cookie = "identity.language";

    public static Task<ProviderCultureResult?> Chosen(HttpContext http)
    {
        if (Known(http.Request.Query[Key]) is { } asked)
        {
            http.Response.Cookies.Append(
                Cookie,
                asked,
                new CookieOptions
                {
                    HttpOnly = true,
                    SameSite = SameSiteMode.Lax,
                    Secure =
                        http.Request.IsHttps
                        || !http.RequestServices.GetRequiredService<IHostEnvironment>().IsDevelopment(),
                    MaxAge = TimeSpan.FromDays(365),
                    IsEssential = true,
                }
            );
            return Task.FromResult<ProviderCultureResult?>(new ProviderCultureResult(asked));
        }
        var kept = Known(http.Request.Cookies[Cookie]);
        return Task.FromResult(kept is null ? null : new ProviderCultureResult(kept));
    }

    /// <summary>This page in another language.</summary>
    public static string Link(HttpRequest request, string language) =>
        QueryHelpers.AddQueryString(
            request.Path.ToUriComponent(),
            request
                .Query.Where(q => q.Key is not (Key or "handler"))
                .Append(new(Key, language))
                .Select(q => KeyValuePair.Create(q.Key, (string?)q.Value))
        );

    /// <summary>A language's name for itself, as it begins a line.</summary>
    public static string Name(string language)
    {
        var culture = CultureInfo.GetCultureInfo(language);
        return culture.TextInfo.ToUpper(culture.NativeName[0]) + culture.NativeName[1..];
    }

    // "de-AT fr" is read as "de".
    private static string? Known(string? tags) =>
        tags
            ?.Split(' ')
            .Select(tag => tag.Split('-')[0].ToLowerInvariant())
            .FirstOrDefault(tag => Texts.Cultures.Contains(tag, StringComparer.Ordinal));
}
