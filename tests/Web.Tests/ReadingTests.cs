using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace SkillPlatform.Web.Tests;

/// <summary>The pages one only reads: levels beside each other, history, the past, what changed.</summary>
public sealed class ReadingTests(WebFixture web) : IClassFixture<WebFixture>
{
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/en/skills/compared/compare", "Required at Junior only")]
    [InlineData("/en/skills/compared/compare?role=skipper&from=senior&to=junior", "Required at Senior only")]
    [InlineData("/de/skills/compared/compare?role=&from=junior&to=", "Nur verlangt auf Stufe Senior")]
    public async Task Levels_are_set_beside_each_other_with_the_difference_in_words(string path, string words)
    {
        web.Given("compared");
        using var browser = web.Browser();
        Assert.Contains(words, await browser.Html(path));
    }

    [Fact]
    public async Task A_profile_begins_with_what_the_skill_is_about()
    {
        web.Given("about");
        web.Catalog.On(
            "GET /api/catalog/skills/about",
            Samples.Skill("about", about: "The *moon* <script>alert(1)</script>[pulls](javascript:alert(1)).")
        );
        using var browser = web.Browser();
        var html = await browser.Html("/en/skills/about");
        var about = html.IndexOf("<em>moon</em>", StringComparison.Ordinal);
        Assert.InRange(about, 0, html.IndexOf("<dl class=\"tiles\">", StringComparison.Ordinal));
        Assert.DoesNotContain("<script>alert", html);
        Assert.DoesNotContain("javascript:", html);
        // It is content of the catalogue, and that it is not translated is true of it alone.
        Assert.Contains("lang=\"en\"", await browser.Html("/fr/skills/about"));
    }

    [Fact]
    public async Task Two_levels_differ_in_marked_words()
    {
        web.Catalog.On(
            "GET /api/catalog/skills/marked",
            Samples.Of(
                "marked",
                ("pilot", "junior", false, "Reads the tables."),
                ("pilot", "senior", true, "Writes the tables.")
            )
        );
        using var browser = web.Browser();
        var html = await browser.Html("/en/skills/marked/compare?from=junior&to=senior");
        Assert.Contains("<mark>Reads</mark>", html);
        Assert.Contains("<mark>Writes</mark>", html);
        Assert.Contains("Marked words", html);
        Assert.Contains("Mandatory at Senior, optional at Junior", html);
    }

    [Fact]
    public async Task What_differs_between_two_levels_is_counted_first_and_narrows_the_rows()
    {
        web.Catalog.On(
            "GET /api/catalog/skills/counted",
            Samples.Of(
                "counted",
                ("pilot", "junior", false, "Reads the tables."),
                ("pilot", "senior", true, "Writes the tables."),
                ("skipper", "junior", true, "Keeps the log."),
                ("skipper", "senior", true, "Keeps the log.")
            )
        );
        using var browser = web.Browser();
        var all = await browser.Html("/en/skills/counted/compare?from=junior&to=senior");
        foreach (var count in new[] { "2 in all", "1 now mandatory", "1 reworded", "1 the same" })
            Assert.Contains($">{count}</a>", all);
        Assert.DoesNotContain("1 new", all);
        // What is the same is said once, across both columns.
        Assert.Equal(2, all.Split("Keeps the log.").Length);
        Assert.Contains("colspan=\"2\"", all);
        var some = await browser.Html("/en/skills/counted/compare?from=junior&to=senior&only=mandatory");
        Assert.Contains("Writes", some);
        Assert.DoesNotContain("Keeps the log.", some);
        Assert.Contains("&amp;only=mandatory\" aria-current=\"true\"", some);
    }

    [Fact]
    public async Task Two_texts_with_nothing_in_common_are_not_marked_all_over()
    {
        web.Catalog.On(
            "GET /api/catalog/skills/unlike",
            Samples.Of(
                "unlike",
                ("pilot", "junior", true, "Reads the tables of the moon."),
                ("pilot", "senior", true, "Teaches whoever steers.")
            )
        );
        using var browser = web.Browser();
        var html = await browser.Html("/en/skills/unlike/compare?from=junior&to=senior");
        Assert.Contains("Teaches whoever steers.", html);
        Assert.DoesNotContain("<mark>", html);
        Assert.DoesNotContain("Marked words", html);
    }

    [Fact]
    public async Task Every_page_has_a_search_that_keeps_what_is_narrowed_already()
    {
        web.Given("searched");
        using var browser = web.Browser();
        Assert.Contains(
            "<form method=\"get\" action=\"/en/\" role=\"search\"",
            await browser.Html("/en/skills/searched")
        );
        web.Catalog.On("GET /api/catalog/skills", Samples.Empty).On("GET /api/catalog/domains", Samples.Tree);
        var html = await browser.Html("/en/?q=tides&domain=sea");
        Assert.Contains("name=\"q\" value=\"tides\"", html);
        Assert.Contains("<input type=\"hidden\" name=\"domain\" value=\"sea\"", html);
        Assert.Contains("/signin?returnUrl=%2Fen%2Fskills%2Fnew%3Fdomain%3Dsea", html);
    }

    [Fact]
    public async Task Of_many_choices_one_is_typed_by_its_name()
    {
        var many = Enumerable.Range(1, 31).Select(n => new { slug = $"d-{n}", name = $"Domain No. {n}" });
        web.Catalog.On(
                "GET /api/catalog/domains",
                new
                {
                    items = many.Select(d => new
                    {
                        d.slug,
                        d.name,
                        levels = Array.Empty<object>(),
                        groups = Array.Empty<object>(),
                    }),
                }
            )
            .On("GET /api/catalog/roles", Samples.Empty)
            .On("GET /api/catalog/skills", Samples.Empty);
        using var browser = web.Browser();
        Assert.Contains("<option value=\"Domain No. 7\">", await browser.Html("/en/?q=many"));
        using var typed = await browser.Get("/en/?q=x&domain=domain+no.+7");
        Assert.Equal("/en/?q=x&domain=d-7", typed.Headers.Location?.OriginalString);
        using var changes = await browser.Get("/en/changes?domain=Domain+No.+7");
        Assert.Equal("/en/changes?domain=d-7", changes.Headers.Location?.OriginalString);
        Assert.Contains("value=\"Domain No. 7\"", await browser.Html("/en/?q=x&domain=d-7"));
    }

    [Fact]
    public async Task A_level_or_role_that_is_not_there_leads_to_what_is()
    {
        web.Given("picked");
        using var browser = web.Browser();
        using var answer = await browser.Get("/en/skills/picked/compare?role=nobody&from=junior");
        Assert.Equal("/en/skills/picked/compare?from=junior", answer.Headers.Location!.OriginalString);
    }

    [Theory]
    [InlineData("/de/skills/foreign", "lang=\"en\"", "(Englisch)")]
    [InlineData("/ja/skills/foreign", "lang=\"en\"", "（英語）")]
    public async Task Texts_in_another_language_say_so(string path, string mark, string note)
    {
        Assert.SkipUnless(Languages.Texts.Languages.Contains(path.Split('/')[1]), "Not there yet.");
        web.Given("foreign");
        using var browser = web.Browser();
        var html = await browser.Html(path);
        Assert.Contains($"<div class=\"text\" dir=\"auto\" {mark}>", html);
        Assert.Contains(note, html);
    }

    [Theory]
    [InlineData("fr", "/fr/skills/", "<div class=\"text\" dir=\"auto\">", null)]
    [InlineData("fr-CA", "/fr/skills/", "lang=\"fr-CA\"", null)]
    [InlineData("fr", "/de/skills/", "lang=\"fr\"", "(Französisch)")]
    [InlineData(null, "/fr/skills/", "<div class=\"text\" dir=\"auto\" lang=\"\">", null)]
    public async Task A_text_is_in_the_language_that_its_domain_says_and_else_nothing_is_said(
        string? language,
        string path,
        string mark,
        string? note
    )
    {
        var slug = $"s{Guid.NewGuid():n}";
        web.Given(slug);
        web.Catalog.On($"GET /api/catalog/skills/{slug}", Samples.Skill(slug, text: "Lit.", language: language));
        using var browser = web.Browser();
        var html = await browser.Html(path + slug);
        Assert.Contains(mark, html);
        var says = Languages.Texts.In(path.Split('/')[1])["content.untranslated"].Split('{')[0];
        Assert.Equal(note is not null, WebUtility.HtmlDecode(html).Contains(says, StringComparison.Ordinal));
        if (note is not null)
            Assert.Contains(note, WebUtility.HtmlDecode(html));
    }

    [Fact]
    public async Task A_profile_says_where_its_texts_are_from()
    {
        web.Given("from");
        using var browser = web.Browser();
        var html = await browser.Html("/en/skills/from");
        Assert.Contains("Source: Framework &lt;1.2&gt;", html);
        Assert.Contains("Licence: CC-BY-4.0", html);
        Assert.Contains("<a href=\"https://example.org/\"", html);
        // And what the skill is in other systems.
        Assert.Contains("<a href=\"https://example.org/S1.2\"", html);
        Assert.Contains("<bdi>2.B</bdi>", html);
        Assert.DoesNotContain("javascript:", html);
    }

    [Fact]
    public async Task What_a_role_a_level_a_domain_and_a_group_are_in_other_systems_stands_on_their_pages()
    {
        static object[] Ids(string id) =>
            [
                new
                {
                    system = "esco",
                    id,
                    uri = $"https://example.org/{id}",
                },
            ];
        var levels = new[]
        {
            new
            {
                slug = "junior",
                name = "Junior",
                externalIds = Ids("l1"),
            },
        };
        var groups = new[]
        {
            new
            {
                slug = "quay",
                name = "Quay",
                skills = 1,
                externalIds = Ids("g1"),
            },
        };
        var harbour = new
        {
            slug = "harbour",
            name = "Harbour",
            levels,
            groups,
            externalIds = Ids("d1"),
        };
        var role = new
        {
            slug = "stevedore",
            name = "Stevedore",
            counts = new
            {
                skills = 0,
                mandatory = 0,
                optional = 0,
            },
            items = Array.Empty<object>(),
            externalIds = Ids("r1"),
        };
        web.Catalog.On("GET /api/catalog/domains", new { items = new[] { harbour } })
            .On("GET /api/catalog/skills", Samples.Empty)
            .On("GET /api/catalog/roles", Samples.Empty)
            .On("GET /api/catalog/roles/stevedore", role);
        using var browser = web.Browser();
        Assert.Equal(["d1"], await Shown("/en/?domain=harbour"));
        Assert.Equal(["g1"], await Shown("/en/?domain=harbour&group=quay"));
        Assert.Equal(["r1"], await Shown("/en/roles/stevedore"));
        Assert.Equal(["r1", "l1"], await Shown("/en/roles/stevedore?level=junior"));

        async Task<string[]> Shown(string path)
        {
            var html = await browser.Html(path);
            return
            [
                .. new[] { "r1", "l1", "d1", "g1" }.Where(id =>
                    html.Contains($"href=\"https://example.org/{id}\"", StringComparison.Ordinal)
                ),
            ];
        }
    }

    [Fact]
    public async Task Texts_in_another_script_are_not_taken_for_the_usual_language()
    {
        web.Given("scripts", "潮汐表を読む。");
        using var browser = web.Browser();
        Assert.Contains("<div class=\"text\" dir=\"auto\" lang=\"ja\">", await browser.Html("/en/skills/scripts"));
    }

    [Fact]
    public async Task An_open_proposal_is_marked_at_its_requirement_and_what_is_the_same_of_all_is_said_once()
    {
        static object Cell(string level) =>
            new
            {
                role = "pilot",
                level,
                mandatory = true,
                description = "Knows.",
                since = new
                {
                    version = 1,
                    at = "2026-03-09T10:00:00Z",
                    author = new { id = "u1", name = "Noor" },
                },
            };
        web.Given("marked-cell");
        web.Catalog.On(
            "GET /api/catalog/skills/marked-cell",
            new
            {
                slug = "marked-cell",
                name = "Reading tides",
                keywords = Array.Empty<string>(),
                domain = new { slug = "sea", name = "Sea" },
                group = new { slug = "coast", name = "Coast" },
                levels = new[] { new { slug = "junior", name = "Junior" }, new { slug = "senior", name = "Senior" } },
                roles = new[] { new { slug = "pilot", name = "Pilot" } },
                version = 3,
                requirements = new[] { Cell("junior"), Cell("senior") },
            }
        );
        web.Proposals.On(
            "GET /api/proposals",
            new
            {
                items = new[]
                {
                    new
                    {
                        id = Guid.CreateVersion7(),
                        number = 214,
                        state = "open",
                        rationale = "Why.",
                        cells = new[] { new { role = "pilot", level = "senior" } },
                        createdAt = "2026-03-09T10:00:00Z",
                    },
                },
            }
        );
        using var browser = web.Browser();
        var html = await browser.Html("/en/skills/marked-cell");
        Assert.Matches("id=\"senior.pilot\"[^§]*Proposal #214", html);
        Assert.DoesNotMatch("id=\"junior.pilot\"[^§]*Proposal #214[^§]*id=\"senior.pilot\"", html);
        Assert.Equal(2, html.Split(Languages.Texts.In("en")["skill.since"]).Length);
        Assert.Contains("<dt>Role <small>", html);
        Assert.Contains("<dt>Levels <small>", html);
        // What one does stands before what one reads.
        Assert.InRange(
            html.IndexOf("class=\"heading-actions\"", StringComparison.Ordinal),
            1,
            html.IndexOf("class=\"tiles\"", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_retired_skill_is_gone_and_its_history_is_not()
    {
        web.Catalog.On("GET /api/catalog/skills/retired", new { status = 410 }, 410)
            .On("GET /api/catalog/skills/retired/history", Samples.Changes(("skillRetired", 7, "Reading tides", null)));
        using var browser = web.Browser();
        using var answer = await browser.Get("/en/skills/retired");
        Assert.Equal(HttpStatusCode.Gone, answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync(_ct);
        Assert.Contains("<h1><bdi>Reading tides</bdi></h1>", html);
        Assert.Contains("href=\"/en/skills/retired/history\"", html);
        Assert.Contains("href=\"/en/skills/retired?version=6\"", html);
    }

    [Theory]
    [InlineData("/en/skills/aged?version=3", "?version=3")]
    [InlineData("/en/skills/aged?asOf=2026-03-10", "?asOf=2026-03-10T23%3A59%3A59Z")]
    public async Task The_past_says_that_it_is_the_past(string path, string asked)
    {
        web.Given("aged");
        using var browser = web.Browser();
        var html = await browser.Html(path);
        Assert.Contains("You are reading version 3", html);
        Assert.Contains("href=\"/en/skills/aged\">Back to now", html);
        Assert.Contains(web.Catalog.All, a => a.Path == "/api/catalog/skills/aged" && a.Query == asked);
        Assert.DoesNotContain("/en/skills/aged/watch", html);
        // What was changed later is not of that day.
        Assert.DoesNotContain("Because of the moon.", html);
    }

    [Fact]
    public async Task Today_is_not_the_past()
    {
        using var browser = web.Browser();
        using var answer = await browser.Get("/en/skills/today?asOf=2999-01-01");
        Assert.Equal("/en/skills/today", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Each_change_in_the_history_can_be_looked_at_and_undone()
    {
        web.Given("undone");
        using var anonymous = web.Browser();
        var html = await anonymous.Html("/en/skills/undone/history");
        Assert.Contains("Pilot, Junior: reworded", html);
        Assert.Contains("href=\"/en/skills/undone/diff?from=1&amp;to=2\"", html);
        Assert.Contains("<ins> the</ins>", html);
        Assert.DoesNotContain("/undo\"", html);
        using var browser = web.Browser();
        await browser.SignIn();
        Assert.Contains("action=\"/en/skills/undone/undo\"", await browser.Html("/en/skills/undone/history"));
    }

    [Theory]
    [InlineData("*tides*.xlsx", "استيراد: \u2068*tides*.xlsx\u2069")]
    [InlineData(null, "استيراد")]
    public async Task What_an_import_stated_is_said_in_the_readers_language(string? source, string words)
    {
        web.Given("imported");
        web.Catalog.On(
            "GET /api/catalog/skills/imported/history",
            new
            {
                items = new[]
                {
                    new
                    {
                        version = 2,
                        at = "2026-03-09T10:00:00Z",
                        import = Guid.CreateVersion7(),
                        reason = "Words of the catalogue's own",
                        kind = "requirementMadeMandatory",
                        role = "pilot",
                        level = "junior",
                        before = "a",
                        after = "b",
                        importSource = source,
                    },
                },
            }
        );
        using var browser = web.Browser();
        foreach (var page in new[] { "history", "feed" })
        {
            using var answer = await browser.Get($"/ar/skills/imported/{page}");
            var html = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(_ct));
            Assert.Contains(words, html);
            Assert.DoesNotContain("Words of the catalogue", html);
        }
    }

    [Theory]
    [InlineData("/en/skills/paged/history")]
    [InlineData("/en/skills/paged/requirements/pilot/junior/history")]
    public async Task Long_histories_go_on_where_they_stopped(string path)
    {
        web.Given("paged");
        var more = Samples.Changes("next&one", ("requirementReworded", 9, "a", "b"));
        web.Catalog.On($"GET /api/catalog{path[3..]}", more);
        using var browser = web.Browser();
        Assert.Contains($"href=\"{path}?cursor=next%26one\"", await browser.Html(path));
        Assert.Contains("The newest changes", await browser.Html($"{path}?cursor=next%26one"));
        Assert.Equal("?limit=25&cursor=next%26one", web.Catalog.Last($"/api/catalog{path[3..]}").Query);
    }

    [Fact]
    public async Task A_history_is_narrowed_to_a_role_or_a_level()
    {
        web.Given("narrowed");
        web.Catalog.On("GET /api/catalog/skills/narrowed/history", Samples.History("Noor"));
        using var browser = web.Browser();
        var html = await browser.Html("/en/skills/narrowed/history?role=pilot&level=");
        Assert.Equal("?limit=25&role=pilot", web.Catalog.Last("/api/catalog/skills/narrowed/history").Query);
        Assert.Contains("<option value=\"pilot\" selected>Pilot</option>", html);
        using var one = await browser.Get("/en/skills/narrowed/history?role=Pilot&level=junior");
        Assert.Equal("/en/skills/narrowed/requirements/pilot/junior/history", one.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task Two_versions_are_told_apart()
    {
        web.Given("differs");
        web.Catalog.On(
            "GET /api/catalog/skills/differs/diff",
            new
            {
                from = new { version = 1, at = "2026-03-09T10:00:00Z" },
                to = new { version = 3, at = "2026-03-10T10:00:00Z" },
                added = new[]
                {
                    new
                    {
                        role = "pilot",
                        level = "senior",
                        mandatory = true,
                        description = "Fresh.",
                    },
                },
                dropped = Array.Empty<object>(),
                becameMandatory = new[] { new { role = "pilot", level = "junior" } },
                becameOptional = Array.Empty<object>(),
                reworded = new[]
                {
                    new
                    {
                        role = "skipper",
                        level = "senior",
                        before = "Old words stay here.",
                        after = "New words stay here.",
                    },
                },
                renamed = (object?)null,
                moved = (object?)null,
                keywords = new { added = new[] { "sun" }, removed = new[] { "moon" } },
                retired = false,
            }
        );
        using var browser = web.Browser();
        var html = await browser.Html("/en/skills/differs/diff?from=1");
        Assert.Contains("Skipper, Senior", html);
        Assert.Contains("<del>Old</del>", html);
        Assert.Contains("<ins>Fresh.</ins>", html);
        Assert.Contains("Now mandatory", html);
        Assert.Contains("<ins><bdi>sun</bdi></ins>", html);
    }

    [Fact]
    public async Task What_changed_is_asked_by_day_role_level_and_domain()
    {
        web.Catalog.On("GET /api/catalog/changes/lines", Lines(Line([Change("tides", 2, "2026-03-10T10:00:00Z")])))
            .On("GET /api/catalog/roles", Samples.Empty)
            .On("GET /api/catalog/domains", Samples.Empty);
        using var browser = web.Browser();
        var html = await browser.Html("/en/changes?since=2026-03-01&role=pilot&level=&domain=sea");
        Assert.Equal(
            "?limit=50&since=2026-03-01T00%3A00%3A00Z&role=pilot&domain=sea",
            web.Catalog.Last("/api/catalog/changes/lines").Query
        );
        Assert.Contains("href=\"/en/skills/tides\"", html);
        Assert.Contains("value=\"2026-03-01\"", html);
        Assert.Contains("href=\"/en/changes?since=2026-03-01&amp;role=pilot&amp;domain=sea&amp;cursor=on\"", html);
        web.Catalog.On("GET /api/catalog/changes/lines", Samples.Empty);
        Assert.Contains("Nothing has changed there", await browser.Html("/en/changes"));
        web.Catalog.On("GET /api/catalog/changes/lines", new { }, 500);
        using var down = await browser.Get("/en/changes");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, down.StatusCode);
        Assert.Contains("The catalogue does not answer", await down.Content.ReadAsStringAsync(_ct));
    }

    [Fact]
    public async Task What_was_changed_together_is_one_line()
    {
        var import = Guid.CreateVersion7();
        web.Catalog.On(
                "GET /api/catalog/changes/lines",
                Lines(
                    Line([Change("tides", 5, "2026-03-10T10:00:00Z")]),
                    Line([Change("tides", 4, "2026-03-09T11:00:00Z"), Change("tides", 3, "2026-03-09T10:00:00Z")]),
                    Line([Change("tides", 2, "2026-03-01T10:00:00Z"), Change("ropes", 2, "2026-03-01T10:00:00Z")], 7),
                    new
                    {
                        at = "2026-02-01T10:00:00Z",
                        import = new
                        {
                            id = import,
                            source = "<everything>.xlsx",
                            added = 13_000,
                            changed = 1,
                        },
                        skills = 13_001,
                        changes = 0,
                        items = Array.Empty<object>(),
                    }
                )
            )
            .On("GET /api/catalog/changes", Samples.Changes(("skillAdded", 1, null, "Reading tides")))
            .On("GET /api/catalog/roles", Samples.Empty)
            .On("GET /api/catalog/domains", Samples.Empty);
        using var browser = web.Browser();
        var html = await browser.Html("/en/changes?role=together");
        Assert.Equal(2, html.Split("<summary>Each change</summary>").Length - 1);
        Assert.Contains(
            $"{Languages.Texts.In("en")["history.requirementReworded", "pilot", "junior"]} and 1 more",
            html
        );
        Assert.Contains("9 changes in 2 skills", html);
        Assert.Contains("<li>and 7 more</li>", html);
        Assert.Contains("href=\"/en/skills/ropes/diff?from=1&amp;to=2\"", html);
        Assert.Contains("Import: &lt;everything&gt;.xlsx", html);
        Assert.Contains("added: 13,000 skills", html);
        Assert.Contains("changed: 1 skill<", html);
        Assert.Contains($"href=\"/en/changes?role=together&amp;import={import}\"", html);
        html = await browser.Html($"/en/changes?role=together&import={import}");
        Assert.Equal($"?limit=100&import={import}&role=together", web.Catalog.Last("/api/catalog/changes").Query);
        Assert.Contains("Only what one import changed.", html);
    }

    private static object Lines(params object[] lines) => new { items = lines, nextCursor = "on" };

    private static object Line(object[] changes, int more = 0) =>
        new
        {
            at = "2026-03-10T10:00:00Z",
            skills = more > 0 ? 2 : 1,
            changes = changes.Length + more,
            items = changes,
        };

    private static object Change(string slug, long version, string at) =>
        new
        {
            skill = new { slug, name = slug },
            version,
            at,
            kind = "requirementReworded",
            role = "pilot",
            level = "junior",
            before = "a",
            after = "b",
        };

    [Fact]
    public async Task Two_roles_stand_beside_each_other_and_one_at_all_levels()
    {
        object Role(string slug, string text) =>
            new
            {
                slug,
                name = slug,
                counts = new
                {
                    skills = 1,
                    mandatory = 1,
                    optional = 0,
                },
                items = new[]
                {
                    new
                    {
                        domain = new { slug = "sea", name = "Sea" },
                        level = new { slug = "senior", name = "Senior" },
                        group = new { slug = "coast", name = "Coast" },
                        skill = new { slug = "tides", name = "Reading tides" },
                        mandatory = true,
                        description = text,
                    },
                },
            };
        var roles = new[] { new { slug = "mate", name = "Mate" }, new { slug = "cook", name = "Cook" } };
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree)
            .On("GET /api/catalog/roles", new { items = roles })
            .On("GET /api/catalog/roles/mate", Role("mate", "Reads the tables of the moon."))
            .On("GET /api/catalog/roles/cook", Role("cook", "Reads the tables of the kitchen."));
        using var browser = web.Browser();
        var html = await browser.Html("/en/roles/mate?level=senior&with=cook");
        Assert.Contains("<mark>moon</mark>", html);
        Assert.Contains("<mark>kitchen</mark>", html);
        Assert.Contains("1 reworded", html);
        using var levelless = await browser.Get("/en/roles/mate?with=Cook");
        Assert.Equal("/en/roles/mate?level=junior&with=cook", levelless.Headers.Location?.OriginalString);
        var matrix = await browser.Html("/en/roles/mate/matrix");
        Assert.Contains("data-label=\"Senior\"", matrix);
        Assert.Contains("Reads the tables of the moon.", matrix);
        using var nobody = await browser.Get("/en/roles/nobody/matrix");
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
    }

    [Fact]
    public async Task Skills_are_narrowed_by_facets_that_count()
    {
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree)
            .On(
                "GET /api/catalog/skills",
                new
                {
                    items = new[] { new { slug = "tides", name = "Reading tides" } },
                    nextCursor = "on",
                    facets = new
                    {
                        domains = new[] { Facet(null, "sea", "Sea", 60) },
                        groups = Array.Empty<object>(),
                        roles = new[] { Facet(null, "pilot", "Pilot", 41) },
                        levels = new[] { Facet("sea", "junior", "Junior", 2), Facet("air", "junior", "Junior", 3) },
                    },
                }
            );
        using var browser = web.Browser();
        var html = await browser.Html("/en/?q=tide&role=pilot&level=senior");
        Assert.Equal("?limit=50&q=tide&role=pilot&level=senior", web.Catalog.Last("/api/catalog/skills").Query);
        Assert.Contains("<option value=\"pilot\" selected>Pilot (41)</option>", html);
        Assert.Contains("<option value=\"junior\">Junior (5)</option>", html);
        Assert.Contains("<option value=\"senior\" selected>senior</option>", html);
        Assert.Contains("60 skills", html);
        Assert.Contains("q=tide&amp;role=pilot&amp;level=senior&amp;cursor=on", html);
        Assert.Contains("<datalist id=\"suggestions\">", html);
        Assert.DoesNotContain("comes close", html);
        Assert.DoesNotContain("/by/", html);
        var none = Array.Empty<object>();
        web.Catalog.On(
            "GET /api/catalog/skills",
            new
            {
                items = none,
                facets = new
                {
                    domains = none,
                    groups = none,
                    roles = none,
                    levels = none,
                },
            }
        );
        // Says what was looked for and what helps, and has no heading over nothing.
        html = await browser.Html("/en/?q=nothing");
        Assert.Contains("No skill matches.", html);
        Assert.Contains("<title>Search: nothing", html);
        Assert.Contains("Check the spelling", html);
        Assert.DoesNotContain("id=\"domains\"", html);
    }

    [Fact]
    public async Task Of_two_skills_that_look_alike_the_list_says_which_is_which()
    {
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree)
            .On("GET /api/catalog/skills", new { items = new[] { In("Sea"), In("Air"), In("Sea", "Knots") } });
        using var browser = web.Browser();
        var html = await browser.Html("/en/");
        Assert.Contains("<bdi>Sea › Basics</bdi>", html);
        Assert.Contains("<bdi>Air › Basics</bdi>", html);
        Assert.Contains("<bdi>Basics</bdi>", html);

        static object In(string domain, string name = "Weather") =>
            new
            {
                slug = $"{name}-{domain}".ToLowerInvariant(),
                name,
                domain = new { slug = domain, name = domain },
                group = new { slug = "basics", name = "Basics" },
            };
    }

    [Fact]
    public async Task What_only_resembles_is_said_to_and_the_rest_of_a_facet_has_a_page()
    {
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree)
            .On(
                "GET /api/catalog/skills",
                new
                {
                    items = new[]
                    {
                        new
                        {
                            slug = "tides",
                            name = "Reading tides",
                            snippet = new
                            {
                                role = "pilot",
                                level = "junior",
                                text = "Knows the <moon>.",
                            },
                        },
                    },
                    total = 4_711,
                    exact = false,
                    facets = new
                    {
                        domains = new[] { Facet(null, "sea", "Sea", 60) },
                        groups = Array.Empty<object>(),
                        roles = Enumerable.Range(1, 10).Select(n => Facet(null, $"pilot-{n}", $"Pilot {n}", 41)),
                        levels = Array.Empty<object>(),
                    },
                }
            )
            .On(
                "GET /api/catalog/skills/facets/roles",
                new { items = new[] { Facet(null, "purser", "Purser", 3) }, nextCursor = "on" }
            );
        using var browser = web.Browser();
        var html = await browser.Html("/en/?q=tiedes");
        Assert.Contains("This comes close:", html);
        Assert.Contains("Knows the &lt;moon&gt;.", html);
        Assert.Contains("4,711 skills", html);
        Assert.Contains("href=\"/en/by/roles?q=tiedes\"", html);
        Assert.DoesNotContain("/en/by/levels", html);
        html = await browser.Html("/en/by/roles?q=tiedes&prefix=pu");
        Assert.Equal("?limit=100&q=tiedes&prefix=pu", web.Catalog.Last("/api/catalog/skills/facets/roles").Query);
        Assert.Contains("href=\"/en/?q=tiedes&amp;role=purser\"", html);
        Assert.Contains("cursor=on&amp;prefix=pu", html);
        using var none = await browser.Get("/en/by/nothing");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task A_role_is_shown_whole_at_one_level_and_level_beside_level()
    {
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree)
            .On(
                "GET /api/catalog/roles/pilot",
                http =>
                    http.Response.WriteAsJsonAsync(
                        Pilot(
                            http.Request.Query["level"] == "senior"
                                ? [Item("senior", "Senior", "Teaches the tables.")]
                                : [Item("junior", "Junior", "Reads the tables.")]
                        )
                    )
            );
        using var browser = web.Browser();
        var html = await browser.Html("/en/roles/pilot?level=junior&compare=&asOf=");
        Assert.Equal("?level=junior", web.Catalog.Last("/api/catalog/roles/pilot").Query);
        Assert.Contains("<h1>Pilot, Junior</h1>", html);
        Assert.Contains("href=\"/en/skills/tides\"", html);
        html = await browser.Html("/en/roles/pilot?level=junior&compare=senior&asOf=2026-03-01");
        Assert.Contains("<mark>Reads</mark>", html);
        Assert.Contains("Teaches", html);
        Assert.Contains("asOf=2026-03-01T23%3A59%3A59Z", web.Catalog.Last("/api/catalog/roles/pilot").Query);
        using var nobody = await browser.Get("/en/roles/nobody");
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
    }

    [Fact]
    public async Task What_was_retired_says_since_when_and_by_which_proposal()
    {
        var proposal = Guid.NewGuid();
        var ended = new
        {
            kind = "role",
            slug = "stoker",
            name = "Stoker",
            domain = (string?)null,
            at = "2026-11-20T10:00:00Z",
            proposal,
        };
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree)
            .On(
                "GET /api/catalog/roles/stoker",
                new
                {
                    slug = "stoker",
                    name = "Stoker",
                    counts = new
                    {
                        skills = 0,
                        mandatory = 0,
                        optional = 0,
                    },
                    items = Array.Empty<object>(),
                    retired = ended,
                }
            )
            .On(
                "GET /api/catalog/retired",
                new { items = new[] { ended with { kind = "group", slug = "bilge", name = "Bilge", domain = "sea" } } }
            );
        using var browser = web.Browser();
        await browser.SignIn();
        string[] pages = ["/en/roles/stoker", "/en/?domain=sea&group=bilge"];
        foreach (var (page, name) in pages.Zip(["Stoker", "Bilge"]))
        {
            var html = await browser.Html(page);
            Assert.Contains("20 November 2026", html);
            Assert.Contains(name, html);
            Assert.Contains($"href=\"/en/proposals/{proposal}\"", html);
            Assert.DoesNotContain("/suggest\"", html);
        }
        Assert.Contains("domain=sea", web.Catalog.Last("/api/catalog/retired").Query);
        using var form = await browser.Get("/en/roles/stoker/suggest");
        Assert.Equal(HttpStatusCode.NotFound, form.StatusCode);

        // Where something takes its place, that is where one is led.
        web.Catalog.On(
                "GET /api/catalog/roles/trimmer",
                new
                {
                    slug = "stoker",
                    name = "Stoker",
                    counts = new
                    {
                        skills = 0,
                        mandatory = 0,
                        optional = 0,
                    },
                    items = Array.Empty<object>(),
                }
            )
            .On(
                "GET /api/catalog/retired",
                new
                {
                    items = new[]
                    {
                        new
                        {
                            kind = "group",
                            slug = "bilge",
                            name = "Bilge",
                            domain = "sea",
                            at = "2026-11-20T10:00:00Z",
                            into = "coast",
                        },
                    },
                }
            );
        using var led = await browser.Get("/en/roles/trimmer?level=senior");
        Assert.Equal("/en/roles/stoker?level=senior", led.Headers.Location?.OriginalString);
        using var group = await browser.Get("/en/?domain=sea&group=bilge");
        Assert.Equal("/en/?domain=sea&group=coast", group.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_role_of_very_many_requirements_is_printed_whole()
    {
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree)
            .On("GET /api/catalog/roles", Samples.Empty)
            .On(
                "GET /api/catalog/roles/purser",
                http =>
                {
                    var from = int.TryParse(http.Request.Query["cursor"], CultureInfo.InvariantCulture, out var at)
                        ? at
                        : 0;
                    return http.Response.WriteAsJsonAsync(
                        new
                        {
                            slug = "purser",
                            name = "Purser",
                            counts = new
                            {
                                skills = 600,
                                mandatory = 600,
                                optional = 0,
                            },
                            items = Enumerable.Range(from, 200).Select(n => Item("junior", "Junior", $"Text No. {n}.")),
                            nextCursor = from < 400 ? $"{from + 200}" : null,
                        }
                    );
                }
            );
        using var browser = web.Browser();
        var part = await browser.Html("/en/roles/purser?level=junior");
        Assert.DoesNotContain("Text No. 200.", part);
        Assert.Contains("href=\"/en/roles/purser?level=junior&amp;asOf=&amp;all=true\"", part);
        var whole = await browser.Html("/en/roles/purser?level=junior&asOf=&all=true");
        Assert.Equal(600, Regex.Count(whole, @"Text No\. \d+\.", RegexOptions.None, Second));
        Assert.Contains("Text No. 599.", whole);
        Assert.DoesNotContain("rel=\"next\"", whole);
    }

    [Fact]
    public async Task Letters_are_never_counted_for_a_search_which_has_an_order_of_its_own()
    {
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree)
            .On(
                "GET /api/catalog/skills",
                new { items = new[] { new { slug = "a", name = "Ähre" } }, nextCursor = "on" }
            );
        var counted = web.Catalog.Count("/api/catalog/skills/facets/initials");
        using var browser = web.Browser();
        Assert.Contains("Ähre", WebUtility.HtmlDecode(await browser.Html("/de/?q=%C3%84hre")));
        Assert.Equal(counted, web.Catalog.Count("/api/catalog/skills/facets/initials"));
    }

    [Theory]
    [InlineData("/de/", "A B 0–9 #", "Ä", "A", "äa")]
    [InlineData("/es/", "A B 0–9 #", "a", "A", "äa")]
    public async Task Names_are_found_by_their_first_letter(
        string home,
        string letters,
        string typed,
        string letter,
        string initials
    )
    {
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree)
            .On(
                "GET /api/catalog/skills/facets/initials",
                new { items = "b3ä.a".Select(c => Facet(null, $"{c}", $"{c}", 1)) }
            )
            .On(
                "GET /api/catalog/skills",
                http =>
                    http.Response.WriteAsJsonAsync(
                        new
                        {
                            items = new[] { new { slug = "b", name = "Zange" }, new { slug = "a", name = "Ähre" } },
                            nextCursor = http.Request.Query.ContainsKey("initials") ? null : "on",
                        }
                    )
            );
        using var browser = web.Browser();
        var html = await browser.Html(home);
        Assert.Equal(
            letters.Split(' '),
            Regex
                .Matches(html, "rel=\"nofollow\"><bdi>(?<l>[^<]{1,3})</bdi>", RegexOptions.ExplicitCapture, Second)
                .Select(l => WebUtility.HtmlDecode(l.Groups["l"].Value))
        );
        using var other = await browser.Get($"{home}?letter={Uri.EscapeDataString(typed)}");
        Assert.Equal($"{home}?letter={letter}", other.Headers.Location?.OriginalString);
        html = await browser.Html($"{home}?letter={letter}");
        Assert.Contains($"initials={Uri.EscapeDataString(initials)}", web.Catalog.Last("/api/catalog/skills").Query);
        Assert.Contains("aria-current=\"true\"><bdi>A</bdi>", html);
        // A whole list stands in the order of its reader's language.
        Assert.True(
            html.IndexOf("<bdi>Ähre", StringComparison.Ordinal) < html.IndexOf("<bdi>Zange", StringComparison.Ordinal)
        );
        // A search has another order.
        Assert.DoesNotContain("class=\"letters\"", await browser.Html($"{home}?q=zange"));
    }

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("es", "ñ", "Ñ")]
    [InlineData("es", "á", "A")]
    [InlineData("de", "ñ", "N")]
    [InlineData("de", "ö", "O")]
    [InlineData("ru", "ё", "Е")]
    [InlineData("ru", "й", "Й")]
    [InlineData("ar", "أ", "ا")]
    [InlineData("ja", "ガ", "か")]
    [InlineData("ja", "ｷ", "か")]
    [InlineData("ja", "漢", "漢")]
    [InlineData("en", "ㄱ", "ㄱ")]
    [InlineData("en", "Ａ", "A")]
    [InlineData("en", "٣", "0–9")]
    [InlineData("en", "“", "#")]
    public void Each_language_looks_under_its_own_letters(string language, string initial, string letter) =>
        Assert.Equal(letter, Catalogue.Letters.Under(initial, Languages.Texts.In(language)));

    [Fact]
    public async Task Of_very_many_domains_some_stand_beside_the_skills_and_all_have_a_page()
    {
        web.Catalog.On(
                "GET /api/catalog/domains",
                http =>
                    http.Response.WriteAsJsonAsync(
                        new
                        {
                            items = Enumerable
                                .Range(http.Request.Query.ContainsKey("cursor") ? 201 : 1, 200)
                                .Select(n => new
                                {
                                    slug = $"d-{n}",
                                    name = $"Domain No. {n}",
                                    levels = Array.Empty<object>(),
                                    groups = new[]
                                    {
                                        new
                                        {
                                            slug = "g",
                                            name = $"Group of {n}",
                                            skills = 1,
                                        },
                                    },
                                }),
                            nextCursor = http.Request.Query.ContainsKey("cursor") ? null : "on",
                        }
                    )
            )
            .On("GET /api/catalog/skills", Samples.Empty)
            .On("GET /api/catalog/roles", Samples.Empty);
        using var browser = web.Browser();
        var html = await browser.Html("/en/?domain=d-333");
        Assert.Contains("<bdi>Domain No. 30</bdi>", html);
        Assert.DoesNotContain("<bdi>Domain No. 31</bdi>", html);
        // Where one is, is among them.
        Assert.Contains("<h1><bdi>Domain No. 333</bdi></h1>", html);
        Assert.Contains("<bdi>Group of 333</bdi>", html);
        Assert.Contains("href=\"/en/by/domains\"", html);
        Assert.Contains("<option value=\"Domain No. 400\">", html);
    }

    [Fact]
    public async Task Roles_are_listed_with_what_they_ask()
    {
        web.Catalog.On(
            "GET /api/catalog/roles",
            new
            {
                items = new[]
                {
                    new
                    {
                        slug = "pilot",
                        name = "Pilot",
                        skills = 1200,
                        mandatory = 3,
                        optional = 4,
                    },
                },
            }
        );
        using var browser = web.Browser();
        var html = await browser.Html("/de/roles");
        Assert.Contains("href=\"/de/roles/pilot\"", html);
        Assert.Contains("1.200 Skills", html);
        web.Catalog.On("GET /api/catalog/roles", Samples.Empty);
        Assert.Contains("There are no roles yet.", await browser.Html("/en/roles"));
        web.Catalog.On("GET /api/catalog/roles", new { }, 500);
        Assert.Contains("The catalogue does not answer", await browser.Html("/en/roles"));
    }

    [Theory]
    [InlineData("/de/skills/fed/feed", "Pilot, Junior: neu formuliert")]
    [InlineData("/en/roles/pilot/feed", "Reading tides: pilot, Junior: reworded")]
    [InlineData("/en/domains/sea/feed", "Reading tides: pilot, Junior: reworded")]
    [InlineData("/en/feed", "Reading tides: pilot, Junior: reworded")]
    public async Task Changes_are_feeds_whatever_stands_in_them(string path, string title)
    {
        web.Given("fed");
        web.Catalog.On(
                "GET /api/catalog/changes",
                Samples.Changes(("requirementReworded", 2, "Reads the old tables.", "Reads the N\u0001<b>& tables."))
            )
            .On("GET /api/catalog/skills/fed/history", Samples.History("Noor\u0008"))
            .On("GET /api/catalog/roles", new { items = new[] { new { slug = "pilot", name = "pilot" } } })
            .On("GET /api/catalog/domains", Samples.Tree);
        using var browser = web.Browser();
        using var answer = await browser.Get(path);
        Assert.Equal("application/atom+xml", answer.Content.Headers.ContentType?.MediaType);
        var feed = XDocument.Parse(await answer.Content.ReadAsStringAsync(_ct)).Root!;
        XNamespace atom = "http://www.w3.org/2005/Atom";
        Assert.EndsWith(title, feed.Element(atom + "entry")!.Element(atom + "title")!.Value);
        Assert.Equal($"http://localhost:8080{path}", feed.Element(atom + "id")!.Value);
        Assert.Contains("<ins>", feed.Element(atom + "entry")!.Element(atom + "content")!.Value);
        using var nobody = await browser.Get("/en/roles/nobody/feed");
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
    }

    [Fact]
    public async Task A_feed_goes_on_when_its_skill_is_called_otherwise()
    {
        var id = Guid.CreateVersion7();
        using var browser = web.Browser();
        var before = await Ids("tidal");
        Assert.Equal(before, await Ids("lunar"));
        Assert.All(before, address => Assert.Contains($"{id}", address));
        Assert.Equal(2, before.Distinct(StringComparer.Ordinal).Count());

        async Task<string[]> Ids(string slug)
        {
            var change = new
            {
                skillId = id,
                version = 2,
                at = "2026-03-09T10:00:00Z",
                kind = "skillRenamed",
            };
            web.Catalog.On($"GET /api/catalog/skills/{slug}", Samples.Skill(slug))
                .On($"GET /api/catalog/skills/{slug}/history", new { items = new[] { change } });
            using var answer = await browser.Get($"/en/skills/{slug}/feed");
            XNamespace atom = "http://www.w3.org/2005/Atom";
            return
            [
                .. XDocument
                    .Parse(await answer.Content.ReadAsStringAsync(_ct))
                    .Descendants(atom + "id")
                    .Select(e => e.Value),
            ];
        }
    }

    [Fact]
    public async Task Search_engines_find_every_page_in_every_language()
    {
        web.Catalog.On(
            "GET /api/catalog/addresses",
            http =>
                http.Request.Query["part"] == "3"
                    ? Task.FromResult(http.Response.StatusCode = 404)
                    : http.Response.WriteAsJsonAsync(
                        new
                        {
                            parts = 2,
                            items = new[]
                            {
                                new { kind = "skill", slug = "tides" },
                                new { kind = "role", slug = "pilot" },
                            },
                        }
                    )
        );
        using var browser = web.Browser();
        using var index = await browser.Get("/sitemap.xml");
        var parts = XDocument.Parse(await index.Content.ReadAsStringAsync(_ct)).Root!;
        Assert.EndsWith("/sitemap/2", parts.Elements().Last().Value);
        using var answer = await browser.Get("/sitemap/1");
        var map = XDocument.Parse(await answer.Content.ReadAsStringAsync(_ct)).Root!;
        Assert.Equal(5 * 7, map.Elements().Count());
        Assert.Contains("/ar/roles/pilot", map.ToString());
        using var none = await browser.Get("/sitemap/3");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        Assert.All(map.Elements(), url => Assert.Equal(8, url.Elements().Count(e => e.Name.LocalName == "link")));
        using var robots = await browser.Get("/robots.txt");
        Assert.Contains("/sitemap.xml", await robots.Content.ReadAsStringAsync(_ct));
    }

    [Fact]
    public async Task What_stands_for_machines_cannot_become_a_script()
    {
        web.Catalog.On("GET /api/catalog/skills/data", Samples.Skill("data", name: "</script><script>alert(1)"));
        using var browser = web.Browser();
        var html = await browser.Html("/en/skills/data");
        Assert.Contains("\"@type\":\"DefinedTerm\"", html);
        Assert.DoesNotContain("<script>alert", html);
    }

    [Fact]
    public async Task Pages_for_anybody_come_compressed_and_only_when_they_changed()
    {
        web.Given("light");
        using var client = new HttpClient { BaseAddress = web.Address };
        // From the first and from what is kept.
        for (var i = 0; i < 3; i++)
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, "/en/skills/light");
            ask.Headers.Add("Accept-Encoding", "gzip, br");
            using var answer = await client.SendAsync(ask, _ct);
            Assert.Equal(["br"], answer.Content.Headers.ContentEncoding);
            Assert.Contains("Accept-Encoding", answer.Headers.Vary);
            Assert.True(answer.Headers.Contains("Content-Security-Policy"));
            using var again = new HttpRequestMessage(HttpMethod.Get, "/en/skills/light");
            again.Headers.Add("Accept-Encoding", "gzip, br");
            again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
            using var same = await client.SendAsync(again, _ct);
            Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        }
    }

    private static object Facet(string? domain, string slug, string name, int count) =>
        new
        {
            domain,
            slug,
            name,
            count,
        };

    private static object Item(string level, string name, string text) =>
        new
        {
            domain = new { slug = "sea", name = "Sea" },
            level = new { slug = level, name },
            group = new { slug = "coast", name = "Coast" },
            skill = new { slug = "tides", name = "Reading tides" },
            mandatory = true,
            description = text,
        };

    private static object Pilot(object[] items) =>
        new
        {
            slug = "pilot",
            name = "Pilot",
            counts = new
            {
                skills = 1,
                mandatory = 1,
                optional = 0,
            },
            items,
        };
}
