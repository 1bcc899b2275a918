using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Xml.Linq;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Testing;

namespace SkillPlatform.Web.Tests;

/// <summary>What must hold on each page there is, also on those yet to be written.</summary>
public sealed class EveryPageTests(WebFixture web) : IClassFixture<WebFixture>
{
    private const string Token = "__RequestVerificationToken";
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Fact]
    public void Each_route_is_among_the_pages_or_the_others()
    {
        var known = EveryPage.All.Select(page => page.Route).Concat(EveryPage.Others.Select(other => other.Route));
        Assert.Equal(
            known.Order(StringComparer.Ordinal),
            Routes("GET").Where(route => !route.Contains("**", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_picture_is_taken_of_each_page()
    {
        using var pages = JsonDocument.Parse(File.ReadAllText(Repository("scripts", "pages.json")));
        var taken = pages.RootElement.EnumerateObject().SelectMany(who => who.Value.EnumerateArray()).ToArray();
        var identity = File.ReadLines(Repository("tests", "Architecture.Tests", "Approved", "routes.txt"))
            .Where(line => line.StartsWith("identity ANY /", StringComparison.Ordinal))
            .Select(line => $"{{identity}}{line.Split(' ')[2]}")
            // Machines read those; and only who has a second factor is asked for its code.
            .Where(route =>
                !route.Contains("/health/", StringComparison.Ordinal)
                && !route.EndsWith("/code", StringComparison.Ordinal)
            );
        Assert.DoesNotContain(
            EveryPage.All.Select(page => page.Route).Concat(identity),
            route => !taken.Any(address => Fits(route, address.GetString()!))
        );

        static string Repository(params string[] path) => Path.Combine([Testing.Repository.Root, .. path]);
    }

    [Theory]
    [InlineData("catalog.domains", "/api/catalog/domains")]
    [InlineData("catalog.roles", "/api/catalog/roles")]
    [InlineData("catalog.role", "/api/catalog/roles/pilot")]
    [InlineData("catalog.skills", "/api/catalog/skills")]
    [InlineData("catalog.skill", "/api/catalog/skills/every")]
    [InlineData("catalog.history", "/api/catalog/skills/every/history")]
    [InlineData("catalog.cell", "/api/catalog/skills/every/requirements/pilot/junior/history")]
    [InlineData("catalog.diff", "/api/catalog/skills/every/diff")]
    [InlineData("catalog.changes", "/api/catalog/changes")]
    [InlineData("catalog.change-lines", "/api/catalog/changes/lines")]
    [InlineData("catalog.editions", "/api/catalog/editions")]
    [InlineData("catalog.edition", "/api/catalog/editions/2026-2")]
    [InlineData("catalog.edition-diff", "/api/catalog/editions/2026-1/compare/2026-2")]
    [InlineData("proposals.list", "/api/proposals")]
    [InlineData("proposals.proposal", $"/api/proposals/{EveryPage.Theirs}")]
    [InlineData("proposals.comments", "/api/proposals/discussions/every/comments")]
    [InlineData("proposals.policies", "/api/proposals/policies")]
    public async Task What_stands_for_a_service_answers_as_the_service_does(string shape, string path)
    {
        EveryPage.Given(web, null);
        var stub = path.StartsWith("/api/catalog", StringComparison.Ordinal) ? web.Catalog : web.Proposals;
        using var client = new HttpClient();
        var answer = await client.GetFromJsonAsync<JsonElement>(stub.Address + path, _ct);
        Assert.True(Shape.Strange(shape, answer) is "", Shape.Strange(shape, answer));
    }

    [Theory]
    [InlineData("/en/skills/ended", "Pilot, Junior")]
    [InlineData("/en/skills/ended/history", "Pilot, Junior")]
    [InlineData("/en/skills/ended/feed", "Pilot, Junior")]
    // As their readers set it, whatever the names are.
    [InlineData("/ar/skills/ended", "\u2068Pilot\u2069، \u2068Junior\u2069")]
    [InlineData("/ar/admin/overview/requirements", "\u2068Tides\u2069: \u2068Pilot\u2069، \u2068Junior\u2069")]
    [InlineData("/fr/admin/overview/requirements", "Tides\u00A0: Pilot, Junior")]
    [InlineData("/ja/skills/every/merge?into=other", ">Pilot（Junior）</legend>")]
    public async Task A_requirement_is_told_by_the_names_of_its_role_and_level(string address, string told)
    {
        EveryPage.Given(web, null);
        using var browser = await EveryPage.SignedIn(web);
        using var answer = await browser.Get(address);
        Assert.Contains(told, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(_ct)));
    }

    [Fact]
    public async Task What_people_write_harms_nobody()
    {
        EveryPage.Given(web, EveryPage.Evil);
        using var reader = web.Browser();
        using var everybody = await EveryPage.SignedIn(web);
        var told = 0;
        foreach (var browser in new[] { everybody, reader })
        foreach (var address in EveryPage.Addresses)
        {
            using var answer = await browser.Get($"/en{address}");
            if (answer.StatusCode == HttpStatusCode.Redirect && ReferenceEquals(browser, reader))
                continue;
            Assert.True(
                answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Gone,
                $"{address}: {answer.StatusCode}"
            );
            var html = await answer.Content.ReadAsStringAsync(_ct);
            Assert.Empty(Harm(html).Select(harm => $"{address}: {harm}"));
            told += html.Contains("alert(1)", StringComparison.Ordinal) ? 1 : 0;
            if (html.Contains("wwwww", StringComparison.Ordinal))
                Assert.Contains(EveryPage.Family, WebUtility.HtmlDecode(html), StringComparison.Ordinal);
        }
        // It is all there: nothing harms that is not shown.
        Assert.True(told > 40, told.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Feeds_and_suggestions_are_as_harmless_as_pages()
    {
        EveryPage.Given(web, EveryPage.Evil);
        using var browser = web.Browser();
        foreach (var address in EveryPage.Feeds)
        {
            using var answer = await browser.Get($"/en{address}");
            Assert.Equal("application/atom+xml", answer.Content.Headers.ContentType?.MediaType);
            var feed = XDocument.Parse(await answer.Content.ReadAsStringAsync(_ct));
            var texts = feed.Descendants().Where(e => !e.HasElements).ToArray();
            Assert.Contains(texts, text => text.Value.Contains(EveryPage.Family, StringComparison.Ordinal));
            Assert.DoesNotContain(texts, text => text.Value.Any(TurnsText));
            // Text is text there, but for what went and what came.
            Assert.All(feed.Descendants().Attributes("type"), type => Assert.Contains(type.Value, Types));
            Assert.All(
                feed.Descendants().Where(e => e.Attribute("type")?.Value == "html"),
                diff => Assert.DoesNotMatch("<(?!/?(ins|del|br)>)", diff.Value)
            );
            Assert.All(
                feed.Descendants().Attributes("href"),
                link => Assert.StartsWith("http://localhost:8080/", link.Value)
            );
        }
        using var found = await browser.Get("/api/catalog/skills?limit=8&q=ti");
        Assert.Equal("application/json", found.Content.Headers.ContentType?.MediaType);
        Assert.Equal("nosniff", found.Headers.GetValues("X-Content-Type-Options").Single());
        var script = await browser.Client.GetStringAsync(Pages.SiteFiles.Address("suggestions.js"), _ct);
        Assert.DoesNotContain("innerHTML", script);
        Assert.Contains("harmless(name)", script);
    }

    private static readonly string[] Types = ["text", "html", "application/atom+xml"];

    [Fact]
    public async Task Each_page_that_may_be_found_says_what_it_is_in_its_language()
    {
        EveryPage.Given(web, null);
        using var reader = web.Browser();
        var said = new List<(string Language, string Address, string Title, string About)>();
        foreach (var language in Languages.Texts.Languages)
        foreach (var address in EveryPage.Addresses)
        {
            using var answer = await reader.Get($"/{language}{address}");
            var page = Parsed(await answer.Content.ReadAsStringAsync(_ct));
            if (answer.StatusCode == HttpStatusCode.OK && page.QuerySelector("meta[name=robots]") is null)
                said.Add(
                    (
                        language,
                        address,
                        page.Title!,
                        page.QuerySelector("meta[name=description]")?.GetAttribute("content")?.Trim() ?? ""
                    )
                );
        }
        Assert.Empty(said.Where(page => page.About.Length == 0).Select(page => $"{page.Language}{page.Address}"));
        // What is another page by its title is another by what it says; and no two languages say the same.
        Assert.Empty(
            said.GroupBy(page => page.About, StringComparer.Ordinal)
                .Where(same => same.DistinctBy(page => (page.Language, page.Title)).Count() > 1)
                .SelectMany(same => same.Select(page => $"{page.Language}{page.Address}: {page.About}"))
        );
        Assert.True(said.Count > 100, said.Count.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Each_form_has_its_token_and_stays_with_us()
    {
        EveryPage.Given(web, null);
        using var browser = await EveryPage.SignedIn(web);
        var posted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var address in EveryPage.Addresses)
        {
            var page = Parsed(await browser.Html($"/en{address}"));
            foreach (var form in page.QuerySelectorAll<IHtmlFormElement>("form"))
            {
                var action = form.GetAttribute("action") ?? "";
                Assert.True(
                    action is "/signout" || action.StartsWith("/en", StringComparison.Ordinal),
                    $"{address}: {action}"
                );
                var token = form.QuerySelector($"input[name={Token}]")?.GetAttribute("value");
                if (form.Method == "post")
                {
                    Assert.False(string.IsNullOrEmpty(token), $"{address}: {action}");
                    posted.Add(action);
                }
                else
                    // An address is kept by proxies and browsers, and goes on to others.
                    Assert.Null(token);
            }
        }
        // The walk has seen each form there is: each route that takes one is behind one of them.
        Assert.DoesNotContain(Routes("POST"), route => !posted.Any(action => Fits(route, action)));
    }

    [Fact]
    public async Task Each_answer_says_what_a_browser_may_do_with_it()
    {
        EveryPage.Given(web, null);
        web.Catalog.On("GET /api/catalog/skills/broken", new { }, 500);
        using var reader = web.Browser();
        using var everybody = await EveryPage.SignedIn(web);
        string[] errors = ["/nowhere", "/skills/nowhere", "/skills/broken", "/admin?x=%00", "/signin-oidc?code=x"];
        string[] machines = ["/api/nowhere", "/api/proposals/nowhere", "/api/catalog/skills", "/health/live"];
        string[] files = [Pages.SiteFiles.Address("site.css"), "/assets/nothing.css", "/robots.txt"];
        foreach (var browser in new[] { reader, everybody })
        foreach (
            var address in EveryPage
                .Addresses.Concat(EveryPage.Others.Select(other => other.Address).OfType<string>())
                .Concat(errors)
                .Concat(machines)
                .Concat(files)
                // What is kept goes out as it first did.
                .Append("/en/skills/every")
                .Append("/en/skills/every")
        )
        {
            using var answer = await browser.Get(address);
            Assert.Empty(Lacks(answer).Select(lack => $"{address} ({answer.StatusCode}): {lack}"));
            // Made for somebody: for nobody else, and not for later.
            if (ReferenceEquals(browser, everybody) && EveryPage.Addresses.Contains(address, StringComparer.Ordinal))
                Assert.True(answer.Headers.CacheControl?.NoStore, address);
        }
        // An answer without a body must not become what others get.
        web.Given("twice");
        using var first = await reader.Get("/en/skills/twice");
        var evicted = web.Start();
        using var elsewhere = web.Browser(evicted);
        using var ask = new HttpRequestMessage(HttpMethod.Get, "/en/skills/twice");
        ask.Headers.TryAddWithoutValidation("Accept-Encoding", "br");
        ask.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var same = await elsewhere.Client.SendAsync(ask, _ct);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        using var next = await elsewhere.Get("/en/skills/twice");
        Assert.Empty(Lacks(next));
    }

    private static readonly string[] Said =
    [
        "Content-Security-Policy",
        "Cross-Origin-Opener-Policy",
        "Permissions-Policy",
        "Referrer-Policy",
        "X-Content-Type-Options",
        "X-Frame-Options",
    ];

    private static IEnumerable<string> Lacks(HttpResponseMessage answer)
    {
        // Only what can be shown as a page needs more than to be taken for what it is.
        var type = answer.Content.Headers.ContentType?.MediaType;
        foreach (var name in Said)
            if (!answer.Headers.Contains(name) && (type is "text/html" || name == "X-Content-Type-Options"))
                yield return name;
        if (!answer.Headers.TryGetValues("Content-Security-Policy", out var policies))
            yield break;
        var policy = policies.Single();
        if (policy.Contains("unsafe", StringComparison.Ordinal) || policy.Contains('*', StringComparison.Ordinal))
            yield return policy;
        foreach (var rule in new[] { "default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'" })
            if (!policy.Contains(rule, StringComparison.Ordinal))
                yield return rule;
        if (answer.Headers.Contains("Server"))
            yield return "says who answers";
    }

    [Fact]
    public async Task No_form_is_taken_without_its_token()
    {
        EveryPage.Given(web, null);
        using var browser = await EveryPage.SignedIn(web);
        var before = Writes();
        var routes = Routes("POST").ToArray();
        Assert.True(routes.Length > 25);
        foreach (var route in routes)
        {
            using var answer = await browser.PostRaw(Filled(route), ("watch", "true"), ("version", "2"), ("text", "x"));
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{route}: {answer.StatusCode}");
            using var forged = await browser.PostRaw(Filled(route), ("watch", "true"), (Token, "CfDJ8forged"));
            Assert.True(forged.StatusCode == HttpStatusCode.BadRequest, $"{route}: {forged.StatusCode}");
        }
        Assert.Equal(before, Writes());

        int Writes() =>
            new[] { web.Catalog, web.Proposals, web.Notifications, web.Identity.Stub }
                .SelectMany(stub => stub.All)
                .Count(asked => asked.Method != "GET" && asked.Path != "/token");
    }

    private IEnumerable<string> Routes(string method) =>
        web
            .Inside.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(method) == true)
            .Select(route => route.RoutePattern.RawText!)
            // No page posts there: who does shows a token of their own.
            .Where(route => route != "/mcp/")
            .Distinct(StringComparer.Ordinal);

    private static string Filled(string route) =>
        string.Join(
            '/',
            route
                .Split('/')
                .Select(part =>
                    part is "{id:guid}" ? EveryPage.Theirs
                    : part is "{comment:guid}" ? EveryPage.Comment
                    : part is "{slug}" ? "every"
                    : part.StartsWith('{') ? "skill"
                    : part
                )
        );

    private static bool Fits(string route, string action)
    {
        var path = action.Split('?', '#')[0];
        var (parts, given) = (route.Split('/'), path.Replace("/en/", "/", StringComparison.Ordinal).Split('/'));
        return parts.Length == given.Length
            && parts.Zip(given).All(p => p.First == p.Second || p.First.StartsWith('{'));
    }

    private static IHtmlDocument Parsed(string html) => new HtmlParser().ParseDocument(html);

    private static IEnumerable<string> Harm(string html)
    {
        var page = Parsed(html);
        foreach (var element in page.All)
        {
            if (!Harmless(element))
                yield return element.OuterHtml[..Math.Min(200, element.OuterHtml.Length)];
            foreach (var attribute in element.Attributes)
            {
                // A field is a box of its own, and gives back what is written in it.
                if (attribute.Value.Any(TurnsText) && element.LocalName is not "input")
                    yield return $"{element.LocalName}/{attribute.Name} turns text";
                if (attribute.Name is "style" or "srcdoc" || attribute.Name.StartsWith("on", StringComparison.Ordinal))
                    yield return $"{element.LocalName}/{attribute.Name}";
                if (
                    attribute.Name is "href" or "src" or "action" or "formaction" or "cite"
                    && !IsPlain(attribute.Value)
                )
                    yield return $"{element.LocalName}/{attribute.Name}: {attribute.Value}";
            }
        }
        foreach (var field in page.QuerySelectorAll("textarea"))
            field.TextContent = "";
        if (page.DocumentElement.TextContent.Any(TurnsText))
            yield return "turns text";
        // Cut in the middle of a character, something is no text any more.
        if (html.Contains('\uFFFD', StringComparison.Ordinal))
            yield return "a broken character";
        if (page.Title is not { Length: > 0 } || page.QuerySelectorAll("title").Length != 1)
            yield return "no title";
        foreach (var about in page.QuerySelectorAll("meta[name=description],meta[property$=description]"))
            if (about.GetAttribute("content") is not { Length: > 0 and <= 201 })
                yield return "a long description";
        foreach (var data in page.QuerySelectorAll("script:not([src])"))
            using (var json = JsonDocument.Parse(data.TextContent))
                if (
                    !json.RootElement.TryGetProperty("@type", out _)
                    || data.TextContent.Contains('<', StringComparison.Ordinal)
                )
                    yield return "odd data";
    }

    private static bool Harmless(IElement element) =>
        element.LocalName switch
        {
            "script" => element.GetAttribute("src")?.StartsWith("/assets/", StringComparison.Ordinal)
                ?? element.GetAttribute("type") == "application/ld+json",
            "img" => element.GetAttribute("src")?.StartsWith("/assets/", StringComparison.Ordinal) == true,
            "a" when element.GetAttribute("href")?.StartsWith("http", StringComparison.Ordinal) == true =>
                element.GetAttribute("rel") is not null
                    || element.GetAttribute("href")!.StartsWith("http://127", StringComparison.Ordinal),
            // Our own drawings: bars and nothing else.
            "svg" when element.ClassName is "bar" or "columns" => element.Children.All(part =>
                part.LocalName == "rect"
                && part.Attributes.All(a => a.Name is "class" or "x" or "y" or "width" or "height")
            ),
            // And the sign of the search: one line.
            "svg" when element.ClassName is "sign" => element.Children.All(part =>
                part.LocalName == "path" && part.Attributes.All(a => a.Name is "d")
            ),
            "svg" or "math" or "style" or "iframe" or "object" or "embed" or "base" or "template" => false,
            _ => true,
        };

    private static bool IsPlain(string address) =>
        address is ['/', not ('/' or '\\'), ..] or "/" or ['#', ..] or ['?', ..]
        || address.StartsWith("http://localhost:8080/", StringComparison.Ordinal)
        || address.StartsWith("http://127.0.0.1", StringComparison.Ordinal)
        || address.StartsWith("https://", StringComparison.Ordinal)
        || address.StartsWith("mailto:", StringComparison.Ordinal);

    private static bool TurnsText(char c) => c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
