using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

public sealed partial class LanguageTests(Running running)
{
    private static readonly ResourceManager Resources = new("SkillPlatform.Identity.Texts", typeof(Texts).Assembly);

    public static TheoryData<string> Cultures => [.. Texts.Cultures];

    [Theory]
    [MemberData(nameof(Cultures))]
    public void Every_language_has_every_text_with_the_same_values(string culture)
    {
        var english = Read("en");
        var others = Read(culture);
        Assert.Equal(english.Keys.Order(StringComparer.Ordinal), others.Keys.Order(StringComparer.Ordinal));
        foreach (var (key, text) in english)
            Assert.Equal((key, Holes(text)), (key, Holes(others[key])));
    }

    [Theory]
    [InlineData("ar", "<html lang=\"ar\" dir=\"rtl\">", "تسجيل الدخول")]
    [InlineData("ja", "<html lang=\"ja\" dir=\"ltr\">", "サインイン")]
    [InlineData("de-AT fr", "<html lang=\"de\" dir=\"ltr\">", "Anmelden")]
    public async Task The_language_a_client_asks_for_stays(string asked, string html, string words)
    {
        using var browser = new Browser(running.Authority);
        using var first = await browser.Http.GetAsync($"/forgot?ui_locales={Uri.EscapeDataString(asked)}");
        var page = await browser.Http.GetStringAsync(new Uri("/sign-in?returnUrl=%2Fpasskeys", UriKind.Relative));
        Assert.Contains(html, page, StringComparison.Ordinal);
        Assert.Contains(words, page, StringComparison.Ordinal);
        Assert.Contains("href=\"/sign-in?returnUrl=%2Fpasskeys&amp;ui_locales=ru\"", page, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Read(string culture)
    {
        var texts = Resources.GetResourceSet(
            culture == "en" ? CultureInfo.InvariantCulture : CultureInfo.GetCultureInfo(culture),
            createIfNotExists: true,
            tryParents: false
        );
        return texts!
            .Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(text => (string)text.Key, text => (string)text.Value!, StringComparer.Ordinal);
    }

    private static string Holes(string text) =>
        string.Join(' ', Hole().Matches(text).Select(m => m.Value).Order(StringComparer.Ordinal));

    [GeneratedRegex(@"\{\d\}", RegexOptions.None, 1000)]
    private static partial Regex Hole();
}
