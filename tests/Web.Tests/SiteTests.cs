using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Site;

namespace SkillPlatform.Web.Tests;

/// <summary>What an installation says of itself, and what it is called and looks like.</summary>
public sealed class SiteTests(WebFixture web) : IClassFixture<WebFixture>
{
    public static TheoryData<string> Languages => [.. Texts.Languages];

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Every_page_leads_to_texts_of_our_own_until_others_are_written(string language)
    {
        using var browser = web.Browser();
        foreach (var page in new[] { "about", "help", "privacy" })
        {
            var html = await browser.Html($"/{language}/{page}");
            Assert.Contains($"href=\"/{language}/{page}\" aria-current=\"true\"", html);
            Assert.Contains("<h2>", html);
            Assert.DoesNotContain("<h4>", html);
            // The same links in each language: nobody is told less.
            Assert.Equal(Links(SiteTexts.Ours(page, "en")), Links(SiteTexts.Ours(page, language)));
        }
    }

    [Fact]
    public async Task An_imprint_is_linked_as_soon_as_an_administrator_has_written_it_and_shown_in_another_language_where_it_must()
    {
        using var admin = await Administrator();
        using var reader = web.Browser();
        Assert.DoesNotContain("/imprint\"", await reader.Html("/en/about"));
        using (var none = await reader.Get("/en/imprint"))
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        using var written = await Write(
            admin,
            "imprint",
            "de",
            "",
            "## Verantwortlich\n\nHafenamt <script>alert(1)</script> [hier](javascript:alert(1))"
        );
        Assert.Equal("/en/admin/site?done=saved", written.Headers.Location?.OriginalString);
        Assert.Contains("href=\"/en/imprint\"", await reader.Html("/en/about"));
        var french = await reader.Html("/fr/imprint");
        Assert.Contains("<h2>Verantwortlich</h2>", french);
        Assert.Contains("lang=\"de\"", french);
        Assert.Contains("n’existe pas encore en français", WebUtility.HtmlDecode(french));
        Assert.DoesNotContain("<script>alert", french);
        Assert.DoesNotContain("href=\"javascript", french);
        // Another replica hears of it by itself.
        using var elsewhere = web.Browser(web.Impatient);
        await Testing.Eventually.Holds(async () =>
            (await elsewhere.Html("/en/about")).Contains("/imprint\"", StringComparison.Ordinal)
        );
        using var cleared = await admin.Post(
            "/en/admin/site/imprint?language=de",
            "/en/admin/site/imprint",
            ("language", "de"),
            ("seen", "## Verantwortlich\n\nHafenamt <script>alert(1)</script> [hier](javascript:alert(1))"),
            ("text", "Whatever stood there."),
            ("do", "ours")
        );
        Assert.Equal(HttpStatusCode.Redirect, cleared.StatusCode);
        Assert.DoesNotContain("/imprint\"", await reader.Html("/en/about"));
    }

    [Fact]
    public async Task Of_two_who_write_at_once_the_second_is_told_and_loses_nothing()
    {
        using var admin = await Administrator();
        using var first = await Write(admin, "about", "ja", "", "最初");
        Assert.Equal(HttpStatusCode.Redirect, first.StatusCode);
        using var second = await Write(admin, "about", "ja", "", "次の文章");
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Contains("次の文章", WebUtility.HtmlDecode(await second.Content.ReadAsStringAsync()));
        using var anyone = web.Browser();
        Assert.Contains("最初", await anyone.Html("/ja/about"));
        using var tooLong = await Write(admin, "about", "ja", "最初", new string('長', WriteSite.Longest + 1));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, tooLong.StatusCode);
        Assert.Contains("最初", await anyone.Html("/ja/about"));
        // Ours is there again.
        using var emptied = await Write(admin, "about", "ja", "最初", "");
        Assert.DoesNotContain("最初", await anyone.Html("/ja/about"));
    }

    [Fact]
    public async Task Nobody_else_writes_and_nobody_who_no_longer_is_an_administrator()
    {
        using var admin = await Administrator();
        web.Identity.Stub.On("GET /api/identity/me", Account("contributor"));
        using var demoted = await Write(admin, "help", "en", "", "Mine.");
        Assert.Equal(HttpStatusCode.Forbidden, demoted.StatusCode);
        using var contributor = web.Browser();
        await contributor.SignIn();
        using var refused = await contributor.Get("/en/admin/site/help");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.DoesNotContain("Mine.", await contributor.Html("/en/help"));
    }

    [Fact]
    public async Task An_installation_has_its_name_its_logo_and_its_colour()
    {
        var logo = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.svg");
        await File.WriteAllTextAsync(logo, "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
        using var browser = web.Browser(
            web.Start(("Site:Name", "Harbour <Skills>"), ("Site:Accent", "#7a1f5c"), ("Site:Logo", logo))
        );
        var html = await browser.Html("/en/help");
        Assert.Contains("· Harbour &lt;Skills&gt;</title>", html);
        Assert.Contains("<bdi>Harbour &lt;Skills&gt;</bdi></a>", html);
        Assert.DoesNotContain(">SkillPlatform<", html);
        using var styles = await browser.Get(Address(html, "/brand/accent."));
        Assert.Contains("--accent: #7a1f5c", await styles.Content.ReadAsStringAsync());
        using var picture = await browser.Get(Address(html, "/brand/logo."));
        Assert.Equal("image/svg+xml", picture.Content.Headers.ContentType?.MediaType);
        File.Delete(logo);
    }

    [Theory]
    [InlineData("Site:Accent", "blue", "no colour")]
    [InlineData("Site:Accent", "#ffcc00", "cannot be read well: its contrast with the page is 1.3 to 1")]
    [InlineData("Site:Logo", "/no/such/file.svg", "no file")]
    [InlineData("Site:Logo", "/etc/hostname", "neither an SVG nor a PNG")]
    [InlineData("Site:Name", "two\nlines", "in one line")]
    public void What_cannot_be_shown_well_is_refused_at_the_start(string setting, string value, string why)
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create(setting, (string?)value)])
            .Build();
        var refused = Assert.Throws<InvalidOperationException>(() => Brand.Of(settings));
        Assert.Contains(why, refused.Message);
        Assert.Contains(setting.Replace(":", "__", StringComparison.Ordinal), refused.Message);
    }

    private static string Address(string html, string start) =>
        Regex.Match(html, $"{Regex.Escape(start)}[^\"]+", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;

    private static string[] Links(string markdown) =>
        [
            .. Regex
                .Matches(markdown, @"\]\((?<to>[^)]+)\)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
                .Select(link => link.Groups["to"].Value),
        ];

    private async Task<Browser> Administrator()
    {
        web.Identity.Roles = ["contributor", "administrator"];
        web.Identity.Stub.On("GET /api/identity/me", Account("administrator"));
        var browser = web.Browser();
        await browser.SignIn();
        web.Identity.Roles = ["contributor"];
        return browser;
    }

    private static object Account(string role) =>
        new
        {
            id = "u1",
            name = "Noor",
            email = "noor@example.org",
            confirmed = true,
            roles = new[] { role },
            reviewerScopes = Array.Empty<string>(),
            culture = "en",
            timeZone = "Etc/UTC",
            suspended = false,
            createdAt = "2026-03-09T10:00:00Z",
        };

    private static Task<HttpResponseMessage> Write(
        Browser browser,
        string page,
        string language,
        string seen,
        string text
    ) =>
        browser.Post(
            $"/en/admin/site/{page}?language={language}",
            $"/en/admin/site/{page}",
            ("language", language),
            ("seen", seen),
            ("text", text)
        );
}
