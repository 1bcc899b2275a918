using System.Text.Json;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Http;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Web.Tests;

/// <summary>Somebody has the form open, and somebody else's change is merged before they send it.</summary>
public sealed class MeanwhileTests(WebFixture web) : IClassFixture<WebFixture>
{
    private static readonly DomainTaxonomy[] Domains =
    [
        new(
            "sea",
            "Sea",
            [new("junior", "Junior"), new("senior", "Senior")],
            [new("coast", "Coast"), new("deep", "Deep"), new("shelf", "Shelf")]
        ),
        new("sky", "Sky", [new("junior", "Junior")], [new("clouds", "Clouds")]),
    ];
    private static readonly Requirement Pilot = new("pilot", "junior", Mandatory: true, "Knows the tables.");
    private static readonly Requirement Skipper = new("skipper", "junior", Mandatory: false, "Reads them.");
    private static readonly Said Before = new(
        "Reading tides",
        ["moon"],
        new("sea", "coast"),
        [Pilot, Skipper],
        Version: 2
    );
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;
    private readonly string _slug = $"s{Guid.NewGuid():n}";

    private static Said With(params Requirement[] requirements) => Before with { Requirements = [.. requirements] };

    [Fact]
    public async Task Another_text_for_the_same_requirement_is_asked()
    {
        var (status, html, form) = await Write(
            With(Pilot with { Description = "Theirs." }, Skipper),
            f => f["text:pilot:junior"] = "Mine."
        );
        Assert.Equal(409, status);
        Assert.Contains("Theirs.", html);
        Assert.Equal("Mine.", form["text:pilot:junior"]);
        form["choice:pilot:junior"] = "mine";
        Assert.Equal([new RewordRequirement("pilot", "junior", "Theirs.", "Mine.")], await Send(form));
    }

    [Theory]
    [InlineData("mine", false)]
    [InlineData("theirs", true)]
    public async Task A_requirement_dropped_meanwhile_comes_back_only_if_its_author_says_so_and_as_it_was(
        string choice,
        bool nothing
    )
    {
        var (status, html, form) = await Write(With(Pilot), f => f["text:skipper:junior"] = "Mine.");
        Assert.Equal(409, status);
        Assert.Contains("This requirement was dropped meanwhile", html);
        Assert.Equal(
            ("skipper", "junior", "Mine.", null),
            (form["added:0:role"], form["added:0:level"], form["added:0:text"], form["added:0:mandatory"])
        );
        form["choice:+0"] = choice;
        if (nothing)
            Assert.Equal((422, "Mine."), await Refused(form, "Nothing is changed yet.", "added:0:text"));
        else
            Assert.Equal([new StateRequirement("skipper", "junior", Mandatory: false, "Mine.")], await Send(form));
    }

    [Fact]
    public async Task What_was_to_become_mandatory_and_was_dropped_meanwhile_is_asked()
    {
        var (status, _, form) = await Write(With(Pilot), f => f["mandatory:skipper:junior"] = "true");
        Assert.Equal((409, "Reads them.", "true"), (status, form["added:0:text"], form["added:0:mandatory"]));
        form["choice:+0"] = "mine";
        Assert.Equal([new StateRequirement("skipper", "junior", true, "Reads them.")], await Send(form));
    }

    [Fact]
    public async Task What_was_to_become_mandatory_and_says_something_else_now_is_asked()
    {
        var (status, html, form) = await Write(
            With(Pilot, Skipper with { Description = "Theirs." }),
            f => f["mandatory:skipper:junior"] = "true"
        );
        Assert.Equal((409, "Theirs.", "true"), (status, form["text:skipper:junior"], form["mandatory:skipper:junior"]));
        Assert.Contains("clash:skipper:junior", html);
        form["choice:skipper:junior"] = "mine";
        Assert.Equal([new MakeMandatory("skipper", "junior", "Theirs.")], await Send(form));
    }

    public static TheoryData<string, bool> Rewrites => new() { { "Theirs.", false }, { "Reads them.", true } };

    [Theory]
    [MemberData(nameof(Rewrites))]
    public async Task What_was_to_be_dropped_and_was_changed_meanwhile_is_asked(string text, bool mandatory)
    {
        var (status, html, form) = await Write(
            With(Pilot, Skipper with { Description = text, Mandatory = mandatory }),
            f => f["drop:skipper:junior"] = "true"
        );
        Assert.Equal((409, "true"), (status, form["drop:skipper:junior"]));
        Assert.Contains("You want to drop it.", html);
        Assert.Contains(text, html);
        form["choice:skipper:junior"] = "mine";
        Assert.Equal([new DropRequirement("skipper", "junior", text, mandatory)], await Send(form));
    }

    [Fact]
    public async Task A_requirement_that_another_added_meanwhile_is_asked_with_what_was_typed()
    {
        var (status, html, form) = await Write(
            With(Pilot, Skipper, new("pilot", "senior", Mandatory: true, "Theirs.")),
            f => Add(f, "pilot", "senior", "Mine.")
        );
        Assert.Equal((409, "Mine.", null), (status, form["text:pilot:senior"], form["mandatory:pilot:senior"]));
        Assert.Contains("Someone added this requirement meanwhile", html);
        Assert.Contains("Theirs.", html);
        form["choice:pilot:senior"] = "merge";
        form["text:pilot:senior"] = "Both.";
        Assert.Equal(
            [
                new RewordRequirement("pilot", "senior", "Theirs.", "Both."),
                new MakeOptional("pilot", "senior", "Both."),
            ],
            await Send(form)
        );
    }

    [Fact]
    public async Task Another_name_is_asked()
    {
        var (status, html, form) = await Write(Before with { Name = "Their tides" }, f => f["name"] = "My tides");
        Assert.Equal((409, "My tides"), (status, form["name"]));
        Assert.Contains("<bdi>Their tides</bdi></p>", html);
        form["choice:name"] = "mine";
        Assert.Equal([new RenameSkill("Their tides", "My tides")], await Send(form));
    }

    [Fact]
    public async Task Another_place_is_asked()
    {
        var (status, html, form) = await Write(
            Before with
            {
                Place = new("sea", "deep"),
            },
            f => f["place"] = "sea/shelf"
        );
        Assert.Equal((409, "sea/shelf"), (status, form["place"]));
        Assert.Contains("<bdi>Sea › Deep</bdi></p>", html);
        form["choice:place"] = "mine";
        Assert.Equal([new MoveSkill(new("sea", "deep"), "sea", "shelf")], await Send(form));
    }

    [Fact]
    public async Task A_place_that_lacks_a_level_used_meanwhile_is_asked()
    {
        var (status, html, form) = await Write(
            With(Pilot, Skipper, new("pilot", "senior", Mandatory: true, "Theirs.")),
            f => f["place"] = "sky/clouds"
        );
        Assert.Equal((409, "sky/clouds"), (status, form["place"]));
        Assert.Contains("does not have a level that is used here", html);
    }

    [Fact]
    public async Task A_level_that_is_not_there_any_more_where_the_skill_has_moved_is_asked()
    {
        var (status, html, form) = await Write(
            Before with
            {
                Place = new("sky", "clouds"),
            },
            f => Add(f, "pilot", "senior", "Mine.")
        );
        Assert.Equal((409, "senior", "Mine."), (status, form["added:0:level"], form["added:0:text"]));
        Assert.Contains("does not have a level that is used here", html);
        form["choice:+0"] = "mine";
        form["added:0:level"] = "junior";
        form["added:0:role"] = "bosun";
        Assert.Equal([new StateRequirement("bosun", "junior", Mandatory: false, "Mine.")], await Send(form));
    }

    [Fact]
    public async Task To_retire_what_was_changed_meanwhile_is_asked()
    {
        var (status, html, form) = await Write(
            With(Pilot, Skipper with { Description = "Theirs." }),
            f => f["retire"] = "true"
        );
        Assert.Equal((409, "true"), (status, form["retire"]));
        Assert.Contains("Retire it all the same", html);
        form["choice:retire"] = "mine";
        Assert.Equal([new RetireSkill(3)], await Send(form));
    }

    [Fact]
    public async Task Of_a_skill_retired_meanwhile_all_that_was_typed_can_still_be_read()
    {
        var (status, html, form) = await Write(
            With(Pilot) with
            {
                Retired = true,
            },
            f =>
            {
                f["text:skipper:junior"] = "Mine.";
                f["name"] = "My tides";
                Add(f, "pilot", "senior", "My own.");
            }
        );
        Assert.Equal(410, status);
        Assert.Contains("This skill has been retired.", html);
        Assert.Equal(
            ("Mine.", "My tides", "My own.", "Why."),
            (form["text:skipper:junior"], form["name"], form["added:0:text"], form["rationale"])
        );
        Assert.DoesNotContain("value=\"send\"", html);
    }

    [Fact]
    public async Task What_a_skill_is_about_is_asked_where_somebody_else_has_said_it_otherwise()
    {
        var (status, html, form) = await Write(
            Before with
            {
                Description = "Theirs *now*.",
            },
            f => f["description"] = "Mine.\r\n"
        );
        Assert.Equal(409, status);
        Assert.Contains("Theirs *now*.", html);
        Assert.True(form.Has("clash:description"));
        Assert.Equal("Mine.", form["description"]);
        form["choice:description"] = "merge";
        form["description"] = "Both.";
        Assert.Equal([new DescribeSkill("Theirs *now*.", "Both.")], await Send(form));
    }

    [Fact]
    public async Task Keywords_are_a_set_and_a_comma_is_part_of_one()
    {
        var (status, _, _) = await Write(
            Before with
            {
                Keywords = ["moon", "theirs"],
            },
            f => f["keywords"] = "moon\nmine, with a comma"
        );
        Assert.Equal(302, status);
        var sent = Assert.IsType<ReplaceKeywords>(Assert.Single(Sent()));
        Assert.Equal(["moon"], sent.Was);
        Assert.Equal(["moon", "mine, with a comma"], sent.Keywords);
    }

    [Fact]
    public async Task What_others_changed_elsewhere_is_no_conflict_and_what_was_seen_is_sent()
    {
        var (status, _, _) = await Write(
            With(Pilot) with
            {
                Name = "Their tides",
                Place = new("sea", "deep"),
                Keywords = [],
            },
            f => f["text:pilot:junior"] = "Mine."
        );
        Assert.Equal(302, status);
        Assert.Equal([new RewordRequirement("pilot", "junior", Pilot.Description, "Mine.")], Sent());
    }

    [Fact]
    public async Task A_new_text_and_what_another_made_mandatory_are_both_there()
    {
        var (status, _, _) = await Write(
            With(Pilot, Skipper with { Mandatory = true }),
            f => f["text:skipper:junior"] = "Mine."
        );
        Assert.Equal(302, status);
        Assert.Equal([new RewordRequirement("skipper", "junior", Skipper.Description, "Mine.")], Sent());
    }

    [Fact]
    public async Task What_another_has_done_already_is_no_change()
    {
        var (status, html, _) = await Write(With(Pilot), f => f["drop:skipper:junior"] = "true");
        Assert.Equal(422, status);
        Assert.Contains("Nothing is changed yet.", html);
    }

    [Fact]
    public async Task What_is_asked_is_asked_until_it_is_answered_whatever_happens_meanwhile()
    {
        var theirs = With(Pilot with { Description = "Theirs." });
        var (_, _, form) = await Write(
            theirs with
            {
                Name = "Their tides",
            },
            f =>
            {
                f["text:pilot:junior"] = "Mine.";
                f["text:skipper:junior"] = "My own.";
                f["name"] = "My tides";
            }
        );
        form["do"] = "more";
        var (status, html, more) = await Post(form);
        Assert.Equal(200, status);
        Assert.True(more.Has("clash:name") && more.Has("clash:pilot:junior") && more.Has("clash:+0"), html);
        Now(theirs with { Name = "Their tides", Keywords = ["sun"], Version = 4 });
        more["do"] = "send";
        more["choice:name"] = "mine";
        (status, _, more) = await Post(more);
        Assert.Equal(409, status);
        Assert.False(more.Has("clash:name"));
        Assert.True(more.Has("clash:pilot:junior") && more.Has("clash:+0"));
        Assert.Equal(("My tides", "Mine.", "My own."), (more["name"], more["text:pilot:junior"], more["added:0:text"]));
        more["choice:pilot:junior"] = "theirs";
        more["choice:+0"] = "mine";
        Assert.Equal(
            [
                new RenameSkill("Their tides", "My tides"),
                new StateRequirement("skipper", "junior", Mandatory: false, "My own."),
            ],
            await Send(more)
        );
    }

    [Fact]
    public async Task What_is_begun_is_kept_while_others_change_the_skill()
    {
        var (status, _, form) = await Write(
            With(Pilot with { Description = "Theirs." }, Skipper),
            f =>
            {
                f["text:pilot:junior"] = "Mine.";
                Add(f, "", "", "For nobody yet.");
            }
        );
        Assert.Equal((409, "For nobody yet."), (status, form["added:0:text"]));
    }

    [Fact]
    public async Task A_requirement_may_be_without_a_text()
    {
        var (status, html, _) = await Write(
            Before,
            f =>
            {
                f["text:pilot:junior"] = "";
                Add(f, "pilot", "senior", "");
            }
        );
        Assert.True(status == 302, html);
        Assert.Equal(
            [
                new RewordRequirement("pilot", "junior", Pilot.Description, ""),
                new StateRequirement("pilot", "senior", Mandatory: false, ""),
            ],
            Sent()
        );
    }

    [Fact]
    public async Task Revising_says_what_the_other_has_made_of_each_thing()
    {
        using var browser = web.Browser();
        await browser.SignIn();
        var id = Proposed(
            new DropRequirement("pilot", "junior", Pilot.Description, true),
            new RenameSkill("Reading tides", "My tides"),
            new ReplaceKeywords(["moon"], ["moon", "mine"]),
            new MoveSkill(new("sea", "coast"), "sea", "shelf"),
            new RewordRequirement("skipper", "junior", Skipper.Description, "Mine.")
        );
        Now(
            new(
                "Their tides",
                ["theirs"],
                new("sea", "deep"),
                [Pilot with { Description = "Theirs.", Mandatory = false }],
                Version: 3
            )
        );
        var html = await browser.Html($"/en/proposals/{id}/revise");
        var form = new SentForm(html, "rationale");
        foreach (var theirs in new[] { "<bdi>Their tides</bdi></p>", "<bdi>Sea › Deep</bdi></p>", "Theirs." })
            Assert.Contains(theirs, html);
        Assert.Equal(
            ("My tides", "sea/shelf", "theirs\nmine", "true", "Mine.", null),
            (
                form["name"],
                form["place"],
                form["keywords"],
                form["drop:pilot:junior"],
                form["added:0:text"],
                form["added:0:mandatory"]
            )
        );
        foreach (var key in new[] { "name", "place", "pilot:junior", "+0" })
            Assert.True(form.Has($"clash:{key}"), key);
        form["do"] = "send";
        using (var unanswered = await form.Send(browser.Client))
            Assert.Equal(409, (int)unanswered.StatusCode);
        foreach (var key in new[] { "name", "place", "pilot:junior", "+0" })
            form[$"choice:{key}"] = "mine";
        using var answer = await form.Send(browser.Client);
        Assert.Equal(302, (int)answer.StatusCode);
        Assert.Equal(
            ["dropRequirement", "renameSkill", "replaceKeywords", "moveSkill", "stateRequirement"],
            Json(web.Proposals.Last($"/api/proposals/{id}").Body)
                .GetProperty("changes")
                .EnumerateArray()
                .Select(c => c.GetProperty("op").GetString()!)
        );
    }

    [Fact]
    public async Task A_proposal_on_a_retired_skill_says_so_when_it_is_revised_and_loses_nothing()
    {
        using var browser = web.Browser();
        await browser.SignIn();
        var id = Proposed(
            new RewordRequirement("skipper", "junior", Skipper.Description, "Mine."),
            new RenameSkill("Reading tides", "My tides")
        );
        Now(Before with { Retired = true, Version = 3 });
        var html = await browser.Html($"/en/proposals/{id}/revise");
        Assert.Contains("This skill has been retired.", html);
        var form = new SentForm(html, "rationale");
        Assert.Equal(("Mine.", "My tides"), (form["text:skipper:junior"], form["name"]));
    }

    [Fact]
    public async Task What_the_platform_proposed_itself_may_be_longer_than_what_a_person_proposes()
    {
        using var browser = web.Browser();
        await browser.SignIn();
        Requirement[] all =
        [
            .. Enumerable.Range(0, 120).Select(i => new Requirement($"role-{i}", "junior", false, $"Text {i}.")),
        ];
        var id = Proposed([
            .. all.Select(r => new RewordRequirement(r.Role, r.Level, r.Description, $"New {r.Description}")),
            .. all.Select(r => new StateRequirement(r.Role, "senior", true, $"Senior {r.Description}")),
        ]);
        Now(With(all));
        var shown = await browser.Html($"/en/proposals/{id}");
        Assert.Equal(240, new HtmlParser().ParseDocument(shown).QuerySelectorAll(".changes .what").Length);
        var form = new SentForm(await browser.Html($"/en/proposals/{id}/revise"), "rationale");
        form["do"] = "send";
        using var answer = await form.Send(browser.Client);
        Assert.Equal(302, (int)answer.StatusCode);
        Assert.Equal(
            240,
            Json(web.Proposals.Last($"/api/proposals/{id}").Body).GetProperty("changes").GetArrayLength()
        );
    }

    [Fact]
    public async Task An_operation_of_a_newer_version_is_shown_as_another_change()
    {
        using var browser = web.Browser();
        await browser.SignIn();
        var id = Proposed();
        Now(Before);
        web.Proposals.On(
            $"GET /api/proposals/{id}",
            Json(
                JsonSerializer
                    .Serialize(Proposal(id, new RetireSkill()), JsonSerializerOptions.Web)
                    .Replace("retireSkill", "paintSkill", StringComparison.Ordinal)
            )
        );
        var page = new HtmlParser().ParseDocument(await browser.Html($"/en/proposals/{id}"));
        Assert.Equal("Another change", page.QuerySelector(".changes .what")?.TextContent);
        // Whoever revised it here would lose it.
        using var revise = await browser.Get($"/en/proposals/{id}/revise");
        Assert.Equal(503, (int)revise.StatusCode);
    }

    private static void Add(SentForm form, string role, string level, string text)
    {
        form["added:0:role"] = role;
        form["added:0:level"] = level;
        form["added:0:text"] = text;
        form["added:0:mandatory"] = null;
    }

    private Browser? _browser;

    /// <summary>Opens the form, lets somebody else's change be merged, and sends what was typed.</summary>
    private async Task<(int Status, string Html, SentForm Form)> Write(Said now, Action<SentForm> type)
    {
        _browser = web.Browser();
        await _browser.SignIn();
        Now(Before);
        web.Proposals.On("POST /api/proposals", new { id = Guid.NewGuid() }, 201);
        var form = new SentForm(await _browser.Html($"/en/skills/{_slug}/suggest"), "rationale");
        type(form);
        form["rationale"] = "Why.";
        form["do"] = "send";
        if (now != Before)
            Now(now with { Version = 3 });
        return await Post(form);
    }

    private async Task<(int Status, string Html, SentForm Form)> Post(SentForm form)
    {
        using var answer = await form.Send(_browser!.Client);
        var html = await answer.Content.ReadAsStringAsync(_ct);
        var status = (int)answer.StatusCode;
        if (status == 302)
            return (status, html, form);
        var next = new SentForm(html, "rationale") { ["do"] = "send" };
        return (status, html, next);
    }

    private async Task<Change[]> Send(SentForm form)
    {
        var (status, html, _) = await Post(form);
        Assert.True(status == 302, html);
        return Sent();
    }

    private async Task<(int, string?)> Refused(SentForm form, string words, string field)
    {
        var (status, html, again) = await Post(form);
        Assert.Contains(words, html);
        return (status, again[field]);
    }

    private Change[] Sent() =>
        Json(web.Proposals.Last("/api/proposals").Body)
            .GetProperty("changes")
            .Deserialize<Change[]>(JsonSerializerOptions.Web)!;

    private static JsonElement Json(string body) => JsonSerializer.Deserialize<JsonElement>(body);

    /// <summary>What the catalogue says of the skill from now on; of its past, what it said before.</summary>
    private void Now(Said now) =>
        web
            .Catalog.On("GET /api/catalog/domains", Domains)
            .On(
                "GET /api/catalog/roles",
                new
                {
                    items = new[]
                    {
                        new Named("pilot", "Pilot"),
                        new Named("skipper", "Skipper"),
                        new Named("bosun", "Bosun"),
                    },
                }
            )
            .On($"GET /api/catalog/skills/{_slug}", http => Answer(http, now));

    private readonly Dictionary<long, Said> _versions = [];

    private Task Answer(HttpContext http, Said now)
    {
        _versions.TryAdd(Before.Version, Before);
        _versions.TryAdd(now.Version, now);
        var query = http.Request.Query;
        if (now.Retired && query.Count == 0)
        {
            http.Response.StatusCode = 410;
            return http.Response.WriteAsJsonAsync(new { title = "Retired" }, _ct);
        }
        var asked =
            query.TryGetValue("version", out var version)
                ? _versions[long.Parse(version!, System.Globalization.CultureInfo.InvariantCulture)]
            : query.TryGetValue("asOf", out var at)
            && DateTimeOffset.Parse(at!, System.Globalization.CultureInfo.InvariantCulture) < Proposing.AddDays(1)
                ? Before
            : now;
        return http.Response.WriteAsJsonAsync(Skill(asked), JsonSerializerOptions.Web, _ct);
    }

    private object Skill(Said says)
    {
        var domain = Array.Find(Domains, d => d.Slug == says.Place.Domain)!;
        return new
        {
            slug = _slug,
            name = says.Name,
            keywords = says.Keywords,
            domain = new Named(domain.Slug, domain.Name),
            group = Array.Find(domain.Groups, g => g.Slug == says.Place.Group),
            levels = domain.Levels,
            roles = says.Requirements.Select(r => r.Role).Distinct().Select(r => new Named(r, r)),
            version = says.Version,
            retired = says.Retired,
            requirements = says.Requirements,
            description = says.Description,
        };
    }

    private static readonly DateTimeOffset Proposing = new(2026, 3, 9, 10, 0, 0, TimeSpan.Zero);

    private Guid Proposed(params Change[] changes)
    {
        var id = Guid.NewGuid();
        web.Proposals.On($"GET /api/proposals/{id}", Proposal(id, changes))
            .On($"PUT /api/proposals/{id}", http => Task.FromResult(http.Response.StatusCode = 204));
        return id;
    }

    private object Proposal(Guid id, params Change[] changes) =>
        new
        {
            id,
            skill = _slug,
            author = new { id = "user-1", name = "Zoë" },
            state = "conflicted",
            revision = 1,
            rationale = "My reason.",
            changes,
            createdAt = Proposing,
            domain = "sea",
        };
}
