using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace SkillPlatform.Testing;

/// <summary>What holds for every route of a service, tried on its real host.</summary>
public static class RouteTrials
{
    // Bytes that are no text, signs that mean something elsewhere, numbers out of range, cursors that no list gave.
    private static readonly string[] Values =
    [
        "%00",
        "%E2%80%A8",
        "%ED%A0%80",
        "%FF",
        "%2F..%2F..%2Fetc",
        "%F0%9F%A6%8A",
        "-1",
        "99999999999999999999",
        "2999-13-45T99:99:99Z",
        "0001-01-01",
        "%27%22%3B--%3C%3E%7B%7D",
        "%25",
        "W10", // []
        "WyIiXQ", // [""]
        "WyJ4IiwieCIsIngiXQ", // ["x","x","x"]
        "W251bGxd", // [null]
        "WyJcdTAwMDAiLCJ4Il0", // ["\u0000","x"]
        new('a', 3000),
    ];

    private static readonly string[] Names =
    [
        "limit cursor",
        "q domain group role level skill state author reviewer turn kind unread since asOf version from to format",
        "edition prefix compare done reply edit returnUrl here dryRun page reason user status code error scope email",
        "client_id redirect_uri response_type request request_uri post_logout_redirect_uri id_token_hint state nonce",
    ];

    private static readonly string[] Headers =
    [
        "Accept-Language",
        "Accept",
        "Accept-Encoding",
        "Accept-Datetime",
        "If-Match",
        "If-None-Match",
        "Idempotency-Key",
        "Range",
        "Origin",
        "Referer",
        "Cookie",
        "traceparent",
        "X-Forwarded-For",
    ];

    private static readonly (string Type, string Body)[] Bodies =
    [
        ("application/json", ""),
        ("application/json", "null"),
        ("application/json", "[]"),
        ("application/json", "{\"skill\":{}}"),
        ("application/json", "{\"a\":\"\\ud800\\u0000\"}"),
        ("application/json", new string('[', 10_000)),
        ("application/json; charset=nonsense", "{}"),
        ("text/csv", "\0,\"\n"),
        ("application/x-www-form-urlencoded", "a=%00&b=%ED%A0%80&=&%"),
        ("application/x-www-form-urlencoded", "a=" + new string('a', 5_000_000)),
        ("application/x-www-form-urlencoded", string.Join('&', Enumerable.Range(0, 5_000).Select(n => $"a{n}=b"))),
        ("multipart/form-data", "x"),
        ("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a"),
        ("nonsense", "x"),
    ];

    /// <summary>HEAD says what GET says, without the body; gives those that do not.</summary>
    /// <param name="routes">Of the host.</param>
    /// <param name="caller">A client of the host.</param>
    public static async Task<string> UnlikeGet(EndpointDataSource routes, HttpClient caller)
    {
        using var client = Bare(caller);
        var unlike = new List<string>();
        foreach (var path in Patterns(routes, "GET").Select(pattern => Path(pattern, "x")))
        {
            using var get = await Send(client, HttpMethod.Get, path);
            using var head = await Send(client, HttpMethod.Head, path);
            if (
                get.StatusCode != head.StatusCode
                || get.Content.Headers.ContentType?.MediaType != head.Content.Headers.ContentType?.MediaType
                || (await head.Content.ReadAsByteArrayAsync()).Length > 0
            )
                unlike.Add($"{path}: {(int)get.StatusCode}, but HEAD {(int)head.StatusCode}");
        }
        return string.Join("\n", unlike);
    }

    /// <summary>Every read of the API has an ETag that is good for 304; gives those that have not.</summary>
    /// <param name="routes">Of the host.</param>
    /// <param name="caller">A client of the host, with the rights to get as far as can be.</param>
    public static async Task<string> Untagged(EndpointDataSource routes, HttpClient caller)
    {
        using var client = Bare(caller);
        var (read, untagged) = (0, new List<string>());
        foreach (var path in Patterns(routes, "GET").Where(IsRead).Select(pattern => Path(pattern, "x")))
        {
            using var first = await Send(client, HttpMethod.Get, path);
            if (first is not { IsSuccessStatusCode: true, Content.Headers.ContentType.MediaType: "application/json" })
                continue;
            read++;
            var tag = first.Headers.ETag;
            using var again = await Send(
                client,
                HttpMethod.Get,
                path,
                ask => ask.Headers.IfNoneMatch.Add(tag ?? new("\"none\""))
            );
            // What tells the time has changed meanwhile.
            var known = again.StatusCode == HttpStatusCode.NotModified || !Equals(again.Headers.ETag, tag);
            if (tag is not { IsWeak: false } || !known)
                untagged.Add($"{path}: {tag}, and then {(int)again.StatusCode}");
        }
        return read == 0 ? "There is no such route." : string.Join("\n", untagged);

        static bool IsRead(string pattern) =>
            pattern.StartsWith("/api/", StringComparison.Ordinal)
            && !pattern.EndsWith("/openapi.json", StringComparison.Ordinal);
    }

    /// <summary>What only somebody signed in is answered is kept nowhere; gives the routes whose answers may be.</summary>
    /// <param name="routes">Of the host.</param>
    /// <param name="caller">A client of the host, with the rights to get as far as can be.</param>
    public static async Task<string> Kept(EndpointDataSource routes, HttpClient caller)
    {
        using var client = Bare(caller);
        var kept = new List<string>();
        var personal = routes
            .Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<IAllowAnonymous>() is null)
            .ToArray();
        foreach (var path in Patterns(personal, "GET").Select(pattern => Path(pattern, "x")))
        {
            using var answer = await Send(client, HttpMethod.Get, path);
            if (answer.Headers.CacheControl?.NoStore != true)
                kept.Add($"{path}: {(int)answer.StatusCode} {answer.Headers.CacheControl}");
        }
        return personal.Length == 0 ? "There is no such route." : string.Join("\n", kept);
    }

    /// <summary>Whatever is sent to any route, its error is the caller's; gives the requests that were answered 500.</summary>
    /// <param name="routes">Of the host.</param>
    /// <param name="caller">A client of the host, with the rights to get as far as can be.</param>
    public static async Task<string> Failures(EndpointDataSource routes, HttpClient caller)
    {
        using var client = Bare(caller);
        var failed = new List<string>();
        foreach (var method in new[] { "GET", "POST", "PUT", "DELETE" })
        foreach (var pattern in Patterns(routes, method))
        {
            var path = Path(pattern, "x");
            var verb = new HttpMethod(method);
            foreach (var value in Values)
            {
                await Try(verb, Path(pattern, value));
                if (method == "GET")
                    foreach (var names in Names)
                        await Try(verb, $"{path}?{string.Join('&', names.Split(' ').Select(n => $"{n}={value}"))}");
            }
            await Try(verb, path.ToUpperInvariant());
            await Try(verb, path + "/");
            foreach (var header in Headers)
            foreach (var value in new[] { "\u00FC", "W/\"", new string(',', 2000), "*;q=x, =\"" })
                await Try(
                    verb,
                    path,
                    $"{header}: {value}",
                    request => request.Headers.TryAddWithoutValidation(header, value)
                );
            if (method is "GET")
                continue;
            foreach (var (type, body) in Bodies)
                await Try(verb, path, $"{type} {body}", request => request.Content = Content(type, body));
            if (method is not "POST")
                continue;
            await Try(
                verb,
                path,
                "too much",
                request =>
                {
                    request.Content = Content("application/x-www-form-urlencoded", "a=" + new string('a', 31_000_000));
                    request.Headers.TransferEncodingChunked = true;
                    request.Headers.ExpectContinue = true;
                }
            );
        }
        return string.Join("\n", failed);

        async Task Try(HttpMethod method, string path, string sent = "", Action<HttpRequestMessage>? with = null)
        {
            try
            {
                using var answer = await Send(client, method, path, with);
                if ((int)answer.StatusCode >= 500 && !IsBehind(path, answer.StatusCode))
                    failed.Add(
                        $"{method} {path[..Math.Min(path.Length, 120)]} {sent[..Math.Min(sent.Length, 80)]}: {(int)answer.StatusCode}"
                    );
            }
            catch (HttpRequestException)
            {
                // Cut off in the middle of a body that is too large.
            }
        }

        // What other tests of the same host have just written, the relay may have to say yet.
        static bool IsBehind(string path, HttpStatusCode status) =>
            status == HttpStatusCode.ServiceUnavailable
            && path.StartsWith("/health/", StringComparison.OrdinalIgnoreCase);
    }

    // What JSON can say and a parser, a database or a sum cannot always take: whatever is meant, and beside it by what is meant.
    private static readonly string[] Odd = ["null", "[null]", "{}", "true", "-1", "\"a\\u0000b\""];
    private static readonly string[] OddNumbers = ["0.5", "1e999", "2147483648", "99999999999999999999"];
    private static readonly string[] OddTexts =
    [
        "\"\"",
        "\"\\udc00\\ud800\"",
        "\"\\uffff\"",
        "\"0001-01-01T00:00:00+14:00\"",
        "\"9999-12-31T23:59:59.9999999-14:00\"",
        "\"00000000-0000-0000-0000-000000000000\"",
        $"\"{new string('a', 20_000)}\"",
    ];

    /// <summary>
    /// Each body that a service describes, with one of its members after the other made odd; gives the requests that were
    /// answered as our error.
    /// </summary>
    /// <param name="description">The path of the service's description.</param>
    /// <param name="caller">A client of the host, with the rights to get as far as can be.</param>
    /// <param name="at">Where a path that is described leads to something; null where it is left alone.</param>
    /// <param name="more">Other bodies than the described ones, as JSON.</param>
    public static async Task<string> Misshapen(
        string description,
        HttpClient caller,
        Func<string, string?>? at = null,
        params IEnumerable<(string Method, string Path, string Body)> more
    )
    {
        using var client = Bare(caller);
        var document = JsonNode.Parse(await client.GetStringAsync(description))!;
        var described =
            from path in document["paths"]!.AsObject()
            let there = at is null ? path.Key : at(path.Key)
            where there is not null
            from operation in path.Value!.AsObject()
            let example = operation.Value?["requestBody"]?["content"]?["application/json"]?["example"]
            where example is not null
            select (operation.Key, Path(there, "x"), example);
        var requests = described
            .Concat(more.Select(m => (m.Method, m.Path, JsonNode.Parse(m.Body)!)))
            .SelectMany(asked => OneOdd(asked.Item3), (asked, odd) => (asked.Item1, asked.Item2, odd.Place, odd.Body))
            .ToArray();
        var failed = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(
            requests,
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (asked, _) =>
            {
                using var answer = await Send(
                    client,
                    new HttpMethod(asked.Item1.ToUpperInvariant()),
                    asked.Item2,
                    request =>
                    {
                        request.Content = Content("application/json", asked.Body);
                        request.Headers.TryAddWithoutValidation("If-Match", "*");
                    }
                );
                if ((int)answer.StatusCode >= 500)
                    failed.Enqueue($"{asked.Item1} {asked.Item2} {asked.Place}: {(int)answer.StatusCode}");
            }
        );
        return requests.Length == 0 ? "No body is described." : string.Join("\n", failed);
    }

    private static IEnumerable<(string Place, string Body)> OneOdd(JsonNode example)
    {
        const string here = "here it is";
        foreach (var place in Places(example, ""))
        {
            var copy = example.DeepClone();
            var at = copy;
            var names = place.Split('/')[1..];
            foreach (var name in names[..^1])
                at = Member(at, name)!;
            var odds = Member(at, names[^1])?.GetValueKind() switch
            {
                JsonValueKind.String => [.. Odd, .. OddTexts],
                JsonValueKind.Number => [.. Odd, .. OddNumbers],
                _ => Odd,
            };
            if (at is JsonArray items)
                items[int.Parse(names[^1], CultureInfo.InvariantCulture)] = here;
            else
                at[names[^1]] = here;
            var text = copy.ToJsonString();
            foreach (var odd in odds)
                yield return (
                    $"{place} {odd[..Math.Min(odd.Length, 40)]}",
                    text.Replace($"\"{here}\"", odd, StringComparison.Ordinal)
                );
        }

        static JsonNode? Member(JsonNode node, string name) =>
            node is JsonArray list ? list[int.Parse(name, CultureInfo.InvariantCulture)] : node[name];
    }

    private static IEnumerable<string> Places(JsonNode? node, string at) =>
        node switch
        {
            JsonObject members => members.SelectMany(member =>
                Places(member.Value, $"{at}/{member.Key}").Prepend($"{at}/{member.Key}")
            ),
            JsonArray items => items.SelectMany((item, i) => Places(item, $"{at}/{i}").Prepend($"{at}/{i}")),
            _ => [],
        };

    // As another program would send it: nothing followed, nothing kept, headers in any bytes.
    private static HttpClient Bare(HttpClient caller)
    {
        var client = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
            }
        )
        {
            BaseAddress = caller.BaseAddress,
        };
        foreach (var (name, values) in caller.DefaultRequestHeaders)
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, values);
        return client;
    }

    private static StringContent Content(string type, string body)
    {
        var content = new StringContent(body, Encoding.UTF8);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    private static async Task<HttpResponseMessage> Send(
        HttpClient client,
        HttpMethod method,
        string path,
        Action<HttpRequestMessage>? with = null
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(client.BaseAddress + path.TrimStart('/')));
        with?.Invoke(request);
        return await client.SendAsync(request);
    }

    private static IEnumerable<string> Patterns(EndpointDataSource routes, string method) =>
        Patterns(routes.Endpoints.OfType<RouteEndpoint>(), method);

    private static IEnumerable<string> Patterns(IEnumerable<RouteEndpoint> routes, string method) =>
        routes
            .Where(route => route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(method) != false)
            .Select(route => route.RoutePattern.RawText ?? "")
            .Distinct(StringComparer.Ordinal);

    internal static string Path(string pattern, string value) =>
        string.Join(
            '/',
            pattern
                .Split('/')
                .Select(part =>
                    !part.Contains('{', StringComparison.Ordinal) ? part
                    : part.Contains(":guid", StringComparison.Ordinal) ? "01990000-0000-7000-8000-00000000aa01"
                    : part.Contains(":int", StringComparison.Ordinal) ? "1"
                    : value
                )
        );
}
