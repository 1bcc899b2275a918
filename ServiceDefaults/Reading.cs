using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace SkillPlatform.ServiceDefaults;

/// <summary>One page of a list.</summary>
/// <typeparam name="T">The item.</typeparam>
/// <param name="Items">In the order of the list.</param>
/// <param name="NextCursor">Where the next page starts; null on the last one.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>What a list was asked for: <c>?limit=</c> (1 to 200, default 50) and <c>?cursor=</c>.</summary>
/// <param name="Limit">Items wanted.</param>
/// <param name="After">The key of the last item seen, as given to <see cref="Page{T}"/>; null for the first page.</param>
public sealed record Paging(int Limit, string[]? After)
{
    /// <summary>True where the limit was given.</summary>
    public bool IsAsked { get; init; }

    /// <summary>
    /// Reads the query. Binds as a parameter of a route; what cannot be read is answered 400 by throwing
    /// <see cref="BadHttpRequestException"/>.
    /// </summary>
    /// <param name="http">The request.</param>
    public static ValueTask<Paging?> BindAsync(HttpContext http)
    {
        var limit = 50;
        if (
            http.Request.Query.TryGetValue("limit", out var text)
            && (
                !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > 200
            )
        )
            throw new BadHttpRequestException("limit must be a number from 1 to 200.");
        string[]? after = null;
        if (http.Request.Query.TryGetValue("cursor", out var cursor) && !string.IsNullOrEmpty(cursor))
            after = Read(cursor!) ?? throw new BadHttpRequestException("cursor is not one this list gave.");
        return ValueTask.FromResult<Paging?>(new Paging(limit, after) { IsAsked = text.Count > 0 });
    }

    /// <summary>Makes a page from up to <see cref="Limit"/> + 1 items; the extra one tells that there is more.</summary>
    /// <typeparam name="T">The item.</typeparam>
    /// <param name="items">At most one more than <see cref="Limit"/>.</param>
    /// <param name="key">The keyset of an item, parts as text.</param>
    public Page<T> Of<T>(IReadOnlyList<T> items, Func<T, string[]> key)
    {
        if (items.Count <= Limit)
            return new Page<T>(items, null);
        var page = items.Take(Limit).ToArray();
        return new Page<T>(page, WebEncoders.Base64UrlEncode(JsonSerializer.SerializeToUtf8Bytes(key(page[^1]))));
    }

    // Of text in one answer where no limit is asked for: with what stands around it, some sixty kilobytes at most.
    private const int MostText = 24_000;

    /// <summary>The same where items can be long: unless a limit was asked for, a page of much text ends early.</summary>
    /// <typeparam name="T">The item.</typeparam>
    /// <param name="items">At most one more than <see cref="Limit"/>.</param>
    /// <param name="key">The keyset of an item, parts as text.</param>
    /// <param name="length">How long its text is, in bytes: see <see cref="Bytes"/>.</param>
    public Page<T> Of<T>(IReadOnlyList<T> items, Func<T, string[]> key, Func<T, int> length)
    {
        var (count, text) = (0, 0);
        while (count < items.Count && count < Limit && (count == 0 || text + length(items[count]) <= MostText))
            text += length(items[count++]);
        return IsAsked || count == Limit || count == items.Count
            ? Of(items, key)
            : (this with { Limit = count }).Of(items, key);
    }

    /// <summary>What texts take as they are sent.</summary>
    /// <param name="texts">Any; null for none.</param>
    public static int Bytes(params IEnumerable<string?> texts) =>
        texts.Sum(text => text is null ? 0 : System.Text.Encoding.UTF8.GetByteCount(text));

    private static string[]? Read(string cursor)
    {
        try
        {
            var parts = JsonSerializer.Deserialize<string[]>(WebEncoders.Base64UrlDecode(cursor));
            return parts?.Any(part => part?.Contains('\0', StringComparison.Ordinal) != false) == false ? parts : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }
}

/// <summary>Conditional reads: a strong ETag, and 304 for who has it already.</summary>
public static class Reading
{
    /// <summary>Answers the value with its ETag, or 304 where <c>If-None-Match</c> names it.</summary>
    /// <typeparam name="T">The body.</typeparam>
    /// <param name="http">The request.</param>
    /// <param name="tag">Changes whenever the representation does; without quotes.</param>
    /// <param name="value">The body.</param>
    public static IResult Tagged<T>(HttpContext http, string tag, T value) =>
        NotModified(http, tag) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(value);

    /// <summary>
    /// Answers every read of the group with a strong ETag: what has none of its own is answered with a hash of itself, or with
    /// 304 where <c>If-None-Match</c> names it.
    /// </summary>
    /// <param name="api">Its endpoints answer values that become JSON; what writes its answer itself is left alone.</param>
    public static RouteGroupBuilder WithETags(this RouteGroupBuilder api) =>
        api.AddEndpointFilter(
            async (context, next) =>
            {
                var http = context.HttpContext;
                var answer = await next(context);
                if (!HttpMethods.IsGet(http.Request.Method) || http.Response.Headers.ETag.Count > 0)
                    return answer;
                return answer switch
                {
                    IStatusCodeHttpResult { StatusCode: not (null or StatusCodes.Status200OK) } => answer,
                    IValueHttpResult { Value: { } value } => Hashed(http, value),
                    IResult or string or null => answer,
                    _ => Hashed(http, answer),
                };
            }
        );

    private static IResult Hashed(HttpContext http, object value)
    {
        var options = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var body = JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), options);
        return NotModified(http, Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 12)))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Bytes(body, "application/json; charset=utf-8");
    }

    /// <summary>Sets the ETag; true where <c>If-None-Match</c> names it, and nothing but 304 is to be answered.</summary>
    /// <param name="http">The request.</param>
    /// <param name="tag">Without quotes.</param>
    public static bool NotModified(HttpContext http, string tag)
    {
        var etag = $"\"{tag}\"";
        http.Response.Headers.ETag = etag;
        var seen = http.Request.Headers.IfNoneMatch;
        return seen.Count > 0
            && EntityTagHeaderValue.TryParseList(seen!, out var tags)
            && tags.Any(t => t.Tag == "*" || t.Tag == etag);
    }
}
