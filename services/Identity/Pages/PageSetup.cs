using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Localization;

namespace SkillPlatform.Identity;

/// <summary>Marks the texts of pages and mails: <c>Texts.resx</c> and one file beside it for each further language.</summary>
public sealed class Texts
{
    /// <summary>English first: what is asked for in another language gets it.</summary>
    public static string[] Cultures { get; } = ["en", "de", "es"];
}

/// <summary>The pages people see: languages, forms, what a browser may do with them.</summary>
public static class PageSetup
{
    public static void AddPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddLocalization();
        builder.Services.AddRazorPages();
        builder.Services.AddSingleton<Guessing>();
        builder.Services.AddAntiforgery(options =>
        {
            options.Cookie.Name = AccountSetup.Cookie(builder, "identity.form");
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.Cookie.SecurePolicy = AccountSetup.Secure(builder);
        });
        builder.Services.Configure<RequestLocalizationOptions>(options =>
        {
            options.SetDefaultCulture(Texts.Cultures[0]).AddSupportedCultures(Texts.Cultures);
            options.AddSupportedUICultures(Texts.Cultures);
            options.RequestCultureProviders =
            [
                new QueryStringRequestCultureProvider { UIQueryStringKey = "ui_locales" },
                new AcceptLanguageHeaderRequestCultureProvider(),
            ];
        });
    }

    public static void UsePages(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
            app.UseHsts();
        var headers = Headers(app.Configuration["Web:PublicOrigin"] ?? "http://localhost:8080");
        app.Use(
            (http, next) =>
            {
                foreach (var (name, value) in headers)
                    http.Response.Headers[name] = value;
                http.Response.OnStarting(() =>
                {
                    if (http.Response.Headers.CacheControl.Count == 0)
                        http.Response.Headers.CacheControl = "no-store";
                    return Task.CompletedTask;
                });
                return next(http);
            }
        );
        app.UseRequestLocalization();
        app.UseWhen(
            http => !http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal),
            pages => pages.UseExceptionHandler("/error").UseStatusCodePagesWithReExecute("/error", "?status={0}")
        );
    }

    public static void MapPages(this WebApplication app)
    {
        app.MapGet(Stylesheet.Address, Stylesheet.Send).AllowAnonymous();
        app.MapRazorPages();
        // Without this an unknown address would ask for a sign-in.
        app.MapFallback("{*path}", () => Results.NotFound()).AllowAnonymous();
    }

    // A sign-in ends at the client's redirect address, and browsers hold redirects after a post to form-action as well.
    private static Dictionary<string, string> Headers(string web) =>
        new(StringComparer.Ordinal)
        {
            ["Content-Security-Policy"] =
                $"default-src 'none'; style-src 'self'; form-action 'self' {web} http://127.0.0.1:*; base-uri 'none'; frame-ancestors 'none'",
            ["X-Content-Type-Options"] = "nosniff",
            ["X-Frame-Options"] = "DENY",
            ["Referrer-Policy"] = "same-origin",
            ["Cross-Origin-Opener-Policy"] = "same-origin",
            ["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()",
        };
}

/// <summary>The one stylesheet, out of the assembly: found wherever the process was started.</summary>
public static class Stylesheet
{
    private static readonly byte[] Css = Read();

    /// <summary>Changes with the content.</summary>
    public static string Address { get; } = $"/site.{Convert.ToHexStringLower(SHA256.HashData(Css))[..12]}.css";

    internal static IResult Send(HttpContext http)
    {
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(Css, "text/css; charset=utf-8");
    }

    private static byte[] Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("site.css")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
