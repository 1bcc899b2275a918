using SkillPlatform.Web.Cache;

namespace SkillPlatform.Web.Pages;

/// <summary>Files every page may ask for, each under an address that changes with it, sent compressed.</summary>
public static class SiteFiles
{
    private static readonly Dictionary<string, SiteFile> All = new[]
    {
        new SiteFile("site", "css", "text/css; charset=utf-8"),
        new SiteFile("icon", "svg", "image/svg+xml"),
        new SiteFile("suggestions", "js", "text/javascript; charset=utf-8"),
    }.ToDictionary(asset => asset.Name, StringComparer.Ordinal);

    /// <summary>The address of a file by its name: <c>site.css</c>.</summary>
    public static string Address(string name) => All[name].Address;

    public static void MapSiteFiles(this WebApplication app)
    {
        app.MapGet("/assets/{file}", (HttpContext http, string file) => Send(http, file)).AllowAnonymous();
        // Asked for by browsers that show something else than a page, a feed for one.
        app.MapGet("/favicon.ico", () => TypedResults.Redirect(Address("icon.svg"))).AllowAnonymous();
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

    private sealed record SiteFile(string Stem, string Type, string ContentType)
    {
        public string Name { get; } = $"{Stem}.{Type}";
        public Encoded Body { get; } = new(Embedded.Bytes($"{Stem}.{Type}"));
        public string Hash => Body.Tag[..12];
        public string Address => $"/assets/{Stem}.{Hash}.{Type}";
    }
}
