using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace SkillPlatform.Web.Tests;

/// <summary>The pages around proposals: deciding, discussing, watching.</summary>
public sealed class TakingPartTests(WebFixture web) : IClassFixture<WebFixture>
{
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("open", "someone", "It waits for the reviewers")]
    [InlineData("open", "user-1", "Reviewers act next")]
    [InlineData("changesRequested", "user-1", "It is your turn")]
    [InlineData("conflicted", "user-1", "Choose between the texts")]
    [InlineData("merged", "someone", "Done: its changes are in the catalogue")]
    [InlineData("rejected", "someone", "It was rejected")]
    [InlineData("draft", "user-1", "Only you see this draft")]
    public async Task A_proposal_says_whose_turn_it_is(string state, string author, string words)
    {
        var id = Given(state, author);
        using var browser = web.Browser();
        await browser.SignIn();
        var html = await browser.Html($"/en/proposals/{id}");
        Assert.Contains(words, html);
        Assert.Equal(author == "user-1" && state is not "merged", html.Contains($"/proposals/{id}/revise"));
        Assert.Equal(state == "draft", html.Contains($"/proposals/{id}/submission"));
        // Of a draft, sending it is what stands out.
        Assert.Equal(state == "draft", html.Contains($"class=\"button quiet\" href=\"/en/proposals/{id}/revise\""));
    }

    [Theory]
    [InlineData(410)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task A_proposal_is_decided_and_withdrawn_also_when_its_skill_is_retired_or_cannot_be_asked_for(
        int status
    )
    {
        var theirs = Given("open");
        var mine = Given("open", "user-1");
        web.Catalog.On("GET /api/catalog/skills/told", new { status }, status);
        (web.Identity.Roles, web.Identity.Scopes) = (["contributor", "reviewer"], ["sea"]);
        using var browser = web.Browser();
        await browser.SignIn();
        (web.Identity.Roles, web.Identity.Scopes) = (["contributor"], []);
        Assert.Contains($"/proposals/{theirs}/review\"", await browser.Html($"/en/proposals/{theirs}"));
        Assert.Contains($"/proposals/{mine}/withdrawal\"", await browser.Html($"/en/proposals/{mine}"));
        using var anyone = web.Browser();
        Assert.Contains("Reading tides", await anyone.Html($"/de/proposals/{theirs}"));
    }

    [Theory]
    [InlineData("open", ", waiting for its reviewers")]
    [InlineData("changesRequested", "</li>")]
    public async Task A_proposal_says_which_domain_has_yet_to_approve(string state, string then)
    {
        static object Domain(string domain, int has) =>
            new
            {
                domain,
                has,
                needs = 1,
            };
        var id = Given(state, approvals: [Domain("sea", 1), Domain("shore", 0)]);
        using var browser = web.Browser();
        var html = await browser.Html($"/en/proposals/{id}");
        Assert.Contains("1 of 1 approvals", html);
        Assert.Contains($"shore: 0 of 1 approvals{then}", html);
    }

    [Fact]
    public async Task Two_revisions_stand_side_by_side()
    {
        var id = Given("open");
        using var browser = web.Browser();
        var html = await browser.Html($"/en/proposals/{id}?from=1&to=2");
        Assert.Contains("Revision 1 compared with revision 2", html);
        Assert.Contains("<del>first</del>", html);
        Assert.Contains("<ins>second</ins>", html);
    }

    [Fact]
    public async Task Old_revisions_are_asked_for_when_they_are_compared()
    {
        var id = Given("open", revision: 300);
        web.Proposals.On(
            $"GET /api/proposals/{id}/revisions/120",
            new
            {
                revision = 120,
                rationale = "Because.",
                changes = Array.Empty<object>(),
                keptApprovals = false,
                at = "2026-03-09T10:00:00Z",
            }
        );
        using var browser = web.Browser();
        var html = await browser.Html($"/en/proposals/{id}?from=120&to=300");
        Assert.Contains("Revision 120 compared with revision 300", html);
        Assert.Contains("<option value=\"101\"", html);
        Assert.DoesNotContain("<option value=\"100\"", html);
    }

    [Fact]
    public async Task A_rejection_needs_a_reason_and_a_stale_review_is_explained_in_the_readers_language()
    {
        var id = Given("open");
        (web.Identity.Roles, web.Identity.Scopes) = (["contributor", "reviewer"], ["sea"]);
        using var browser = web.Browser();
        await browser.SignIn();
        (web.Identity.Roles, web.Identity.Scopes) = (["contributor"], []);
        using var bare = await Review("reject", "");
        Assert.Equal(422, (int)bare.StatusCode);
        Assert.Contains("Sagen Sie im Kommentar, warum", await bare.Content.ReadAsStringAsync(_ct));
        web.Proposals.On(
            $"POST /api/proposals/{id}/reviews",
            new { type = "/problems/stale-revision", title = "Stale" },
            409
        );
        using var stale = await Review("approve", "Kept words");
        var html = await stale.Content.ReadAsStringAsync(_ct);
        Assert.Contains("Es gibt eine neuere Fassung", html);
        Assert.Contains("Kept words", html);

        Task<HttpResponseMessage> Review(string verdict, string comment) =>
            browser.Post(
                $"/de/proposals/{id}",
                $"/de/proposals/{id}/review",
                ("revision", "2"),
                ("verdict", verdict),
                ("comment", comment)
            );
    }

    [Fact]
    public async Task Comments_are_threaded_and_their_removal_leaves_a_trace()
    {
        var id = Given("open");
        using var browser = web.Browser();
        await browser.SignIn();
        var html = await browser.Html($"/en/proposals/{id}");
        Assert.Matches(
            new Regex("First thought.*<ol>.*An answer.*</ol>", RegexOptions.Singleline, TimeSpan.FromSeconds(1)),
            html
        );
        Assert.Contains("Hidden by a moderator.", html);
        Assert.Contains("Reply to Noor", html);
        Assert.DoesNotContain("Hide the comment", html);
        web.Identity.Roles = ["moderator"];
        using var moderator = web.Browser();
        await moderator.SignIn();
        (web.Identity.Roles, web.Identity.Scopes) = (["contributor"], []);
        Assert.Contains("Hide the comment by Noor", await moderator.Html($"/en/proposals/{id}"));
    }

    [Fact]
    public async Task A_comment_is_posted_answered_edited_and_removed_by_forms()
    {
        var id = Given("open");
        var comment = "01990000-0000-7000-8000-0000000000c1";
        var path = $"/api/proposals/{id}/comments";
        web.Proposals.On(
                $"POST {path}",
                new
                {
                    id = comment,
                    text = "x",
                    at = "2026-03-09T10:00:00Z",
                },
                201
            )
            .On($"PUT {path}/{comment}", http => Task.FromResult(http.Response.StatusCode = 204))
            .On($"DELETE {path}/{comment}", http => Task.FromResult(http.Response.StatusCode = 204));
        using var browser = web.Browser();
        await browser.SignIn();
        var page = $"/en/proposals/{id}";
        using var posted = await browser.Post(
            page,
            $"{page}/comments",
            ("text", "Hello\r\nthere"),
            ("replyTo", comment)
        );
        Assert.Equal($"{page}#comment-{comment}", posted.Headers.Location!.OriginalString);
        Assert.Contains("Hello\\nthere", web.Proposals.Last(path).Body);
        Assert.Contains(comment, web.Proposals.Last(path).Body);
        using var edited = await browser.Post(page, $"{page}/comments/{comment}", ("text", "Better"), ("version", "3"));
        Assert.Equal(HttpStatusCode.Redirect, edited.StatusCode);
        Assert.Equal("\"3\"", web.Proposals.Last($"{path}/{comment}").Headers["If-Match"]);
        using var removed = await browser.Post(page, $"{page}/comments/{comment}/removal");
        Assert.Equal(HttpStatusCode.Redirect, removed.StatusCode);
        using var empty = await browser.Post(page, $"{page}/comments", ("text", "  "));
        Assert.Equal(422, (int)empty.StatusCode);
    }

    [Fact]
    public async Task A_skill_has_its_discussion()
    {
        web.Given("discussed");
        using var browser = web.Browser();
        Assert.Contains("cannot be shown", await browser.Html("/en/skills/discussed/discussion"));
        web.Proposals.On("GET /api/proposals/discussions/discussed/comments", Samples.Empty);
        var html = await browser.Html("/en/skills/discussed/discussion");
        Assert.Contains("Nobody has commented yet.", html);
        Assert.Contains("Sign in to comment", html);
        using var nowhere = await browser.Get("/en/skills/nowhere/discussion");
        Assert.Equal(404, (int)nowhere.StatusCode);
    }

    [Theory]
    [InlineData("/skills/talked/discussion", "/api/proposals/discussions/talked/comments")]
    [InlineData("/proposals/01990000-0000-7000-8000-0000000000f1", null)]
    public async Task Of_long_discussions_the_newest_fifty_are_shown_and_the_way_to_older_ones(
        string page,
        string? list
    )
    {
        web.Given("talked");
        var id = page.Split('/')[^1];
        list ??= $"/api/proposals/{id}/comments";
        var comments = Enumerable.Range(0, 120).Select(n => Said(n, n == 119 ? 80 : null)).ToArray();
        web.Proposals.On(
                $"GET {list}",
                http =>
                {
                    Assert.Equal("?order=newest&limit=50", http.Request.QueryString.Value![..22]);
                    var until = http.Request.Query["cursor"] is [{ Length: > 0 } cursor]
                        ? int.Parse(cursor, CultureInfo.InvariantCulture)
                        : 120;
                    return http.Response.WriteAsJsonAsync(
                        new
                        {
                            items = comments.Take(until).TakeLast(50).Reverse(),
                            nextCursor = until > 50 ? $"{until - 50}" : null,
                        }
                    );
                }
            )
            .On(
                $"GET /api/proposals/{id}",
                new
                {
                    id,
                    skill = "talked",
                    author = new { id = "u1" },
                    state = "open",
                    revision = 1,
                    rationale = "Because.",
                    changes = Array.Empty<object>(),
                    comments = comments.TakeLast(50),
                    older = new { comments = true },
                    createdAt = "2026-03-09T10:00:00Z",
                }
            )
            .On($"POST {list}", new { id = Id(120) }, 201);
        using var browser = web.Browser();
        await browser.SignIn();
        var html = await browser.Html($"/en{page}");
        Assert.DoesNotContain("Thought 69.", html);
        // An answer stands with what it answers, as long as both are here.
        Assert.Matches("(?s)Thought 70\\..*Thought 80\\..{0,2000}Thought 119\\..*Thought 118\\.", html);
        Assert.Contains($"href=\"/en{page}?cursor=70#comments\"", html);
        var older = await browser.Html($"/en{page}?cursor=70");
        Assert.Matches("(?s)Thought 20\\..*Thought 69\\.", older);
        Assert.DoesNotContain("Thought 70.", older);
        Assert.Contains($"href=\"/en{page}?cursor=20#comments\"", older);
        Assert.Contains($"href=\"/en{page}#comments\"", older);
        Assert.Contains($"{page}?cursor=70&amp;reply={Id(69)}#comment-{Id(69)}", older);
        var action = list.StartsWith("/api/proposals/disc", StringComparison.Ordinal) ? page : $"{page}/comments";
        Assert.Contains($"action=\"/en{action}?cursor=70\"", older);
        // What is new is among the newest, wherever it was written.
        using var posted = await browser.Post($"/en{page}", $"/en{action}?cursor=70", ("text", "Last."));
        Assert.Equal($"/en{page}#comment-{Id(120)}", posted.Headers.Location?.OriginalString);

        static string Id(int n) => $"01990000-0000-7000-9000-{n:000000000000}";

        static object Said(int n, int? to) =>
            new
            {
                id = Id(n),
                author = new { id = "u1", name = "Noor" },
                text = $"Thought {n}.",
                replyTo = to is { } other ? Id(other) : null,
                at = "2026-03-09T10:00:00Z",
                version = 1,
            };
    }

    [Theory]
    [InlineData("/roles/pilot", "role/pilot")]
    [InlineData("/?domain=sea", "domain/sea")]
    [InlineData("/?domain=sea&group=coast", "group/sea.coast")]
    public async Task Roles_domains_and_groups_are_watched_where_they_are_shown(string page, string topic)
    {
        EveryPage.Given(web, null);
        var watch = $"/api/notifications/watches/{topic}";
        web.Notifications.On($"GET {watch}", new { }, 404)
            .On($"PUT {watch}", http => Done(http))
            .On($"DELETE {watch}", http => Done(http));
        using var browser = web.Browser();
        Assert.DoesNotContain($"/watching/{topic}", await browser.Html($"/en{page}"));
        await browser.SignIn();
        Assert.Matches($"action=\"/en/watching/{topic}\"[^§]*value=\"true\"", await browser.Html($"/en{page}"));
        using var watched = await browser.Post(
            $"/en{page}",
            $"/en/watching/{topic}",
            ("watch", "true"),
            ("returnUrl", $"/en{page}")
        );
        Assert.Equal(
            $"/en{page}{(page.Contains('?', StringComparison.Ordinal) ? '&' : '?')}told=watched",
            watched.Headers.Location?.OriginalString
        );
        Assert.Equal("PUT", web.Notifications.Last(watch).Method);
        web.Notifications.On($"GET {watch}", new { });
        Assert.Contains("Stop watching", await browser.Html($"/en{page}"));
        web.Notifications.On($"GET {watch}", new { }, 500);
        Assert.DoesNotContain($"/watching/{topic}", await browser.Html($"/en{page}"));

        static Task Done(HttpContext http) => Task.FromResult(http.Response.StatusCode = 204);
    }

    [Fact]
    public async Task The_lists_say_what_is_mine_and_what_waits_oldest_first()
    {
        web.Proposals.On(
            "GET /api/proposals",
            new
            {
                items = new[] { Item("Newer.", "2026-03-09T10:00:00Z"), Item("Older.", "2026-03-01T10:00:00Z") },
                nextCursor = "rest",
            }
        );
        using var browser = web.Browser();
        Assert.Contains("Newer.", await browser.Html("/en/proposals?state=merged"));
        Assert.Contains("state=merged", web.Proposals.Last("/api/proposals").Query);
        await browser.SignIn();
        var queue = await browser.Html("/en/queue");
        Assert.True(
            queue.IndexOf("Older.", StringComparison.Ordinal) < queue.IndexOf("Newer.", StringComparison.Ordinal)
        );
        Assert.Matches("waiting for [0-9,]+ days", queue);
        Assert.Contains("href=\"/en/queue?cursor=rest\"", queue);
        await browser.Html("/en/queue?cursor=rest");
        Assert.Equal("?turn=me&limit=200&cursor=rest", web.Proposals.Last("/api/proposals").Query);
        Assert.Contains("My proposals", await browser.Html("/en/proposals/mine?state=draft"));
        Assert.Contains("author=me", web.Proposals.Last("/api/proposals").Query);
        web.Proposals.On("GET /api/proposals", Samples.Empty);
        Assert.Contains("Nothing waits for you.", await browser.Html("/en/queue"));
        web.Proposals.On("GET /api/proposals", new { }, 500);
        using var down = await browser.Get("/en/queue");
        Assert.Equal(503, (int)down.StatusCode);

        static object Item(string rationale, string at) =>
            new
            {
                id = Guid.CreateVersion7(),
                skill = "tides",
                skillName = "Reading tides",
                author = new { id = "u1", name = "Noor" },
                state = "open",
                rationale,
                createdAt = at,
                updatedAt = at,
            };
    }

    [Fact]
    public async Task Undoing_asks_why_and_leads_to_the_proposal()
    {
        web.Given("undone");
        var id = "01990000-0000-7000-8000-0000000000d1";
        web.Proposals.On("POST /api/proposals/reverts", new { id }, 201);
        var end = new { version = 2, at = "2026-03-09T10:00:00Z" };
        web.Catalog.On(
            "GET /api/catalog/skills/undone/diff",
            new
            {
                from = end,
                to = end,
                added = Array.Empty<object>(),
                dropped = Array.Empty<object>(),
                becameMandatory = Array.Empty<object>(),
                becameOptional = Array.Empty<object>(),
                reworded = new[]
                {
                    new
                    {
                        role = "pilot",
                        level = "junior",
                        before = "Reads the tides of a coast.",
                        after = "Reads the currents of a coast.",
                    },
                },
                retired = false,
            }
        );
        using var browser = web.Browser();
        await browser.SignIn();
        using var asked = await browser.Post(
            "/en/skills/undone/undo?version=2",
            "/en/skills/undone/undo",
            ("version", "2")
        );
        var html = await asked.Content.ReadAsStringAsync(_ct);
        Assert.Contains("Undo version 2", html);
        Assert.Contains("<del>tides</del>", html);
        Assert.Equal("?from=1&to=2", web.Catalog.Last("/api/catalog/skills/undone/diff").Query);
        using var done = await browser.Post(
            "/en/skills/undone/undo?version=2",
            "/en/skills/undone/undo",
            ("version", "2"),
            ("reason", "A slip.")
        );
        Assert.StartsWith($"/en/proposals/{id}", done.Headers.Location!.OriginalString);
        Assert.Contains(
            "\"version\":2,\"restore\":false,\"rationale\":\"A slip.\"",
            web.Proposals.Last("/api/proposals/reverts").Body
        );
    }

    [Fact]
    public async Task What_is_watched_is_listed_with_its_reason_and_stopped_from_there()
    {
        web.Notifications.On(
                "GET /api/notifications/watches",
                new
                {
                    items = new[]
                    {
                        Watch("group", "sea.coast", "Coast", "manual"),
                        Watch("proposal", "01990000-0000-7000-8000-0000000000e1", "Reading tides", "author"),
                    },
                }
            )
            .On(
                "DELETE /api/notifications/watches/group/sea.coast",
                http => Task.FromResult(http.Response.StatusCode = 204)
            );
        var head = new { op = "renameSkill", name = "Tides" };
        web.Proposals.On(
            "GET /api/proposals",
            new
            {
                items = new[]
                {
                    new
                    {
                        id = "01990000-0000-7000-8000-0000000000e1",
                        skillName = "Reading tides",
                        state = "open",
                        rationale = "Shorter.",
                        createdAt = "2026-03-09T10:00:00Z",
                        number = 214,
                        changes = 1,
                        head,
                    },
                },
            }
        );
        using var browser = web.Browser();
        await browser.SignIn();
        var html = await browser.Html("/en/watching");
        // Two proposals for one skill are told from each other by what they change, and by their numbers.
        Assert.Contains("renamed to", html);
        Assert.Contains("#214", html);
        // A sentence, in which only the names could turn it.
        var arabic = WebUtility.HtmlDecode(await browser.Html("/ar/watching"));
        Assert.Matches(">\u2068Reading tides\u2069: [^<]*\u2068Tides\u2069[^<]*</a>", arabic);
        // Two links are not read as one.
        Assert.Contains("</a> · <a href=\"/en/watching/webhooks\"", html);
        Assert.EndsWith("&id=01990000-0000-7000-8000-0000000000e1", web.Proposals.Last("/api/proposals").Query);
        Assert.Contains("/en/?domain=sea&amp;group=coast", html);
        Assert.Contains("because you wrote it", html);
        foreach (
            var (back, lands) in new[]
            {
                ("/de/skills/x?a=b", "/de/skills/x?a=b&"),
                ("//evil.example", "/en/watching?"),
            }
        )
        {
            using var stopped = await browser.Post(
                "/en/watching",
                "/en/watching/group/sea.coast",
                ("watch", "false"),
                ("returnUrl", back)
            );
            Assert.Equal($"{lands}told=unwatched", stopped.Headers.Location!.OriginalString);
        }
        web.Notifications.On("GET /api/notifications/watches", Samples.Empty);
        Assert.Contains("You are not watching anything yet", await browser.Html("/en/watching"));

        static object Watch(string scope, string key, string name, string reason) =>
            new
            {
                scope,
                key,
                name,
                reason,
                since = "2026-03-09T10:00:00Z",
            };
    }

    [Fact]
    public async Task The_inbox_leads_to_what_the_news_is_about_and_is_marked_read()
    {
        var item = "01990000-0000-7000-8000-0000000000f1";
        web.Notifications.On("GET /api/notifications/inbox", Samples.Inbox(item))
            .On("POST /api/notifications/inbox/read", new { unreadCount = 0 });
        using var browser = web.Browser();
        await browser.SignIn();
        var html = await browser.Html("/en/inbox");
        var link = $"/en/inbox/{item}?to=%2Fen%2Fskills%2Ftides";
        Assert.Contains($"href=\"{link}\"", html);
        using (var opened = await browser.Get(link))
            Assert.Equal("/en/skills/tides", opened.Headers.Location?.OriginalString);
        Assert.Contains(item, web.Notifications.Last("/api/notifications/inbox/read").Body);
        using (var away = await browser.Get($"/en/inbox/{item}?to=https://elsewhere.example.org"))
            Assert.Equal("/en/inbox", away.Headers.Location?.OriginalString);
        await browser.Html("/en/inbox?kind=mentioned&unread=true&digest=01990000-0000-7000-8000-0000000000d1");
        var asked = web.Notifications.Last("/api/notifications/inbox").Query;
        Assert.All(
            ["kind=mentioned", "unread=true", "digest=01990000-0000-7000-8000-0000000000d1"],
            part => Assert.Contains(part, asked)
        );
        // Of what was written, the words.
        Assert.Contains("Pilot, Junior: reworded", html);
        Assert.Contains("1 unread", html);
        Assert.Contains("you watch the domain", html);
        using var one = await browser.Post("/en/inbox", "/en/inbox/read", ("id", item));
        Assert.Contains(item, web.Notifications.Last("/api/notifications/inbox/read").Body);
        using var all = await browser.Post("/en/inbox", "/en/inbox/read");
        Assert.Contains("true", web.Notifications.Last("/api/notifications/inbox/read").Body);
        web.Notifications.On("GET /api/notifications/inbox", new { }, 500);
        Assert.Contains("cannot be shown", await browser.Html("/en/inbox"));
    }

    [Fact]
    public async Task Mail_comes_as_often_and_when_its_reader_wants()
    {
        web.Notifications.On(
                "GET /api/notifications/preferences",
                new
                {
                    frequency = "daily",
                    culture = "de-AT",
                    timeZone = "Europe/Vienna",
                    quietHours = new { from = "21:00", to = "06:00" },
                }
            )
            .On("PUT /api/notifications/preferences", new { });
        using var browser = web.Browser();
        await browser.SignIn();
        var html = await browser.Html("/en/watching/mail");
        Assert.Matches("value=\"daily\"[^>]* checked", html);
        Assert.Contains("value=\"21:00\"", html);
        (string, string)[] wishes =
        [
            ("frequency", "off"),
            ("culture", "ar"),
            ("timeZone", "Africa/Cairo"),
            ("quiet", "true"),
            ("from", "22:00"),
            ("digestTime", "07:15"),
            ("digestWeekday", "friday"),
        ];
        using var wrong = await browser.Post("/en/watching/mail", "/en/watching/mail", [.. wishes, ("to", "22:00")]);
        Assert.Equal(422, (int)wrong.StatusCode);
        using var saved = await browser.Post("/en/watching/mail", "/en/watching/mail", [.. wishes, ("to", "07:00")]);
        Assert.Equal(HttpStatusCode.Redirect, saved.StatusCode);
        Assert.Contains("\"to\":\"07:00\"", web.Notifications.Last("/api/notifications/preferences").Body);
        Assert.Contains(
            "\"digest\":{\"time\":\"07:15\",\"weekday\":\"friday\"}",
            web.Notifications.Last("/api/notifications/preferences").Body
        );
    }

    [Fact]
    public async Task How_a_thing_is_watched_is_chosen_and_a_thread_is_muted()
    {
        var id = Given("open");
        web.Notifications.On("PUT /api/notifications/watches/skill/told", new { })
            .On($"PUT /api/notifications/mutes/proposal/{id}", new { }, 204)
            .On($"GET /api/notifications/mutes/proposal/{id}", new { }, 404);
        using var browser = web.Browser();
        await browser.SignIn();
        using var chosen = await browser.Post(
            $"/en/proposals/{id}",
            "/en/watching/skill/told",
            ("watch", "true"),
            ("follow", "all"),
            ("frequency", "weekly")
        );
        Assert.Equal(HttpStatusCode.Redirect, chosen.StatusCode);
        Assert.Equal(
            "{\"frequency\":\"weekly\",\"follow\":\"all\"}",
            web.Notifications.Last("/api/notifications/watches/skill/told").Body
        );
        Assert.Contains($"/en/proposals/{id}/mute", await browser.Html($"/en/proposals/{id}"));
        using var muted = await browser.Post($"/en/proposals/{id}", $"/en/proposals/{id}/mute", ("mute", "true"));
        Assert.Equal($"/en/proposals/{id}?told=muted", muted.Headers.Location?.OriginalString);
        Assert.Contains("hear nothing more", await browser.Html($"/en/proposals/{id}?told=muted"));
        web.Notifications.On($"GET /api/notifications/mutes/proposal/{id}", new { });
        Assert.Contains("Unmute", await browser.Html($"/en/proposals/{id}"));
    }

    [Fact]
    public async Task The_badge_counts_inbox_and_queue_apart()
    {
        web.Notifications.On("GET /api/notifications/inbox", Samples.Inbox("01990000-0000-7000-8000-0000000000f1"))
            .On("GET /api/notifications/inbox/unread", new { unreadCount = 3 });
        web.Proposals.On("GET /api/proposals/turn", new { count = 2 });
        using var reviewer = await EveryPage.SignedIn(web);
        var html = await reviewer.Html("/en/inbox");
        Assert.Contains("3 unread", html);
        Assert.Contains("2 wait for you", html);
    }

    private string Given(string state, string author = "someone", object[]? approvals = null, int revision = 2)
    {
        web.Given("told");
        var id = Guid.CreateVersion7().ToString();
        var first = "01990000-0000-7000-8000-0000000000a1";
        web.Proposals.On(
            $"GET /api/proposals/{id}",
            new
            {
                id,
                skill = "told",
                skillName = "Reading tides",
                domain = "sea",
                approvals,
                author = new { id = author, name = "Noor" },
                state,
                revision,
                rationale = "Because.",
                changes = Change("Knows the second way."),
                revisions = new[]
                {
                    Revision(revision - 1, "Knows the first way."),
                    Revision(revision, "Knows the second way."),
                },
                timeline = new[]
                {
                    new
                    {
                        kind = "submitted",
                        revision = 1,
                        at = "2026-03-09T10:00:00Z",
                    },
                },
                comments = new object[]
                {
                    Comment(first, "First thought", null, null),
                    Comment("01990000-0000-7000-8000-0000000000a2", "An answer", first, null),
                    Comment("01990000-0000-7000-8000-0000000000a3", null, null, "moderator"),
                },
                createdAt = "2026-03-09T10:00:00Z",
            }
        );
        return id;

        static object[] Change(string text) =>
            [
                new
                {
                    op = "rewordRequirement",
                    role = "pilot",
                    level = "junior",
                    was = "Knows the tables.",
                    description = text,
                },
            ];

        static object Revision(int revision, string text) =>
            new
            {
                revision,
                rationale = "Because.",
                changes = Change(text),
                keptApprovals = false,
                at = "2026-03-09T10:00:00Z",
            };

        static object Comment(string id, string? text, string? replyTo, string? removedBy) =>
            new
            {
                id,
                author = new { id = "u9", name = "Noor" },
                text,
                replyTo,
                at = "2026-03-09T10:00:00Z",
                removed = removedBy is null ? null : new { by = removedBy },
                version = 1,
            };
    }
}
