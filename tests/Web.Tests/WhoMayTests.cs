using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using MassTransit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Web.Tests;

/// <summary>
/// Every route of the public origin, by every kind of caller: pages and forms with a browser's cookie, the proxy, <c>/mcp</c>. The
/// services that stand behind it here judge each call by the table that their own tests have approved, so what is told to whom is what
/// the whole platform tells them.
/// </summary>
public sealed class WhoMayTests(WebFixture web) : IClassFixture<WebFixture>
{
    private const string FormToken = "__RequestVerificationToken";
    private const string Elsewhere = "another site, with an administrator's cookie";
    private static readonly string[] All = ["contributor", "reviewer", "moderator", "administrator"];

    // Whoever sends them has no session afterwards.
    private static readonly string[] Leaving = ["/account/delete", "/account/sign-out-everywhere", "/signout"];

    private static readonly (string Service, string Project)[] Services =
    [
        ("catalog", "Catalog.Tests"),
        ("proposals", "Proposals.Tests"),
        ("notifications", "Notifications.Tests"),
        ("identity", "Identity.Tests"),
    ];

    private static readonly (string Method, string Pattern, IReadOnlyDictionary<string, string> Answers)[] Tables =
    [
        .. Services.SelectMany(service => WhoMay.Approved(service.Project)),
    ];

    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private volatile string _judged = "";

    /// <param name="Who">In the table.</param>
    /// <param name="Cookie">As a browser has kept it; null for none.</param>
    /// <param name="FormToken">Of a page that the browser was shown; null where it has seen none of ours.</param>
    /// <param name="Bearer">Shown instead of a cookie.</param>
    private sealed record Visitor(string Who, string? Cookie, string? FormToken, string? Bearer = null);

    /// <param name="Fields">What a browser sends that changes nothing on the page.</param>
    /// <param name="Files">Names of fields for files.</param>
    private sealed record Form(
        string Action,
        IReadOnlyList<(string Name, string Value)> Fields,
        IReadOnlyList<string> Files
    );

    [Fact]
    public async Task Who_may_see_and_send_what_is_what_was_approved()
    {
        var (forms, visitors) = await Prepare();
        var now = new List<(string Method, string Pattern, IEnumerable<string> Lines)>();
        foreach (var (method, pattern) in Routes().OrderBy(r => Leaving.Contains(r.Pattern, StringComparer.Ordinal)))
        {
            if (Leaving.Contains(pattern, StringComparer.Ordinal))
                visitors = await Visitors();
            var answers = new List<(string, string)>();
            // One after the other where one may end another's session.
            foreach (
                var some in visitors.Chunk(Leaving.Append("/mcp/").Contains(pattern, StringComparer.Ordinal) ? 1 : 5)
            )
                answers.AddRange(
                    await Task.WhenAll(
                        some.Select(async visitor => (visitor.Who, await Answer(method, pattern, visitor, forms)))
                    )
                );
            now.Add((method, pattern, WhoMay.Lines($"{method} {pattern}", answers)));
        }
        var differs = WhoMay.Compare(
            "Web.Tests",
            [
                .. now.OrderBy(route => route.Pattern, StringComparer.Ordinal)
                    .ThenBy(route => route.Method, StringComparer.Ordinal)
                    .SelectMany(route => route.Lines),
            ]
        );
        Assert.True(differs.Length == 0, differs);
    }

    [Fact]
    public async Task Through_the_proxy_each_is_told_what_the_service_tells_them()
    {
        var (_, visitors) = await Prepare();
        var wrong = new List<string>();
        foreach (var (method, pattern, answers) in Tables)
        foreach (var visitor in visitors)
        {
            var told = visitor.Who switch
            {
                Elsewhere => method == "GET" ? answers["administrator"] : "403",
                // A session that has ended is none.
                "suspended" or "erased" => answers["anonymous"],
                _ => visitor.Bearer is null ? Told(answers, visitor.Who) : answers["administrator"],
            };
            var now = await Answer(method, pattern, visitor, []);
            if (now != told)
                wrong.Add($"{method} {pattern}: {visitor.Who} {now}, not {told}");
        }
        Assert.Empty(wrong);
        Assert.True(Tables.Length > 100, Tables.Length.ToString(CultureInfo.InvariantCulture));
    }

    private async Task<(IReadOnlyList<Form> Forms, IReadOnlyList<Visitor> Visitors)> Prepare()
    {
        EveryPage.Given(web, null);
        var forms = new List<Form>();
        using (var everybody = await EveryPage.SignedIn(web))
            foreach (var address in EveryPage.Addresses)
                forms.AddRange(Sent(await everybody.Html($"/en{address}")));
        foreach (var stub in (Stub[])[web.Catalog, web.Proposals, web.Notifications, web.Identity.Stub])
            stub.Mood = Judge;
        return (forms, await Visitors());
    }

    private static IEnumerable<Form> Sent(string html) =>
        new HtmlParser()
            .ParseDocument(html)
            .QuerySelectorAll<IHtmlFormElement>("form[method=post]")
            .Select(form =>
            {
                var sent = new SentForm(form.OuterHtml, FormToken);
                return new Form(
                    sent.Action,
                    [.. sent.Names.Where(name => name != FormToken).Select(name => (name, sent[name]!))],
                    [.. form.QuerySelectorAll("input[type=file]").Select(file => file.GetAttribute("name")!)]
                );
            });

    private async Task<IReadOnlyList<Visitor>> Visitors()
    {
        using var anonymous = web.Browser();
        var administrator = await SignedIn("administrator", ["contributor", "administrator"]);
        var (suspended, erased) = (await SignedIn("suspended", All, "*"), await SignedIn("erased", All, "*"));
        var bus = Bus.Factory.CreateUsingRabbitMq(rabbit => rabbit.Host(web.Broker));
        await bus.StartAsync(_ct);
        // As Identity says it of whoever is suspended: what began before has ended.
        await bus.Publish(
            new AccountChanged(
                "table-suspended",
                DateTimeOffset.UtcNow.Ticks,
                "S",
                "s@example.org",
                "en",
                "Etc/UTC",
                All,
                ["*"],
                Active: false,
                SignedOutAt: DateTimeOffset.UtcNow.AddSeconds(1)
            ),
            _ct
        );
        await bus.Publish(new AccountErased("table-erased", 9, DateTimeOffset.UtcNow), _ct);
        foreach (var gone in (Visitor[])[suspended, erased])
            await Eventually.Holds(async () => await Answer("GET", "/admin", gone, []) == "sign in");
        await bus.StopAsync(_ct);
        return
        [
            new("anonymous", anonymous.Cookies.GetCookieHeader(web.Address), await Token(anonymous)),
            await SignedIn("contributor", All[..1]),
            await SignedIn("reviewer elsewhere", All[..2], "elsewhere"),
            await SignedIn("reviewer here", All[..2], "sea"),
            await SignedIn("moderator", ["contributor", "moderator"]),
            administrator,
            suspended,
            erased,
            administrator with
            {
                Who = Elsewhere,
                FormToken = null,
            },
            new(
                "a program with an administrator's token",
                null,
                null,
                web.Authority.Token("table-administrator", ["contributor", "administrator"])
            ),
        ];
    }

    private async Task<Visitor> SignedIn(string who, string[] roles, params string[] scopes)
    {
        var identity = web.Identity;
        (identity.Sub, identity.Roles, identity.Scopes) = ($"table-{who}", roles, scopes);
        using var browser = web.Browser();
        await browser.SignIn();
        (identity.Sub, identity.Roles, identity.Scopes) = ("user-1", ["contributor"], []);
        var token = await Token(browser);
        return new(who, browser.Cookies.GetCookieHeader(web.Address), token);
    }

    private static async Task<string> Token(Browser browser) =>
        new HtmlParser()
            .ParseDocument(await browser.Html("/en/my-role"))
            .QuerySelector($"input[name={FormToken}]")!
            .GetAttribute("value")!;

    /// <summary>
    /// <c>sign in</c> where somebody is sent there, <c>401</c>, <c>403</c>, <c>no form of ours</c>, else <c>in</c>, whatever the answer is then.
    /// </summary>
    private async Task<string> Answer(string method, string pattern, Visitor visitor, IReadOnlyList<Form> forms)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(method),
            new Uri(web.Address, Path(method, pattern, forms))
        );
        if (visitor.Cookie is { Length: > 0 } cookie)
            request.Headers.Add("Cookie", cookie);
        if (visitor.Bearer is { } bearer)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        request.Headers.Add("Sec-Fetch-Site", visitor.Who == Elsewhere ? "cross-site" : "same-origin");
        request.Headers.Accept.ParseAdd("text/html, application/json, text/event-stream");
        if (method != "GET")
            request.Content = Body(pattern, visitor, forms);
        _judged = "";
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _ct);
        if (pattern == "/mcp/")
        {
            // What its tool was told.
            await answer.Content.ReadAsStringAsync(_ct);
            return _judged is "" ? $"{(int)answer.StatusCode}" : _judged;
        }
        return answer.StatusCode switch
        {
            HttpStatusCode.Redirect
                when answer.Headers.Location!.OriginalString.StartsWith("/signin?", StringComparison.Ordinal) =>
                "sign in",
            HttpStatusCode.Unauthorized => "401",
            HttpStatusCode.Forbidden => "403",
            HttpStatusCode.BadRequest
                when method == "POST"
                    && visitor.FormToken is null
                    && !pattern.StartsWith("/api/", StringComparison.Ordinal) => "no form of ours",
            _ => "in",
        };
    }

    private static HttpContent Body(string pattern, Visitor visitor, IReadOnlyList<Form> forms)
    {
        if (pattern == "/mcp/")
            return new StringContent(
                """
                {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"draft_proposal","arguments":
                {"skill":"every","rationale":"Said so.","changes":[{"op":"retireSkill"}]}}}
                """,
                Encoding.UTF8,
                "application/json"
            );
        if (pattern.StartsWith("/api/", StringComparison.Ordinal))
            return new StringContent("{}", Encoding.UTF8, "application/json");
        var form = forms.FirstOrDefault(f => Fits(pattern, f.Action)) ?? new("", [], []);
        var fields = form.Fields;
        if (visitor.FormToken is { } token)
            fields = [.. fields, (FormToken, token)];
        if (form.Files.Count == 0)
            return new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        var content = new MultipartFormDataContent();
        foreach (var (name, value) in fields.Where(f => !form.Files.Contains(f.Name, StringComparer.Ordinal)))
            content.Add(new StringContent(value), name);
        foreach (var file in form.Files)
            content.Add(new StringContent("""{"roles":[],"domains":[]}"""), file, "catalogue.json");
        return content;
    }

    private static string Path(string method, string pattern, IReadOnlyList<Form> forms)
    {
        if (pattern.StartsWith("/api/", StringComparison.Ordinal) || pattern == "/mcp/")
            return Filled(pattern);
        if (method != "GET" && forms.FirstOrDefault(f => Fits(pattern, f.Action)) is { } form)
            return form.Action;
        return Array.Find(EveryPage.All, page => page.Route == pattern).Addresses is [var address, ..]
            ? $"/en{address}"
            : Filled(pattern);
    }

    private static string Filled(string pattern) =>
        string.Join(
            '/',
            pattern
                .Split('/')
                .Select(part =>
                    !part.StartsWith('{') ? part
                    : part.Contains("guid", StringComparison.Ordinal) ? EveryPage.Theirs
                    : part.Contains(":int", StringComparison.Ordinal)
                    || part.Contains(":long", StringComparison.Ordinal)
                        ? "1"
                    : "every"
                )
        );

    private static bool Fits(string pattern, string action)
    {
        var path = action.Split('?', '#')[0];
        return Matches(pattern, path.StartsWith("/en/", StringComparison.Ordinal) ? path[3..] : path);
    }

    private static bool Matches(string pattern, string path)
    {
        var (parts, given) = (pattern.TrimEnd('/').Split('/'), path.TrimEnd('/').Split('/'));
        return parts.Length == given.Length
            && parts.Zip(given).All(p => p.First == p.Second || p.First.StartsWith('{'));
    }

    private IEnumerable<(string Method, string Pattern)> Routes() =>
        web
            .Inside.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .SelectMany(route =>
                // What takes any method is tried by one that reads and one that writes.
                (route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"]).Select(method =>
                    (method, "/" + route.RoutePattern.RawText!.TrimStart('/'))
                )
            )
            .Where(route => route.method is not "HEAD")
            .Distinct();

    /// <summary>A service: what its approved table says of the caller, or what it has to say.</summary>
    private async Task Judge(HttpContext http, Func<Task> answer)
    {
        var request = http.Request;
        var route = Tables
            .Where(r => r.Method == request.Method && Matches(r.Pattern, request.Path))
            // The more is said of it, the more it is the one.
            .OrderBy(r => r.Pattern.Split('/').Count(part => part.StartsWith('{')))
            .FirstOrDefault();
        var judged = route.Answers is { } answers ? Told(answers, Who(request)) : "in";
        if (request.Method == "POST")
            _judged = judged;
        if (judged == "in" && request.Path == "/api/identity/me")
        {
            // Who they are is what their token says.
            var token = new JsonWebToken(request.Headers.Authorization.ToString()["Bearer ".Length..]);
            var account = JsonSerializer.SerializeToNode(Samples.Account(token.Subject), JsonSerializerOptions.Web)!;
            account["roles"] = new JsonArray([
                .. token.Claims.Where(c => c.Type == "role").Select(c => (JsonNode)c.Value),
            ]);
            await http.Response.WriteAsJsonAsync(account);
            return;
        }
        if (judged == "in")
        {
            await answer();
            return;
        }
        http.Response.StatusCode = int.Parse(judged, CultureInfo.InvariantCulture);
        await http.Response.WriteAsJsonAsync(
            new { type = "/problems/forbidden", title = "No" },
            options: null,
            "application/problem+json"
        );
    }

    // Whose domains they are is nothing to some.
    private static string Told(IReadOnlyDictionary<string, string> answers, string who) =>
        answers.GetValueOrDefault(who) ?? answers.GetValueOrDefault(who.Split(' ')[0], "in");

    private static string Who(HttpRequest request) =>
        request.Headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ..] bearer
            ? new JsonWebToken(bearer["Bearer ".Length..]).Subject["table-".Length..]
            : "anonymous";
}
