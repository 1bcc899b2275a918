using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Mine;
using SkillPlatform.Web.SignIn;

namespace SkillPlatform.Web.Cache;

/// <summary>
/// Pages for readers without a session: compressed, with a tag, and those of skills from memory. Pages for somebody are
/// neither: with their tokens, how well they compress would tell.
/// </summary>
public static class AnonymousPages
{
    private const string Skills = "/skills/";
    private static readonly object MayBe = new();

    /// <summary>Says that the page is whole and the same for everybody who is not signed in.</summary>
    public static void MayBeCached(this HttpContext http) => http.Items[MayBe] = true;

    /// <summary>Comes first: what is kept needs nothing of what follows.</summary>
    public static void UseAnonymousPages(this WebApplication app)
    {
        var cache = app.Services.GetRequiredService<PageCache>();
        app.Use((http, next) => IsAnonymousPage(http.Request) ? Serve(http, next, cache) : next(http));
    }

    private static bool IsAnonymousPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && !request.HasSession()
        // It begins with what concerns them, and is nobody else's.
        && MyRole.Of(request) is null
        && !LanguageOfRequest.IsMachine(request.Path);

    private static async Task Serve(HttpContext http, RequestDelegate next, PageCache cache)
    {
        var (slug, variant) = Skill(http.Request);
        if (slug is not null && cache.Find(slug, variant!) is { } kept)
        {
            await kept.Send(http);
            return;
        }
        var since = cache.Now;
        var (body, buffer) = (http.Response.Body, new MemoryStream());
        http.Response.Body = buffer;
        try
        {
            await next(http);
        }
        finally
        {
            http.Response.Body = body;
        }
        if (
            http.Response is { StatusCode: 200, ContentType: { } type }
            && http.Response.Headers.ContentEncoding.Count == 0
        )
        {
            var page = new Encoded(buffer.ToArray());
            // Kept by browsers, too, and asked for again each time.
            if (http.Response.Headers.CacheControl.Count == 0)
                http.Response.Headers.CacheControl = "no-cache";
            await page.Send(http, type);
            // An answer without a body has not all the headers that a page goes out with.
            if (
                slug is not null
                && http.Items.ContainsKey(MayBe)
                && http.Response.StatusCode == StatusCodes.Status200OK
            )
                cache.Keep(slug, variant!, page, http.Response.Headers, since);
            return;
        }
        buffer.Position = 0;
        await buffer.CopyToAsync(body, http.RequestAborted);
    }

    // The prefix is part of the page: its links go on in that language.
    private static (string? Slug, string? Variant) Skill(HttpRequest request)
    {
        if (request.QueryString.HasValue)
            return (null, null);
        var prefix = LanguageOfRequest.Prefix(request.Path, out var rest);
        return rest.Value is { } path && path.StartsWith(Skills, StringComparison.Ordinal)
            ? (path[Skills.Length..], prefix is null ? $"|{LanguageOfRequest.Preferred(request)}" : prefix)
            : (null, null);
    }
}
