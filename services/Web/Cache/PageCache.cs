using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Primitives;
using SkillPlatform.Contracts;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Web.Cache;

/// <summary>
/// Skill pages as bytes, for readers without a session, until the skill changes. Each process keeps its own and hears of
/// changes on a queue of its own; while it cannot hear them, it keeps nothing.
/// </summary>
public sealed class PageCache(TimeProvider time, IMeterFactory meters)
{
    private readonly Counter<long> _requests = meters
        .Create(Telemetry.Name)
        .CreateCounter<long>("skillplatform.page_cache.requests", "{request}");

    private const int Most = 2_000;

    // The queue tells of every change; this bounds what a read that was behind its own message could leave here.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, KeptPage>> _pages = new(
        StringComparer.Ordinal
    );
    private long _changes;
    private volatile KeptRoles? _roles;

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
    public KeptPage? Find(string slug, string variant)
    {
        var kept =
            _pages.TryGetValue(slug, out var variants)
            && variants.TryGetValue(variant, out var page)
            && time.GetElapsedTime(page.At) < Longest
                ? page
                : null;
        _requests.Add(1, KeyValuePair.Create("hit", (object?)(kept is not null)));
        return kept;
    }

    public void Keep(string slug, string variant, Encoded body, IHeaderDictionary headers, long since)
    {
        if (!Hears || since != Now)
            return;
        if (_pages.Count >= Most)
            _pages.Clear();
        var page = new KeptPage(body, KeptPage.Lasting(headers), time.GetTimestamp());
        _pages.GetOrAdd(slug, _ => new(StringComparer.Ordinal))[variant] = page;
        if (since != Now)
            _pages.TryRemove(slug, out _);
    }

    /// <summary>What all roles are called, until anything changes: thousands, perhaps, that page after page suggests.</summary>
    public Named[]? Roles =>
        _roles is { } kept && kept.Since == Now && time.GetElapsedTime(kept.At) < Longest ? kept.Names : null;

    public void KeepRoles(Named[] names, long since)
    {
        if (Hears && since == Now)
            _roles = new(names, since, time.GetTimestamp());
    }

    private sealed record KeptRoles(Named[] Names, long Since, long At);

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
}

/// <summary>A page with the headers it was sent with, but for those that belong to one answer.</summary>
public sealed record KeptPage(Encoded Body, KeyValuePair<string, StringValues>[] Headers, long At)
{
    private static readonly FrozenSet<string> OfOneAnswer = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Content-Encoding",
        "Content-Length",
        "Content-Type",
        "Date",
        "ETag",
        "Set-Cookie",
        "Transfer-Encoding"
    );

    public static KeyValuePair<string, StringValues>[] Lasting(IHeaderDictionary headers) =>
        [.. headers.Where(header => !OfOneAnswer.Contains(header.Key))];

    public Task Send(HttpContext http)
    {
        foreach (var (name, value) in Headers)
            http.Response.Headers[name] = value;
        return Body.Send(http, Html);
    }

    public const string Html = "text/html; charset=utf-8";
}
