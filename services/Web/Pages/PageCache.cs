using System.Collections.Concurrent;
using System.Globalization;
using SkillPlatform.Web.SignIn;

namespace SkillPlatform.Web.Pages;

/// <summary>
/// Skill pages as bytes, for readers without a session, until the skill changes. Each process keeps its own and hears of
/// changes on a queue of its own; while it cannot hear them, it keeps nothing.
/// </summary>
public sealed class PageCache(TimeProvider time)
{
    private const int Most = 2_000;

    // The queue tells of every change; this bounds what a read that was behind its own message could leave here.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, Entry>> _pages = new(
        StringComparer.Ordinal
    );
    private long _changes;

    /// <summary>False while messages may be missed.</summary>
    public bool Hears
    {
        get;
        set
        {
            field = value;
            Clear();
        }
    }

    /// <summary>To be given back to <see cref="Keep"/>: what changed meanwhile must not be kept.</summary>
    public long Now => Interlocked.Read(ref _changes);

    /// <summary>A page as it was made for a language and its address's prefix.</summary>
    public byte[]? Find(string slug, string variant) =>
        _pages.TryGetValue(slug, out var variants)
        && variants.TryGetValue(variant, out var entry)
        && time.GetElapsedTime(entry.At) < Longest
            ? entry.Page
            : null;

    public void Keep(string slug, string variant, byte[] page, long since)
    {
        if (!Hears || since != Now)
            return;
        if (_pages.Count >= Most)
            _pages.Clear();
        _pages.GetOrAdd(slug, _ => new(StringComparer.Ordinal))[variant] = new Entry(page, time.GetTimestamp());
        if (since != Now)
            _pages.TryRemove(slug, out _);
    }

    public void Evict(string slug)
    {
        Interlocked.Increment(ref _changes);
        _pages.TryRemove(slug, out _);
    }

    public void Clear()
    {
        Interlocked.Increment(ref _changes);
        _pages.Clear();
    }

    private sealed record Entry(byte[] Page, long At);
}

public static class CachedPages
{
    private const string Prefix = "/skills/";
    private static readonly object MayBe = new();

    /// <summary>Says that the page is whole and the same for everybody who is not signed in.</summary>
    public static void MayBeCached(this HttpContext http) => http.Items[MayBe] = true;

    public static void UseCachedPages(this WebApplication app)
    {
        var cache = app.Services.GetRequiredService<PageCache>();
        app.Use((http, next) => IsAnonymousSkillPage(http.Request) ? Serve(http, next, cache) : next(http));
    }

    private static bool IsAnonymousSkillPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.Path.Value!.StartsWith(Prefix, StringComparison.Ordinal)
        && !request.QueryString.HasValue
        && !request.Cookies.ContainsKey(SigningIn.Cookie);

    private static async Task Serve(HttpContext http, RequestDelegate next, PageCache cache)
    {
        // The prefix is part of the page: its links go on in that language.
        var variant = $"{http.Request.PathBase}|{CultureInfo.CurrentUICulture.Name}";
        var slug = http.Request.Path.Value![Prefix.Length..];
        if (cache.Find(slug, variant) is { } page)
        {
            await Write(http.Response, page);
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
        if (http.Response.StatusCode == 200 && http.Items.ContainsKey(MayBe))
        {
            cache.Keep(slug, variant, buffer.ToArray(), since);
            await Write(http.Response, buffer.ToArray());
            return;
        }
        buffer.Position = 0;
        await buffer.CopyToAsync(body, http.RequestAborted);
    }

    private static Task Write(HttpResponse response, byte[] page)
    {
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = page.Length;
        response.Headers.CacheControl = "no-cache";
        return response.Body.WriteAsync(page, 0, page.Length, response.HttpContext.RequestAborted);
    }
}
