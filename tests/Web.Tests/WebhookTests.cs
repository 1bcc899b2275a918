using System.Net;
using Microsoft.AspNetCore.Http;

namespace SkillPlatform.Web.Tests;

/// <summary>The pages around webhooks, and what a watch would have told.</summary>
public sealed class WebhookTests(WebFixture web) : IClassFixture<WebFixture>
{
    private const string Id = EveryPage.Webhook;
    private const string Page = $"/en/watching/webhooks/{Id}";
    private const string Api = $"/api/notifications/webhooks/{Id}";
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_webhook_is_added_and_its_secret_is_shown_once()
    {
        using var browser = await SignedIn();
        web.Notifications.On(
            "POST /api/notifications/webhooks",
            new
            {
                id = Id,
                url = "https://hooks.example.org/T0",
                scope = "skill",
                key = "every",
                name = "Tides",
                types = new[] { "skill.changed" },
                shape = "slack",
                state = "on",
                createdAt = "2026-03-09T10:00:00Z",
                owner = "user-1",
                secret = "whsec_c2VjcmV0",
            },
            201
        );
        using var added = await browser.Post(
            "/en/watching/webhooks",
            "/en/watching/webhooks",
            ("url", " https://hooks.example.org/T0 "),
            ("topic", "skill"),
            ("skill", "http://localhost:8080/en/skills/every?version=2"),
            ("type", "skill.changed"),
            ("type", "proposal.merged"),
            ("shape", "slack"),
            ("once", EveryPage.Comment)
        );
        var html = await added.Content.ReadAsStringAsync(_ct);
        Assert.Contains("value=\"whsec_c2VjcmV0\"", html);
        Assert.Contains("never again", html);
        Assert.True(added.Headers.CacheControl?.NoStore);
        var asked = web.Notifications.All.Last(a => a is { Method: "POST", Path: "/api/notifications/webhooks" });
        Assert.Equal(
            "{\"url\":\"https://hooks.example.org/T0\",\"scope\":\"skill\",\"key\":\"every\","
                + "\"types\":[\"skill.changed\",\"proposal.merged\"],\"shape\":\"slack\"}",
            asked.Body
        );
        // Who sends the form twice has one webhook.
        Assert.Equal(EveryPage.Comment, asked.Headers["Idempotency-Key"]);
        Assert.DoesNotContain("whsec_", await browser.Html(Page));
        Assert.DoesNotContain("whsec_", await browser.Html("/en/watching/webhooks"));
    }

    [Fact]
    public async Task What_is_wrong_stands_at_its_field_and_nothing_typed_is_lost()
    {
        using var browser = await SignedIn();
        web.Notifications.On(
            "POST /api/notifications/webhooks",
            Errors(
                ("/url", "hooks.inside is, or resolves to, an address inside."),
                ("/key", "There is no such skill."),
                ("/types", "One or more.")
            ),
            422
        );
        (string, string)[] typed =
        [
            ("url", "https://hooks.inside/T0"),
            ("topic", "skill"),
            ("skill", "sailling"),
            ("shape", "teams"),
            ("once", EveryPage.Comment),
        ];
        using var wrong = await browser.Post("/de/watching/webhooks", "/de/watching/webhooks", typed);
        Assert.Equal(422, (int)wrong.StatusCode);
        var html = await wrong.Content.ReadAsStringAsync(_ct);
        Assert.Contains("Noch stimmt nicht alles", html);
        Assert.Contains("hooks.inside is, or resolves to, an address inside.", html);
        Assert.Contains("Das gibt es nicht.", html);
        Assert.Contains("Wählen Sie mindestens eines.", html);
        Assert.Matches("id=\"url\"[^>]*value=\"https://hooks.inside/T0\"[^>]*aria-invalid=\"true\"", html);
        Assert.Matches("id=\"skill\"[^>]*value=\"sailling\"", html);
        Assert.Matches("value=\"teams\" checked", html);
        Assert.DoesNotMatch("name=\"type\" value=\"[^\"]*\" checked", html);
        Assert.DoesNotContain(EveryPage.Comment, html);
        // Whether it was made is not known: the same form is sent again, under the same name.
        web.Notifications.On("POST /api/notifications/webhooks", new { }, 500);
        using var down = await browser.Post("/de/watching/webhooks", "/de/watching/webhooks", typed);
        Assert.Equal(503, (int)down.StatusCode);
        Assert.Matches($"name=\"once\" value=\"{EveryPage.Comment}\"", await down.Content.ReadAsStringAsync(_ct));
        web.Notifications.On(
            "POST /api/notifications/webhooks",
            new { type = "/problems/too-many-webhooks", title = "Conflict" },
            409
        );
        using var many = await browser.Post("/de/watching/webhooks", "/de/watching/webhooks", typed);
        Assert.Contains("so viele Webhooks, wie erlaubt sind", await many.Content.ReadAsStringAsync(_ct));
    }

    [Fact]
    public async Task It_is_changed_as_it_was_read_and_kept_as_typed_where_it_changed_meanwhile()
    {
        using var browser = await SignedIn();
        web.Notifications.On($"PUT {Api}", new { type = "/problems/stale", title = "Stale" }, 412);
        (string, string)[] typed =
        [
            ("tag", "\"3-0-0\""),
            ("url", "https://elsewhere.example.org/"),
            ("topic", "group/sea.coast"),
            ("skill", "every"),
            ("type", "catalogue.imported"),
            ("shape", "standard"),
        ];
        using var stale = await browser.Post(Page, Page, typed);
        Assert.Equal(412, (int)stale.StatusCode);
        var html = await stale.Content.ReadAsStringAsync(_ct);
        Assert.Contains("This has changed since you opened it", html);
        Assert.Contains("value=\"https://elsewhere.example.org/\"", html);
        Assert.Matches("value=\"group/sea.coast\" selected", html);
        web.Notifications.On($"PUT {Api}", new { });
        using var saved = await browser.Post(Page, Page, typed);
        Assert.Equal($"{Page}?done=saved", saved.Headers.Location?.OriginalString);
        var asked = web.Notifications.All.Last(a => a.Method == "PUT" && a.Path == Api);
        Assert.Equal("\"3-0-0\"", asked.Headers["If-Match"]);
        Assert.Contains("\"scope\":\"group\",\"key\":\"sea.coast\",\"types\":[\"catalogue.imported\"]", asked.Body);
    }

    [Fact]
    public async Task A_test_shows_what_the_receiver_answers()
    {
        using var browser = await SignedIn();
        web.Notifications.On(
            $"POST {Api}/test",
            async http =>
            {
                // Longer than a page waits for anything else.
                await Task.Delay(TimeSpan.FromSeconds(4), http.RequestAborted);
                await http.Response.WriteAsJsonAsync(
                    new
                    {
                        at = "2026-03-09T10:00:00Z",
                        webhookId = Id,
                        type = "webhook.test",
                        attempt = 1,
                        state = "failed",
                        request = new { headers = new { x = "y" }, body = "{\"type\":\"webhook.test\"}" },
                        response = new { status = 418, body = "I am <b>short</b> and stout" },
                        seconds = 3.5,
                    },
                    _ct
                );
            }
        );
        using var tested = await browser.Post(Page, $"{Page}/test");
        var html = await tested.Content.ReadAsStringAsync(_ct);
        Assert.Equal(HttpStatusCode.OK, tested.StatusCode);
        Assert.Contains("<bdi>418</bdi>", html);
        Assert.Contains("I am &lt;b&gt;short&lt;/b&gt; and stout", html);
        Assert.Contains("3.5 seconds", html);
    }

    [Fact]
    public async Task It_is_sent_again_from_an_id_or_a_position_given_a_new_secret_switched_and_deleted()
    {
        using var browser = await SignedIn();
        web.Notifications.On($"POST {Api}/replay", new { from = 7 }, 202)
            .On($"POST {Api}/secret", new { secret = "whsec_bmV3", oldUntil = "2026-03-10T10:00:00Z" })
            .On($"POST {Api}/stop", _ => Task.CompletedTask)
            .On($"PUT {Api}", new { })
            .On($"DELETE {Api}", http => Task.FromResult(http.Response.StatusCode = 204));
        foreach (
            var (from, body) in new[]
            {
                (EveryPage.Comment, $"{{\"from\":\"{EveryPage.Comment}\"}}"),
                (" 7 ", "{\"from\":7}"),
            }
        )
        {
            using var replayed = await browser.Post(Page, $"{Page}/replay", ("from", from));
            Assert.Equal($"{Page}?done=replaying", replayed.Headers.Location?.OriginalString);
            Assert.Equal(body, web.Notifications.Last($"{Api}/replay").Body);
        }
        web.Notifications.On($"POST {Api}/replay", Errors(("/from", "A webhook-id.")), 422);
        using (var wrong = await browser.Post(Page, $"{Page}/replay", ("from", "nonsense")))
        {
            var html = await wrong.Content.ReadAsStringAsync(_ct);
            Assert.Contains("No message has this id", html);
            Assert.Contains("value=\"nonsense\"", html);
        }
        using (var secret = await browser.Post(Page, $"{Page}/secret"))
            Assert.Contains("value=\"whsec_bmV3\"", await secret.Content.ReadAsStringAsync(_ct));
        using (var off = await browser.Post(Page, $"{Page}/switch", ("on", "false")))
            Assert.Equal($"{Page}?done=off", off.Headers.Location?.OriginalString);
        using (var on = await browser.Post(Page, $"{Page}/switch", ("on", "true")))
            Assert.Equal($"{Page}?done=on", on.Headers.Location?.OriginalString);
        Assert.Contains(
            "\"types\":[\"skill.changed\",\"proposal.newer\"]",
            web.Notifications.All.Last(a => a.Method == "PUT" && a.Path == Api).Body
        );
        using var deleted = await browser.Post(Page, $"{Page}/removal", ("understood", "true"));
        Assert.Equal("/en/watching/webhooks?done=deleted", deleted.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task Its_page_is_its_owners_alone_and_says_what_was_sent_and_why_it_is_off()
    {
        using var browser = await SignedIn();
        var html = await browser.Html(Page);
        Assert.Contains("<bdi>hooks.example.org</bdi>", html);
        Assert.Contains("its receiver does not take what is sent", html);
        Assert.Contains("No answer within 10 seconds.", html);
        Assert.Contains($"webhook-id: {EveryPage.Comment}", html);
        Assert.Contains(
            "its receiver took nothing for a day",
            await browser.Html($"/en/watching/webhooks/{EveryPage.Silent}")
        );
        var barred = "01990000-0000-7000-8000-0000000000b1";
        web.Notifications.On($"GET /api/notifications/webhooks/{barred}", Hook(barred, "user-1"));
        html = await browser.Html($"/en/watching/webhooks/{barred}");
        Assert.Contains("by an administrator", html);
        Assert.DoesNotContain("/switch\"", html);
        Assert.Contains("/removal\"", html);
        // Of others' an administrator is told, but has nothing to do there.
        var theirs = "01990000-0000-7000-8000-0000000000b2";
        web.Notifications.On($"GET /api/notifications/webhooks/{theirs}", Hook(theirs, "user-2"));
        using var other = await browser.Get($"/en/watching/webhooks/{theirs}");
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task News_that_one_was_switched_off_leads_to_them()
    {
        using var browser = await SignedIn();
        web.Notifications.On(
            "GET /api/notifications/inbox",
            new
            {
                items = new[]
                {
                    new
                    {
                        id = EveryPage.Comment,
                        kind = "webhookStopped",
                        title = "Webhook switched off",
                        summary = "",
                        reason = "webhook",
                        at = "2026-03-09T10:00:00Z",
                    },
                },
                unreadCount = 1,
            }
        );
        Assert.Contains(
            $"/en/inbox/{EveryPage.Comment}?to=%2Fen%2Fwatching%2Fwebhooks",
            await browser.Html("/en/inbox")
        );
    }

    [Fact]
    public async Task An_administrator_sees_the_hosts_of_all_and_stops_one()
    {
        using var contributor = web.Browser();
        await contributor.SignIn();
        using (var refused = await contributor.Get("/en/admin/webhooks"))
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using (var refused = await contributor.Post("/en/watching/mail", $"/en/admin/webhooks/{Id}/stop"))
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using var browser = await SignedIn();
        Assert.Contains("<bdi>hooks.example.org</bdi>", await browser.Html("/en/admin/webhooks"));
        Assert.Contains("all=true", web.Notifications.Last("/api/notifications/webhooks").Query);
        web.Notifications.On($"POST {Api}/stop", _ => Task.CompletedTask);
        using var stopped = await browser.Post("/en/admin/webhooks", $"/en/admin/webhooks/{Id}/stop");
        Assert.Equal("/en/admin/webhooks?done=stopped", stopped.Headers.Location?.OriginalString);
        Assert.Equal("POST", web.Notifications.Last($"{Api}/stop").Method);
    }

    [Fact]
    public async Task A_preview_says_how_much_a_watch_would_have_told_and_begins_it()
    {
        using var browser = await SignedIn();
        Assert.Contains("href=\"/en/watching/skill/every/preview\"", await browser.Html("/en/skills/every"));
        Assert.Contains("href=\"/en/watching/role/pilot/preview\"", await browser.Html("/en/roles/pilot"));
        Assert.Contains("href=\"/en/watching/domain/sea/preview\"", await browser.Html("/en/?domain=sea"));
        using var anonymous = web.Browser();
        Assert.DoesNotContain("/preview\"", await anonymous.Html("/en/skills/every"));
        var html = await browser.Html("/en/watching/group/sea.coast/preview?follow=all&cursor=later");
        Assert.Contains("Coast", html);
        Assert.Contains("3 pieces of news in the last 90 days.", html);
        Assert.Contains("Comment on the skill", html);
        Assert.Contains("Merged into the catalogue", html);
        Assert.Contains("href=\"/en/watching/group/sea.coast/preview?follow=all&amp;cursor=more\"", html);
        Assert.Matches("name=\"follow\" value=\"all\"", html);
        Assert.Equal(
            "?follow=all&cursor=later",
            web.Notifications.Last("/api/notifications/watches/group/sea.coast/preview").Query
        );
        // What is watched otherwise keeps how often it is told.
        web.Notifications.On(
            "GET /api/notifications/watches/skill/every",
            new
            {
                scope = "skill",
                key = "every",
                name = "Tides",
                reason = "manual",
                frequency = "weekly",
                follow = "all",
            }
        );
        html = await browser.Html("/en/watching/skill/every/preview");
        Assert.Contains("Watch it this way", html);
        Assert.Matches("name=\"frequency\" value=\"weekly\"", html);
        Assert.DoesNotContain("Watch it this way", await browser.Html("/en/watching/skill/every/preview?follow=all"));
        using var nothing = await browser.Get("/en/watching/skill/nowhere/preview");
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
    }

    [Fact]
    public async Task Who_comments_is_told_whom_they_can_name()
    {
        using var browser = await SignedIn();
        var html = await browser.Html($"/en/proposals/{EveryPage.Mine}");
        Assert.Contains("You can mention: <bdi>@Noor</bdi>", html);
        // Not oneself.
        Assert.DoesNotContain("<bdi>@Zoë</bdi>", html);
        web.Proposals.On("GET /api/proposals/discussions/every/comments", Samples.Empty);
        Assert.DoesNotContain("You can mention:", await browser.Html("/en/skills/every/discussion"));
    }

    private async Task<Browser> SignedIn()
    {
        EveryPage.Given(web, null);
        return await EveryPage.SignedIn(web);
    }

    private static object Errors(params (string Pointer, string Message)[] errors) =>
        new
        {
            type = "/problems/validation",
            title = "Invalid",
            errors = errors.ToDictionary(e => e.Pointer, e => new[] { e.Message }, StringComparer.Ordinal),
        };

    private static object Hook(string id, string owner) =>
        new
        {
            id,
            url = "https://hooks.example.org/…",
            scope = "catalogue",
            key = "all",
            name = "",
            types = new[] { "skill.changed" },
            shape = "standard",
            state = "off",
            why = "administrator",
            createdAt = "2026-03-09T10:00:00Z",
            owner,
        };
}
