using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SkillPlatform.Web.Tests;

/// <summary>Comments on one change of a proposal, and wordings taken over by a click.</summary>
public sealed class RemarksTests(WebFixture web) : IClassFixture<WebFixture>
{
    private static readonly Guid Better = new("01990000-0000-7000-8000-0000000000c1");
    private static readonly Guid Stale = new("01990000-0000-7000-8000-0000000000c2");
    private static readonly Guid Taken = new("01990000-0000-7000-8000-0000000000c3");
    private static readonly Guid Gone = new("01990000-0000-7000-8000-0000000000c4");

    private static string English(string key, params object?[] values) => Languages.Texts.In("en")[key, values];

    private string Given(string author = "user-1")
    {
        web.Given("worded");
        var id = Guid.CreateVersion7().ToString();
        object[] changes =
        [
            new
            {
                op = "makeMandatory",
                role = "pilot",
                level = "junior",
            },
            Reword("Knows them by heart."),
        ];
        web.Proposals.On(
            $"GET /api/proposals/{id}",
            http =>
            {
                http.Response.Headers.ETag = "\"7-abc\"";
                return http.Response.WriteAsJsonAsync(
                    new
                    {
                        id,
                        skill = "worded",
                        skillName = "Reading tides",
                        domain = "sea",
                        author = new { id = author, name = "Noor" },
                        state = "open",
                        revision = 2,
                        rationale = "Because.",
                        changes,
                        revisions = new[] { Revision(1, [Reword("Knows all.")]), Revision(2, changes) },
                        timeline = new[]
                        {
                            new
                            {
                                kind = "revised",
                                revision = 2,
                                at = "2026-03-09T10:00:00Z",
                                comment = Taken,
                            },
                        },
                        comments = new[]
                        {
                            Comment(Better, 2, 1, "Knows them all by heart."),
                            Comment(Stale, 1, 0, "Knows everything."),
                            Comment(Taken, 1, 0, "Knows them by heart.", 2),
                            Comment(Gone, 1, 3, "Dropped.", level: "senior"),
                        },
                        createdAt = "2026-03-09T10:00:00Z",
                    },
                    JsonSerializerOptions.Web
                );
            }
        );
        return id;

        static object Reword(string description) =>
            new
            {
                op = "rewordRequirement",
                role = "pilot",
                level = "junior",
                was = "Knows the tables.",
                description,
            };
        static object Revision(int revision, object[] changes) =>
            new
            {
                revision,
                rationale = "Because.",
                changes,
                at = "2026-03-09T10:00:00Z",
            };
        static object Comment(
            Guid id,
            int revision,
            int change,
            string suggestion,
            int? adoptedIn = null,
            string level = "junior"
        ) =>
            new
            {
                id,
                author = new { id = "u2", name = "Zoë" },
                text = $"About {suggestion}",
                at = "2026-03-09T11:00:00Z",
                version = 1,
                about = new
                {
                    revision,
                    change,
                    op = "rewordRequirement",
                    role = "pilot",
                    level,
                },
                suggestion,
                adoptedIn,
            };
    }

    [Fact]
    public async Task A_comment_on_a_change_stands_at_it_and_in_the_timeline()
    {
        var id = Given();
        using var browser = web.Browser();
        await browser.SignIn();
        var html = WebUtility.HtmlDecode(await browser.Html($"/en/proposals/{id}"));
        var change = html[
            html.IndexOf("<li id=\"change-1\"", StringComparison.Ordinal)..html.IndexOf(
                "timeline",
                StringComparison.Ordinal
            )
        ];
        var timeline = html[html.IndexOf("id=\"timeline\"", StringComparison.Ordinal)..];
        foreach (var said in new[] { "About Knows them all by heart.", "About Knows everything." })
        {
            Assert.Contains(said, change);
            Assert.Contains(said, timeline);
        }
        Assert.Matches("<ins>\\s*all\\s*</ins>", change);
        Assert.Contains($"<a href=\"#change-1\">{English("comments.on-change", "Pilot, Junior")}</a>", timeline);
        // What was taken over is said at both, and by the revision.
        Assert.Contains(English("comments.adopted", 2), change);
        Assert.Contains(English("comments.adopted", 2), timeline);
        Assert.Contains($"<a href=\"#comment-{Taken}\">{English("comments.taken")}</a>", timeline);
        // What is no part of the proposal any more stands in the timeline alone.
        Assert.DoesNotContain("About Dropped.", change);
        Assert.Contains("Dropped.</ins>", timeline);
        Assert.Contains(English("comments.outdated"), change);
        // One to take over: the others are taken, or stale.
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(html, "/adoption\""));
        Assert.Contains($"/en/proposals/{id}/comments/{Better}/adoption", change);
        Assert.Contains("name=\"tag\" value=\"\"7-abc\"\"", change);
        Assert.Contains("name=\"spot\" value=\"1\"", change);
    }

    [Fact]
    public async Task Only_its_author_takes_a_wording_over()
    {
        var id = Given("u1");
        using var browser = web.Browser();
        await browser.SignIn();
        Assert.DoesNotContain("/adoption\"", await browser.Html($"/en/proposals/{id}"));
        using var anyone = web.Browser();
        var html = await anyone.Html($"/en/proposals/{id}");
        Assert.DoesNotContain("/adoption\"", html);
        Assert.DoesNotContain("about=1", html);
    }

    [Fact]
    public async Task One_click_takes_a_wording_over_as_it_was_read()
    {
        var id = Given();
        var path = $"/api/proposals/{id}/comments/{Better}/adoption";
        web.Proposals.On($"POST {path}", new { }, 204);
        using var browser = web.Browser();
        await browser.SignIn();
        using var taken = await browser.Post(
            $"/en/proposals/{id}",
            $"/en/proposals/{id}/comments/{Better}/adoption",
            ("tag", "\"7-abc\""),
            ("spot", "1")
        );
        Assert.Equal($"/en/proposals/{id}?done=adopted#change-1", taken.Headers.Location?.OriginalString);
        Assert.Equal("\"7-abc\"", web.Proposals.Last(path).Headers["If-Match"]);
        web.Proposals.On($"POST {path}", new { type = "/problems/stale-suggestion" }, 409);
        using var stale = await browser.Post($"/en/proposals/{id}", $"/en/proposals/{id}/comments/{Better}/adoption");
        Assert.Equal(HttpStatusCode.Conflict, stale.StatusCode);
        Assert.Contains(English("refused.stale-suggestion"), await stale.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_wording_is_suggested_where_the_change_stands()
    {
        var id = Given("u1");
        var path = $"/api/proposals/{id}/comments";
        web.Proposals.On($"POST {path}", new { id = Guid.CreateVersion7() }, 201);
        using var browser = web.Browser();
        await browser.SignIn();
        Assert.Contains($"href=\"/en/proposals/{id}?about=1#change-1\"", await browser.Html($"/en/proposals/{id}"));
        var page = $"/en/proposals/{id}?about=1";
        var form = WebUtility.HtmlDecode(await browser.Html(page));
        Assert.Matches("name=\"suggestion\"[^>]*>\\s*Knows them by heart.</textarea>", form);
        Assert.Contains("name=\"about\" value=\"1\"", form);
        Assert.Contains("name=\"revision\" value=\"2\"", form);
        // What has no words is commented on alone.
        Assert.DoesNotContain("name=\"suggestion\"", await browser.Html($"/en/proposals/{id}?about=0"));
        using var sent = await browser.Post(
            page,
            $"/en/proposals/{id}/comments",
            ("text", "Shorter."),
            ("suggestion", "Knows them.\r\nAll."),
            ("about", "1"),
            ("revision", "2")
        );
        Assert.Equal($"/en/proposals/{id}#change-1", sent.Headers.Location?.OriginalString);
        var body = JsonDocument.Parse(web.Proposals.Last(path, "POST").Body).RootElement;
        Assert.Equal(
            ("Shorter.", 1, 2, "Knows them.\nAll."),
            (
                body.GetProperty("text").GetString(),
                body.GetProperty("change").GetInt32(),
                body.GetProperty("revision").GetInt32(),
                body.GetProperty("suggestion").GetString()
            )
        );
        // What was written stays where it is refused.
        web.Proposals.On($"POST {path}", new { type = "/problems/stale-revision" }, 409);
        using var refused = await browser.Post(
            page,
            $"/en/proposals/{id}/comments",
            ("text", "Shorter."),
            ("suggestion", "Kept."),
            ("about", "1"),
            ("revision", "2")
        );
        var html = WebUtility.HtmlDecode(await refused.Content.ReadAsStringAsync());
        Assert.Contains(English("refused.stale-revision"), html);
        Assert.Matches("name=\"suggestion\"[^>]*>\\s*Kept.</textarea>", html);
    }
}
