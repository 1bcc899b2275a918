using System.Security.Cryptography;

namespace SkillPlatform.Web.Pages;

/// <summary>The stylesheet, under an address that changes with it.</summary>
public static class Styles
{
    private static readonly byte[] Css = Embedded.Bytes("site.css");

    public static string Address { get; } = $"/assets/site.{Convert.ToHexStringLower(SHA256.HashData(Css))[..12]}.css";

    public static void MapStyles(this WebApplication app) =>
        app.MapGet(
                "/assets/site.{hash}.css",
                (HttpContext http) =>
                {
                    http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
                    return TypedResults.Bytes(Css, "text/css; charset=utf-8");
                }
            )
            .AllowAnonymous();
}
