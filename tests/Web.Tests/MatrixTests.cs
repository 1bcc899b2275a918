using System.Net;
using System.Text.RegularExpressions;

namespace SkillPlatform.Web.Tests;

/// <summary>Everything at one glance, and what is said of a day before there was anything.</summary>
public sealed class MatrixTests(WebFixture web) : IClassFixture<WebFixture>
{
    [Fact]
    public async Task A_skill_shows_its_roles_by_levels_and_where_there_is_room_for_one_level_it_is_the_chosen_one()
    {
        web.Catalog.On(
            "GET /api/catalog/skills/laid-out",
            Samples.Of(
                "laid-out",
                ("pilot", "junior", true, "Knows the tables."),
                ("pilot", "senior", true, "Teaches the tables."),
                ("skipper", "senior", false, "Asks the pilot.")
            )
        );
        using var browser = web.Browser();
        var first = await browser.Html("/en/skills/laid-out/matrix");
        Assert.Contains("<th scope=\"row\"><a href=\"/en/roles/pilot\"><bdi>Pilot</bdi></a></th>", first);
        Assert.Equal(["Knows the tables."], Shown(first));
        // The skipper has nothing at that level.
        Assert.Contains("class=\"elsewhere\"", first);
        var senior = await browser.Html("/en/skills/laid-out/matrix?show=senior");
        Assert.Equal(["Teaches the tables.", "Asks the pilot."], Shown(senior));
        Assert.DoesNotContain("class=\"elsewhere\"", senior);
        // All of it is there all the same, for paper and wider screens.
        Assert.Contains("Knows the tables.", senior);
        Assert.Contains("href=\"/en/skills/laid-out/matrix?show=junior#matrix\"", senior);
    }

    [Theory]
    [InlineData("/en/skills/began?asOf=2001-01-01")]
    [InlineData("/en/skills/began/matrix?asOf=2001-01-01")]
    public async Task Who_asks_for_a_day_before_the_beginning_is_told_when_it_began(string address)
    {
        web.Catalog.On(
                "GET /api/catalog/skills/began",
                http =>
                {
                    if (!http.Request.Query.ContainsKey("asOf"))
                        return Microsoft.AspNetCore.Http.HttpResponseJsonExtensions.WriteAsJsonAsync(
                            http.Response,
                            Samples.Skill("began"),
                            System.Text.Json.JsonSerializerOptions.Web
                        );
                    http.Response.StatusCode = 404;
                    return Task.CompletedTask;
                }
            )
            .On("GET /api/catalog/skills/began/history", Samples.Empty);
        web.Proposals.On("GET /api/proposals", Samples.Empty);
        using var browser = web.Browser();
        using var answer = await browser.Get(address);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Contains("On 1 January 2001 this skill was not there yet. It began on 9 March 2026", html);
        Assert.Contains("href=\"/en/skills/began?version=1\"", html);
        using var nowhere = await browser.Get("/en/skills/there-is-none?asOf=2001-01-01");
        Assert.DoesNotContain("was not there yet", await nowhere.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/de/roles/began?asOf=2001-01-01")]
    [InlineData("/de/roles/began?level=junior&compare=senior&asOf=2001-01-01")]
    [InlineData("/de/roles/began/matrix?asOf=2001-01-01")]
    public async Task Of_a_role_before_the_beginning_it_is_said_when_it_began(string address)
    {
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree)
            .On(
                "GET /api/catalog/roles/began",
                new
                {
                    slug = "began",
                    name = "Pilot",
                    counts = new
                    {
                        skills = 0,
                        mandatory = 0,
                        optional = 0,
                    },
                    items = Array.Empty<object>(),
                    beganAt = "2026-03-09T10:00:00Z",
                }
            );
        using var browser = web.Browser();
        var html = await browser.Html(address);
        Assert.Contains("Am 1. Januar 2001 gab es hier noch keine Anforderungen.", html);
        Assert.Contains("beginnt am 9. März 2026", html);
    }

    private static string[] Shown(string html) =>
        [
            .. Regex
                .Matches(
                    html,
                    "<td data-label=\"[^\"]*\" class=\"shown\">.*?<bdi>(?<gist>[^<]*)</bdi>",
                    RegexOptions.ExplicitCapture | RegexOptions.Singleline,
                    TimeSpan.FromSeconds(1)
                )
                .Select(cell => cell.Groups["gist"].Value),
        ];
}
