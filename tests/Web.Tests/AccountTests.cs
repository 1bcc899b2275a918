using System.Net;

namespace SkillPlatform.Web.Tests;

public sealed class AccountTests(WebFixture web) : IClassFixture<WebFixture>
{
    private static readonly object Me = Samples.Account("me");

    [Fact]
    public async Task The_programs_that_may_act_for_one_are_listed_and_revoked()
    {
        web.Identity.Stub.On(
                "GET /api/identity/me/clients",
                new
                {
                    items = new[]
                    {
                        new
                        {
                            clientId = "skillplatform-cli",
                            name = "Scripts",
                            scopes = new[] { "skillplatform" },
                            since = "2026-03-09T10:00:00Z",
                        },
                    },
                }
            )
            .On("GET /api/identity/me", Samples.Account("u1"))
            .On("DELETE /api/identity/me/clients/skillplatform-cli", new { }, 204);
        using var browser = web.Browser();
        await browser.SignIn();
        Assert.Contains("A program on your machine", await browser.Html("/en/account"));
        using var revoked = await browser.Post("/en/account", "/en/account/clients/skillplatform-cli/revoke");
        Assert.Equal("/en/account#programs", revoked.Headers.Location?.OriginalString);
        Assert.Equal("DELETE", web.Identity.Stub.Last("/api/identity/me/clients/skillplatform-cli").Method);
    }

    [Fact]
    public async Task An_account_shows_its_profile_and_where_to_secure_it()
    {
        web.Identity.Stub.On("GET /api/identity/me", Me);
        using var browser = web.Browser();
        await browser.SignIn();
        var html = await browser.Html("/en/account");
        Assert.Contains("value=\"Zoë Müller\"", html);
        Assert.Contains("zoe@example.org", html);
        Assert.Contains("/passkeys?ui_locales=en\"", html);
        Assert.Contains("/address?ui_locales=en\"", html);
        Assert.Contains("/two-factor?ui_locales=en\"", html);
        Assert.Contains("href=\"/en/account/export\" download", html);
        using var answer = await browser.Get("/en/account");
        Assert.Contains("no-", answer.Headers.GetValues("Cache-Control").Single());
    }

    [Fact]
    public async Task Who_gets_no_mails_any_more_is_told_so_and_asks_for_the_letter_that_ends_it()
    {
        web.Identity.Stub.On("GET /api/identity/me", Me).On("POST /api/identity/me/confirmation", new { }, 202);
        web.Notifications.On("GET /api/notifications/address", new { state = "ok" });
        using var browser = web.Browser();
        await browser.SignIn();
        Assert.DoesNotContain("confirm-address", await browser.Html("/en/account"));
        web.Notifications.On("GET /api/notifications/address", new { state = "suppressed", reason = "bounced" });
        Assert.Contains("bounced", await browser.Html("/en/account"));
        using var asked = await browser.Post("/en/account", "/en/account/confirm-address");
        Assert.Equal("/en/account?done=letter", asked.Headers.Location?.OriginalString);
        Assert.Equal("POST", web.Identity.Stub.Last("/api/identity/me/confirmation").Method);
        Assert.Contains("on its way", await browser.Html("/en/account?done=letter"));
        // What cannot be asked is no reason to show nothing.
        web.Notifications.On("GET /api/notifications/address", new { }, 500);
        Assert.Contains("zoe@example.org", await browser.Html("/en/account"));
    }

    [Fact]
    public async Task Without_a_session_there_is_no_account_and_without_identity_it_says_so()
    {
        using var browser = web.Browser();
        using var anonymous = await browser.Get("/en/account");
        Assert.StartsWith("/signin", anonymous.Headers.Location!.OriginalString);
        web.Identity.Stub.On("GET /api/identity/me", new { }, 500);
        await browser.SignIn();
        using var down = await browser.Get("/en/account");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, down.StatusCode);
        Assert.Contains("cannot be shown", await down.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_pages_go_on_in_the_language_that_was_chosen()
    {
        web.Identity.Stub.On("GET /api/identity/me", Me).On("PUT /api/identity/me", Me);
        using var browser = web.Browser();
        await browser.SignIn();
        using var saved = await browser.Post(
            "/en/account",
            "/en/account",
            ("name", "Zoë"),
            ("culture", "ar"),
            ("timeZone", "Asia/Dubai"),
            ("tag", "\"7\"")
        );
        Assert.Equal("/ar/account?done=saved", saved.Headers.Location?.OriginalString);
        var asked = web.Identity.Stub.All.Last(a => a.Method == "PUT");
        Assert.Equal(
            "{\"name\":\"Zoë\",\"culture\":\"ar\",\"timeZone\":\"Asia/Dubai\"}",
            asked.Body.Replace("\\u00EB", "ë")
        );
        Assert.Equal("\"7\"", asked.Headers["If-Match"]);
        Assert.Contains("<html lang=\"ar\" dir=\"rtl\"", await browser.Html("/account", "en"));
    }

    [Fact]
    public async Task What_is_refused_is_said_with_what_was_typed()
    {
        web.Identity.Stub.On("GET /api/identity/me", Me)
            .On("PUT /api/identity/me", new { type = "/problems/stale", detail = "Changed." }, 412);
        using var browser = web.Browser();
        await browser.SignIn();
        using var answer = await browser.Post(
            "/en/account",
            "/en/account",
            ("name", "Typed"),
            ("culture", "en"),
            ("timeZone", "Etc/UTC"),
            ("tag", "\"1\"")
        );
        Assert.Equal(412, (int)answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("role=\"alert\"", html);
        Assert.Contains("value=\"Typed\"", html);
    }

    [Fact]
    public async Task Signing_out_everywhere_ends_this_session_too()
    {
        web.Identity.Stub.On("GET /api/identity/me", Me).On("DELETE /api/identity/me/sessions", Me);
        using var browser = web.Browser();
        await browser.SignIn();
        using var answer = await browser.Post("/en/account", "/en/account/sign-out-everywhere");
        Assert.Equal("/en/", answer.Headers.Location?.OriginalString);
        Assert.DoesNotContain(browser.Cookies.GetAllCookies(), c => c.Name == "skillplatform.session");
    }

    [Fact]
    public async Task Deleting_says_what_stays_and_needs_a_word_and_the_password()
    {
        web.Identity.Stub.On(
            "DELETE /api/identity/me",
            http =>
            {
                http.Response.StatusCode = 204;
                return Task.CompletedTask;
            }
        );
        using var browser = web.Browser();
        await browser.SignIn();
        Assert.Contains("former member", await browser.Html("/en/account/delete"));
        using var hasty = await browser.Post("/en/account/delete", "/en/account/delete", ("password", "secret"));
        Assert.Equal(422, (int)hasty.StatusCode);
        Assert.DoesNotContain(web.Identity.Stub.All, a => a.Method == "DELETE" && a.Path == "/api/identity/me");
        using var gone = await browser.Post(
            "/en/account/delete",
            "/en/account/delete",
            ("password", "secret"),
            ("understood", "true")
        );
        Assert.Equal("/en/account/gone", gone.Headers.Location?.OriginalString);
        Assert.Equal("{\"password\":\"secret\"}", web.Identity.Stub.Last("/api/identity/me").Body);
        Assert.Contains("is deleted", await browser.Html("/en/account/gone"));
    }

    [Theory]
    [InlineData("/de/skills/tides", "en", "ui_locales=de")]
    [InlineData("/account", "ja", "ui_locales=ja")]
    public async Task Identity_is_told_the_language_of_where_one_goes(string going, string accept, string told)
    {
        using var browser = web.Browser();
        using var start = await browser.Get($"/signin?returnUrl={Uri.EscapeDataString(going)}", accept);
        Assert.Contains(told, start.Headers.Location!.Query);
    }
}
