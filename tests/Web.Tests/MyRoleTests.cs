using System.Net;

namespace SkillPlatform.Web.Tests;

/// <summary>One says once what one is; pages then begin with it, for this browser alone.</summary>
public sealed class MyRoleTests(WebFixture web) : IClassFixture<WebFixture>
{
    private void Given()
    {
        web.Given("mine");
        web.Catalog.On("GET /api/catalog/domains", Samples.Tree)
            .On("GET /api/catalog/roles", new { items = new[] { new { slug = "pilot", name = "Pilot" } } })
            .On("GET /api/catalog/changes/lines", Samples.Empty);
    }

    [Fact]
    public async Task What_one_is_is_said_once_and_forgotten_when_asked()
    {
        Given();
        using var browser = web.Browser();
        Assert.Contains("href=\"/en/my-role\"", await browser.Html("/en/changes"));
        using var said = await Say(browser, ("role", "pilot"), ("level", "junior"), ("do", "remember"));
        Assert.Equal("/en/roles/pilot?level=junior", said.Headers.Location?.OriginalString);
        var changes = await browser.Html("/en/changes");
        Assert.Contains("You: Pilot, Junior", changes);
        Assert.Contains("href=\"/en/roles/pilot?level=junior&amp;compare=senior&amp;only=different\"", changes);
        var skill = await browser.Html("/en/skills/mine");
        Assert.Contains("id=\"junior.pilot\" class=\"mine\"", skill);
        Assert.Contains("<option value=\"pilot\" selected>", skill);
        // It is kept for nobody else.
        using var other = web.Browser();
        Assert.DoesNotContain("class=\"mine\"", await other.Html("/en/skills/mine"));
        Assert.Contains("class=\"mine\"", await browser.Html("/en/skills/mine"));
        using var forgotten = await Say(browser, ("do", "forget"));
        Assert.DoesNotContain("You: Pilot", await browser.Html("/en/changes"));
    }

    [Theory]
    [InlineData("pilot", "chief")]
    [InlineData("nobody", "junior")]
    [InlineData("", "")]
    public async Task What_is_not_there_cannot_be_ones_role(string role, string level)
    {
        Given();
        using var browser = web.Browser();
        using var answer = await Say(browser, ("role", role), ("level", level), ("do", "remember"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.DoesNotContain("skillplatform.role", browser.Cookies.GetCookieHeader(web.Address));
    }

    [Theory]
    [InlineData("pilot.junior\"><script>")]
    [InlineData("pilot")]
    [InlineData("..")]
    public async Task A_cookie_that_is_none_of_ours_says_nothing(string value)
    {
        Given();
        using var browser = web.Browser();
        browser.Client.DefaultRequestHeaders.Add("Cookie", $"skillplatform.role={Uri.EscapeDataString(value)}");
        Assert.DoesNotContain("You: ", await browser.Html("/en/changes"));
    }

    private static Task<HttpResponseMessage> Say(Browser browser, params (string, string)[] fields) =>
        browser.Post("/en/my-role", "/en/my-role", fields);
}
