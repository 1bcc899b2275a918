using System.Reflection;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.Localization;
using SkillPlatform.Identity.Pages;

namespace SkillPlatform.Identity;

/// <summary>Marks the texts of pages and mails: <c>Texts.resx</c> and one file beside it for each further language.</summary>
public sealed class Texts
{
    /// <summary>English first: what is asked for in another language gets it.</summary>
    public static string[] Cultures { get; } = ["en", "de", "es", "fr", "ru", "ja", "ar"];
}

/// <summary>The pages people see: languages, forms, what a browser may do with them.</summary>
public static class PageSetup
{
    public static void AddPages(this WebApplicationBuilder builder)
    {
        ServiceDefaults.Brand.Add(builder);
        builder.Services.AddLocalization();
        builder.Services.AddTransient<IStringLocalizer<Texts>, UnderItsName>();
        // "ä" as "ä": pages are UTF-8.
        builder.Services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        builder.Services.AddRazorPages();
        builder.Services.AddSingleton<SecurityLog>();
        builder.Services.AddHostedService<SecurityEvents>();
        builder.Services.AddSingleton<Guessing>();
        builder.Services.AddSingleton<Marks>();
        builder.Services.AddAntiforgery(options =>
        {
            options.Cookie.Name = AccountSetup.Cookie(builder.Environment, "identity.form");
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
                new CustomRequestCultureProvider(Language.Chosen),
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
        app.Use(app.Services.GetRequiredService<SecurityLog>().Watch);
        app.UseRequestLocalization();
        app.UseWhen(
            http => !http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase),
            pages => pages.UseExceptionHandler("/error").UseStatusCodePagesWithReExecute("/error", "?status={0}")
        );
    }

    public static void MapPages(this WebApplication app)
    {
        Assets.Map(app);
        ServiceDefaults.Brand.Map(app);
        app.MapRazorPages();
        // Without this an unknown address would ask for a sign-in.
        app.MapFallback("{*path}", () => Results.NotFound()).AllowAnonymous();
    }

    // A sign-in ends at the client's redirect address, and browsers hold redirects after a post to form-action as well.
    private static Dictionary<string, string> Headers(string web) =>
        new(StringComparer.Ordinal)
        {
            ["Content-Security-Policy"] =
                $"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self' {web} http://127.0.0.1:*; base-uri 'none'; frame-ancestors 'none'",
            ["X-Content-Type-Options"] = "nosniff",
            ["X-Frame-Options"] = "DENY",
            ["Referrer-Policy"] = "same-origin",
            ["Cross-Origin-Opener-Policy"] = "same-origin",
            ["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()",
        };
}

/// <summary>The stylesheet and the scripts, out of the assembly: found wherever the process was started.</summary>
public static class Assets
{
    private static readonly byte[] Css = Read("site.css");
    private static readonly byte[] Js = Read("passkey.js");
    private static readonly byte[] FormsJs = Read("forms.js");
    private static readonly byte[] Picture = Read("icon.svg");

    /// <summary>Changes with the content.</summary>
    public static string Stylesheet { get; } = $"/site.{Hash(Css)}.css";

    /// <summary>Changes with the content.</summary>
    public static string Script { get; } = $"/passkey.{Hash(Js)}.js";

    /// <summary>Changes with the content.</summary>
    public static string Forms { get; } = $"/forms.{Hash(FormsJs)}.js";

    /// <summary>Changes with the content.</summary>
    public static string Icon { get; } = $"/icon.{Hash(Picture)}.svg";

    internal static void Map(WebApplication app)
    {
        Send(app, Stylesheet, Css, "text/css; charset=utf-8");
        Send(app, Script, Js, "text/javascript; charset=utf-8");
        Send(app, Forms, FormsJs, "text/javascript; charset=utf-8");
        Send(app, Icon, Picture, "image/svg+xml");
    }

    private static void Send(WebApplication app, string address, byte[] bytes, string type) =>
        app.MapGet(
                address,
                (HttpContext http) =>
                {
                    http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
                    return Results.Bytes(bytes, type);
                }
            )
            .AllowAnonymous();

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..12];

    private static byte[] Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
