using System.Net;

namespace SkillPlatform.Web.Tests;

/// <summary>What proposals are called, how they are found, and what happened to one in one order.</summary>
public sealed class ProposalPagesTests(WebFixture web) : IClassFixture<WebFixture>
{
    private static string English(string key, params object?[] values) => Languages.Texts.In("en")[key, values];

    private static object Item(string op, int changes = 1, long? number = 214, string? name = null) =>
        new
        {
            id = Guid.CreateVersion7(),
            skill = "tides",
            skillName = "Reading tides",
            author = new { id = "u1", name = "Noor" },
            state = "changesRequested",
            rationale = "Because of the moon.",
            changes,
            number,
            head = new
            {
                op,
                role = "pilot",
                level = "junior",
                name,
            },
            createdAt = "2026-03-09T10:00:00Z",
            updatedAt = "2026-03-09T10:00:00Z",
        };

    private void Given(params object[] items)
    {
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree)
            .On(
                "GET /api/catalog/roles",
                new { items = new[] { new { slug = "pilot", name = "Pilot" } }, nextCursor = (string?)null }
            );
        web.Proposals.On("GET /api/proposals", new { items, nextCursor = "more" });
    }

    [Theory]
    [InlineData("en", "rewordRequirement", 3, "Reading tides: Pilot, Junior reworded and 2 more")]
    [InlineData("de", "makeMandatory", 2, "Reading tides: Pilot, Junior wird Pflicht und 1 weitere")]
    [InlineData("ja", "dropRequirement", 1, "Reading tides：Pilot・Juniorを削除")]
    [InlineData("en", "renameSkill", 1, "Reading tides: renamed to “Tides”")]
    [InlineData("en", "somethingNew", 1, "Reading tides: changed")]
    // The names are kept from turning the sentence.
    [InlineData(
        "ar",
        "makeOptional",
        1,
        "\u2068Reading tides\u2069: جعل \u2068Pilot\u2069، \u2068Junior\u2069 اختياريًا"
    )]
    public async Task A_proposal_is_called_by_what_it_changes(string language, string op, int changes, string called)
    {
        Given(Item(op, changes, name: "Tides"));
        using var browser = web.Browser();
        var html = WebUtility.HtmlDecode(await browser.Html($"/{language}/proposals?domain={op}{changes}"));
        Assert.Contains($">{called}</a>", html);
        Assert.Contains("#214", html);
        Assert.Contains("Because of the moon.", html);
        Assert.Contains("class=\"state changesRequested\"", html);
    }

    [Fact]
    public async Task The_list_is_narrowed_by_state_domain_author_and_age()
    {
        Given(Item("rewordRequirement"));
        using var browser = web.Browser();
        var html = await browser.Html("/en/proposals?state=all&domain=sea&author=Noor&age=week");
        var query = web.Proposals.Last("/api/proposals").Query;
        Assert.StartsWith("?limit=50&author=Noor&domain=sea&createdAfter=", query);
        Assert.DoesNotContain("state=", query);
        Assert.Contains(
            "href=\"/en/proposals?state=all&amp;domain=sea&amp;author=Noor&amp;age=week&amp;cursor=more\"",
            html
        );
        Assert.Contains("<option value=\"week\" selected>", html);
        Assert.Contains("<option value=\"Noor\">", html);
        await browser.Html("/en/proposals?age=oldest");
        Assert.Contains("createdBefore=", web.Proposals.Last("/api/proposals").Query);
    }

    [Fact]
    public async Task A_number_leads_to_its_proposal()
    {
        var id = Guid.CreateVersion7();
        web.Proposals.On(
            "GET /api/proposals",
            new
            {
                items = new[]
                {
                    new
                    {
                        id,
                        state = "open",
                        rationale = "",
                        createdAt = "2026-03-09T10:00:00Z",
                    },
                },
            }
        );
        using var browser = web.Browser();
        using var found = await browser.Get("/fr/proposals/214");
        Assert.Equal($"/fr/proposals/{id}", found.Headers.Location?.OriginalString);
        Assert.Equal("?number=214&limit=1", web.Proposals.Last("/api/proposals").Query);
        web.Proposals.On("GET /api/proposals", Samples.Empty);
        using var none = await browser.Get("/fr/proposals/215");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    private string One(string state, object[]? conflicts = null)
    {
        web.Given("timed");
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree);
        var id = Guid.CreateVersion7().ToString();
        var noor = new { id = "user-1", name = "Noor" };
        var zoe = new { id = "zoe", name = "Zoë" };
        web.Proposals.On(
            $"GET /api/proposals/{id}",
            new
            {
                id,
                number = 214,
                skill = "timed",
                skillName = "Reading tides",
                skillVersion = state == "merged" ? 7 : (int?)null,
                domain = "sea",
                approvals = new[]
                {
                    new
                    {
                        domain = "sea",
                        has = 1,
                        needs = 2,
                    },
                },
                author = noor,
                state,
                revision = 1,
                rationale = "Because.",
                conflicts,
                changes = new[]
                {
                    new
                    {
                        op = "rewordRequirement",
                        role = "pilot",
                        level = "junior",
                        was = "Knows the tables.",
                        description = "Knows them by heart.",
                    },
                },
                reviews = new[]
                {
                    new
                    {
                        reviewer = zoe,
                        revision = 1,
                        verdict = "approve",
                        comment = "Well **said**.",
                        counts = true,
                        at = "2026-03-09T12:00:00Z",
                    },
                },
                timeline = new[]
                {
                    Step("submitted", noor, "2026-03-09T10:00:00Z"),
                    Step("approved", zoe, "2026-03-09T12:00:00Z"),
                    Step("merged", null, "2026-03-09T13:00:00Z"),
                },
                comments = new[]
                {
                    new
                    {
                        id = Guid.CreateVersion7(),
                        author = noor,
                        text = "A thought between.",
                        at = "2026-03-09T11:00:00Z",
                        version = 1,
                    },
                },
                createdAt = "2026-03-09T10:00:00Z",
            }
        );
        return id;

        static object Step(string kind, object? actor, string at) =>
            new
            {
                kind,
                revision = 1,
                actor,
                at,
            };
    }

    [Fact]
    public async Task Everything_that_happened_and_was_said_stands_in_one_order()
    {
        var id = One("merged");
        using var browser = web.Browser();
        await browser.SignIn();
        var html = await browser.Html($"/en/proposals/{id}");
        var at = new[]
        {
            English("step.submitted"),
            "A thought between.",
            "Well <strong>said</strong>.",
            English("step.merged"),
        }
            .Select(words => html.LastIndexOf(words, StringComparison.Ordinal))
            .ToArray();
        Assert.DoesNotContain(-1, at);
        Assert.Equal(at.Order(), at);
        Assert.Contains("href=\"/en/skills/timed?version=7\"", html);
        Assert.Contains("href=\"/en/skills/timed/undo?version=7\"", html);
        Assert.Contains(
            $"<a class=\"button\" href=\"/en/skills/timed?version=7\">{English("proposal.see-version", 7)}",
            html
        );
        Assert.Contains("<h1>Reading tides: Pilot, Junior reworded", html);
    }

    [Fact]
    public async Task What_is_being_applied_refreshes_itself_for_a_while_and_not_over_what_is_written()
    {
        var id = One("accepted");
        using var browser = web.Browser();
        await browser.SignIn();
        var page = $"/en/proposals/{id}";
        Assert.Equal($"2;url={page}?look=1", await Refresh(""));
        Assert.Equal($"5;url={page}?look=4&done=reviewed", await Refresh("?look=3&done=reviewed"));
        Assert.Contains($"href=\"{page}?still=true\"", await browser.Html(page));
        // Whoever writes is left alone, and so is whoever wants to be; at some time it is enough.
        Assert.DoesNotContain("<textarea", await browser.Html(page));
        Assert.Contains("<textarea", await browser.Html($"{page}?still=true"));
        foreach (var query in new[] { "?still=true", "?about=0", $"?reply={Guid.Empty}", "?look=10" })
            Assert.Null(await Refresh(query));
        using var open = await browser.Get($"/en/proposals/{One("merged")}");
        Assert.False(open.Headers.Contains("Refresh"));

        async Task<string?> Refresh(string query)
        {
            using var answer = await browser.Get(page + query);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return answer.Headers.TryGetValues("Refresh", out var values) ? Assert.Single(values) : null;
        }
    }

    [Fact]
    public async Task What_is_missing_and_what_clashes_is_named()
    {
        var waiting = One("open");
        using var browser = web.Browser();
        Assert.Contains(
            "Sea: 1 of 2 approvals, waiting for its reviewers",
            await browser.Html($"/en/proposals/{waiting}")
        );
        object[] conflicts =
        [
            new
            {
                change = 0,
                code = "changed",
                was = "Knows the tables.",
                now = "Knows tables.",
                wanted = "Knows them by heart.",
            },
        ];
        Assert.Contains(
            $"<h3>{English("op.rewordRequirement", "Pilot", "Junior")}</h3>",
            await browser.Html($"/en/proposals/{One("conflicted", conflicts)}")
        );
    }

    [Fact]
    public async Task What_cannot_be_taken_back_is_asked_once()
    {
        var id = One("open");
        using var browser = web.Browser();
        await browser.SignIn();
        var html = await browser.Html($"/en/proposals/{id}");
        Assert.Matches(
            $"<summary>{English("proposal.withdraw")}</summary>[^§]*cannot be reopened[^§]*Yes, withdraw it",
            html
        );
    }

    [Fact]
    public async Task A_reviewer_goes_through_the_queue()
    {
        var id = One("open");
        web.Proposals.On(
            "GET /api/proposals",
            new
            {
                items = new[]
                {
                    Waiting("01990000-0000-7000-8000-0000000000b3", "2026-03-11T10:00:00Z"),
                    Waiting(id, "2026-03-10T10:00:00Z"),
                    Waiting("01990000-0000-7000-8000-0000000000b1", "2026-03-09T10:00:00Z"),
                },
            }
        );
        using var reviewer = await EveryPage.SignedIn(web);
        var html = await reviewer.Html($"/en/proposals/{id}");
        Assert.Contains("2 of 3 waiting for you", html);
        Assert.Contains("<a rel=\"prev\" href=\"/en/proposals/01990000-0000-7000-8000-0000000000b1\">", html);
        Assert.Contains("<a rel=\"next\" href=\"/en/proposals/01990000-0000-7000-8000-0000000000b3\">", html);
        using var anyone = web.Browser();
        Assert.DoesNotContain("waiting for you", await anyone.Html($"/en/proposals/{id}"));

        static object Waiting(string id, string at) =>
            new
            {
                id,
                state = "open",
                rationale = "",
                createdAt = at,
            };
    }
}
