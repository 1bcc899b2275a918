using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SkillPlatform.Testing;

namespace SkillPlatform.Web.Tests;

public sealed class SuggestTests(WebFixture web) : IClassFixture<WebFixture>
{
    private const string Id = "01990000-0000-7000-8000-000000000001";
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_suggestion_becomes_a_proposal_against_exactly_what_its_author_saw()
    {
        web.Given("suggested", "One\r\ntwo \"quoted\" <b>\n");
        web.Proposals.On("POST /api/proposals", new { id = Id }, 201);
        using var answer = await Send(
            "suggested",
            "de",
            ("text:pilot:junior", "One\r\nthree"),
            ("rationale", "Täglich."),
            ("do", "send")
        );
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal($"/de/proposals/{Id}?done=submitted", answer.Headers.Location!.OriginalString);
        var asked = web.Proposals.Last("/api/proposals");
        Assert.StartsWith("Bearer ", asked.Headers["Authorization"]);
        Assert.True(Guid.TryParse(asked.Headers["Idempotency-Key"], out _));
        var body = Body("/api/proposals");
        var changes = body.GetProperty("changes");
        Assert.Equal(2, changes.GetArrayLength());
        Assert.Equal("One\ntwo \"quoted\" <b>", changes[0].GetProperty("was").GetString());
        Assert.Equal("One\nthree", changes[0].GetProperty("description").GetString());
        Assert.Equal("makeOptional", changes[1].GetProperty("op").GetString());
        Assert.Equal("Täglich.", body.GetProperty("rationale").GetString());
        Assert.False(body.GetProperty("draft").GetBoolean());
    }

    [Fact]
    public async Task Who_comes_from_a_requirement_writes_there_at_once_and_sends_beside_the_preview()
    {
        web.Given("from-cell");
        web.Proposals.On("POST /api/proposals/preview", new { }, 500);
        using var browser = web.Browser();
        await browser.SignIn();
        const string page = "/en/skills/from-cell/suggest?role=skipper&level=senior";
        var html = await browser.Html(page);
        int At(string words) => html.IndexOf(words, StringComparison.Ordinal);
        // The text first: on a phone it is seen without looking for it.
        Assert.InRange(At("name=\"text:skipper:senior\""), 1, At("name=\"mandatory:skipper:senior\""));
        Assert.InRange(At("name=\"text:skipper:senior\""), 1, At("name=\"rationale\""));
        Assert.InRange(At("name=\"rationale\""), 1, At("Change more of this skill"));
        Assert.InRange(At("Change more of this skill"), 1, At("name=\"text:pilot:junior\""));
        Assert.Matches("<textarea id=\"t-skipper--senior\"[^>]* autofocus", html);
        Assert.DoesNotContain("autofocus", await browser.Html("/en/skills/from-cell/suggest"));
        using var answer = await browser.Post(
            page,
            page,
            ("version", "3"),
            ("text:pilot:junior", "Knows the tables."),
            ("mandatory:pilot:junior", "true"),
            ("text:skipper:senior", "Teaches it twice."),
            ("name", "Reading tides"),
            ("keywords", "moon"),
            ("place", "sea/coast"),
            ("rationale", "Why not."),
            ("do", "preview")
        );
        html = await answer.Content.ReadAsStringAsync(_ct);
        Assert.InRange(
            At("<button form=\"suggest\" name=\"do\" value=\"send\">"),
            1,
            At("<form method=\"post\" class=\"suggest\"")
        );
        // It stays the one that one came for.
        Assert.Contains("action=\"/en/skills/from-cell/suggest?role=skipper&amp;level=senior#preview\"", html);
    }

    private static object Others(params object[] items) => new { items, nextCursor = (string?)null };

    private static object Other(string op, string reason, string skillName, string? level = null) =>
        new
        {
            id = Guid.CreateVersion7(),
            skill = op == "addSkill" ? null : "alike",
            skillName,
            state = "open",
            rationale = reason,
            createdAt = "2026-03-09T10:00:00Z",
            number = 214,
            head = new { op },
            cells = level is null ? [] : new[] { new { role = "pilot", level } },
        };

    [Fact]
    public async Task Who_suggests_sees_what_others_have_proposed_there()
    {
        web.Given("alike");
        web.Proposals.On(
            "GET /api/proposals",
            http =>
                http.Response.WriteAsJsonAsync(
                    http.Request.Query["state"] == "open"
                        ? Others(
                            Other("rewordRequirement", "Of the cell.", "Tides", "junior"),
                            Other("renameSkill", "Of the name.", "Tides")
                        )
                        : Others()
                )
        );
        try
        {
            using var browser = web.Browser();
            await browser.SignIn();
            var html = await browser.Html("/en/skills/alike/suggest?role=pilot&level=junior");
            int At(string words) => html.IndexOf(words, StringComparison.Ordinal);
            Assert.InRange(At("Of the cell."), 1, At("name=\"text:pilot:junior\""));
            Assert.InRange(At("Of the name."), At("name=\"text:skipper:senior\""), At("name=\"name\""));
            Assert.Equal(At("Of the cell."), html.LastIndexOf("Of the cell.", StringComparison.Ordinal));
        }
        finally
        {
            web.Proposals.On("GET /api/proposals", Others());
        }
    }

    [Fact]
    public async Task Who_suggests_a_new_skill_sees_what_is_like_it()
    {
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree)
            .On(
                "GET /api/catalog/skills",
                Others(
                    new
                    {
                        slug = "reading-tides",
                        name = "Reading tides",
                        domain = new { slug = "sea", name = "Sea" },
                        group = new { slug = "coast", name = "Coast" },
                    }
                )
            );
        web.Proposals.On(
            "GET /api/proposals",
            http =>
                http.Response.WriteAsJsonAsync(
                    http.Request.Query["state"] == "open"
                        ? Others(
                            Other("addSkill", "Such a one.", "Tides of the north"),
                            Other("addSkill", "Another one.", "Knots")
                        )
                        : Others()
                )
        );
        try
        {
            using var browser = web.Browser();
            await browser.SignIn();
            Assert.DoesNotContain("/skills/reading-tides", await browser.Html("/en/skills/new"));
            using var answer = await browser.Post(
                "/en/skills/new",
                "/en/skills/new",
                ("name", "Tides"),
                ("added:0:text", "Kept."),
                ("do", "alike")
            );
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var html = await answer.Content.ReadAsStringAsync(_ct);
            Assert.Contains("href=\"/en/skills/reading-tides\"", html);
            Assert.Contains("Such a one.", html);
            Assert.DoesNotContain("Another one.", html);
            Assert.Contains("Kept.", html);
            Assert.Equal("?q=Tides&limit=5", web.Catalog.Last("/api/catalog/skills").Query);
        }
        finally
        {
            web.Proposals.On("GET /api/proposals", Others());
        }
    }

    [Fact]
    public async Task Everything_of_a_skill_can_be_changed_in_one_proposal()
    {
        web.Given("whole");
        web.Proposals.On("POST /api/proposals", new { id = Id }, 201);
        using var answer = await Send(
            "whole",
            "en",
            ("text:pilot:junior", "Knows the tables."),
            ("mandatory:pilot:junior", "true"),
            ("text:skipper:senior", "Teaches it."),
            ("drop:skipper:senior", "true"),
            ("name", "Tides"),
            ("keywords", "moon\r\n\r\n  sun \r\nmoon"),
            ("description", "How the water *moves*.\r\n"),
            ("place", "sea/deep"),
            ("added:0:role", "skipper"),
            ("added:0:level", "junior"),
            ("added:0:mandatory", "true"),
            ("added:0:text", "Reads them aloud."),
            ("added:1:role", ""),
            ("added:1:level", ""),
            ("added:1:text", ""),
            ("retire", "true"),
            ("rationale", "All of it."),
            ("do", "draft")
        );
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var body = Body("/api/proposals");
        Assert.True(body.GetProperty("draft").GetBoolean());
        Assert.Equal(
            "dropRequirement renameSkill replaceKeywords describeSkill moveSkill stateRequirement retireSkill",
            string.Join(' ', body.GetProperty("changes").EnumerateArray().Select(c => c.GetProperty("op").GetString()))
        );
        Assert.Equal("[\"moon\",\"sun\"]", body.GetProperty("changes")[2].GetProperty("keywords").GetRawText());
        Assert.Equal("How the water *moves*.", body.GetProperty("changes")[3].GetProperty("description").GetString());
        Assert.Equal("coast", body.GetProperty("changes")[4].GetProperty("was").GetProperty("group").GetString());
    }

    [Fact]
    public async Task Another_name_for_a_role_is_suggested_against_the_name_its_author_saw()
    {
        web.Catalog.On("GET /api/catalog/roles/helm", RoleNamed("Pilot"));
        web.Proposals.On("POST /api/proposals", new { id = Id }, 201);
        const string page = "/en/roles/helm/suggest";
        using var browser = web.Browser();
        await browser.SignIn();
        Assert.Contains("value=\"Pilot\"", await browser.Html(page));
        (string, string)[] form =
        [
            ("was.role.helm", "Pilot"),
            ("role.helm", " Helmsman "),
            ("said.role.helm", "Steers.\r\nAlone."),
            ("says.role.helm", "Steers.\r\nWith others.\r\n"),
            ("rationale", "Clearer."),
            ("do", "send"),
        ];
        using var answer = await browser.Post(page, page, form);
        Assert.Equal($"/en/proposals/{Id}?done=submitted", answer.Headers.Location?.OriginalString);
        Assert.Equal(
            [
                new Contracts.RenameRole("helm", "Pilot", "Helmsman"),
                new Contracts.DescribeRole("helm", "Steers.\nAlone.", "Steers.\nWith others."),
            ],
            Body("/api/proposals").GetProperty("changes").Deserialize<Contracts.Change[]>(Json)!
        );
        Assert.Equal(JsonValueKind.Null, Body("/api/proposals").GetProperty("skill").ValueKind);

        // Somebody was faster: what is there now is shown, and nothing that was written is lost.
        web.Catalog.On("GET /api/catalog/roles/helm", RoleNamed("Steersman"));
        web.Proposals.On("POST /api/proposals", new { type = "/problems/changed", title = "Changed" }, 409);
        using var late = await browser.Post(page, page, form);
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        var html = await late.Content.ReadAsStringAsync(_ct);
        Assert.Contains("Someone else has just changed this.", html);
        Assert.Contains("value=\"Helmsman\"", html);
        Assert.Contains("name=\"was.role.helm\" value=\"Steersman\"", html);
        Assert.Contains("Clearer.", html);
        Assert.Contains("With others.", html);
        using var same = await browser.Post(page, page, ("role.helm", "Steersman"), ("rationale", "So."));
        Assert.Equal(422, (int)same.StatusCode);
    }

    [Fact]
    public async Task Levels_are_put_in_order_by_numbers_and_the_others_make_room()
    {
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree);
        web.Proposals.On("POST /api/proposals", new { id = Id }, 201);
        using var browser = web.Browser();
        await browser.SignIn();
        const string page = "/en/domains/sea/suggest";
        var form = new SentForm(await browser.Html(page), "rationale");
        var seen = form["seen.level"]!.Split(' ');
        Assert.True(seen.Length > 1);
        // The last one to the top.
        form[$"at.level.{seen[^1]}"] = "1";
        form["rationale"] = "So.";
        form["do"] = "send";
        using var answer = await form.Send(browser.Client);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var change = Assert.IsType<Contracts.ReorderLevels>(
            Assert.Single(Body("/api/proposals").GetProperty("changes").Deserialize<Contracts.Change[]>(Json)!)
        );
        Assert.Equal(seen, change.Was);
        Assert.Equal([seen[^1], .. seen[..^1]], change.Levels);
    }

    [Fact]
    public async Task Many_groups_are_on_pages_and_a_revision_keeps_what_was_proposed_on_another()
    {
        var groups = Enumerable
            .Range(1, 60)
            .Select(i => new
            {
                slug = $"g{i}",
                name = $"G{i}",
                skills = 1,
            });
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
                        groups,
                    },
                },
            }
        );
        const string page = "/en/domains/sea/suggest";
        using var browser = web.Browser();
        await browser.SignIn();
        var first = await browser.Html(page);
        Assert.Contains("value=\"G50\"", first);
        Assert.DoesNotContain("value=\"G51\"", first);
        Assert.Contains($"href=\"{page}?from=50\"", first);

        web.Proposals.On(
                $"GET /api/proposals/{Id}",
                new
                {
                    id = Id,
                    state = "draft",
                    author = new { id = "user-1" },
                    taxonomy = new
                    {
                        kind = "domain",
                        slug = "sea",
                        name = "Sea",
                    },
                    rationale = "So.",
                    changes = new Contracts.Change[] { new Contracts.RenameGroup("sea", "g1", "G1", "First") },
                    createdAt = "2026-11-03T09:00:00Z",
                }
            )
            .On($"PUT /api/proposals/{Id}", new { id = Id });
        var form = new SentForm(await browser.Html($"/en/proposals/{Id}/revise?from=50"), "rationale");
        Assert.Null(form["group.g1"]);
        form["group.g51"] = "Next";
        form["do"] = "draft";
        using var answer = await form.Send(browser.Client);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(
            [
                new Contracts.RenameGroup("sea", "g1", "G1", "First"),
                new Contracts.RenameGroup("sea", "g51", "G51", "Next"),
            ],
            Body($"/api/proposals/{Id}").GetProperty("changes").Deserialize<Contracts.Change[]>(Json)!
        );
    }

    [Fact]
    public async Task What_nothing_stands_in_can_be_retired_and_a_refusal_says_what_to_do()
    {
        web.Catalog.On("GET /api/catalog/roles/helm", RoleNamed("Pilot")).On("GET /api/catalog/domains", Samples.Tree);
        using var browser = web.Browser();
        await browser.SignIn();
        const string page = "/en/roles/helm/suggest";
        web.Proposals.On("POST /api/proposals", new { type = "/problems/in-use", title = "In use" }, 409);
        (string, string)[] form =
        [
            ("was.role.helm", "Pilot"),
            ("role.helm", "Pilot"),
            ("retire.role.helm", "true"),
            ("rationale", "Nobody is one."),
            ("do", "send"),
        ];
        using var refused = await browser.Post(page, page, form);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        var html = await refused.Content.ReadAsStringAsync(_ct);
        Assert.Contains("Move, merge or drop that first.", html);
        Assert.Contains("name=\"retire.role.helm\" value=\"true\" checked", html);
        Assert.Equal(
            [new Contracts.RetireRole("helm", "Pilot")],
            Body("/api/proposals").GetProperty("changes").Deserialize<Contracts.Change[]>(Json)!
        );
        // A group with skills is not offered: the form says how many there are.
        var domain = await browser.Html("/en/domains/sea/suggest");
        Assert.DoesNotContain("retire.group.coast", domain);
        Assert.Contains("Cannot be retired yet: 1 skill.", domain);
    }

    private static object RoleNamed(string name) =>
        new
        {
            slug = "helm",
            name,
            description = "Steers.\nAlone.",
            counts = new
            {
                skills = 0,
                mandatory = 0,
                optional = 0,
            },
            items = Array.Empty<object>(),
        };

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        AllowOutOfOrderMetadataProperties = true,
    };

    [Fact]
    public async Task A_new_skill_is_suggested_with_what_it_is_about()
    {
        web.Proposals.On("POST /api/proposals", new { id = Id }, 201);
        using var browser = web.Browser();
        await browser.SignIn();
        var form = new SentForm(await browser.Html("/en/skills/new"), "rationale");
        form["name"] = "Knots";
        form["place"] = "sea/deep";
        form["description"] = "Ropes, **tied**.";
        form["rationale"] = "So.";
        form["do"] = "send";
        using var answer = await form.Send(browser.Client);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var change = Body("/api/proposals").GetProperty("changes")[0];
        Assert.Equal("addSkill", change.GetProperty("op").GetString());
        Assert.Equal("Ropes, **tied**.", change.GetProperty("description").GetString());
    }

    [Fact]
    public async Task A_refused_suggestion_comes_back_with_what_was_written()
    {
        web.Given("refused");
        web.Proposals.On(
            "POST /api/proposals",
            new
            {
                title = "Wrong",
                errors = new Dictionary<string, string[]> { ["/rationale"] = ["Say a little more."] },
            },
            422
        );
        using var answer = await Send(
            "refused",
            "en",
            ("text:pilot:junior", "Another text"),
            ("mandatory:pilot:junior", "true"),
            ("rationale", "so"),
            ("do", "send")
        );
        Assert.Equal(422, (int)answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync(_ct);
        Assert.Contains("Say a little more.", html);
        Assert.Contains("Another text", html);
    }

    [Fact]
    public async Task A_name_that_another_skill_has_is_said_to_be_taken()
    {
        web.Given("taken");
        web.Proposals.On(
            "POST /api/proposals",
            new
            {
                type = "/problems/changed",
                conflicts = new[]
                {
                    new Contracts.Conflict(0, "name-taken", "Reading tides", "Reading tides", "Knots"),
                },
            },
            409
        );
        using var answer = await Send("taken", "en", ("name", "Knots"), ("rationale", "So."), ("do", "send"));
        Assert.Equal(409, (int)answer.StatusCode);
        Assert.Contains(
            "Another skill of the domain has this name already.",
            await answer.Content.ReadAsStringAsync(_ct)
        );
    }

    [Theory]
    [InlineData("text:pilot:junior", "Knows the tables.", "Nothing is changed yet.")]
    [InlineData("text:pilot:junior", "\tKnows the tables.\r\n\r\n", "Nothing is changed yet.")]
    [InlineData("keywords", "\r\n moon \r\nmoon", "Nothing is changed yet.")]
    [InlineData("name", " Reading  tides", "Nothing is changed yet.")]
    [InlineData("added:0:text", "A text for nobody", "needs a role and a level")]
    [InlineData("name", "", "needs a name")]
    public async Task What_is_missing_is_said_before_anything_is_sent(string field, string value, string words)
    {
        web.Given("missing");
        using var answer = await Send(
            "missing",
            "en",
            ("mandatory:pilot:junior", "true"),
            (field, value),
            ("rationale", "Kept words"),
            ("do", "send")
        );
        Assert.Equal(422, (int)answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync(_ct);
        Assert.Contains(words, html);
        Assert.Contains("Kept words", html);
    }

    [Fact]
    public async Task The_preview_shows_the_difference_and_what_it_would_do_and_sends_nothing()
    {
        web.Given("previewed");
        web.Proposals.On(
            "POST /api/proposals/preview",
            new
            {
                mandatory = new
                {
                    before = 1,
                    after = 0,
                    roles = new[]
                    {
                        new
                        {
                            slug = "pilot",
                            name = "Pilot",
                            before = 1,
                            after = 0,
                        },
                    },
                    levels = Array.Empty<object>(),
                },
                others = new[]
                {
                    new
                    {
                        id = Id,
                        author = new { id = "u2", name = "Ines" },
                        state = "open",
                        revision = 1,
                        rationale = "The other one.",
                        requirements = new[] { new { role = "pilot", level = "junior" } },
                    },
                },
                watchers = 3,
                conflicts = Array.Empty<object>(),
            }
        );
        var before = web.Proposals.Count("/api/proposals", "POST");
        using var answer = await Send(
            "previewed",
            "en",
            ("text:pilot:junior", "Knows the **new** tables."),
            ("rationale", ""),
            ("do", "preview")
        );
        Assert.Equal(200, (int)answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync(_ct);
        Assert.Contains("<ins>", html);
        Assert.Contains("<strong>new</strong>", html);
        Assert.Contains("Role: <bdi>Pilot</bdi>", html);
        Assert.Contains("The other one.", html);
        Assert.Contains("3 people watch this skill", html);
        Assert.Contains("Knows the **new** tables.</textarea>", html);
        Assert.Equal(before, web.Proposals.Count("/api/proposals", "POST"));
    }

    [Fact]
    public async Task When_the_same_text_was_changed_meanwhile_both_are_shown_and_the_author_chooses()
    {
        web.Given("raced", "Theirs.");
        web.Catalog.On(
            "GET /api/catalog/skills/raced",
            http =>
                http.Response.WriteAsJsonAsync(
                    http.Request.Query.ContainsKey("version")
                        ? Samples.Skill("raced", text: "As it was.", version: 2)
                        : Samples.Skill("raced", text: "Theirs.", version: 3),
                    _ct
                )
        );
        web.Proposals.On("POST /api/proposals", new { id = Id }, 201);
        var before = web.Proposals.Count("/api/proposals", "POST");
        using var clash = await Send(
            "raced",
            "en",
            ("version", "2"),
            ("text:pilot:junior", "Mine."),
            ("mandatory:pilot:junior", "true"),
            ("rationale", "Why not."),
            ("do", "send")
        );
        Assert.Equal(409, (int)clash.StatusCode);
        var html = await clash.Content.ReadAsStringAsync(_ct);
        Assert.Contains("Theirs.", html);
        Assert.Contains("Mine.</textarea>", html);
        Assert.Contains("name=\"choice:pilot:junior\" value=\"theirs\"", html);
        Assert.Contains("Why not.", html);
        Assert.Contains("name=\"version\" value=\"3\"", html);
        Assert.Equal(before, web.Proposals.Count("/api/proposals", "POST"));
        using var chosen = await Send(
            "raced",
            "en",
            ("clash:pilot:junior", "true"),
            ("choice:pilot:junior", "mine"),
            ("text:pilot:junior", "Mine."),
            ("mandatory:pilot:junior", "true"),
            ("rationale", "Why not."),
            ("do", "send")
        );
        Assert.Equal(HttpStatusCode.Redirect, chosen.StatusCode);
        Assert.Equal("Theirs.", Body("/api/proposals").GetProperty("changes")[0].GetProperty("was").GetString());
    }

    [Fact]
    public async Task Changes_elsewhere_in_the_skill_are_no_conflict()
    {
        web.Catalog.On(
            "GET /api/catalog/skills/beside",
            http =>
                http.Response.WriteAsJsonAsync(
                    http.Request.Query.ContainsKey("version")
                        ? Samples.Skill("beside", text: "Old.", version: 2)
                        : Samples.Skill("beside", text: "New."),
                    _ct
                )
        );
        web.Proposals.On("POST /api/proposals", new { id = Id }, 201);
        using var answer = await Send(
            "beside",
            "en",
            ("version", "2"),
            ("text:skipper:senior", "Teaches it well."),
            ("rationale", "Better."),
            ("do", "send")
        );
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(1, Body("/api/proposals").GetProperty("changes").GetArrayLength());
    }

    [Fact]
    public async Task A_conflicted_proposal_is_revised_in_the_same_form_with_both_texts()
    {
        web.Given("conflicted", "Theirs.");
        web.Proposals.On(
                $"GET /api/proposals/{Id}",
                http =>
                {
                    http.Response.Headers.ETag = "\"7-abc\"";
                    return http.Response.WriteAsJsonAsync(
                        new
                        {
                            id = Id,
                            skill = "conflicted",
                            author = new { id = "user-1", name = "Zoë" },
                            state = "conflicted",
                            revision = 2,
                            rationale = "My reason.",
                            changes = new[]
                            {
                                new
                                {
                                    op = "rewordRequirement",
                                    role = "pilot",
                                    level = "junior",
                                    was = "As it was.",
                                    description = "Mine.",
                                },
                            },
                            createdAt = "2026-03-09T10:00:00Z",
                        },
                        _ct
                    );
                }
            )
            .On($"PUT /api/proposals/{Id}", http => Task.FromResult(http.Response.StatusCode = 204));
        using var browser = web.Browser();
        await browser.SignIn();
        var html = await browser.Html($"/en/proposals/{Id}/revise");
        Assert.Contains("Mine.</textarea>", html);
        Assert.Contains("Theirs.", html);
        Assert.Contains("My reason.", html);
        using var answer = await browser.Post(
            $"/en/proposals/{Id}/revise",
            $"/en/proposals/{Id}/revise",
            ("version", "3"),
            ("tag", "\"7-abc\""),
            ("clash:pilot:junior", "true"),
            ("choice:pilot:junior", "merge"),
            ("text:pilot:junior", "Both."),
            ("mandatory:pilot:junior", "true"),
            ("rationale", "My reason."),
            ("do", "send")
        );
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("\"7-abc\"", web.Proposals.All.Last(a => a.Method == "PUT").Headers["If-Match"]);
        Assert.Contains("Both.", web.Proposals.All.Last(a => a.Method == "PUT").Body);
    }

    [Fact]
    public async Task A_new_skill_is_proposed_with_its_first_requirements()
    {
        web.Proposals.On("POST /api/proposals", new { id = Id }, 201);
        using var browser = web.Browser();
        await browser.SignIn();
        using var answer = await browser.Post(
            "/ja/skills/new",
            "/ja/skills/new",
            ("name", "Knots"),
            ("keywords", "rope"),
            ("place", "sea/coast"),
            ("added:0:role", "pilot"),
            ("added:0:level", "junior"),
            ("added:0:text", "Ties a bowline."),
            ("rationale", "Needed."),
            ("do", "send")
        );
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var change = Body("/api/proposals").GetProperty("changes")[0];
        Assert.Equal("addSkill", change.GetProperty("op").GetString());
        Assert.Equal("Ties a bowline.", change.GetProperty("requirements")[0].GetProperty("description").GetString());
    }

    [Fact]
    public async Task Of_many_roles_and_places_one_is_typed_by_its_name()
    {
        var many = Enumerable.Range(1, 40).ToArray();
        web.Catalog.On(
                "GET /api/catalog/roles",
                new { items = many.Select(n => new { slug = $"r-{n}", name = $"Role No. {n}" }) }
            )
            .On(
                "GET /api/catalog/domains",
                new
                {
                    items = new[]
                    {
                        new
                        {
                            slug = "sea",
                            name = "Sea",
                            levels = new[] { new { slug = "junior", name = "Junior" } },
                            groups = many.Select(n => new
                            {
                                slug = $"g-{n}",
                                name = $"Group No. {n}",
                                skills = 1,
                            }),
                        },
                    },
                }
            );
        web.Proposals.On("POST /api/proposals", new { id = Id }, 201);
        using var browser = web.Browser();
        await browser.SignIn();
        var html = await browser.Html("/en/skills/new");
        Assert.Contains("<option value=\"Role No. 8\">", html);
        Assert.Contains("<option value=\"Sea › Group No. 9\">", html);
        using var answer = await browser.Post(
            "/en/skills/new",
            "/en/skills/new",
            ("name", "Knots"),
            ("place", "sea › group no. 9"),
            ("added:0:role", "role no. 8"),
            ("added:0:level", "junior"),
            ("added:0:text", "Ties a bowline."),
            ("rationale", "Needed."),
            ("do", "send")
        );
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var change = Body("/api/proposals").GetProperty("changes")[0];
        Assert.Equal("g-9", change.GetProperty("group").GetString());
        Assert.Equal("r-8", change.GetProperty("requirements")[0].GetProperty("role").GetString());
    }

    [Fact]
    public async Task Nobody_suggests_changes_to_a_retired_skill_or_without_signing_in()
    {
        web.Catalog.On("GET /api/catalog/skills/retired", new { status = 410 }, 410);
        using var browser = web.Browser();
        using var first = await browser.Get("/en/skills/retired/suggest");
        Assert.NotEqual(200, (int)first.StatusCode);
        await browser.SignIn();
        using var answer = await browser.Get("/en/skills/retired/suggest");
        Assert.Equal(410, (int)answer.StatusCode);
    }

    private async Task<HttpResponseMessage> Send(
        string slug,
        string language,
        params (string Name, string Value)[] fields
    )
    {
        using var browser = web.Browser();
        await browser.SignIn();
        var page = $"/{language}/skills/{slug}/suggest";
        return await browser.Post(
            page,
            page,
            fields.Any(f => f.Name == "version") ? fields : [.. fields, ("version", "3")]
        );
    }

    private JsonElement Body(string path)
    {
        using var body = JsonDocument.Parse(web.Proposals.Last(path).Body);
        return body.RootElement.Clone();
    }
}
