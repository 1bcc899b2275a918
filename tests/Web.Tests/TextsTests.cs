using System.Text.RegularExpressions;
using SkillPlatform.Web.Languages;

namespace SkillPlatform.Web.Tests;

public sealed class TextsTests
{
    [Fact]
    public void Every_language_has_every_text()
    {
        var english = Texts.In("en").Keys.Order(StringComparer.Ordinal);
        Assert.True(Texts.Languages.Count >= 3);
        foreach (var language in Texts.Languages)
            Assert.Equal(english, Texts.In(language).Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_language_fills_in_the_same_values()
    {
        foreach (var key in Texts.In("en").Keys)
        foreach (var language in Texts.Languages)
            Assert.Equal((key, language, Holes(Texts.In("en")[key])), (key, language, Holes(Texts.In(language)[key])));
    }

    [Fact]
    public void German_and_Spanish_are_written_with_their_letters()
    {
        var german = string.Join(' ', Texts.In("de").Keys.Select(key => Texts.In("de")[key]));
        Assert.DoesNotMatch(@"\b(fuer|ueber|Aender|aender|Faehig|Vorschlaeg|koennen|gemaess)", german);
        Assert.Contains('ä', german);
        var spanish = string.Join(' ', Texts.In("es").Keys.Select(key => Texts.In("es")[key]));
        Assert.DoesNotMatch(@"\w(cion|sion)\b", spanish);
        Assert.Contains('ñ', spanish);
    }

    [Theory]
    [InlineData("en", 1, "1 skill")]
    [InlineData("en", 0, "0 skills")]
    [InlineData("de", 2, "2 Fähigkeiten")]
    [InlineData("es", 1, "1 competencia")]
    public void Numbers_agree_with_their_noun(string language, long n, string expected) =>
        Assert.Equal(expected, Texts.In(language).Count("skills", n));

    [Theory]
    [InlineData("ru", 1, "one")]
    [InlineData("ru", 3, "few")]
    [InlineData("ru", 11, "many")]
    [InlineData("ru", 22, "few")]
    [InlineData("pl", 5, "many")]
    [InlineData("fr", 0, "one")]
    [InlineData("ja", 1, "other")]
    public void Languages_to_come_can_count(string language, long n, string form) =>
        Assert.Equal(form, Plural.Of(language, n));

    [Fact]
    public void Dates_are_written_as_the_language_does()
    {
        var day = new DateTimeOffset(2026, 3, 9, 10, 0, 0, TimeSpan.Zero);
        Assert.Contains("März", Texts.In("de").Date(day));
        Assert.Contains("marzo", Texts.In("es").Date(day));
        Assert.Contains("March", Texts.In("en").Date(day));
    }

    private static string Holes(string text) =>
        string.Join(
            ' ',
            Regex
                .Matches(text, @"\{\d\}", RegexOptions.None, TimeSpan.FromSeconds(1))
                .Select(m => m.Value)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
        );
}
