using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SkillPlatform.Web.Tests;

/// <summary>A skill's requirements are confirmed, and its next review planned, by forms.</summary>
public sealed class ConfirmTests(WebFixture web) : IClassFixture<WebFixture>
{
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_reviews_the_domain_confirms_all_or_some_and_plans_the_next_review()
    {
        web.Given("tides");
        web.Catalog.On(
            "GET /api/catalog/skills/tides",
            http =>
            {
                http.Response.Headers.ETag = "\"4-abc\"";
                return http.Response.WriteAsJsonAsync(Samples.Skill(), _ct);
            }
        );
        web.Catalog.On("POST /api/catalog/skills/tides/confirmations", new { }, 204);
        web.Catalog.On("PUT /api/catalog/skills/tides/review", new { }, 204);
        using var browser = await Reviewer("sea");
        Assert.Contains("/skills/tides/confirm\"", await browser.Html("/en/skills/tides"));

        var all = await Post("confirm", ("version", "3"), ("which", "all"), ("cell", "junior/pilot"), ("note", " "));
        Assert.Equal("/en/skills/tides?done=confirmed", all.Headers.Location!.OriginalString);
        var sent = Sent("/api/catalog/skills/tides/confirmations");
        Assert.Equal(JsonValueKind.Null, sent.GetProperty("requirements").ValueKind);
        Assert.Equal(3, sent.GetProperty("version").GetInt64());

        await Post(
            "confirm",
            ("version", "3"),
            ("which", "chosen"),
            ("cell", "junior/pilot"),
            ("reviewOn", "2027-03-01")
        );
        sent = Sent("/api/catalog/skills/tides/confirmations");
        Assert.Equal("""[{"role":"pilot","level":"junior"}]""", sent.GetProperty("requirements").GetRawText());
        Assert.Equal("2027-03-01", sent.GetProperty("reviewOn").GetString());

        await Post("review", ("tag", "\"4-abc\""), ("on", "2027-03-01"));
        Assert.Equal("2027-03-01", Sent("/api/catalog/skills/tides/review").GetProperty("on").GetString());
        Assert.Equal("\"4-abc\"", web.Catalog.Last("/api/catalog/skills/tides/review").Headers["If-Match"]);

        web.Catalog.On(
            "POST /api/catalog/skills/tides/confirmations",
            new { type = "/problems/stale-version", title = "Stale" },
            409
        );
        var stale = await Post("confirm", ("version", "2"), ("which", "all"), ("note", "Kept words"));
        Assert.Equal(409, (int)stale.StatusCode);
        var html = await stale.Content.ReadAsStringAsync(_ct);
        Assert.Contains("Read them as they are now", html);
        Assert.Contains("Kept words", html);

        Task<HttpResponseMessage> Post(string to, params (string, string)[] fields) =>
            browser.Post("/en/skills/tides/confirm", $"/en/skills/tides/{to}", fields);

        JsonElement Sent(string path) => JsonDocument.Parse(web.Catalog.Last(path).Body).RootElement;
    }

    [Fact]
    public async Task Whoever_does_not_review_the_domain_finds_no_form()
    {
        web.Given("shore");
        web.Catalog.On("GET /api/catalog/skills/shore", Samples.Skill("shore"));
        using var browser = await Reviewer("elsewhere");
        Assert.DoesNotContain("/skills/shore/confirm", await browser.Html("/en/skills/shore"));
        using var answer = await browser.Get("/en/skills/shore/confirm");
        Assert.Equal(403, (int)answer.StatusCode);
    }

    private async Task<Browser> Reviewer(string scope)
    {
        (web.Identity.Roles, web.Identity.Scopes) = (["contributor", "reviewer"], [scope]);
        var browser = web.Browser();
        await browser.SignIn();
        (web.Identity.Roles, web.Identity.Scopes) = (["contributor"], []);
        return browser;
    }
}
