using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Web;
using Microsoft.Playwright;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;
using static Microsoft.Playwright.Assertions;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>
/// Two people work on the same skill, each on what they saw before the other's change was merged: every kind of change
/// against every other, in both orders. Both are there in the end, or the second is asked; nobody overwrites anybody.
/// </summary>
public sealed partial class TwoEditors(RunningPlatform running, RealBrowser browser) : IClassFixture<TwoEditors.Skills>
{
    private const string Domain = "two-editors";
    private const string Role = "platform-engineer";
    private const string Seen = "What both have seen.";
    private static readonly string[] Kinds =
    [
        "reword",
        "mandatory",
        "drop",
        "add",
        "keywords",
        "rename",
        "move",
        "retire",
    ];
    private static readonly ParallelOptions Some = new() { MaxDegreeOfParallelism = 4 };
    private readonly Words _words = Words.In("en");

    /// <summary>Two changes in the order in which they are merged, and the skill that they are about.</summary>
    public sealed record Pair(string Way, string First, string Second)
    {
        public string Name => $"Two {Way} {First} {Second}";

        public string Slug => $"two-{Way}-{First}-{Second}";

        /// <summary>The second would overwrite the first, or no longer fits.</summary>
        public bool Clashes =>
            (First, Second) switch
            {
                ("retire", "retire") => false,
                ("retire", _) or (_, "retire") => true,
                ("reword", "reword" or "mandatory" or "drop") => true,
                ("mandatory", "drop") or ("drop", "reword" or "mandatory") => true,
                ("add", "add") or ("rename", "rename") or ("move", "move") => true,
                _ => false,
            };

        /// <summary>The first has done what the second wants.</summary>
        public bool IsDone => First == Second && First is ("mandatory" or "drop" or "retire");

        public static Pair[] All(string way) =>
            [.. Kinds.SelectMany(first => Kinds.Select(second => new Pair(way, first, second)))];
    }

    /// <summary>A skill for each pair, of one import.</summary>
    public sealed class Skills(RunningPlatform running) : IAsyncLifetime
    {
        public async ValueTask InitializeAsync() =>
            await running.Admin.Import(
                JsonSerializer.Serialize(
                    new
                    {
                        source = "made for tests",
                        levels = SampleCatalogue.Levels,
                        roles = SampleCatalogue.Roles,
                        domains = new[]
                        {
                            new
                            {
                                name = "Two editors",
                                groups = new[] { "Here", "First", "Second" }.Select(group => new
                                {
                                    name = group,
                                    skills = group == "Here" ? Whole() : [],
                                }),
                            },
                        },
                    }
                )
            );

        private static object[] Whole() =>
            [
                .. Pair.All("api")
                    .Concat(Pair.All("page"))
                    .Append(new("browser", "reword", "reword"))
                    .Append(new("browser", "drop", "reword"))
                    .Select(pair => new
                    {
                        name = pair.Name,
                        keywords = new[] { "seen" },
                        requirements = new[]
                        {
                            new
                            {
                                role = "Platform Engineer",
                                level = "Junior",
                                mandatory = false,
                                description = Seen,
                            },
                        },
                    }),
            ];

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Whatever_two_propose_over_the_API_is_merged_or_in_conflict_until_it_is_revised()
    {
        using var http = await SignedIn("contributor");
        await Each(
            Pair.All("api"),
            async pair =>
            {
                var version = (await Read(pair))!.Value.GetProperty("version").GetInt64();
                var first = await Propose(running.Reader, pair, pair.First, "first", version);
                var second = await Propose(running.Contributor, pair, pair.Second, "second", version);
                await Approve(first);
                await Approve(second);
                await Reaches(first, "merged");
                var end = await Reaches(second, pair.Clashes ? "conflicted" : "merged");
                if (!pair.Clashes)
                {
                    var skill = await Shown(pair, pair.Second, pair.IsDone ? "first" : "second");
                    Assert.True(Shows(skill, pair.First, "first"));
                    return;
                }
                await Shown(pair, pair.First, "first");
                Says(end.GetProperty("conflicts").EnumerateArray().First(), pair);
                var page = await http.GetStringAsync(new Uri($"/en/proposals/{second}/revise", UriKind.Relative));
                await Answer(http, pair, page, revision: 2);
            }
        );
    }

    // What the author saw, what is there now, and what they want: each where there is one.
    private static void Says(JsonElement conflict, Pair pair)
    {
        Assert.NotEqual("", conflict.GetProperty("code").GetString());
        var (now, wanted) = (conflict.GetProperty("now").GetString(), conflict.GetProperty("wanted").GetString());
        if (pair.First is not ("drop" or "retire" or "mandatory") && pair.Second is not "retire")
            Assert.Contains("first", now);
        if (pair.Second is not ("drop" or "retire" or "mandatory"))
            Assert.Contains("second", wanted);
        if (pair is { First: "reword" or "drop", Second: "reword" or "drop" })
            Assert.Equal(Seen, conflict.GetProperty("was").GetString());
    }

    [Fact]
    public async Task Whatever_two_write_into_the_form_is_sent_with_what_was_seen_or_asked()
    {
        var pairs = Pair.All("page");
        using var http = await SignedIn("contributor");
        var forms = new ConcurrentDictionary<Pair, SentForm>();
        await Each(pairs, async pair => forms[pair] = await Open(http, $"/en/skills/{pair.Slug}/suggest"));
        await Each(pairs, pair => Merge(pair, pair.First, "first"));
        await Each(
            pairs,
            async pair =>
            {
                var form = forms[pair];
                Type(form, pair, pair.Second);
                form["rationale"] = "Why not.";
                form["do"] = "send";
                var (status, html, id) = await Send(http, form);
                if (pair.IsDone && pair.First != "retire")
                {
                    Assert.Equal(422, status);
                    Assert.Contains(_words["suggest.nothing"], html);
                    return;
                }
                if (pair.Clashes || pair.First == "retire")
                {
                    Assert.Equal(pair.First == "retire" ? 410 : 409, status);
                    await Answer(http, pair, html, revision: 1);
                    return;
                }
                Assert.True(id is not null, $"{status} {html}");
                await Approve(id);
                await Reaches(id, "merged");
                Assert.True(Shows(await Shown(pair, pair.Second, "second"), pair.First, "first"));
            }
        );
    }

    /// <summary>A page has all that both want; whoever is asked keeps to what they typed, and that is merged.</summary>
    private async Task Answer(HttpClient http, Pair pair, string html, int revision)
    {
        var form = new SentForm(html, "rationale");
        Assert.True(Typed(form, pair), "What was typed is not there.");
        if (pair.First == "retire")
        {
            Assert.Contains(_words["suggest.retired"], html);
            return;
        }
        Assert.True(IsSaid(html, pair), "What is there now is not said.");
        Assert.True(Shows(await Read(pair), pair.First, "first"));
        foreach (var key in form.Names.Where(n => n.StartsWith("clash:", StringComparison.Ordinal)).ToArray())
            form[key.Replace("clash:", "choice:", StringComparison.Ordinal)] = "mine";
        form["do"] = "send";
        await Known(pair, form["version"]!);
        var (status, answer, id) = await Send(http, form);
        Assert.True(id is not null, $"{status} {answer}");
        await Approve(id, revision);
        await Reaches(id, "merged");
        var skill = await Shown(pair, pair.Second, "second");
        // What was dropped and is back was optional and stays so.
        if (pair is { First: "drop", Second: "reword" })
            Assert.False(At(skill, Role, "junior")!.Value.GetProperty("mandatory").GetBoolean());
    }

    [Theory]
    [InlineData("reword", "reword", "suggest.clash")]
    [InlineData("drop", "reword", "suggest.clash.missing")]
    public async Task Who_is_asked_in_a_browser_answers_and_goes_on(string first, string second, string legend)
    {
        var pair = new Pair("browser", first, second);
        await using var visitor = new Visitor(await browser.Open(running.Platform), "en");
        await visitor.Go("/");
        await visitor.SignIn("contributor");
        await visitor.Go($"/skills/{pair.Slug}/suggest?role={Role}&level=junior");
        await visitor
            .Field(visitor.Says("suggest.text-of", "Platform Engineer", "Junior"))
            .FillAsync($"{second} text of second");
        await visitor.Field(visitor.Says("suggest.rationale")).FillAsync("Why not.");
        await Merge(pair, first, "first");
        await visitor.Button(visitor.Says("suggest.send")).ClickAsync();
        var asked = visitor.Page.GetByRole(AriaRole.Group, new() { Name = visitor.Says(legend), Exact = true });
        await Expect(asked).ToBeVisibleAsync();
        await Known(pair, await visitor.Page.Locator("input[name=version]").GetAttributeAsync("value") ?? "");
        await asked.GetByRole(AriaRole.Radio).First.CheckAsync();
        await visitor.Button(visitor.Says("suggest.send")).ClickAsync();
        await Expect(visitor.Page).ToHaveURLAsync(Written());
        var id = new Uri(visitor.Page.Url).Segments[^1];
        await Approve(id);
        await Reaches(id, "merged");
        await Shown(pair, "reword", "second");
    }

    private static Change Of(Pair pair, string kind, string who, long version) =>
        kind switch
        {
            "reword" => new RewordRequirement(Role, "junior", Seen, $"reword text of {who}"),
            "mandatory" => new MakeMandatory(Role, "junior", Seen),
            "drop" => new DropRequirement(Role, "junior", Seen, WasMandatory: false),
            "add" => new StateRequirement(Role, "senior", Mandatory: false, $"add text of {who}"),
            "keywords" => new ReplaceKeywords(["seen"], ["seen", $"{who}, with a comma"]),
            "rename" => new RenameSkill(pair.Name, $"{pair.Name} of {who}"),
            "move" => new MoveSkill(new(Domain, "here"), Domain, who),
            _ => new RetireSkill(version),
        };

    private static void Type(SentForm form, Pair pair, string kind)
    {
        switch (kind)
        {
            case "reword":
                form[$"text:{Role}:junior"] = "reword text of second";
                break;
            case "mandatory":
                form[$"mandatory:{Role}:junior"] = "true";
                break;
            case "drop":
                form[$"drop:{Role}:junior"] = "true";
                break;
            case "add":
                form["added:0:role"] = Role;
                form["added:0:level"] = "senior";
                form["added:0:text"] = "add text of second";
                form["added:0:mandatory"] = null;
                break;
            case "keywords":
                form["keywords"] += "\nsecond, with a comma";
                break;
            case "rename":
                form["name"] = $"{pair.Name} of second";
                break;
            case "move":
                form["place"] = $"{Domain}/second";
                break;
            default:
                form["retire"] = "true";
                break;
        }
    }

    /// <summary>True if a form still has what was typed into it, wherever that stands now.</summary>
    private static bool Typed(SentForm form, Pair pair) =>
        pair.Second switch
        {
            "reword" => (form[$"text:{Role}:junior"] ?? form["added:0:text"]) == "reword text of second",
            "mandatory" => (form[$"mandatory:{Role}:junior"] ?? form["added:0:mandatory"]) == "true",
            "drop" => form[$"drop:{Role}:junior"] == "true",
            "add" => (form[$"text:{Role}:senior"] ?? form["added:0:text"]) == "add text of second",
            "keywords" => form["keywords"]!.EndsWith("\nsecond, with a comma", StringComparison.Ordinal),
            "rename" => form["name"] == $"{pair.Name} of second",
            "move" => form["place"] == $"{Domain}/second",
            _ => form["retire"] == "true",
        };

    /// <summary>True if a page says what the first has made of the skill.</summary>
    private bool IsSaid(string html, Pair pair) =>
        pair.Second is "retire"
            ? html.Contains(HttpUtility.HtmlEncode(_words["suggest.clash-retire"]))
            : pair.First switch
            {
                "drop" => html.Contains(_words["suggest.clash.missing"]),
                "mandatory" => html.Contains($"<span class=\"mandatory\">{_words["mandatory"]}"),
                "move" => html.Contains("Two editors › First", StringComparison.Ordinal),
                "rename" => html.Contains($"{pair.Name} of first", StringComparison.Ordinal),
                _ => html.Contains($"{pair.First} text of first", StringComparison.Ordinal)
                    // Marked word by word against what was typed.
                    || html.Contains("<del>first</del>", StringComparison.Ordinal),
            };

    /// <summary>True if a skill is as a change of somebody wants it.</summary>
    private static bool Shows(JsonElement? skill, string kind, string who)
    {
        if (kind is "retire" || skill is null)
            return skill is null;
        var (said, cell) = (skill.Value, At(skill, Role, "junior"));
        return kind switch
        {
            "reword" => cell?.GetProperty("description").GetString() == $"reword text of {who}",
            "mandatory" => cell?.GetProperty("mandatory").GetBoolean() == true,
            "drop" => cell is null,
            "add" => At(skill, Role, "senior")?.GetProperty("description").GetString() == $"add text of {who}",
            "keywords" => said.GetProperty("keywords")
                .EnumerateArray()
                .Any(k => k.GetString() == $"{who}, with a comma"),
            "rename" => said.GetProperty("name").GetString()!.EndsWith($" of {who}", StringComparison.Ordinal),
            _ => said.GetProperty("group").GetProperty("slug").GetString() == who,
        };
    }

    private static JsonElement? At(JsonElement? skill, string role, string level) =>
        skill!
            .Value.GetProperty("requirements")
            .EnumerateArray()
            .Where(r => r.GetProperty("role").GetString() == role && r.GetProperty("level").GetString() == level)
            .Select(r => (JsonElement?)r)
            .SingleOrDefault();

    /// <summary>The skill by the slug it had first; null once it is retired.</summary>
    private async Task<JsonElement?> Read(Pair pair)
    {
        var path = $"/api/catalog/skills/{pair.Slug}";
        while (true)
        {
            var (status, body, headers) = await running.Nobody.Send(HttpMethod.Get, path);
            if (status is not (301 or 308))
                return status == 200 ? body : null;
            path = headers.Location!.ToString();
        }
    }

    // A page that is kept may be a moment older than the proposal's state.
    private Task<JsonElement?> Shown(Pair pair, string kind, string who) =>
        Eventually.Get(() => Read(pair), skill => Shows(skill, kind, who), pause: TimeSpan.FromMilliseconds(100));

    private async Task Merge(Pair pair, string kind, string who)
    {
        var version = (await Read(pair))!.Value.GetProperty("version").GetInt64();
        var id = await Propose(running.Reader, pair, kind, who, version);
        await Approve(id);
        await Reaches(id, "merged");
    }

    private static async Task<string> Propose(Api who, Pair pair, string kind, string name, long version)
    {
        var (status, body, headers) = await who.Post(
            "/api/proposals",
            new
            {
                skill = pair.Slug,
                rationale = "Why not.",
                changes = new[] { Of(pair, kind, name, version) },
            }
        );
        Assert.True(status == 201, $"{status} {body}");
        return headers.Location!.ToString().Split('/')[^1];
    }

    private async Task Approve(string proposal, int revision = 1)
    {
        var (status, body, _) = await running.Reviewer.Post(
            $"/api/proposals/{proposal}/reviews",
            new { revision, verdict = "approve" }
        );
        Assert.True(status is >= 200 and < 300, $"{status} {body}");
    }

    private Task<JsonElement> Reaches(string proposal, string state) =>
        Eventually.Get(
            () => running.Nobody.Get($"/api/proposals/{proposal}"),
            p => p.GetProperty("state").GetString() == state,
            pause: TimeSpan.FromMilliseconds(100)
        );

    /// <summary>Waits until Proposals has heard of a version: to retire what was seen before is in conflict then.</summary>
    private async Task Known(Pair pair, string version)
    {
        var body = new
        {
            skill = pair.Slug,
            changes = new Change[] { new RetireSkill(long.Parse(version, CultureInfo.InvariantCulture) - 1) },
        };
        await Eventually.Get(
            () => running.Contributor.Post("/api/proposals/preview", body),
            answer => answer.Body.GetProperty("conflicts").GetArrayLength() > 0
        );
    }

    /// <summary>Somebody at a browser without scripts, on the site.</summary>
    private async Task<HttpClient> SignedIn(string name)
    {
        var http = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() })
        {
            BaseAddress = running.Platform.Web,
        };
        using var start = await http.GetAsync("/signin?returnUrl=%2Fen%2F");
        var form = new SentForm(await start.Content.ReadAsStringAsync(), "password")
        {
            ["email"] = $"{name}@example.org",
            ["password"] = Testing.SignIn.Password,
        };
        using var done = await form.Send(http, start.RequestMessage!.RequestUri);
        Assert.Contains(_words["signout"], await done.Content.ReadAsStringAsync());
        return http;
    }

    private static async Task<SentForm> Open(HttpClient http, string page) =>
        new(await http.GetStringAsync(new Uri(page, UriKind.Relative)), "rationale");

    private static async Task<(int Status, string Html, string? Proposal)> Send(HttpClient http, SentForm form)
    {
        using var answer = await form.Send(http);
        var at = answer.RequestMessage!.RequestUri!.Segments;
        return (
            (int)answer.StatusCode,
            await answer.Content.ReadAsStringAsync(),
            at is [.., "proposals/", var id] ? id : null
        );
    }

    [GeneratedRegex("/proposals/[0-9a-f-]{36}", RegexOptions.None, 1000)]
    private static partial Regex Written();

    private static async Task Each(Pair[] pairs, Func<Pair, Task> act)
    {
        var wrong = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(
            pairs,
            Some,
            async (pair, _) =>
            {
                try
                {
                    await act(pair);
                }
                catch (Exception e)
                {
                    wrong.Add($"{pair.First}, then {pair.Second}: {e.Message}");
                }
            }
        );
        Assert.Empty(wrong.Order(StringComparer.Ordinal));
    }
}
