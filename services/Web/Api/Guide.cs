using System.Text;
using SkillPlatform.Rendering;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Api;

/// <summary><c>/api/guide</c>: docs/guide.md as a page, as it is of the version that runs.</summary>
public static class Guide
{
    public static void MapGuide(this WebApplication app)
    {
        var page = Encoding
            .UTF8.GetString(Embedded.Bytes("guide.html"))
            .Replace("{styles}", SiteFiles.Address("site.css"), StringComparison.Ordinal)
            .Replace("{guide}", Html(Encoding.UTF8.GetString(Embedded.Bytes("guide.md"))), StringComparison.Ordinal);
        app.MapGet(
                "/api/guide",
                (HttpContext http) =>
                {
                    http.Response.Headers.CacheControl = "no-cache";
                    return TypedResults.Text(page, "text/html; charset=utf-8");
                }
            )
            .AllowAnonymous()
            .ExcludeFromDescription();
    }

    // What people write stands under a page's own headings, hence from the fourth on; this is the page itself.
    private static string Html(string markdown) =>
        new[] { 1, 2, 3 }.Aggregate(
            Markdown.Html(markdown),
            (html, level) =>
                html.Replace($"<h{level + 3}>", $"<h{level}>", StringComparison.Ordinal)
                    .Replace($"</h{level + 3}>", $"</h{level}>", StringComparison.Ordinal)
        );
}
