using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using SkillPlatform.Testing;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.SignIn;

namespace SkillPlatform.Web.Tests;

public sealed class SessionTests(WebFixture web) : IClassFixture<WebFixture>, IDisposable
{
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    public void Dispose() => (web.Identity.Lifetime, web.Identity.Refuses) = (600, null);

    [Fact]
    public async Task Signing_in_gives_a_cookie_without_tokens_and_the_services_see_the_user()
    {
        web.Given("tides");
        web.Proposals.On("GET /api/proposals/mine", new { });
        using var browser = web.Browser();
        Assert.Equal("/de/skills/tides", await browser.SignIn("/de/skills/tides"));
        var cookie = browser.Cookies.GetAllCookies().Single(c => c.Name == "skillplatform.session");
        Assert.True(cookie.HttpOnly);
        Assert.True(cookie.Value.Length < 1_000);
        Assert.Contains("Zoë Müller", await browser.Html("/skills/tides"));
        using var answer = await browser.Get("/api/proposals/mine");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var asked = web.Proposals.Last("/api/proposals/mine");
        Assert.StartsWith("Bearer ey", asked.Headers["Authorization"]);
        Assert.DoesNotContain("Cookie", asked.Headers.Keys);
    }

    [Fact]
    public async Task A_program_that_is_too_old_for_the_sessions_ends_and_one_that_is_behind_serves_them()
    {
        var database = web.NewDatabase();
        web.Start(("ConnectionStrings:web-db", database));
        await Release($"number = {SkillPlatform.Release.Number + 1}, oldest_beside = {SkillPlatform.Release.Number}");
        using var behind = web.Browser(web.Start(("ConnectionStrings:web-db", database)));
        await Eventually.Holds(async () => (await behind.Get("/health/ready")).IsSuccessStatusCode);
        await Release($"oldest_beside = {SkillPlatform.Release.Number + 1}");
        var refused = Assert.ThrowsAny<Exception>(() => web.Start(("ConnectionStrings:web-db", database)));
        Assert.Contains(
            $"beside which nothing older than {SkillPlatform.Release.Number + 1} runs",
            refused.ToString(),
            StringComparison.Ordinal
        );

        async Task Release(string set)
        {
            await using var source = NpgsqlDataSource.Create(database);
            await using var command = source.CreateCommand($"update release set {set}");
            Assert.Equal(1, await command.ExecuteNonQueryAsync(_ct));
        }
    }

    [Fact]
    public async Task The_cookie_says_how_it_may_be_used()
    {
        using var browser = web.Browser();
        using var start = await browser.Get("/signin");
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(start.Headers.Location!.Query);
        using var back = await browser.Get(
            $"/signin-oidc?code={Uri.EscapeDataString(query["nonce"]!)}&state={Uri.EscapeDataString(query["state"]!)}"
        );
        var cookie = back
            .Headers.GetValues("Set-Cookie")
            .Single(c => c.StartsWith("skillplatform.session", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie);
        Assert.Contains("samesite=lax", cookie);
        Assert.Contains("path=/", cookie);
        Assert.Contains("expires=", cookie);
    }

    [Theory]
    [InlineData("//elsewhere.example")]
    [InlineData("/\\elsewhere.example")]
    [InlineData("https:elsewhere.example")]
    [InlineData("https://elsewhere.example/")]
    [InlineData("%2F%2Felsewhere.example")]
    [InlineData("/%09/elsewhere.example")]
    [InlineData("\t//elsewhere.example")]
    public async Task Signing_in_leads_nowhere_else(string returnUrl)
    {
        using var browser = web.Browser();
        var landed = new Uri(web.Address, await browser.SignIn(returnUrl));
        Assert.Equal(web.Address.Authority, landed.Authority);
        // Nor does a place of ours lead on.
        using var there = await browser.Get(landed.PathAndQuery);
        Assert.Null(there.Headers.Location);
    }

    [Fact]
    public async Task The_account_says_the_language_and_an_address_in_another_stays_readable()
    {
        web.Given("tongues");
        web.Identity.Locale = "es-MX";
        using var browser = web.Browser();
        await browser.SignIn();
        web.Identity.Locale = null;
        Assert.Contains("<html lang=\"es\"", await browser.Html("/", "ja,de;q=0.5"));
        Assert.Contains("<html lang=\"es\"", await browser.Html("/skills/tongues", "ja"));
        Assert.Contains("<html lang=\"de\"", await browser.Html("/de/skills/tongues", "ja"));
        // To have read one page in another language changes nothing.
        Assert.Contains("<html lang=\"es\"", await browser.Html("/", "ja"));
        using var somebody = web.Browser();
        Assert.Contains("<html lang=\"ja\"", await somebody.Html("/", "ja,de;q=0.5"));
    }

    [Fact]
    public void In_production_cookies_travel_encrypted_only()
    {
        web.Start(
            ("environment", "Production"),
            ("Identity:Authority", "https://identity.example.org"),
            ("Identity:WebClientSecret", "something"),
            ("Web:PublicOrigin", "https://skills.example.org")
        );
        var inside = web.Inside;
        var session = inside.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get("Cookies").Cookie;
        var oidc = inside.GetRequiredService<IOptionsMonitor<OpenIdConnectOptions>>().Get("OpenIdConnect");
        var forms = inside.GetRequiredService<IOptions<AntiforgeryOptions>>().Value.Cookie;
        Assert.All(
            new[] { session, oidc.CorrelationCookie, oidc.NonceCookie, forms },
            cookie =>
            {
                Assert.True(cookie.HttpOnly);
                Assert.Equal(CookieSecurePolicy.Always, cookie.SecurePolicy);
                Assert.Contains(cookie.SameSite, Ours);
            }
        );
        // Nobody who owns another name under the same domain can set these for us.
        Assert.All(
            new[] { session, forms },
            cookie =>
            {
                Assert.StartsWith("__Host-skillplatform.", cookie.Name, StringComparison.Ordinal);
                Assert.Equal(("/", null), (cookie.Path, cookie.Domain));
            }
        );
        var http = new DefaultHttpContext { RequestServices = inside };
        http.RememberLanguage("de");
        Assert.Matches("secure; samesite=lax; httponly", http.Response.Headers.SetCookie.ToString());
    }

    [Theory]
    [InlineData("https", "skills.example.org", "max-age=31536000; includeSubDomains")]
    [InlineData("http", "skills.example.org", null)]
    [InlineData("https", "localhost", null)]
    public async Task In_production_who_came_encrypted_is_told_to_do_so_for_a_year(
        string scheme,
        string host,
        string? told
    )
    {
        var address = web.Start(
            ("environment", "Production"),
            ("ForwardedHeaders_Enabled", "true"),
            ("Identity:Authority", "https://identity.example.org"),
            ("Identity:WebClientSecret", "something"),
            ("Web:PublicOrigin", "https://skills.example.org")
        );
        using var client = new HttpClient { BaseAddress = address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/robots.txt");
        request.Headers.Host = host;
        request.Headers.Add("X-Forwarded-Proto", scheme);
        using var answer = await client.SendAsync(request, _ct);
        Assert.Equal(
            told,
            answer.Headers.TryGetValues("Strict-Transport-Security", out var said) ? said.Single() : null
        );
    }

    [Fact]
    public async Task Keys_lie_encrypted_where_there_is_a_certificate_for_them()
    {
        using var certificate = new KeyCertificate();
        web.Start(
            ("ConnectionStrings:web-db", web.NewDatabase()),
            ("Web:KeyCertificate", certificate.File),
            ("Web:KeyCertificatePassword", KeyCertificate.Password)
        );
        await Eventually.Holds(async () =>
        {
            await using var db = await web
                .Inside.GetRequiredService<IDbContextFactory<WebDb>>()
                .CreateDbContextAsync(_ct);
            return await db.DataProtectionKeys.AnyAsync(_ct);
        });
        await using var kept = await web
            .Inside.GetRequiredService<IDbContextFactory<WebDb>>()
            .CreateDbContextAsync(_ct);
        Assert.All(
            await kept.DataProtectionKeys.ToListAsync(_ct),
            one => Assert.Contains("EncryptedData", one.Xml, StringComparison.Ordinal)
        );
    }

    private static readonly SameSiteMode[] Ours = [SameSiteMode.Lax, SameSiteMode.Strict];

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", false)]
    [InlineData("Sec-Fetch-Site", "same-site", false)]
    [InlineData("Sec-Fetch-Site", "none", false)]
    [InlineData("Origin", "https://elsewhere.example", false)]
    [InlineData("Origin", "null", false)]
    [InlineData(null, null, false)]
    [InlineData("Sec-Fetch-Site", "same-origin", true)]
    [InlineData("Origin", "ours", true)]
    public async Task With_the_cookie_only_our_own_pages_may_write(string? header, string? value, bool allowed)
    {
        web.Proposals.On("POST /api/proposals", new { }, 201);
        using var browser = web.Browser();
        await browser.SignIn();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/proposals");
        if (header is not null)
            request.Headers.Add(header, value == "ours" ? web.Address.GetLeftPart(UriPartial.Authority) : value);
        using var answer = await browser.Client.SendAsync(request, _ct);
        if (allowed)
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        else
            await Expect.Problem(answer, 403, "/problems/cross-site");
    }

    [Fact]
    public async Task A_bearer_token_goes_before_the_cookie_and_needs_no_origin()
    {
        web.Proposals.On("POST /api/proposals", new { }, 201);
        using var browser = web.Browser();
        await browser.SignIn();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/proposals");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "own");
        using var answer = await browser.Client.SendAsync(request, _ct);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("Bearer own", web.Proposals.Last("/api/proposals").Headers["Authorization"]);
    }

    [Fact]
    public async Task A_token_near_its_end_is_renewed_once_whatever_the_replica()
    {
        web.Proposals.On("GET /api/proposals/mine", new { });
        web.Identity.Lifetime = 20;
        using var browser = web.Browser();
        await browser.SignIn();
        web.Identity.Lifetime = 600;
        var before = web.Identity.Stub.Count("/token");
        var elsewhere = web.Start();
        var cookie = browser.Cookies.GetAllCookies().Single(c => c.Name == "skillplatform.session");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(i => Ask(i % 2 == 0 ? browser.Client.BaseAddress! : elsewhere, cookie.Value))
        );
        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(before + 1, web.Identity.Stub.Count("/token"));
    }

    [Fact]
    public async Task A_session_ends_when_identity_refuses_to_renew_it()
    {
        web.Given("ended");
        web.Identity.Lifetime = 20;
        using var browser = web.Browser();
        await browser.SignIn();
        web.Identity.Refuses = 400;
        Assert.DoesNotContain("Zoë", await browser.Html("/skills/ended"));
        Assert.DoesNotContain(browser.Cookies.GetAllCookies(), c => c.Name == "skillplatform.session");
        using var form = await browser.Get("/skills/ended/suggest?role=pilot&level=junior");
        Assert.Equal(HttpStatusCode.Redirect, form.StatusCode);
        Assert.StartsWith("/signin?returnUrl=%2Fskills%2Fended%2Fsuggest", form.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task While_identity_is_down_a_session_stands_and_writes_say_try_again()
    {
        web.Given("patient");
        web.Identity.Lifetime = 0;
        using var browser = web.Browser();
        await browser.SignIn();
        web.Identity.Refuses = 500;
        Assert.Contains("Zoë", await browser.Html("/skills/patient"));
        using var answer = await browser.Get("/api/proposals");
        await Expect.Problem(answer, 503, "/problems/sign-in-unavailable");
        web.Identity.Refuses = null;
        web.Identity.Lifetime = 600;
        using var again = await browser.Get("/api/proposals");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task Signing_in_again_never_goes_on_in_the_session_that_was_there()
    {
        using var browser = web.Browser();
        await browser.SignIn();
        var first = Cookie(browser);
        await browser.SignIn();
        Assert.NotEqual(first, Cookie(browser));
        Assert.Equal(HttpStatusCode.Redirect, (await Suggest(first)).StatusCode);
        Assert.NotEqual(HttpStatusCode.Redirect, (await Suggest(Cookie(browser))).StatusCode);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_here_and_at_identity()
    {
        web.Given("leaving");
        using var browser = web.Browser();
        await browser.SignIn();
        var cookie = Cookie(browser);
        using var refused = await browser.PostRaw("/signout");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var left = await browser.Post("/skills/leaving", "/signout");
        Assert.Equal(HttpStatusCode.Redirect, left.StatusCode);
        Assert.StartsWith($"{web.Identity.Stub.Address}/end", left.Headers.Location!.OriginalString);
        Assert.Contains("id_token_hint=ey", left.Headers.Location.Query);
        Assert.Equal(HttpStatusCode.Redirect, (await Suggest(cookie)).StatusCode);
    }

    [Fact]
    public async Task Nothing_in_the_database_is_readable()
    {
        using var browser = web.Browser();
        await browser.SignIn();
        await using var source = NpgsqlDataSource.Create(web.Database);
        await using var command = source.CreateCommand(
            "select count(*) from sessions where position('eyJhbGciOi'::bytea in tokens) > 0 or position('user-1'::bytea in ticket) > 0"
        );
        Assert.Equal(0L, await command.ExecuteScalarAsync(_ct));
    }

    [Fact]
    public async Task Web_serves_readers_while_identity_and_the_database_are_away()
    {
        web.Given("alone");
        var address = web.Start(
            ("Identity:Authority", "http://127.0.0.1:9"),
            ("ConnectionStrings:web-db", "Host=127.0.0.1;Port=9;Database=web;Username=x;Timeout=1")
        );
        using var browser = web.Browser(address);
        Assert.Contains("Reading tides", await browser.Html("/skills/alone"));
        using var signin = await browser.Get("/signin");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, signin.StatusCode);
        Assert.Equal("text/html", signin.Content.Headers.ContentType!.MediaType);
        using var ready = await browser.Get("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        using var live = await browser.Get("/health/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(
        """
            create table data_protection_keys ("Id" integer generated by default as identity primary key, "FriendlyName" text, "Xml" text);
            create table sessions (id varchar(64) primary key, ticket bytea not null, tokens bytea not null, expires_at timestamptz not null);
            create index "IX_sessions_expires_at" on sessions (expires_at);
            insert into sessions values ('x', '', '', now() + interval '1 day')
            """
    )]
    public async Task Replicas_start_at_once_on_nothing_and_on_what_was_made_before_there_were_migrations(
        string? before
    )
    {
        var database = new NpgsqlConnectionStringBuilder(web.Database) { Database = $"web_{Guid.NewGuid():N}" };
        if (before is not null)
        {
            await Run(web.Database, $"create database {database.Database}");
            await Run(database.ConnectionString, before);
        }
        var replicas = await Task.WhenAll(
            Enumerable
                .Range(0, 3)
                .Select(_ => Task.Run(() => web.Start(("ConnectionStrings:web-db", database.ConnectionString)), _ct))
        );
        foreach (var address in replicas)
        {
            using var browser = web.Browser(address);
            await Eventually.Holds(async () => (await browser.Get("/health/ready")).IsSuccessStatusCode);
            await browser.SignIn();
        }
        Assert.Equal(
            before is null ? 3L : 4L,
            await Run(database.ConnectionString, "select count(*) from sessions where expires_at > now()")
        );
    }

    [Fact]
    public async Task Migrations_bring_a_database_to_what_the_code_expects()
    {
        await using var db = await web.Inside.GetRequiredService<IDbContextFactory<WebDb>>().CreateDbContextAsync(_ct);
        Assert.False(db.Database.HasPendingModelChanges());
    }

    private async Task<object?> Run(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(_ct);
    }

    private static string Cookie(Browser browser) =>
        browser.Cookies.GetAllCookies().Single(c => c.Name == "skillplatform.session").Value;

    private async Task<HttpResponseMessage> Suggest(string cookie)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(web.Address, "/skills/x/suggest"));
        request.Headers.Add("Cookie", $"skillplatform.session={cookie}");
        return await client.SendAsync(request, _ct);
    }

    private async Task<HttpStatusCode> Ask(Uri at, string cookie)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(at, "/api/proposals/mine"));
        request.Headers.Add("Cookie", $"skillplatform.session={cookie}");
        using var answer = await client.SendAsync(request, _ct);
        return answer.StatusCode;
    }
}
