using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SkillPlatform.Testing;

namespace SkillPlatform.Web.Tests;

public sealed class ProxyTests(WebFixture web) : IClassFixture<WebFixture>
{
    [Fact]
    public async Task A_callers_token_is_forwarded_as_it_came_and_cookies_are_not()
    {
        web.Catalog.On("GET /api/catalog/mine", new { ok = true });
        using var client = new HttpClient { BaseAddress = web.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/catalog/mine?x=1%2F2");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "as.it.came");
        request.Headers.Add("Cookie", "skillplatform.session=whatever; other=1");
        request.Headers.Add("X-Forwarded-For", "10.9.9.9");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var asked = web.Catalog.Last("/api/catalog/mine");
        Assert.Equal("Bearer as.it.came", asked.Headers["Authorization"]);
        Assert.Equal("?x=1%2F2", asked.Query);
        Assert.DoesNotContain("Cookie", asked.Headers.Keys);
        Assert.DoesNotContain("10.9.9.9", asked.Headers["X-Forwarded-For"]);
        Assert.Equal("http", asked.Headers["X-Forwarded-Proto"]);
        Assert.Equal(web.Address.Authority, asked.Headers["X-Forwarded-Host"]);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task Answers_keep_status_body_and_tags_but_set_no_cookie()
    {
        web.Proposals.On(
            "POST /api/proposals",
            async http =>
            {
                http.Response.StatusCode = 422;
                http.Response.Headers.ETag = "\"7\"";
                http.Response.Headers.SetCookie = "a=b";
                await http.Response.WriteAsJsonAsync(
                    new { type = "/problems/validation" },
                    (JsonSerializerOptions?)null,
                    "application/problem+json"
                );
            }
        );
        using var client = new HttpClient { BaseAddress = web.Address };
        using var answer = await client.PostAsJsonAsync(
            "/api/proposals",
            new { a = 1 },
            TestContext.Current.CancellationToken
        );
        Assert.Equal(422, (int)answer.StatusCode);
        Assert.Equal("\"7\"", answer.Headers.ETag!.Tag);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal("{\"a\":1}", web.Proposals.Last("/api/proposals").Body);
    }

    [Fact]
    public async Task A_service_that_is_down_is_503_soon_and_says_when_to_try_again()
    {
        var address = web.Start(("services:catalog:http:0", "http://127.0.0.1:9"));
        using var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        var since = TimeProvider.System.GetTimestamp();
        using var answer = await client.GetAsync("/api/catalog/skills", TestContext.Current.CancellationToken);
        await Expect.Problem(answer, 503, "/problems/unavailable");
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("/api/nothing")]
    [InlineData("/api/catalog/nothing")]
    [InlineData("/api/docs/nothing")]
    public async Task No_such_address_is_a_problem_document_even_for_a_browser(string path)
    {
        using var browser = web.Browser();
        using var answer = await browser.Get(path);
        await Expect.Problem(answer, 404, "/problems/not-found");
    }

    [Fact]
    public async Task No_service_can_send_a_page_but_for_unsubscribing()
    {
        static Task Html(HttpContext http)
        {
            http.Response.ContentType = "text/html; charset=utf-8";
            return http.Response.WriteAsync("<h1>Hello</h1>");
        }
        web.Catalog.On("GET /api/catalog/page", Html);
        web.Notifications.On("GET /api/notifications/unsubscribe/abc", Html);
        using var browser = web.Browser();
        using var page = await browser.Get("/api/catalog/page");
        Assert.Equal("text/plain", page.Content.Headers.ContentType!.MediaType);
        using var unsubscribe = await browser.Get("/api/notifications/unsubscribe/abc");
        Assert.Equal("text/html", unsubscribe.Content.Headers.ContentType!.MediaType);
        Assert.Contains("frame-ancestors 'none'", unsubscribe.Headers.GetValues("Content-Security-Policy").Single());
    }

    [Theory]
    [InlineData("/api/proposals", 3, 413, false)]
    [InlineData("/api/proposals", 3, 413, true)]
    [InlineData("/api/catalog/imports", 3, 202, true)]
    [InlineData("/api/catalog/imports", 513, 413, false)]
    [InlineData("/api/catalog/imports", 513, 413, false, false)]
    public async Task Bodies_are_bounded(string path, int megabytes, int status, bool chunked, bool expects = true)
    {
        web.Catalog.On("POST /api/catalog/imports", new { }, 202);
        web.Proposals.On("POST /api/proposals", new { }, 202);
        using var client = new HttpClient { BaseAddress = web.Address };
        using var body = new Zeros(megabytes * 1024L * 1024);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        request.Headers.ExpectContinue = expects;
        request.Headers.TransferEncodingChunked = chunked;
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        if (status == 413)
            await Expect.Problem(answer, 413, "/problems/too-large");
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Who_reads_too_fast_is_told_when_to_go_on_also_where_the_page_is_in_memory()
    {
        web.Given("read-fast");
        var address = web.Start(("Limits:ReadsPerMinute", "5"));
        using var client = new HttpClient { BaseAddress = address };
        var statuses = new List<int>();
        for (var i = 0; i < 7; i++)
        {
            using var answer = await client.GetAsync("/en/skills/read-fast", TestContext.Current.CancellationToken);
            statuses.Add((int)answer.StatusCode);
            if (answer.StatusCode != HttpStatusCode.TooManyRequests)
                continue;
            await Expect.Problem(answer, 429, "/problems/too-many-requests");
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        }
        Assert.Equal([200, 200, 200, 200, 200, 429, 429], statuses);
        using var api = await client.GetAsync("/api/proposals", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.TooManyRequests, api.StatusCode);
        // To a person it is a page, in their language; to a program that reads data it never is.
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var page = await client.GetAsync("/de/skills/read-fast", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.TooManyRequests, page.StatusCode);
        Assert.NotNull(page.Headers.RetryAfter);
        Assert.True(page.Headers.Contains("Content-Security-Policy"));
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("<h1>Zu viele Anfragen</h1>", html);
        Assert.Contains("href=\"/de/skills/read-fast\">Noch einmal versuchen</a>", html);
        Assert.Contains("/signin?", html);
        // Who is signed in is not told to do that: their session is not looked up, only seen.
        client.DefaultRequestHeaders.Add("Cookie", "skillplatform.session=some");
        using var theirs = await client.GetAsync("/de/skills/read-fast", TestContext.Current.CancellationToken);
        html = await theirs.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("<h1>Zu viele Anfragen</h1>", html);
        Assert.DoesNotContain("/signin?", html);
        client.DefaultRequestHeaders.Remove("Cookie");
        using var data = await client.GetAsync("/api/proposals", TestContext.Current.CancellationToken);
        await Expect.Problem(data, 429, "/problems/too-many-requests");
        // Whoever watches over the processes is told always.
        using var health = await client.GetAsync("/health/live", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task Who_reads_too_fast_under_one_name_holds_up_nobody_else_at_the_address()
    {
        web.Proposals.On("GET /api/proposals", Samples.Empty).On("POST /api/proposals", new { }, 201);
        var address = web.Start(("Web:Limits:ReadsPerMinute", "3"));
        async Task<int> Ask(HttpMethod method, string? token)
        {
            using var client = new HttpClient { BaseAddress = address };
            if (token is not null)
                client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var request = new HttpRequestMessage(method, "/api/proposals");
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            return (int)answer.StatusCode;
        }

        var statuses = new List<int>();
        for (var i = 0; i < 5; i++)
            statuses.Add(await Ask(HttpMethod.Get, "one"));
        Assert.Equal([200, 200, 200, 429, 429], statuses);
        Assert.Equal(201, await Ask(HttpMethod.Post, "one"));
        Assert.Equal(200, await Ask(HttpMethod.Get, "two"));
        for (var i = 0; i < 5; i++)
            Assert.Equal(200, await Ask(HttpMethod.Get, null));
    }

    [Fact]
    public async Task Whose_form_is_one_too_many_is_shown_a_page_that_says_so()
    {
        using var client = new HttpClient { BaseAddress = web.Start(("Web:Limits:WritesPerMinute", "1")) };
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        client.DefaultRequestHeaders.Add("Authorization", "Bearer somebody");
        for (var i = 0; i < 2; i++)
        {
            using var form = new FormUrlEncodedContent([]);
            using var sent = await client.PostAsync("/fr/suggest", form, TestContext.Current.CancellationToken);
            if (i == 0)
                continue;
            Assert.Equal(HttpStatusCode.TooManyRequests, sent.StatusCode);
            Assert.NotNull(sent.Headers.RetryAfter);
            var html = await sent.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Contains("<h1>Trop de requêtes</h1>", WebUtility.HtmlDecode(html));
            Assert.Contains("toujours là", WebUtility.HtmlDecode(html));
        }
    }

    [Fact]
    public async Task Three_megabytes_in_a_form_are_not_read()
    {
        web.Given("formed");
        web.Proposals.On("GET /api/proposals/discussions/formed/comments", Samples.Empty);
        using var browser = web.Browser();
        await browser.SignIn();
        await browser.Html("/en/skills/formed/discussion");
        using var refused = await browser.Post(
            "/en/skills/formed/discussion",
            "/en/skills/formed/discussion",
            ("text", new string('x', 3 << 20))
        );
        Assert.Equal(413, (int)refused.StatusCode);
        Assert.DoesNotContain(
            web.Proposals.All,
            a => a is { Method: "POST" } && a.Path.Contains("formed", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Who_writes_too_fast_is_told_when_to_go_on_and_others_are_not_held_up()
    {
        web.Proposals.On("POST /api/proposals", new { }, 201);
        var address = web.Start(("Web:Limits:WritesPerMinute", "3"));
        using var client = new HttpClient { BaseAddress = address };
        var statuses = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            using var answer = await Write("one");
            statuses.Add((int)answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                await Expect.Problem(answer, 429, "/problems/too-many-requests");
                Assert.NotNull(answer.Headers.RetryAfter);
            }
        }
        Assert.Equal([201, 201, 201, 429, 429], statuses);
        using var other = await Write("two");
        Assert.Equal(HttpStatusCode.Created, other.StatusCode);
        using var read = await client.GetAsync("/api/proposals", TestContext.Current.CancellationToken);
        Assert.NotEqual(HttpStatusCode.TooManyRequests, read.StatusCode);

        async Task<HttpResponseMessage> Write(string token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/proposals")
            {
                Content = JsonContent.Create(new { }),
            };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return await client.SendAsync(request, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task The_reference_needs_nothing_from_other_sites()
    {
        using var browser = web.Browser();
        var html = await browser.Html("/api/docs");
        Assert.DoesNotContain("//", html.Replace("</", "", StringComparison.Ordinal));
        using var page = await browser.Get("/api/docs");
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy);
        // Its styles are its own, known by a number that is another one each time.
        var body = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var number = body.Split("csp-nonce\" content=\"")[1].Split('"')[0];
        Assert.Contains($"style-src 'self' 'nonce-{number}'", policy);
        Assert.DoesNotContain(number, html);
        using var script = await browser.Get("/api/docs/scalar.js");
        Assert.Equal("text/javascript", script.Content.Headers.ContentType!.MediaType);
        Assert.Contains(
            "createApiReference",
            await script.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task The_guide_is_a_page_and_the_reference_leads_to_it()
    {
        using var browser = web.Browser();
        Assert.Contains("href=\"/api/guide\"", await browser.Html("/api/docs"));
        var html = await browser.Html("/api/guide");
        var page = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(html);
        var written = await File.ReadAllLinesAsync(
            Path.Combine(Testing.Repository.Root, "docs", "guide.md"),
            TestContext.Current.CancellationToken
        );
        string[] Headings(string mark) =>
            [
                .. written
                    .Where(line => line.StartsWith(mark, StringComparison.Ordinal))
                    .Select(line => line[mark.Length..]),
            ];
        Assert.Equal(Headings("# ").Take(1), page.QuerySelectorAll("h1").Select(h => h.TextContent));
        Assert.Equal(Headings("## "), page.QuerySelectorAll("h2").Select(h => h.TextContent));
        Assert.Equal(
            written.Count(line => line == "```bash"),
            page.QuerySelectorAll("pre").Count(block => block.TextContent.Trim().Length > 0)
        );
        using var styles = await browser.Get(page.QuerySelector("link[rel=stylesheet]")!.GetAttribute("href")!);
        Assert.Equal(HttpStatusCode.OK, styles.StatusCode);
    }
}

internal static class Expect
{
    public static async Task Problem(HttpResponseMessage answer, int status, string type)
    {
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(type, json.RootElement.GetProperty("type").GetString());
        Assert.Equal(status, json.RootElement.GetProperty("status").GetInt32());
        Assert.NotEmpty(json.RootElement.GetProperty("traceId").GetString()!);
    }
}
