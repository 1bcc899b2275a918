using SkillPlatform.Web.Cache;

namespace SkillPlatform.Web.Pages;

/// <summary>Files every page may ask for, each under an address that changes with it, sent compressed.</summary>
public static class SiteFiles
{
    private static readonly Dictionary<string, SiteFile> All = new[]
    {
        new SiteFile("site", "css", "text/css; charset=utf-8", Styles()),
        new SiteFile("icon", "svg", "image/svg+xml", Embedded.Bytes("icon.svg")),
        new SiteFile("forms", "js", "text/javascript; charset=utf-8", Embedded.Bytes("forms.js")),
        new SiteFile("suggestions", "js", "text/javascript; charset=utf-8", Embedded.Bytes("suggestions.js")),
    }.ToDictionary(asset => asset.Name, StringComparer.Ordinal);

    /// <summary>The address of a file by its name: <c>site.css</c>.</summary>
    public static string Address(string name) => All[name].Address;

    public static void MapSiteFiles(this WebApplication app)
    {
        app.MapGet("/assets/{file}", (HttpContext http, string file) => Send(http, file)).AllowAnonymous();
        // Asked for by browsers that show something else than a page, a feed for one.
        app.MapGet(
                "/favicon.ico",
                (ServiceDefaults.Brand brand) => TypedResults.Redirect(brand.LogoAddress ?? Address("icon.svg"))
            )
            .AllowAnonymous();
    }

    private static async Task Send(HttpContext http, string file)
    {
        // An address of yesterday's file gives today's, for a page that was open meanwhile, and is not kept.
        if (file.Split('.') is not [var stem, var hash, var type] || !All.TryGetValue($"{stem}.{type}", out var asset))
        {
            http.Response.StatusCode = 404;
            return;
        }
        http.Response.Headers.CacheControl = hash == asset.Hash ? "public, max-age=31536000, immutable" : "no-cache";
        await asset.Body.Send(http, asset.ContentType);
    }

    // One file of what all pages share, then what each room adds, and last what paper takes away.
    private static byte[] Styles() =>
        [
            .. Embedded
                .Names("styles/")
                .OrderBy(name => name is "styles/print.css")
                .ThenBy(name => name is not "styles/site.css")
                .ThenBy(name => name, StringComparer.Ordinal)
                .SelectMany(Embedded.Bytes),
        ];

    private sealed record SiteFile(string Stem, string Type, string ContentType, byte[] Content)
    {
        public string Name { get; } = $"{Stem}.{Type}";
        public Encoded Body { get; } = new(Content);
        public string Hash => Body.Tag[..12];
        public string Address => $"/assets/{Stem}.{Hash}.{Type}";
    }
}
