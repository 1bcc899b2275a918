using System.Globalization;
using System.Xml;
using Microsoft.AspNetCore.Http.HttpResults;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Feeds;

/// <summary>Every page that can be found, in every language, for search engines; and what they may not look at.</summary>
public static class ShowSitemap
{
    private const string Maps = "http://www.sitemaps.org/schemas/sitemap/0.9";
    private const string Xhtml = "http://www.w3.org/1999/xhtml";

    // Each stands there in each language, with all languages beside it: some six megabytes, of the fifty allowed.
    private const int PerFile = 1_000;

    public static void Map(WebApplication app)
    {
        app.MapGet("/sitemap.xml", (Services services, Visit visit, CancellationToken ct) => Whole(services, visit, ct))
            .AllowAnonymous();
        app.MapGet(
                "/sitemap/{number:int}",
                (int number, Services services, Visit visit, CancellationToken ct) => Part(number, services, visit, ct)
            )
            .AllowAnonymous();
        app.MapGet("/robots.txt", Robots).AllowAnonymous();
    }

    private static string Robots(Visit visit) =>
        $"""
            User-agent: *
            Disallow: /api/
            Disallow: /signin
            Disallow: /*/compare
            Sitemap: {visit.Origin}/sitemap.xml

            """;

    private static async Task<IResult> Whole(Services services, Visit visit, CancellationToken ct)
    {
        if (await Paths(services, ct) is not { } paths)
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        return paths.Count <= PerFile
            ? Xml(xml => Urls(xml, visit, paths))
            : Xml(xml => Index(xml, visit, paths.Count));
    }

    private static async Task<IResult> Part(int number, Services services, Visit visit, CancellationToken ct)
    {
        if (await Paths(services, ct) is not { } paths)
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        return number < 1 || number > Files(paths.Count)
            ? TypedResults.StatusCode(StatusCodes.Status404NotFound)
            : Xml(xml => Urls(xml, visit, paths.Skip((number - 1) * PerFile).Take(PerFile)));
    }

    private static int Files(int paths) => (paths + PerFile - 1) / PerFile;

    private static async Task<List<(string Path, DateTimeOffset? At)>?> Paths(Services services, CancellationToken ct)
    {
        var paths = new List<(string, DateTimeOffset?)> { ("/", null), ("/roles", null), ("/changes", null) };
        var roles = await services.Get<PageList<Named>>("catalog", $"/api/catalog/roles?limit={200}", ct);
        paths.AddRange((roles.Value?.Items ?? []).Select(role => ($"/roles/{role.Slug}", (DateTimeOffset?)null)));
        string? cursor = null;
        do
        {
            FormattableString address = $"/api/catalog/skills?limit={200}";
            var skills = await services.Get<PageList<Dated>>("catalog", address.With("cursor", cursor), ct);
            if (skills.Value is not { } page)
                return null;
            paths.AddRange(page.Items.Select(skill => ($"/skills/{skill.Slug}", skill.UpdatedAt)));
            cursor = page.NextCursor;
        } while (cursor is not null);
        return paths;
    }

    private static void Index(XmlWriter xml, Visit visit, int paths)
    {
        xml.WriteStartElement("sitemapindex", Maps);
        for (var number = 1; number <= Files(paths); number++)
        {
            xml.WriteStartElement("sitemap", Maps);
            xml.WriteElementString("loc", Maps, $"{visit.Origin}/sitemap/{Visit.Plain(number)}");
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void Urls(XmlWriter xml, Visit visit, IEnumerable<(string Path, DateTimeOffset? At)> paths)
    {
        xml.WriteStartElement("urlset", Maps);
        xml.WriteAttributeString("xmlns", "xhtml", null, Xhtml);
        foreach (var (path, at) in paths)
        foreach (var language in Texts.Languages)
        {
            xml.WriteStartElement("url", Maps);
            xml.WriteElementString("loc", Maps, $"{visit.Origin}/{language}{path}");
            if (at is { } changed)
                xml.WriteElementString(
                    "lastmod",
                    Maps,
                    changed.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
                );
            foreach (var other in Texts.Languages)
                Alternate(xml, other, $"{visit.Origin}/{other}{path}");
            Alternate(xml, "x-default", $"{visit.Origin}{path}");
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void Alternate(XmlWriter xml, string language, string address)
    {
        xml.WriteStartElement("link", Xhtml);
        xml.WriteAttributeString("rel", "alternate");
        xml.WriteAttributeString("hreflang", language);
        xml.WriteAttributeString("href", address);
        xml.WriteEndElement();
    }

    private static FileContentHttpResult Xml(Action<XmlWriter> write)
    {
        using var to = new MemoryStream();
        using (var xml = XmlWriter.Create(to))
            write(xml);
        return TypedResults.Bytes(to.ToArray(), "application/xml; charset=utf-8");
    }

    private sealed record Dated(string Slug, DateTimeOffset? UpdatedAt);
}
