using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using SkillPlatform.Testing;

namespace SkillPlatform.Web.Tests;

/// <summary>The two pages that this platform began with: the same facts, and none of their defects.</summary>
public sealed partial class SeedPagesTests(WebFixture web) : IClassFixture<WebFixture>
{
    private const string Roles = "AI Product Engineer|Cloud Engineer|Infrastructure Engineer|Platform Engineer";

    [Theory]
    [InlineData("de", "000_061191f76d0ff73e.txt", "Pflicht", "Optional")]
    [InlineData("es", "002_2f23e09b053b1917.txt", "Obligatorio", "Opcional")]
    public async Task Every_fact_of_a_seed_page_is_on_ours(
        string language,
        string file,
        string mandatory,
        string optional
    )
    {
        var seed = Repository.Data(Path.Combine("..", "seeds", file));
        Assert.SkipUnless(seed is not null && Catalogue is not null, "The seeds are not here.");
        var lines = await File.ReadAllLinesAsync(seed, TestContext.Current.CancellationToken);
        var skill = Skill();
        web.Given("serverless-functions");
        web.Catalog.On("GET /api/catalog/skills/serverless-functions", skill);
        using var browser = web.Browser();
        var html = await browser.Html($"/{language}/skills/serverless-functions");

        Assert.Equal(Stated(lines, mandatory, optional), Shown(html));
        Assert.Equal(["4", "5", "16", "4"], Numbers().Matches(html).Select(tile => tile.Value));
        var words = WebUtility.HtmlDecode(html);
        Assert.Contains("<h1><bdi>Serverless Functions</bdi></h1>", words);
        foreach (
            var keyword in "AWS Lambda, Cloud Functions, Yandex Cloud Functions, cold starts, event triggers".Split(
                ", "
            )
        )
            Assert.Contains($"<li><bdi>{keyword}</bdi></li>", words);
        Assert.Contains("?domain=cloud-infrastructure\"><bdi>Cloud & Infrastructure</bdi></a>", words);
        Assert.Contains("&group=serverless\"><bdi>Serverless</bdi></a>", words);

        var at = words.IndexOf("<p>Understands basic serverless concepts", StringComparison.Ordinal);
        Assert.Equal("lang=\"en\">", words[(at - 10)..at]);
        Assert.Contains(Languages.Texts.In(language)["content.untranslated"].Split('{')[0], words);
        Assert.DoesNotMatch(">[^<]*\\b(skills?|error|nav|history)\\.[a-z]", html);
        Assert.DoesNotMatch("Aender|fuer|Vorschlaeg", html);
    }

    // Level by level, as the seeds count them: role, whether it must be, what is asked for.
    private static List<string> Stated(string[] lines, string mandatory, string optional)
    {
        var rows = new List<string>();
        var level = -1;
        foreach (var line in lines)
            if (Header().IsMatch(line))
                level++;
            else if (Row().Match(line) is { Success: true } row && level >= 0)
                rows.Add(
                    $"{level} {row.Groups["role"]}: {(row.Groups["must"].Success ? mandatory : optional)}: {row.Groups["text"]}"
                );
        Assert.Equal(20, rows.Count);
        return rows;
    }

    private static List<string> Shown(string html)
    {
        var names = new[] { "Junior", "Middle", "Senior", "Lead", "Principal" };
        var tables = Tables().Matches(html).Select(table => table.Value).ToArray();
        Assert.Equal(names, tables.Select(table => Caption().Match(table).Value));
        return
        [
            .. tables.SelectMany(
                (table, level) =>
                    Rows()
                        .Matches(table)
                        .Select(row => Cells().Matches(row.Value).Select(cell => Text(cell.Value)).ToArray())
                        .Select(cells => $"{level} {cells[0]}: {cells[1]}: {Assert.Single(cells[2..])}")
            ),
        ];
    }

    private static string Text(string html) =>
        WebUtility.HtmlDecode(Tags().Replace(html.Split("<p class=\"since\">")[0], "")).Trim();

    private static string? Catalogue => Repository.Data("seed-serverless.json");

    // As the catalogue answers once it has taken the document in.
    private static object Skill()
    {
        var document = JsonDocument.Parse(File.ReadAllText(Catalogue!)).RootElement;
        var domain = document.GetProperty("domains")[0];
        var group = domain.GetProperty("groups")[0];
        var skill = group.GetProperty("skills")[0];
        return new
        {
            slug = "serverless-functions",
            language = "en",
            name = skill.GetProperty("name").GetString(),
            keywords = skill.GetProperty("keywords"),
            domain = Named(domain.GetProperty("name")),
            group = Named(group.GetProperty("name")),
            levels = document.GetProperty("levels").EnumerateArray().Select(Named),
            roles = document.GetProperty("roles").EnumerateArray().Select(Named),
            version = 1,
            updatedAt = "2026-03-17T10:00:00Z",
            requirements = skill
                .GetProperty("requirements")
                .EnumerateArray()
                .Select(requirement => new
                {
                    role = Slug(requirement.GetProperty("role")),
                    level = Slug(requirement.GetProperty("level")),
                    mandatory = requirement.GetProperty("mandatory").GetBoolean(),
                    description = requirement.GetProperty("description").GetString(),
                }),
        };
    }

    private static object Named(JsonElement name) => new { slug = Slug(name), name = name.GetString() };

    private static string Slug(JsonElement name) =>
        name.GetString()!.Replace(" & ", " ", StringComparison.Ordinal).Replace(' ', '-').ToLowerInvariant();

    [GeneratedRegex(@"^(\| )?Rol(le)? ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Header();

    [GeneratedRegex(
        $@"^(\| )?(?<role>{Roles}) (\| )?(?<must>(Pflicht|Obligatorio) (\| )?)?(?<text>.+?)[ |]*$",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Row();

    [GeneratedRegex("(?<=<dd>)\\d+(?=</dd>)", RegexOptions.None, 1000)]
    private static partial Regex Numbers();

    [GeneratedRegex("<table.*?</table>", RegexOptions.Singleline, 1000)]
    private static partial Regex Tables();

    [GeneratedRegex("(?<=<caption><bdi>).*?(?=</bdi></caption>)", RegexOptions.None, 1000)]
    private static partial Regex Caption();

    [GeneratedRegex("<tr id=.*?</tr>", RegexOptions.Singleline, 1000)]
    private static partial Regex Rows();

    [GeneratedRegex("(?<=<t[hd] [^>]*>).*?(?=</t[hd]>)", RegexOptions.Singleline, 1000)]
    private static partial Regex Cells();

    [GeneratedRegex("<[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex Tags();
}
