using System.IO.Compression;
using System.Text;
using NetEscapades.AspNetCore.SecurityHeaders;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Api;

/// <summary><c>/api/docs</c>: the browsable reference over what the services publish, with nothing from other sites.</summary>
public static class Reference
{
    public static void MapReference(this WebApplication app)
    {
        var page = Encoding.UTF8.GetString(Embedded.Bytes("reference.html"));
        app.MapGet(
                "/api/docs",
                (HttpContext http) =>
                {
                    http.Response.Headers.CacheControl = "no-store";
                    return TypedResults.Text(
                        page.Replace("{nonce}", http.GetNonce(), StringComparison.Ordinal),
                        "text/html; charset=utf-8"
                    );
                }
            )
            .AllowAnonymous()
            .ExcludeFromDescription();
        Serve(app, "/api/docs/reference.js", "text/javascript; charset=utf-8", Embedded.Bytes("reference.js"));
        Serve(app, "/api/docs/styles.js", "text/javascript; charset=utf-8", Embedded.Bytes("reference-styles.js"));
        Serve(app, "/api/docs/scalar.js", "text/javascript; charset=utf-8", ScalarScript(), gzip: true);
    }

    private static void Serve(WebApplication app, string path, string type, byte[] bytes, bool gzip = false) =>
        app.MapGet(
                path,
                (HttpContext http) =>
                {
                    http.Response.Headers.CacheControl = "public, max-age=3600";
                    http.Response.Headers.Vary = "Accept-Encoding";
                    if (
                        gzip
                        && !http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal)
                    )
                        return TypedResults.Stream(
                            new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress),
                            type
                        );
                    if (gzip)
                        http.Response.Headers.ContentEncoding = "gzip";
                    return (IResult)TypedResults.Bytes(bytes, type);
                }
            )
            .AllowAnonymous()
            .ExcludeFromDescription();

    // The package carries the script, compressed, as a resource; its own page would start it by an inline script.
    private static byte[] ScalarScript()
    {
        var assembly = typeof(Scalar.AspNetCore.ScalarOptions).Assembly;
        var name = Array.Find(
            assembly.GetManifestResourceNames(),
            n => n.EndsWith("scalar.js", StringComparison.Ordinal)
        );
        using var stream = assembly.GetManifestResourceStream(name!)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
