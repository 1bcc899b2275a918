using System.Net;
using System.Text.Json;

namespace SkillPlatform.Web.Tests;

/// <summary>Who is signed in says what they are to their account, and notes for themselves whether they meet what is asked.</summary>
public sealed class MarkPagesTests(WebFixture web) : IClassFixture<WebFixture>
{
    private const string Marks = "/api/notifications/me/marks";

    private void Given(string slug, params object[] marks)
    {
        web.Given(slug);
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree)
            .On("GET /api/catalog/roles", new { items = new[] { new { slug = "pilot", name = "Pilot" } } })
            .On("GET /api/catalog/changes/lines", Samples.Empty)
            .On(
                "GET /api/catalog/roles/pilot",
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
                    items = new[]
                    {
                        new
                        {
                            domain = new { slug = "sea", name = "Sea" },
                            level = new { slug = "junior", name = "Junior" },
                            group = new { slug = "coast", name = "Coast" },
                            skill = new { slug, name = "Reading tides" },
                            mandatory = true,
                            description = "Knows the tables.",
                            since = new { version = 2, at = "2026-03-09T10:00:00Z" },
                        },
                    },
                }
            );
        web.Notifications.On($"GET {Marks}", new { items = marks, nextCursor = (string?)null });
    }

    private static object Mark(string slug, long version, string? state, string note = "", string level = "junior") =>
        new
        {
            skill = new { slug, name = "Reading tides" },
            role = "pilot",
            level,
            state,
            note,
            version,
            at = "2026-03-10T10:00:00Z",
        };

    [Fact]
    public async Task What_one_notes_stands_on_the_profile_the_role_and_the_matrix_and_on_nobody_else_s()
    {
        Given("marked", Mark("marked", 2, "partly", "With =help="));
        using var browser = web.Browser();
        await browser.SignIn();
        using var other = web.Browser();
        foreach (var page in new[] { "/en/skills/marked", "/en/roles/pilot", "/en/roles/pilot/matrix" })
        {
            Assert.Contains("Partly met", await browser.Html(page));
            Assert.DoesNotContain("Partly met", await other.Html(page));
            Assert.DoesNotContain("The text has changed", await browser.Html(page));
        }
        Assert.Contains("With =help=", await browser.Html("/en/skills/marked"));
        // What is past has none.
        web.Catalog.On("GET /api/catalog/skills/marked", Samples.Skill("marked"));
        Assert.DoesNotContain("Partly met", await browser.Html("/en/skills/marked?version=1"));
    }

    [Fact]
    public async Task A_mark_is_of_the_text_that_was_read_and_one_goes_back_to_where_one_was()
    {
        Given("noted");
        web.Notifications.On($"PUT {Marks}/noted/pilot/junior", Mark("noted", 2, "met"))
            .On($"DELETE {Marks}/noted/pilot/junior", new { }, 204);
        using var browser = web.Browser();
        await browser.SignIn();
        const string Form = "/en/skills/noted/mark?role=pilot&level=junior&back=matrix";
        var html = await browser.Html(Form);
        Assert.Contains("name=\"version\" value=\"2\"", html);
        using var saved = await browser.Post(
            Form,
            "/en/skills/noted/mark",
            ("role", "pilot"),
            ("level", "junior"),
            ("back", "matrix"),
            ("version", "2"),
            ("state", "met"),
            ("note", "")
        );
        Assert.Equal("/en/roles/pilot/matrix", saved.Headers.Location?.OriginalString);
        var sent = JsonDocument.Parse(web.Notifications.Last($"{Marks}/noted/pilot/junior", "PUT").Body).RootElement;
        Assert.Equal(2, sent.GetProperty("version").GetInt32());
        Assert.Equal("met", sent.GetProperty("state").GetString());
        using var removed = await browser.Post(
            Form,
            "/en/skills/noted/mark",
            ("role", "pilot"),
            ("level", "junior"),
            ("back", "https://elsewhere.example"),
            ("do", "remove")
        );
        Assert.Equal("/en/skills/noted#junior.pilot", removed.Headers.Location?.OriginalString);
        web.Notifications.On($"PUT {Marks}/noted/pilot/junior", new { title = "x", status = 422 }, 422);
        using var refused = await browser.Post(
            Form,
            "/en/skills/noted/mark",
            ("role", "pilot"),
            ("level", "junior"),
            ("version", "2"),
            ("state", ""),
            ("note", "Kept words.")
        );
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("Kept words.", await refused.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Marked_texts_that_say_something_else_now_come_first_with_the_difference()
    {
        Given("moved", Mark("moved", 2, "not", level: "senior"), Mark("moved", 1, "met", "=1+1"));
        // As it was when it was marked.
        web.Catalog.On(
            "GET /api/catalog/skills/moved",
            http =>
                Microsoft.AspNetCore.Http.HttpResponseJsonExtensions.WriteAsJsonAsync(
                    http.Response,
                    Samples.Skill(
                        "moved",
                        text: http.Request.Query["version"] == "1" ? "Knows old tables." : "Knows the tables."
                    ),
                    JsonSerializerOptions.Web
                )
        );
        using var browser = web.Browser();
        await browser.SignIn();
        var html = await browser.Html("/en/my-marks");
        // The senior's is no longer asked for, which is a change too.
        Assert.Contains("2 of your 2 marked texts have changed.", html);
        Assert.Contains("<del>old</del>", html);
        Assert.Contains("<ins>the</ins>", html);
        Assert.Contains("No longer required", html);
        Assert.Contains("The text has changed", await browser.Html("/en/skills/moved"));
        var form = await browser.Html("/en/skills/moved/mark?role=pilot&level=junior");
        Assert.Contains("<del>old</del>", form);
        using var csv = await browser.Get("/en/my-marks.csv");
        var table = await csv.Content.ReadAsStringAsync();
        Assert.Contains("\"'=1+1\"", table);
        Assert.True(csv.Headers.CacheControl?.NoStore);
        Assert.Equal(3, table.TrimEnd().Split("\r\n").Length);
        using var nobody = web.Browser();
        using var asked = await nobody.Get("/en/my-marks");
        Assert.Equal(HttpStatusCode.Redirect, asked.StatusCode);
    }

    [Fact]
    public async Task Role_and_level_go_to_the_account_of_who_is_signed_in_and_no_browser_keeps_them()
    {
        Given("accounted");
        web.Notifications.On("GET /api/notifications/me/role", new { role = "pilot", level = "junior" })
            .On("PUT /api/notifications/me/role", new { role = "pilot", level = "senior" })
            .On("DELETE /api/notifications/me/role", new { }, 204);
        using var browser = web.Browser();
        await browser.SignIn();
        Assert.Contains("You: Pilot, Junior", await browser.Html("/en/changes"));
        Assert.Contains("class=\"mine\"", await browser.Html("/en/skills/accounted"));
        using var said = await browser.Post(
            "/en/my-role",
            "/en/my-role",
            ("role", "pilot"),
            ("level", "senior"),
            ("do", "remember")
        );
        Assert.Equal(HttpStatusCode.Redirect, said.StatusCode);
        Assert.Contains("senior", web.Notifications.Last("/api/notifications/me/role", "PUT").Body);
        Assert.DoesNotContain("skillplatform.role", browser.Cookies.GetCookieHeader(web.Address));
        using var forgotten = await browser.Post("/en/my-role", "/en/my-role", ("do", "forget"));
        Assert.Equal("", web.Notifications.Last("/api/notifications/me/role", "DELETE").Body);
        using var nobody = web.Browser();
        Assert.DoesNotContain("You: Pilot", await nobody.Html("/en/changes"));
    }

    [Fact]
    public async Task The_export_of_an_account_has_what_each_service_holds_or_is_none()
    {
        web.Identity.Stub.On("GET /api/identity/me/export", new { account = new { id = "u1" } });
        web.Notifications.On("GET /api/notifications/me/export", new { marks = new[] { new { note = "Mine." } } });
        using var browser = web.Browser();
        await browser.SignIn();
        using var answer = await browser.Get("/en/account/export");
        var all = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal("u1", all.GetProperty("account").GetProperty("id").GetString());
        Assert.Equal("Mine.", all.GetProperty("reading").GetProperty("marks")[0].GetProperty("note").GetString());
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.DispositionType);
        web.Notifications.On("GET /api/notifications/me/export", new { }, 503);
        using var half = await browser.Get("/en/account/export");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, half.StatusCode);
    }
}
