using System.Net;
using System.Text.RegularExpressions;
using Microsoft.IdentityModel.JsonWebTokens;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

public sealed partial class PageTests(Running running)
{
    private const string Password = "correct horse battery";

    private static string NewAddress() => $"{Guid.CreateVersion7():N}@example.net";

    [Fact]
    public async Task Whoever_registers_confirms_by_mail_and_then_signs_in()
    {
        using var browser = new Browser(running.Authority);
        var address = NewAddress();

        using var registered = await Register(browser, address);
        Assert.Equal("/sent", registered.Headers.Location?.OriginalString);
        using var early = await browser.SignIn(address, Password);
        Assert.Equal(HttpStatusCode.OK, early.StatusCode);
        var link = await LinkTo(address, "confirm");
        using var confirmed = await browser.Fill(link);
        Assert.Contains("is confirmed", await confirmed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var again = await browser.Fill(link);
        Assert.Contains(
            "has expired or has been used",
            await again.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );

        var signed = await SignIn.As(running.Authority, address, Password);
        Assert.NotNull(signed.RefreshToken);
    }

    [Fact]
    public async Task Who_registers_somebody_elses_address_gains_nothing_when_its_owner_registers()
    {
        using var browser = new Browser(running.Authority);
        var address = NewAddress();
        using var stranger = await browser.Fill(
            "/register",
            ("name", "Stranger"),
            ("email", address),
            ("password", "the stranger's own password")
        );
        var first = await LinkTo(address, "confirm");
        using var owner = await Register(browser, address);
        var second = await LinkTo(address, "confirm", after: first);

        using var old = await browser.Fill(first);
        Assert.Contains("has expired", await old.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var confirmed = await browser.Fill(second);
        Assert.Contains("is confirmed", await confirmed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SignIn.As(running.Authority, address, "the stranger's own password")
        );
        Assert.NotNull((await SignIn.As(running.Authority, address, Password)).AccessToken);
    }

    [Fact]
    public async Task What_a_stranger_chose_does_not_hold_when_the_owner_confirms()
    {
        using var stranger = new Browser(running.Authority);
        using var owner = new Browser(running.Authority);
        var address = NewAddress();
        using var registered = await stranger.Fill(
            "/register",
            ("name", "Stranger"),
            ("email", address),
            ("password", "the stranger's own password")
        );
        var link = await LinkTo(address, "confirm");
        var mail = running.Mail.Received.Last(m => m.To.Contains(address, StringComparer.OrdinalIgnoreCase));
        Assert.DoesNotContain("Stranger", mail.Message.ToString(), StringComparison.Ordinal);

        using var blindly = await owner.Fill(link);
        Assert.Contains("role=\"alert\"", await blindly.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var confirmed = await owner.Fill(link, ("name", "Owner"), ("password", Password));
        Assert.Contains("is confirmed", await confirmed.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SignIn.As(running.Authority, address, "the stranger's own password")
        );
        using var api = new Api(
            new Uri(running.Authority),
            (await SignIn.As(running.Authority, address, Password)).AccessToken
        );
        Assert.Equal("Owner", (await api.Get("/api/identity/me")).GetProperty("name").GetString());
    }

    [Fact]
    public async Task Who_registered_before_somebody_else_did_chooses_again()
    {
        using var stranger = new Browser(running.Authority);
        using var owner = new Browser(running.Authority);
        var address = NewAddress();
        using var first = await Register(owner, address);
        var before = await LinkTo(address, "confirm");
        using var second = await stranger.Fill(
            "/register",
            ("name", "Stranger"),
            ("email", address),
            ("password", "the stranger's own password")
        );
        var link = await LinkTo(address, "confirm", after: before);

        using var blindly = await owner.Fill(link);
        Assert.Contains("role=\"alert\"", await blindly.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var confirmed = await owner.Fill(link, ("name", "Owner"), ("password", Password));
        Assert.NotNull((await SignIn.As(running.Authority, address, Password)).AccessToken);
    }

    [Theory]
    [InlineData("te\u017Ft@example.net")]
    [InlineData("\uFF54est@example.net")]
    [InlineData("test@\uFF45xample.net")]
    [InlineData("mar\u212A@example.net")]
    public async Task An_address_that_looks_like_another_one_does_not_register(string address)
    {
        using var browser = new Browser(running.Authority);
        using var answer = await Register(browser, address);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(
            "not an email address we can write to",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_differs_in_case_or_after_a_plus_diverts_no_letter()
    {
        using var stranger = new Browser(running.Authority);
        using var owner = new Browser(running.Authority);
        var address = NewAddress();
        using var upper = await Register(stranger, address.ToUpperInvariant());
        using var plus = await Register(stranger, address.Replace("@", "+x@", StringComparison.Ordinal));
        using var registered = await Register(owner, address);
        var link = await Eventually.Get(
            () =>
                Task.FromResult(
                    running
                        .Mail.Received.Where(m => m.To.Contains(address, StringComparer.Ordinal))
                        .Select(m => new Uri(Link().Match(m.Message.TextBody ?? "").Value).PathAndQuery)
                        .LastOrDefault()
                ),
            found => found is not null
        );
        using var confirmed = await owner.Fill(link!);
        Assert.Contains("is confirmed", await confirmed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.NotNull((await SignIn.As(running.Authority, address, Password)).AccessToken);
        using var stays = await stranger.SignIn(address.Replace("@", "+x@", StringComparison.Ordinal), Password);
        Assert.Equal(HttpStatusCode.OK, stays.StatusCode);
    }

    [Fact]
    public async Task Whoever_confirms_the_configured_address_is_the_first_administrator()
    {
        using var browser = new Browser(running.Authority);
        using var registered = await Register(browser, Running.FirstAdministrator);
        using var confirmed = await browser.Fill(await LinkTo(Running.FirstAdministrator, "confirm"));
        var signed = await SignIn.As(running.Authority, Running.FirstAdministrator, Password);
        using var api = new Api(new Uri(running.Authority), signed.AccessToken);
        Assert.Equal(200, (await api.Send(HttpMethod.Get, "/api/identity/accounts")).Status);
    }

    [Fact]
    public async Task A_known_address_registers_like_a_new_one_and_gets_another_mail()
    {
        using var browser = new Browser(running.Authority);
        using var unknown = await Register(browser, NewAddress());
        using var known = await Register(browser, "reader@example.org");

        Assert.Equal(unknown.StatusCode, known.StatusCode);
        Assert.Equal(unknown.Headers.Location, known.Headers.Location);
        Assert.EndsWith("/forgot", await LinkTo("reader@example.org", "forgot"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forgotten_password_is_set_anew_once_and_ends_every_session()
    {
        using var browser = new Browser(running.Authority);
        var address = await Confirmed(browser);
        var before = await SignIn.As(running.Authority, address, Password);
        await using var heard = await Heard.Listen(running.Broker);
        using var asked = await browser.Fill("/forgot", ("email", address));
        Assert.Equal("/sent", asked.Headers.Location?.OriginalString);
        var link = await LinkTo(address, "reset");

        using var weak = await browser.Fill(link, ("password", "password1234"));
        Assert.Contains("too easy to guess", await weak.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var reset = await browser.Fill(link, ("password", "another long password"));
        Assert.Contains("new password is set", await reset.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var again = await browser.Fill(link, ("password", "yet another password"));
        Assert.Contains(
            "has expired or has been used",
            await again.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SignIn.Refresh(running.Authority, before.RefreshToken!)
        );
        Assert.NotNull((await SignIn.As(running.Authority, address, "another long password")).AccessToken);
        await heard.Next("AccountChanged", new JsonWebToken(before.AccessToken).Subject, Heard.SignedOut);
        await Eventually.Holds(() =>
            Task.FromResult(
                running.Mail.Received.Any(m =>
                    m.To.Contains(address, StringComparer.OrdinalIgnoreCase)
                    && m.Message.Subject?.StartsWith("A new password was set", StringComparison.Ordinal) == true
                )
            )
        );
    }

    [Fact]
    public async Task An_unknown_address_that_forgot_its_password_sees_the_same_and_gets_nothing()
    {
        using var browser = new Browser(running.Authority);
        var (nobody, somebody) = (NewAddress(), await Confirmed(browser));
        using var unknown = await browser.Fill("/forgot", ("email", nobody));
        using var known = await browser.Fill("/forgot", ("email", somebody));

        Assert.Equal(known.StatusCode, unknown.StatusCode);
        Assert.Equal(known.Headers.Location, unknown.Headers.Location);
        await LinkTo(somebody, "reset");
        Assert.DoesNotContain(running.Mail.Received, m => m.To.Contains(nobody, StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Unknown_address_wrong_password_and_locked_account_are_answered_alike()
    {
        using var browser = new Browser(running.Authority);
        var address = await Confirmed(browser);
        var answers = new List<string> { await Failed(browser, NewAddress(), "wrong password") };
        for (var i = 0; i < 6; i++)
            answers.Add(await Failed(browser, address, "wrong password"));
        // Locked by now: not even the right one.
        answers.Add(await Failed(browser, address, Password));

        Assert.Single(answers.Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Guessing_on_is_answered_429_with_the_time_to_wait()
    {
        using var browser = new Browser(running.Authority);
        var address = NewAddress();
        for (var i = 0; i < 10; i++)
            await Failed(browser, address, "wrong password");

        using var answer = await browser.SignIn(address, "wrong password");

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https:evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("%2F%2Fevil.example")]
    [InlineData("\\\\evil.example")]
    public async Task A_sign_in_leads_nowhere_else(string returnUrl)
    {
        using var browser = new Browser(running.Authority);
        using var answer = await browser.SignIn("reader@example.org", SignIn.Password, returnUrl);
        Assert.Equal("/", answer.Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/register")]
    [InlineData("/forgot")]
    [InlineData("/reset")]
    [InlineData("/confirm")]
    [InlineData("/sign-out")]
    [InlineData("/sign-out?handler=everywhere")]
    [InlineData("/address")]
    [InlineData("/address/confirm")]
    [InlineData("/passkeys?handler=options")]
    [InlineData("/passkeys?handler=add")]
    [InlineData("/passkeys?handler=rename")]
    [InlineData("/passkeys?handler=remove")]
    [InlineData("/two-factor?handler=enable")]
    [InlineData("/two-factor?handler=disable")]
    [InlineData("/two-factor?handler=recovery")]
    [InlineData("/sign-in/code")]
    [InlineData("/sign-in/passkey")]
    public async Task A_form_without_its_token_is_refused(string page)
    {
        using var browser = new Browser(running.Authority);
        using var signed = await browser.SignIn("reader@example.org", SignIn.Password);
        using var form = new FormUrlEncodedContent([
            new("email", "reader@example.org"),
            new("password", SignIn.Password),
        ]);
        using var answer = await browser.Http.PostAsync(page, form);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("de", "Anmelden")]
    [InlineData("es-MX", "Iniciar sesión")]
    [InlineData("fr", "Connexion")]
    [InlineData("fi", "Sign in")]
    public async Task Pages_speak_the_language_of_the_browser(string language, string title)
    {
        using var browser = new Browser(running.Authority);
        browser.Http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        var html = await browser.Http.GetStringAsync("/sign-in", TestContext.Current.CancellationToken);
        Assert.Contains($"<h1>{title}</h1>", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("de", "Über uns", "Hilfe", "Datenschutz")]
    [InlineData("ar", "حول الموقع", "المساعدة", "الخصوصية")]
    public async Task Pages_lead_to_what_the_site_says_of_itself(string language, params string[] names)
    {
        using var browser = new Browser(running.Authority);
        var html = WebUtility.HtmlDecode(
            await browser.Http.GetStringAsync($"/sign-in?ui_locales={language}", TestContext.Current.CancellationToken)
        );
        foreach (var (page, name) in new[] { "about", "help", "privacy" }.Zip(names))
            Assert.Matches($"<a href=\"https?://[^\"]+/{language}/{page}\">{name}</a>", html);
        // Nobody here knows whether one is written.
        Assert.DoesNotContain("/imprint\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_form_lacks_is_said_in_the_words_of_the_page()
    {
        using var browser = new Browser(running.Authority);
        var html = WebUtility.HtmlDecode(
            await browser.Http.GetStringAsync("/register?ui_locales=de", TestContext.Current.CancellationToken)
        );
        Assert.Contains("data-fill=\"Bitte füllen Sie dieses Feld aus.\"", html, StringComparison.Ordinal);
        var script = FormsScript().Match(html).Groups["address"].Value;
        Assert.Contains(
            "preventDefault",
            await browser.Http.GetStringAsync(script, TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [GeneratedRegex("src=\"(?<address>/forms\\.[0-9a-f]+\\.js)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FormsScript();

    [Fact]
    public async Task Pages_allow_neither_scripts_nor_frames_and_cookies_hide_from_scripts()
    {
        using var browser = new Browser(running.Authority);
        using var answer = await browser.SignIn("reader@example.org", SignIn.Password);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.All(
            answer.Headers.GetValues("Set-Cookie"),
            cookie =>
            {
                Assert.StartsWith("identity.", cookie, StringComparison.Ordinal);
                Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
                Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
            }
        );
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/register")]
    [InlineData("/passkeys")]
    [InlineData("/two-factor")]
    [InlineData("/address")]
    [InlineData("/")]
    [InlineData("/nothing-here")]
    [InlineData("/error")]
    [InlineData("/confirm?account=x&token=y")]
    [InlineData("/connect/authorize")]
    [InlineData("/api/identity/nothing")]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/health/live")]
    public async Task Each_answer_says_what_a_browser_may_do_with_it(string address)
    {
        using var browser = new Browser(running.Authority);
        using var signed = await browser.SignIn("reader@example.org", SignIn.Password);
        using var answer = await browser.Http.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        if (answer.Content.Headers.ContentType?.MediaType != "text/html")
            return;
        foreach (var name in Said)
            Assert.True(answer.Headers.Contains(name), name);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotMatch("<script(?![^>]* src=\"/)|<style| style=| on[a-z]+=\"", html);
        Assert.Equal(
            html.Split("<form method=\"post\"").Length,
            html.Split("name=\"__RequestVerificationToken\"").Length
        );
    }

    private static readonly string[] Said =
    [
        "Content-Security-Policy",
        "Cross-Origin-Opener-Policy",
        "Permissions-Policy",
        "Referrer-Policy",
        "X-Frame-Options",
    ];

    [Fact]
    public async Task A_name_is_text_whatever_it_looks_like()
    {
        using var browser = new Browser(running.Authority);
        var address = NewAddress();
        const string Name = "<script>alert(1)</script>\" onclick=\"alert(2) 👩‍👩‍👧‍👦";
        using var registered = await browser.Fill(
            "/register",
            ("name", Name),
            ("email", address),
            ("password", Password)
        );
        using var confirmed = await browser.Fill(await LinkTo(address, "confirm"));
        using var signed = await browser.SignIn(address, Password);
        var home = await browser.Http.GetStringAsync(
            new Uri("/", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        Assert.DoesNotContain("<script>", home, StringComparison.Ordinal);
        Assert.DoesNotContain("\" onclick", home, StringComparison.Ordinal);
        Assert.Contains(Name, WebUtility.HtmlDecode(home), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_everywhere_ends_other_browsers_and_refresh_tokens()
    {
        using var here = new Browser(running.Authority);
        using var there = new Browser(running.Authority);
        var address = await Confirmed(here);
        using var one = await here.SignIn(address, Password);
        using var two = await there.SignIn(address, Password);
        var script = await SignIn.As(running.Authority, address, Password);
        await using var heard = await Heard.Listen(running.Broker);
        Assert.Equal(
            HttpStatusCode.OK,
            (await there.Http.GetAsync("/", TestContext.Current.CancellationToken)).StatusCode
        );

        using var page = await here.Http.GetAsync("/", TestContext.Current.CancellationToken);
        var token = Token()
            .Match(await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .Groups[1]
            .Value;
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", token)]);
        using var done = await here.Http.PostAsync(
            "/sign-out?handler=everywhere",
            form,
            TestContext.Current.CancellationToken
        );

        Assert.Equal("/sign-out", done.Headers.Location?.OriginalString);
        using var after = await there.Http.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Redirect, after.StatusCode);
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SignIn.Refresh(running.Authority, script.RefreshToken!)
        );
        await heard.Next("AccountChanged", new JsonWebToken(script.AccessToken).Subject, Heard.SignedOut);
    }

    [Theory]
    [InlineData("\u0001", "a@example.net")]
    [InlineData("", "a@example.net")]
    [InlineData("Name", "a@example.net\r\nBcc: b@example.net")]
    [InlineData("Name", "nobody")]
    [InlineData("Name", "\"x\" <a@example.net>")]
    public async Task What_is_no_name_or_address_does_not_register(string name, string email)
    {
        using var browser = new Browser(running.Authority);
        using var answer = await browser.Fill("/register", ("name", name), ("email", email), ("password", Password));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(
            "role=\"alert\"",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/register")]
    [InlineData("/forgot")]
    public async Task Four_megabytes_in_a_form_are_not_read(string page)
    {
        using var browser = new Browser(running.Authority);
        var html = await browser.Http.GetStringAsync(page, TestContext.Current.CancellationToken);
        // Sent only once the server wants it, so that the answer arrives whole.
        browser.Http.DefaultRequestHeaders.ExpectContinue = true;
        var form = new SentForm(html, "email") { ["email"] = new string('x', 4 << 20) };
        using var refused = await form.Send(browser.Http);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        form["email"] = new string('x', 32 << 10);
        using var read = await form.Send(browser.Http);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
    }

    [Fact]
    public async Task Four_megabytes_for_a_token_are_not_read()
    {
        using var http = new HttpClient { BaseAddress = new Uri(running.Authority) };
        http.DefaultRequestHeaders.ExpectContinue = true;
        using var form = new FormUrlEncodedContent([new("refresh_token", new string('x', 4 << 20))]);
        using var answer = await http.PostAsync("/connect/token", form, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task A_wrong_client_sees_a_page_and_a_wrong_address_too()
    {
        using var browser = new Browser(running.Authority);
        using var client = await browser.Http.GetAsync(
            "/connect/authorize?client_id=nobody&response_type=code&redirect_uri=https://evil.example/",
            TestContext.Current.CancellationToken
        );
        Assert.Equal(HttpStatusCode.BadRequest, client.StatusCode);
        Assert.Equal("text/html", client.Content.Headers.ContentType?.MediaType);
        using var address = await browser.Http.GetAsync("/nothing-here", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, address.StatusCode);
        Assert.Equal("text/html", address.Content.Headers.ContentType?.MediaType);
        // And a way on from there.
        var html = await address.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("To the skills</a>", html);
        using var api = await browser.Http.GetAsync("/api/identity/nothing", TestContext.Current.CancellationToken);
        Assert.Equal("application/problem+json", api.Content.Headers.ContentType?.MediaType);
    }

    private static Task<HttpResponseMessage> Register(Browser browser, string address) =>
        browser.Fill("/register", ("name", "Somebody New"), ("email", address), ("password", Password));

    private async Task<string> Confirmed(Browser browser)
    {
        var address = NewAddress();
        using var registered = await Register(browser, address);
        using var confirmed = await browser.Fill(await LinkTo(address, "confirm"));
        Assert.Equal(HttpStatusCode.OK, confirmed.StatusCode);
        return address;
    }

    private async Task<string> LinkTo(string address, string page, string? after = null)
    {
        var link = await Eventually.Get(
            () =>
                Task.FromResult(
                    running
                        .Mail.Received.Where(m => m.To.Contains(address, StringComparer.OrdinalIgnoreCase))
                        .Select(m => Link().Match(m.Message.TextBody ?? "").Value)
                        .LastOrDefault(l =>
                            l.Contains($"/{page}", StringComparison.Ordinal)
                            && (after is null || !l.EndsWith(after, StringComparison.Ordinal))
                        )
                ),
            found => found is not null
        );
        return new Uri(link!).PathAndQuery;
    }

    private static async Task<string> Failed(Browser browser, string address, string password)
    {
        using var answer = await browser.SignIn(address, password);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync();
        return Token().Replace(html, "").Replace(address, "", StringComparison.Ordinal);
    }

    [GeneratedRegex("https?://\\S+", RegexOptions.None, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(
        "__RequestVerificationToken\" type=\"hidden\" value=\"(?<token>[^\"]*)\"",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Token();
}
