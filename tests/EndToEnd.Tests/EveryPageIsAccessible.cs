using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using SkillPlatform.Testing;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>Every page, as axe, the console and a narrow screen see it.</summary>
public sealed class EveryPageIsAccessible(RunningPlatform running, RealBrowser browser)
{
    private const string Skill = "/skills/{skill}";

    // A page of each route that is read; {skill}, {domain}, {proposal}, {webhook}, {account} and {import} are of this platform.
    private static readonly (string? Who, string[] Paths)[] Pages =
    [
        (
            null,
            [
                "/",
                "/?q=functions&level=senior",
                "/?letter=S",
                "/roles/cloud-engineer?level=middle&asOf=2001-01-01",
                "/?q=nothing-of-the-kind",
                "/roles",
                "/roles/cloud-engineer",
                "/roles/cloud-engineer?level=middle&compare=senior",
                "/roles/cloud-engineer?level=middle&with=platform-engineer",
                "/roles/cloud-engineer/matrix",
                "/my-role",
                "/privacy",
                "/changes",
                "/changes?import={import}",
                "/editions",
                "/editions/{edition}",
                "/editions/{edition}/compare/current",
                Skill,
                Skill + "?version=1",
                Skill + "/matrix",
                Skill + "/compare?from=middle&to=senior",
                Skill + "/history",
                Skill + "/requirements/cloud-engineer/middle/history",
                Skill + "/diff?from=1&to=2",
                Skill + "/discussion",
                "/skills/there-is-none",
                "/proposals",
                "/proposals/{proposal}",
                "/account/gone",
                "/api/notifications/unsubscribe/of-a-mail-of-nobody",
                "{identity}/sign-in",
                "{identity}/sign-in/passkey",
                "{identity}/register",
                "{identity}/forgot",
                "{identity}/sent",
                "{identity}/error",
            ]
        ),
        (
            "contributor",
            [
                "/",
                Skill,
                Skill + "/history",
                Skill + "/suggest",
                Skill + "/suggest?role=cloud-engineer&level=middle",
                Skill + "/merge?q=skill",
                Skill + "/merge?into=skill-1",
                "/roles/cloud-engineer/suggest",
                "/domains/{domain}/suggest",
                Skill + "/undo?version=2",
                Skill + "/discussion",
                Skill + "/mark?role=cloud-engineer&level=middle",
                "/my-marks",
                "/skills/new",
                "/proposals/mine",
                "/proposals/{proposal}",
                "/proposals/{proposal}?about=0",
                "/proposals/{proposal}/revise",
                "/inbox",
                "/watching",
                "/watching/mail",
                "/watching/webhooks",
                "/watching/webhooks/{webhook}",
                "/watching/skill/{skill}/preview",
                "/watching/domain/{domain}/preview?follow=all",
                "/upload",
                "/account",
                "/account/delete",
                "/admin",
                "{identity}/",
                "{identity}/passkeys",
                "{identity}/two-factor",
                "{identity}/sign-out",
                "{identity}/access-denied",
            ]
        ),
        ("reviewer", ["/queue", "/proposals/{proposal}", Skill + "/confirm", "/admin/overview"]),
        (
            "admin",
            [
                "/admin",
                "/admin/overview",
                "/admin/overview/requirements",
                "/admin/accounts",
                "/admin/accounts/{account}",
                "/admin/service-accounts",
                "/admin/security",
                "/admin/policies",
                "/admin/policies/{domain}",
                "/admin/quotas",
                "/admin/site",
                "/admin/site/imprint",
                "/admin/import",
                "/admin/imports/{import}",
                "/admin/mails",
                "/admin/webhooks",
                "/admin/errors",
            ]
        ),
    ];

    // What is not there or not allowed is a page too.
    private static readonly Dictionary<string, int> Refusals = new(StringComparer.Ordinal)
    {
        ["/skills/there-is-none"] = 404,
        ["/api/notifications/unsubscribe/of-a-mail-of-nobody"] = 404,
        ["/admin"] = 403,
    };

    // Once for each page, without what the package for Playwright does besides, which takes twice as long.
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    private const string Violations = """
        async rules => (await axe.run({ runOnly: rules, resultTypes: ['violations'], elementRef: false }))
            .violations.flatMap(v => v.nodes.map(node => `${v.id}: ${v.help}: ${node.html}: `
                + [...node.any, ...node.all, ...node.none].map(c => `${c.message} ${(c.relatedNodes ?? []).map(r => r.html).join(' ')}`).join('; ')))
        """;

    // What is laid out in a line has no mark before each of its parts.
    private const string Bulleted = """
        [...document.querySelectorAll('ul, ol')].filter(list => getComputedStyle(list).display === 'flex'
            && [...list.children].some(part => getComputedStyle(part).listStyleType !== 'none')).map(list => list.outerHTML.slice(0, 200)).join(' ')
        """;

    private static readonly string[] Rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

    [Theory]
    [InlineData("en", 1280, "skill-11")]
    [InlineData("ar", 390, "skill-12")]
    public async Task No_violation_by_day_or_night_no_error_and_nothing_beside_the_screen(
        string language,
        int width,
        string skill
    )
    {
        var values = await Values(skill);
        var found = new ConcurrentQueue<string>();
        // Each kind of reader is at a browser of their own, at the same time.
        await Task.WhenAll(Pages.Select(pages => Look(pages.Who, pages.Paths, language, width, values, found)));
        Assert.True(found.IsEmpty, string.Join('\n', found));
    }

    [Theory]
    [InlineData("reader", 1024)]
    // With their queue and a number at each of two links it takes a second line at 1024, in German, French and Russian.
    [InlineData("reviewer", 1152)]
    public async Task The_head_is_one_line_in_every_language(string who, int from)
    {
        await using var visitor = new Visitor(await browser.Open(running.Platform), "en");
        await visitor.Go("/");
        await visitor.SignIn(who);
        var found = new List<string>();
        foreach (var language in new[] { "en", "de", "es", "fr", "ru", "ja", "ar" })
        {
            await visitor.Page.GotoAsync($"/{language}/roles");
            foreach (var width in new[] { 1024, 1152, 1280, 1366, 1440 }.Where(width => width >= from))
            {
                await visitor.Page.SetViewportSizeAsync(width, 900);
                if (await visitor.Page.EvaluateAsync<int>(Lines) is > 1 and var lines)
                    found.Add($"{language} at {width}: {lines} lines");
            }
        }
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    // Of what does not overlap with what stands above it, each begins a line.
    private const string Lines = """
        () => {
            let lines = 0, end = 0;
            const boxes = [...document.querySelectorAll('body > header :is(.brand, form, .yours, nav > ul > li)')]
                .filter(element => !element.closest('.menu')).map(element => element.getBoundingClientRect());
            for (const box of boxes.sort((a, b) => a.top - b.top))
                if (box.top >= end - 1) { lines++; end = box.bottom; }
            return lines;
        }
        """;

    [Fact]
    public async Task Links_of_the_reference_can_be_read_by_day_and_by_night()
    {
        await using var visitor = new Visitor(await browser.Open(running.Platform), "en");
        foreach (var colours in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await visitor.Page.EmulateMediaAsync(new() { ColorScheme = colours });
            await visitor.Page.GotoAsync("/api/docs");
            await Assertions.Expect(visitor.Page.Locator("#reference h1").First).ToBeVisibleAsync();
            await visitor.Page.EvaluateAsync(Axe);
            var found = await visitor.Page.EvaluateAsync<string[]>(
                """
                async () => (await axe.run({ include: ['a'] }, { runOnly: ['color-contrast'], elementRef: false }))
                    .violations.flatMap(v => v.nodes.map(node => `${node.html}: ${node.any.map(c => c.message).join('; ')}`))
                """
            );
            Assert.True(found.Length == 0, $"{colours}: {string.Join('\n', found)}");
        }
    }

    private async Task Look(
        string? who,
        string[] paths,
        string language,
        int width,
        Dictionary<string, string> values,
        ConcurrentQueue<string> found
    )
    {
        await using var visitor = new Visitor(await browser.Open(running.Platform, language, width: width), language);
        if (who is not null)
        {
            await visitor.Go("/");
            await visitor.SignIn(who);
        }
        var here = "";
        visitor.Page.Console += (_, message) =>
        {
            if (
                message.Type == "error"
                && !message.Text.StartsWith(
                    "Failed to load resource: the server responded with a status of 40",
                    StringComparison.Ordinal
                )
            )
                found.Enqueue($"{here}: console: {message.Text}");
        };
        visitor.Page.PageError += (_, error) => found.Enqueue($"{here}: {error}");
        foreach (var path in paths)
        {
            here = $"{language} {who ?? "nobody"} {path}";
            var expected = path == "/admin" && who == "admin" ? 200 : Refusals.GetValueOrDefault(path, 200);
            foreach (var problem in await Problems(visitor.Page, Address(path, language, values), expected))
                found.Enqueue($"{here}: {problem}");
        }
    }

    private static async Task<List<string>> Problems(IPage page, string address, int expected)
    {
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        var answer = await page.GotoAsync(address);
        var problems = new List<string>();
        if (answer!.Status != expected)
            problems.Add($"answers {answer.Status}, not {expected}");
        await page.EvaluateAsync(Axe);
        problems.AddRange(await page.EvaluateAsync<string[]>(Violations, Rules));
        // Nothing but colours differs at night.
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        var atNight = await page.EvaluateAsync<string[]>(Violations, new[] { "color-contrast" });
        problems.AddRange(atNight.Select(problem => $"at night: {problem}"));
        var before = page.ViewportSize!;
        await page.SetViewportSizeAsync(390, before.Height);
        var beside = await page.EvaluateAsync<int>(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        );
        if (beside > 0)
            problems.Add($"{beside} pixels stand beside the screen");
        if (await page.EvaluateAsync<string>(Bulleted) is { Length: > 0 } list)
            problems.Add($"bullets stand between the words of a line: {list}");
        await page.SetViewportSizeAsync(before.Width, before.Height);
        return problems;
    }

    private string Address(string path, string language, IReadOnlyDictionary<string, string> values)
    {
        foreach (var (name, value) in values)
            path = path.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        return path.StartsWith("{identity}", StringComparison.Ordinal)
                ? $"{running.Platform.Authority}{path["{identity}".Length..]}?ui_locales={language}"
            : path.StartsWith("/api", StringComparison.Ordinal) ? path
            : $"/{language}{path}";
    }

    // A skill that was changed once, and shall be changed again.
    private async Task<Dictionary<string, string>> Values(string skill)
    {
        var edition = $"for-{skill}";
        var (published, why, _) = await running.Admin.Post(
            "/api/catalog/editions",
            new { name = edition, notes = "What *there was* to look at." }
        );
        Assert.True(published == 201, $"{published} {why}");
        var merged = await Propose(skill, "Says **what** it is for, and `how` it is started.");
        var (status, body, _) = await running.Reviewer.Post(
            $"/api/proposals/{merged}/reviews",
            new { revision = 1, verdict = "approve" }
        );
        Assert.True(status is >= 200 and < 300, $"{status} {body}");
        await Eventually.Get(
            () => running.Nobody.Get($"/api/proposals/{merged}"),
            proposal => proposal.GetProperty("state").GetString() == "merged"
        );
        await Eventually.Get(
            () => running.Nobody.Get($"/api/catalog/editions/{edition}/compare/current"),
            diff => diff.GetProperty("items").GetArrayLength() > 0
        );
        var open = await Propose(skill, "Says what it is for, and *why* it is there.");
        (status, body, _) = await running.Reviewer.Post(
            $"/api/proposals/{open}/comments",
            new
            {
                text = "Why not **both**?",
                change = 0,
                suggestion = "Says what it is for, why it is there, and *how* it is started.",
            }
        );
        Assert.True(status == 201, $"{status} {body}");
        return new(StringComparer.Ordinal)
        {
            ["skill"] = skill,
            ["domain"] = (await running.Nobody.Get($"/api/catalog/skills/{skill}"))
                .GetProperty("domain")
                .GetProperty("slug")
                .GetString()!,
            ["webhook"] = await Hook(skill),
            ["proposal"] = open,
            ["account"] = running.Contributor.Id,
            ["import"] = running.Import,
            ["edition"] = edition,
        };
    }

    // To a public address by its number, since there may be no names here; nothing is ever sent there.
    private async Task<string> Hook(string skill)
    {
        var (status, body, _) = await running.Contributor.Post(
            "/api/notifications/webhooks",
            new
            {
                url = "https://1.1.1.1/hook",
                scope = "skill",
                key = skill,
                types = new[] { "proposal.withdrawn" },
            }
        );
        Assert.True(status == 201, $"{status} {body}");
        return body.GetProperty("id").GetString()!;
    }

    private async Task<string> Propose(string skill, string description)
    {
        var requirement = (await running.Nobody.Get($"/api/catalog/skills/{skill}"))
            .GetProperty("requirements")
            .EnumerateArray()
            .First();
        var (status, body, proposed) = await running.Contributor.Post(
            "/api/proposals",
            new
            {
                skill,
                rationale = "So that there is one to look at.",
                changes = new[]
                {
                    new
                    {
                        op = "rewordRequirement",
                        role = requirement.GetProperty("role").GetString(),
                        level = requirement.GetProperty("level").GetString(),
                        was = requirement.GetProperty("description").GetString(),
                        description,
                    },
                },
            }
        );
        Assert.True(status == 201, $"{status} {body}");
        return proposed.Location!.ToString().Split('/')[^1];
    }
}
