namespace SkillPlatform.Web.Api;

/// <summary>Whether a browser's write comes from our own pages, by what the browser itself says and no page can forge.</summary>
public static class SameOrigin
{
    public static bool Allows(HttpContext http)
    {
        var request = http.Request;
        if (IsSafe(request.Method))
            return true;
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
            return site == "same-origin";
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0
            && (
                Is(origin, $"{request.Scheme}://{request.Host}")
                || Is(origin, http.RequestServices.GetRequiredService<IConfiguration>()["Web:PublicOrigin"])
            );
    }

    public static bool IsSafe(string method) =>
        HttpMethods.IsGet(method)
        || HttpMethods.IsHead(method)
        || HttpMethods.IsOptions(method)
        || HttpMethods.IsTrace(method);

    private static bool Is(string origin, string? ours) =>
        string.Equals(origin, ours?.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);
}
