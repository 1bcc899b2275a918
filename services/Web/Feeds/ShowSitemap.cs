using System.Globalization;
using System.IO.Compression;
using System.Xml;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Feeds;

/// <summary>Every page that can be found, in every language, for search engines; and what they may not look at.</summary>
public static class ShowSitemap
{
    private const string Maps = "http://www.sitemaps.org/schemas/sitemap/0.9";
    private const string Xhtml = "http://www.w3.org/1999/xhtml";

    public static void Map(WebApplication app)
    {
        app.MapGet("/sitemap.xml", Whole).AllowAnonymous();
        app.MapGet("/sitemap/{number:int}", Part).AllowAnonymous();
        app.MapGet("/robots.txt", Robots).AllowAnonymous();
    }

    private static string Robots(Visit visit) =>
        $"""
            User-agent: *
            Disallow: /api/
            Disallow: /signin
            Disallow: /*/compare
            Disallow: /*/by/
            Sitemap: {visit.Origin}/sitemap.xml

            """;

    private static async Task<IResult> Whole(Services services, Visit visit, CancellationToken ct)
    {
        FormattableString address = $"/api/catalog/addresses";
        return (await services.Get<Addressed>("catalog", address, ct)).Value is { } addressed
            ? new Xml(xml => Index(xml, visit, addressed.Parts))
            : TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> Part(int number, Services services, Visit visit, CancellationToken ct)
    {
        string[] own = number == 1 ? ["/", "/roles", "/changes"] : [];
        FormattableString address = $"/api/catalog/addresses?part={number}";
        var part = await services.Get<Addressed>("catalog", address, ct);
        return number < 1 || part.Status is 404 && own is [] ? TypedResults.StatusCode(StatusCodes.Status404NotFound)
            : part.Down ? TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable)
            : new Xml(xml => Urls(xml, visit, own, part.Value?.Items ?? []));
    }

    // The first part has pages of our own too, so there always is one.
    private static void Index(XmlWriter xml, Visit visit, int parts)
    {
        xml.WriteStartElement("sitemapindex", Maps);
        for (var number = 1; number <= Math.Max(1, parts); number++)
        {
            xml.WriteStartElement("sitemap", Maps);
            xml.WriteElementString("loc", Maps, $"{visit.Origin}/sitemap/{Visit.Plain(number)}");
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void Urls(XmlWriter xml, Visit visit, string[] own, Item[] items)
    {
        xml.WriteStartElement("urlset", Maps);
        xml.WriteAttributeString("xmlns", "xhtml", null, Xhtml);
        foreach (var path in own)
            Url(xml, visit, path, null);
        foreach (var item in items)
            Url(xml, visit, $"/{item.Kind}s/{item.Slug}", item.UpdatedAt);
        xml.WriteEndElement();
    }

    private static void Url(XmlWriter xml, Visit visit, string path, DateTimeOffset? at)
    {
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
    }

    private static void Alternate(XmlWriter xml, string language, string address)
    {
        xml.WriteStartElement("link", Xhtml);
        xml.WriteAttributeString("rel", "alternate");
        xml.WriteAttributeString("hreflang", language);
        xml.WriteAttributeString("href", address);
        xml.WriteEndElement();
    }

    // A part says each address in each language seven times: megabytes, of which little is left when compressed.
    private sealed class Xml(Action<XmlWriter> write) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            var zipped = httpContext
                .Request.Headers.AcceptEncoding.ToString()
                .Contains("gzip", StringComparison.Ordinal);
            using var to = new MemoryStream();
            using (Stream through = zipped ? new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true) : to)
            using (var xml = XmlWriter.Create(through, new XmlWriterSettings { CloseOutput = false }))
                write(xml);
            response.ContentType = "application/xml; charset=utf-8";
            response.Headers.Vary = "Accept-Encoding";
            if (zipped)
                response.Headers.ContentEncoding = "gzip";
            var body = to.ToArray();
            response.ContentLength = body.Length;
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
        }
    }

    private sealed record Addressed(int Parts, Item[] Items);

    private sealed record Item(string Kind, string Slug, DateTimeOffset? UpdatedAt);
}
