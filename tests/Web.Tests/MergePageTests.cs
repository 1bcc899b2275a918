using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SkillPlatform.Web.Tests;

/// <summary>Two skills made one, by forms alone.</summary>
public sealed class MergePageTests(WebFixture web) : IClassFixture<WebFixture>
{
    private const string Id = "01990000-0000-7000-8000-0000000000a1";
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_other_skill_is_found_by_its_name_and_never_the_same_one()
    {
        Given("found");
        web.Catalog.On(
            "GET /api/catalog/skills",
            new { items = new[] { Named("found", "Tides"), Named("found-other", "Currents") } }
        );
        using var browser = web.Browser();
        await browser.SignIn();
        Assert.Contains("/en/skills/found/merge\"", await browser.Html("/en/skills/found/suggest"));
        var html = await browser.Html("/en/skills/found/merge?q=cur");
        Assert.Contains("href=\"/en/skills/found/merge?into=found-other\"", html);
        Assert.DoesNotContain("into=found\"", html);
        Assert.Contains("There is no such other skill", await browser.Html("/en/skills/found/merge?into=found"));
    }

    [Fact]
    public async Task What_both_say_otherwise_is_decided_and_sent_with_what_was_seen()
    {
        Given("merged");
        web.Proposals.On("POST /api/proposals", new { id = Id }, 201);
        using var browser = web.Browser();
        await browser.SignIn();
        const string page = "/en/skills/merged/merge?into=merged-other";
        var html = await browser.Html(page);
        Assert.Contains("name=\"keep:pilot:junior\" value=\"remaining\" checked", html);
        // What both say alike, nobody is asked about.
        Assert.DoesNotContain("keep:skipper:senior", html);
        using var answer = await browser.Post(
            page,
            "/en/skills/merged/merge",
            ("into", "merged-other"),
            ("version", "3"),
            ("intoVersion", "3"),
            ("keep:pilot:junior", "going"),
            ("rationale", "They are one.")
        );
        Assert.Equal($"/en/proposals/{Id}?done=submitted", answer.Headers.Location?.OriginalString);
        var sent = JsonDocument.Parse(web.Proposals.Last("/api/proposals", "POST").Body).RootElement;
        Assert.Equal("merged", sent.GetProperty("skill").GetString());
        Assert.Equal(
            """{"op":"mergeSkill","into":"merged-other","cells":[{"role":"pilot","level":"junior","replaces":true,"was":"Knows currents.","wasMandatory":true}],"was":{"name":"Currents","domain":"sea"},"version":3}""",
            sent.GetProperty("changes")[0].GetRawText()
        );
    }

    [Fact]
    public async Task Who_was_slower_than_another_sees_both_as_they_are_and_loses_nothing()
    {
        Given("moved");
        using var browser = web.Browser();
        await browser.SignIn();
        const string page = "/en/skills/moved/merge?into=moved-other";
        using var answer = await browser.Post(
            page,
            "/en/skills/moved/merge",
            ("into", "moved-other"),
            ("version", "3"),
            ("intoVersion", "2"),
            ("keep:pilot:junior", "going"),
            ("rationale", "They are one.")
        );
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync(_ct);
        Assert.Contains("One of the two skills has changed", html);
        Assert.Contains("name=\"keep:pilot:junior\" value=\"going\" checked", html);
        Assert.Contains("They are one.</textarea>", html);
        Assert.DoesNotContain(web.Proposals.All, asked => asked.Body.Contains("\"moved\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_page_of_a_skill_that_was_merged_leads_to_the_other_and_its_history_stays()
    {
        Given("remaining");
        // As the catalogue leads there.
        web.Catalog.On(
                "GET /api/catalog/skills/gone",
                http =>
                {
                    if (http.Request.Query.ContainsKey("asOf"))
                        return http.Response.WriteAsJsonAsync(
                            Samples.Skill("gone", "Old tides"),
                            JsonSerializerOptions.Web
                        );
                    http.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
                    http.Response.Headers.Location = "/api/catalog/skills/remaining";
                    return Task.CompletedTask;
                }
            )
            .On(
                "GET /api/catalog/skills/gone/history",
                Samples.Changes(("skillMerged", 4, "Old tides", "Reading tides"), ("skillAdded", 1, null, "Old tides"))
            );
        using var browser = web.Browser();
        using var page = await browser.Get("/en/skills/gone");
        Assert.Equal(HttpStatusCode.PermanentRedirect, page.StatusCode);
        Assert.Equal("/en/skills/remaining", page.Headers.Location?.OriginalString);
        var history = await browser.Html("/en/skills/gone/history");
        Assert.Contains("Merged into", history);
        Assert.Contains("Old tides", history);
        Assert.DoesNotContain("The skill itself cannot be shown", history);
    }

    private void Given(string slug)
    {
        web.Given(slug);
        web.Catalog.On(
            $"GET /api/catalog/skills/{slug}-other",
            Samples.Skill($"{slug}-other", "Currents", "Knows currents.")
        );
    }

    private static object Named(string slug, string name) => new { slug, name };
}
