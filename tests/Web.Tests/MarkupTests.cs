using System.ComponentModel;
using System.Net;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Web.Tests;

/// <summary>Each page as the Nu HTML checker reads it. It comes from npm and needs Java; where either is absent there is nothing to run.</summary>
public sealed class MarkupTests(WebFixture web) : IClassFixture<WebFixture>
{
    private static readonly NpmTool Checker = new("vnu-jar", "26.9.27", "vnu-jar/build/dist/vnu.jar");

    [Fact]
    public async Task The_checker_finds_no_error_on_any_page()
    {
        var jar = await Checker.Path;
        Assert.SkipWhen(jar is null, "npm, or what it serves, is not in reach");
        var folder = Directory.CreateTempSubdirectory("skillplatform-markup-").FullName;
        try
        {
            EveryPage.Given(web, null);
            using var reader = web.Browser();
            using var everybody = await EveryPage.SignedIn(web);
            var pages = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (browser, who) in new[] { (everybody, "signed in"), (reader, "nobody") })
            foreach (var (address, language) in EveryPage.Addresses.Zip(Languages()))
            {
                using var answer = await browser.Get($"/{language}{address}");
                if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Gone or HttpStatusCode.NotFound))
                    continue;
                var file = Path.Combine(folder, $"{pages.Count:D4}.html");
                pages[file] = $"/{language}{address} ({who})";
                await File.WriteAllTextAsync(file, await answer.Content.ReadAsStringAsync());
            }
            Assert.True(pages.Count > 40, $"{pages.Count} pages");
            var found = await Check(jar!, folder);
            Assert.SkipWhen(found is null, "there is no Java here");
            Assert.Empty(found!.Select(error => $"{pages[error.File]}: {error.Message}"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // One language a page, all of them over all pages: what is wrong with a template is wrong in each.
    private static IEnumerable<string> Languages()
    {
        while (true)
            foreach (var language in SkillPlatform.Web.Languages.Texts.Languages)
                yield return language;
    }

    private static async Task<List<(string File, string Message)>?> Check(string jar, string folder)
    {
        try
        {
            var (_, said) = await NpmTool.Run(
                "java",
                "-jar",
                jar,
                "--errors-only",
                "--format",
                "json",
                "--skip-non-html",
                folder
            );
            return
            [
                .. JsonSerializer
                    .Deserialize<JsonElement>(said)
                    .GetProperty("messages")
                    .EnumerateArray()
                    .Select(message =>
                        (
                            new Uri(message.GetProperty("url").GetString()!).LocalPath,
                            $"{message.GetProperty("message").GetString()} {Extract(message)}"
                        )
                    ),
            ];
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static string Extract(JsonElement message) =>
        message.TryGetProperty("extract", out var extract) ? extract.GetString()! : "";
}
