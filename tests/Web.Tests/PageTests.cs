using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using MassTransit;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Web.Tests;

public sealed class PageTests(WebFixture web) : IClassFixture<WebFixture>
{
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_skill_is_shown_by_level_and_role_in_words()
    {
        web.Given("shown");
        using var browser = web.Browser();
        var html = await browser.Html("/en/skills/shown");
        Assert.Contains("<caption><bdi>Junior</bdi></caption>", html);
        Assert.Contains("<caption><bdi>Senior</bdi></caption>", html);
        Assert.Matches(
            "<th scope=\"row\"[^>]*><a href=\"/en/roles/pilot\\?level=junior\"><bdi>Pilot</bdi></a></th>",
            html
        );
        Assert.Contains("href=\"/en/skills/shown/requirements/pilot/junior/history\"", html);
        Assert.Contains(">Mandatory</span>", html);
        Assert.Contains(">Optional</span>", html);
        Assert.Contains("moon", html);
        Assert.Contains("Because of the moon.", html);
        Assert.Contains("Noor", html);
        Assert.Contains("9 March 2026", html);
        Assert.DoesNotMatch(OtherScript, html);
        Assert.DoesNotContain(" style=", html);
        Assert.DoesNotMatch("<body[^>]* on[a-z]+=", html);
    }

    [Theory]
    [InlineData("/de/skills/spoken", "es", "lang=\"de\"", "Pflicht")]
    [InlineData("/skills/spoken", "de-AT,en;q=0.5", "lang=\"de\"", "Pflicht")]
    [InlineData("/skills/spoken", "fi,es;q=0.3,en;q=0.1", "lang=\"es\"", "Obligatorio")]
    [InlineData("/skills/spoken", "xx", "lang=\"en\"", "Mandatory")]
    [InlineData("/skills/spoken", "de;q=0,en", "lang=\"en\"", "Mandatory")]
    public async Task The_address_says_the_language_else_the_browser(
        string path,
        string accept,
        string lang,
        string word
    )
    {
        web.Given("spoken");
        using var browser = web.Browser();
        var html = await browser.Html(path, accept);
        Assert.Contains($"<html {lang}", html);
        Assert.Contains(word, html);
    }

    [Fact]
    public async Task The_readers_cookie_goes_before_the_browser_and_the_address_before_both()
    {
        web.Given("chosen");
        using var browser = web.Browser();
        browser.Cookies.Add(web.Address, new Cookie("skillplatform.language", "es"));
        Assert.Contains("<html lang=\"es\"", await browser.Html("/skills/chosen", "de"));
        Assert.Contains("<html lang=\"de\"", await browser.Html("/de/skills/chosen", "en"));
    }

    [Fact]
    public async Task Links_stay_in_the_language_of_the_address()
    {
        web.Given("linked");
        using var browser = web.Browser();
        var html = await browser.Html("/es/skills/linked");
        Assert.Contains("href=\"/es/?domain=sea\"", html);
        Assert.Contains("hreflang=\"de\" href=\"http://localhost:8080/de/skills/linked\"", html);
        Assert.Contains("hreflang=\"x-default\" href=\"http://localhost:8080/skills/linked\"", html);
        Assert.Contains("rel=\"canonical\" href=\"http://localhost:8080/es/skills/linked\"", html);
    }

    [Fact]
    public async Task Hostile_texts_are_harmless_on_the_page()
    {
        web.Given(
            "hostile",
            "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>\u202E"
                + new string('w', 9_000),
            author: "<b>Eve</b>"
        );
        using var browser = web.Browser();
        using var answer = await browser.Get("/skills/hostile");
        var html = await answer.Content.ReadAsStringAsync(_ct);
        Assert.DoesNotMatch(OtherScript, html);
        Assert.DoesNotContain("javascript:", html);
        Assert.DoesNotMatch("<img(?! src=\"/assets/)", html);
        Assert.DoesNotContain("<b>Eve", html);
        Assert.DoesNotContain('\u202E', html);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
    }

    [Fact]
    public async Task What_is_down_is_said_and_the_rest_is_shown()
    {
        web.Given("partly");
        var address = web.Start(("services:proposals:http:0", "http://127.0.0.1:9"));
        using var browser = web.Browser(address);
        var html = await browser.Html("/en/skills/partly");
        Assert.Contains("Reading tides", html);
        Assert.Contains("The proposals do not answer", html);
        Assert.Contains("Because of the moon.", html);
    }

    [Fact]
    public async Task One_address_that_fails_does_not_take_the_others_with_it()
    {
        web.Given("steady");
        web.Catalog.On("GET /api/catalog/skills/failing", new { status = 500 }, 500);
        using var browser = web.Browser();
        for (var i = 0; i < 150; i++)
            (await browser.Get("/en/skills/failing")).Dispose();
        Assert.Contains("Reading tides", await browser.Html("/en/skills/steady"));
    }

    [Theory]
    [InlineData("/de/skills/nowhere", 404, "Hier ist nichts")]
    [InlineData("/nowhere", 404, "Nothing here")]
    [InlineData("/en/nowhere.txt", 404, "Nothing here")]
    [InlineData("/skills/gone", 410, "Gone")]
    [InlineData("/skills/broken", 503, "Back in a moment")]
    public async Task Errors_are_pages_for_people(string path, int status, string words)
    {
        web.Catalog.On("GET /api/catalog/skills/gone", new { status = 410 }, 410);
        web.Catalog.On("GET /api/catalog/skills/broken", new { status = 500 }, 500);
        using var browser = web.Browser();
        using var answer = await browser.Get(path, "en");
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 503, answer.Headers.RetryAfter is not null);
        var html = await answer.Content.ReadAsStringAsync(_ct);
        Assert.Contains(words, html);
        Assert.Equal(status == 503, html.Contains($"href=\"{path}\">Try again</a>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_that_fails_says_so_in_the_language_of_its_reader()
    {
        // Not what the catalogue ever says: a mistake of ours.
        web.Catalog.On("GET /api/catalog/skills/mistaken", new { slug = "mistaken" });
        using var reader = web.Browser();
        using var somebody = web.Browser();
        await somebody.SignIn();
        foreach (var browser in new[] { reader, somebody })
        {
            using var answer = await browser.Get("/de/skills/mistaken");
            Assert.Equal(500, (int)answer.StatusCode);
            Assert.True(answer.Headers.CacheControl?.NoStore);
            var html = await answer.Content.ReadAsStringAsync(_ct);
            Assert.Contains("Etwas ist schiefgegangen", html);
            Assert.EndsWith("</html>", html.TrimEnd());
            Assert.Single(Regex.Matches(html, "<html", RegexOptions.None, TimeSpan.FromSeconds(1)));
        }
    }

    [Fact]
    public async Task The_old_address_of_a_renamed_skill_leads_to_the_new_one()
    {
        web.Given("new-name");
        web.Catalog.On("GET /api/catalog/skills/old-name", Samples.Skill("new-name"));
        using var browser = web.Browser();
        using var answer = await browser.Get("/de/skills/old-name");
        Assert.Equal(HttpStatusCode.PermanentRedirect, answer.StatusCode);
        Assert.Equal("/de/skills/new-name", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task The_start_page_leads_to_the_skills()
    {
        web.Catalog.On(
                "GET /api/catalog/domains",
                new
                {
                    items = new[]
                    {
                        new
                        {
                            slug = "sea",
                            name = "Sea",
                            levels = Array.Empty<object>(),
                            groups = new[]
                            {
                                new
                                {
                                    slug = "coast",
                                    name = "Coast",
                                    skills = 1,
                                },
                            },
                        },
                    },
                }
            )
            .On(
                "GET /api/catalog/skills",
                new { items = new[] { new { slug = "tides", name = "Reading tides" } }, nextCursor = (string?)null }
            );
        using var browser = web.Browser();
        var html = await browser.Html("/es/?domain=sea");
        Assert.Contains("href=\"/es/skills/tides\"", html);
        Assert.Contains("1 habilidad", html);
        await browser.Html("/es/?q=a%26b&domain=sea");
        Assert.Equal("?limit=50&q=a%26b&domain=sea", web.Catalog.Last("/api/catalog/skills").Query);
    }

    [Theory]
    [InlineData("/skills/forged/watch")]
    [InlineData("/skills/forged/suggest")]
    [InlineData("/proposals/01990000-0000-7000-8000-000000000001/review")]
    [InlineData("/skills/forged/undo")]
    [InlineData("/skills/forged/discussion")]
    [InlineData("/skills/new")]
    [InlineData("/proposals/01990000-0000-7000-8000-000000000001/withdrawal")]
    [InlineData("/proposals/01990000-0000-7000-8000-000000000001/submission")]
    [InlineData("/proposals/01990000-0000-7000-8000-000000000001/revise")]
    [InlineData("/proposals/01990000-0000-7000-8000-000000000001/comments")]
    [InlineData("/watching/skill/forged")]
    [InlineData("/watching/mail")]
    [InlineData("/inbox/read")]
    public async Task A_form_from_elsewhere_does_nothing(string action)
    {
        using var browser = web.Browser();
        await browser.SignIn();
        var before = Writes();
        using var answer = await browser.PostRaw(
            action,
            ("watch", "true"),
            ("role", "pilot"),
            ("level", "junior"),
            ("version", "3"),
            ("mandatory", "true"),
            ("revision", "1"),
            ("verdict", "approve")
        );
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(before, Writes());

        int Writes() => web.Proposals.All.Concat(web.Notifications.All).Count(asked => asked.Method != "GET");
    }

    [Fact]
    public async Task Watching_is_a_form_away()
    {
        web.Given("watched");
        web.Notifications.On("PUT /api/notifications/watches/skill/watched", new { });
        using var browser = web.Browser();
        await browser.SignIn();
        using var answer = await browser.Post("/en/skills/watched", "/en/skills/watched/watch", ("watch", "true"));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(1, web.Notifications.All.Count(a => a.Method == "PUT"));
        web.Notifications.On("GET /api/notifications/watches/skill/watched", new { });
        Assert.Contains("Stop watching", await browser.Html(answer.Headers.Location!.OriginalString));
    }

    [Fact]
    public async Task Reviewers_decide_on_the_page_and_others_see_no_form()
    {
        var id = "01990000-0000-7000-8000-0000000000aa";
        web.Given("judged");
        web.Proposals.On(
                $"GET /api/proposals/{id}",
                new
                {
                    id,
                    skill = "judged",
                    skillName = "Reading tides",
                    author = new { id = "someone", name = "Noor" },
                    state = "open",
                    revision = 2,
                    rationale = "Because.",
                    changes = new object[]
                    {
                        new
                        {
                            op = "rewordRequirement",
                            role = "pilot",
                            level = "junior",
                            was = "Knows old tables.",
                            description = "Knows new tables.",
                        },
                        new
                        {
                            op = "replaceKeywords",
                            was = new[] { "a" },
                            keywords = new[] { "b", "c" },
                        },
                    },
                    createdAt = "2026-03-09T10:00:00Z",
                }
            )
            .On($"POST /api/proposals/{id}/reviews", new { });
        using var contributor = web.Browser();
        await contributor.SignIn();
        Assert.DoesNotContain("value=\"approve\"", await contributor.Html($"/proposals/{id}"));
        web.Identity.Roles = ["contributor", "reviewer"];
        using var reviewer = web.Browser();
        await reviewer.SignIn();
        web.Identity.Roles = ["contributor"];
        var html = await reviewer.Html($"/en/proposals/{id}");
        Assert.Contains("<del>old</del>", html);
        Assert.Contains("<ins>new</ins>", html);
        Assert.Contains("<li><del><bdi>a</bdi></del></li>", html);
        Assert.Contains("<ins><bdi>c</bdi></ins>", html);
        using var answer = await reviewer.Post(
            $"/en/proposals/{id}",
            $"/en/proposals/{id}/review",
            ("revision", "2"),
            ("verdict", "approve"),
            ("comment", "")
        );
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(
            "{\"revision\":2,\"verdict\":\"approve\",\"comment\":null}",
            web.Proposals.Last($"/api/proposals/{id}/reviews").Body
        );
    }

    [Fact]
    public async Task A_cached_page_goes_when_its_skill_changes()
    {
        web.Given("cached", "The first text.");
        using var browser = web.Browser();
        // Kept only while the queue that would tell of changes is there.
        var asked = await Eventually.Get(
            async () =>
            {
                await browser.Html("/en/skills/cached");
                var before = web.Catalog.Count("/api/catalog/skills/cached");
                Assert.Contains("The first text.", await browser.Html("/en/skills/cached"));
                return web.Catalog.Count("/api/catalog/skills/cached") - before;
            },
            more => more == 0
        );
        Assert.Equal(0, asked);
        web.Given("cached", "The second text.");
        Assert.Contains("The first text.", await browser.Html("/en/skills/cached"));
        var bus = Bus.Factory.CreateUsingRabbitMq(rabbit => rabbit.Host(web.Broker));
        await bus.StartAsync(_ct);
        await bus.Publish(Changed("cached"), _ct);
        await Eventually.Holds(async () =>
            (await browser.Html("/en/skills/cached")).Contains("The second text.", StringComparison.Ordinal)
        );
        await bus.StopAsync(_ct);
    }

    [Fact]
    public async Task What_roles_are_called_is_asked_once_until_anything_changes()
    {
        const string roles = "/api/catalog/roles";
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree)
            .On("GET /api/catalog/changes/lines", Samples.Empty)
            .On($"GET {roles}", new { items = new[] { new { slug = "pilot", name = "Pilot" } } });
        using var browser = web.Browser();
        // Kept only while the queue that would tell of changes is there.
        await Eventually.Holds(async () =>
        {
            await browser.Html("/en/changes");
            var before = web.Catalog.Count(roles);
            Assert.Contains("Pilot", await browser.Html("/en/changes"));
            return web.Catalog.Count(roles) == before;
        });
        var asked = web.Catalog.Count(roles);
        var bus = Bus.Factory.CreateUsingRabbitMq(rabbit => rabbit.Host(web.Broker));
        await bus.StartAsync(_ct);
        await bus.Publish(Changed("any"), _ct);
        await Eventually.Holds(async () =>
        {
            await browser.Html("/en/changes");
            return web.Catalog.Count(roles) > asked;
        });
        await bus.StopAsync(_ct);
    }

    [Fact]
    public async Task A_merged_change_is_told_to_every_replica_and_each_throws_its_page_away()
    {
        web.Given("merged", "The first text.");
        web.Given("untouched");
        var replicas = new[] { web.Browser(), web.Browser(web.Start()) };
        foreach (var replica in replicas)
        foreach (var slug in new[] { "merged", "untouched" })
            await Eventually.Holds(async () => await IsKept(replica, slug));
        web.Given("merged", "The second text.");
        foreach (var replica in replicas)
            Assert.Contains("The first text.", await replica.Html("/en/skills/merged"));
        var bus = Bus.Factory.CreateUsingRabbitMq(rabbit => rabbit.Host(web.Broker));
        await bus.StartAsync(_ct);
        var asked = web.Catalog.Count("/api/catalog/skills/untouched");
        await bus.Publish(new SkillsChanged([new(Guid.CreateVersion7(), Changed("merged"))]), _ct);
        foreach (var replica in replicas)
        {
            await Eventually.Holds(async () =>
                (await replica.Html("/en/skills/merged")).Contains("The second text.", StringComparison.Ordinal)
            );
            // The message did that, not age: what it was not about is as old and still there.
            await replica.Html("/en/skills/untouched");
            Assert.Equal(asked, web.Catalog.Count("/api/catalog/skills/untouched"));
            replica.Dispose();
        }
        await bus.StopAsync(_ct);

        async Task<bool> IsKept(Browser replica, string slug)
        {
            var path = $"/api/catalog/skills/{slug}";
            await replica.Html($"/en/skills/{slug}");
            var before = web.Catalog.Count(path);
            await replica.Html($"/en/skills/{slug}");
            return web.Catalog.Count(path) == before;
        }
    }

    [Fact]
    public async Task Two_who_are_signed_in_each_see_their_own_page()
    {
        web.Given("theirs");
        using var zoe = web.Browser();
        await zoe.SignIn();
        (web.Identity.Sub, web.Identity.Name) = ("user-2", "Ola Nordmann");
        using var ola = web.Browser();
        await ola.SignIn();
        (web.Identity.Sub, web.Identity.Name) = ("user-1", "Zoë Müller");
        using var anonymous = web.Browser();
        for (var i = 0; i < 3; i++)
        {
            var (one, two, none) = (await Seen(zoe), await Seen(ola), await Seen(anonymous));
            Assert.True(one.Contains("Zoë") && !one.Contains("Ola"));
            Assert.True(two.Contains("Ola") && !two.Contains("Zoë"));
            Assert.False(none.Contains("Zoë") || none.Contains("Ola"));
        }
        using var answer = await zoe.Get("/en/skills/theirs");
        Assert.True(answer.Headers.CacheControl?.NoStore);

        static async Task<string> Seen(Browser browser) => await browser.Html("/en/skills/theirs");
    }

    [Fact]
    public async Task Nobody_gets_a_page_made_for_someone_else()
    {
        web.Given("private");
        using var reader = web.Browser();
        await reader.SignIn();
        Assert.Contains("Zoë", await reader.Html("/en/skills/private"));
        using var anonymous = web.Browser();
        using var answer = await anonymous.Get("/en/skills/private");
        Assert.DoesNotContain("Zoë", await answer.Content.ReadAsStringAsync(_ct));
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Contains("Zoë", await reader.Html("/en/skills/private"));
    }

    [Theory]
    [InlineData("en", "former member", "not known yet")]
    [InlineData("de", "ehemaliges Mitglied", "noch nicht bekannt")]
    [InlineData("ja", "退会したメンバー", "名前をまだ確認できないメンバー")]
    public async Task Who_has_no_name_is_a_former_member_or_not_known_yet(
        string language,
        string former,
        string unknown
    )
    {
        web.Given("erased", author: null, erased: true);
        web.Given("unknown", author: null);
        using var browser = web.Browser();
        Assert.Contains(former, await browser.Html($"/{language}/skills/erased"));
        Assert.Contains(unknown, await browser.Html($"/{language}/skills/unknown"));
    }

    private static SkillChanged Changed(string slug) =>
        new(
            Guid.CreateVersion7(),
            1,
            2,
            DateTimeOffset.UnixEpoch,
            null,
            null,
            null,
            null,
            null,
            [],
            new SkillState(
                slug,
                "Reading tides",
                [],
                new Contracts.Named("sea", "Sea"),
                new Contracts.Named("coast", "Coast"),
                [],
                [],
                [],
                Retired: false
            )
        );

    // But what forms say, of our own.
    private const string OtherScript =
        "<script(?! type=\"(application/ld.json\"|module\" src=\"/[^\":]*forms[^\":]*\"></script>))";
}
