using System.Text.RegularExpressions;
using SkillPlatform.Web.Languages;

namespace SkillPlatform.Web.Tests;

public sealed class TextsTests
{
    private static readonly string[] Forms = ["zero", "one", "two", "few", "many", "other"];

    public static TheoryData<string> Languages => [.. Texts.Languages];

    [Fact]
    public void There_are_seven_languages_in_the_order_of_the_footer() =>
        Assert.Equal(["en", "de", "es", "fr", "ru", "ja", "ar"], Texts.Languages);

    [Theory]
    [MemberData(nameof(Languages))]
    public void Every_language_has_every_text_and_exactly_the_plural_forms_it_needs(string language)
    {
        var english = Texts.In("en").Keys;
        var expected = english
            .SelectMany(key =>
                !IsPlural(key, out var noun) ? [key]
                : key.EndsWith(".one", StringComparison.Ordinal)
                    ? Plural.Forms(language).Select(form => $"{noun}.{form}")
                : []
            )
            .ToHashSet(StringComparer.Ordinal);
        Assert.Empty(expected.Except(Texts.In(language).Keys, StringComparer.Ordinal));
        Assert.Empty(Texts.In(language).Keys.Except(expected, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void Every_language_fills_in_the_same_values(string language)
    {
        foreach (var key in Texts.In(language).Keys)
        {
            var holes = Holes(Texts.In(language)[key]);
            if (IsPlural(key, out var noun))
                // “One skill” needs no number.
                Assert.Equal(
                    (key, ""),
                    (key, Holes(Texts.In("en")[$"{noun}.other"]) is var all && holes == all ? "" : holes)
                );
            else
                Assert.Equal((key, Holes(Texts.In("en")[key])), (key, holes));
        }
    }

    [Theory]
    [InlineData("de", "äöü", @"\b(fuer|ueber|Aender|aender|Faehig|Vorschlaeg|koennen|gemaess)")]
    [InlineData("es", "ñáéíóú", @"\w(cion|sion)\b")]
    [InlineData("fr", "éèàç", @"[^\u00A0\u202F] ?[!?;»]|[^\u00A0\u202F]: |\w'\w|\b(competence|modele|acces)\b")]
    [InlineData("ru", "ё", @"\b[a-z]{4,}\b")]
    [InlineData("ja", "のをは", @"[。、] |[ａ-ｚ]")]
    [InlineData("ar", "ةّ", @"[,;?] ")]
    public void Each_language_is_written_with_its_letters_and_signs(string language, string letters, string wrong)
    {
        foreach (var key in Texts.In(language).Keys)
            Assert.False(
                Regex.IsMatch(Texts.In(language)[key], wrong, RegexOptions.None, TimeSpan.FromSeconds(1)),
                $"{language} {key}: {Texts.In(language)[key]}"
            );
        var all = string.Concat(Texts.In(language).Keys.Select(key => Texts.In(language)[key]));
        Assert.All(letters, letter => Assert.Contains(letter, all));
    }

    [Theory]
    [InlineData("en", 1, "1 skill")]
    [InlineData("en", 0, "0 skills")]
    [InlineData("de", 1_200, "1.200 Skills")]
    [InlineData("es", 1, "1 habilidad")]
    [InlineData("fr", 0, "0 compétence")]
    [InlineData("ru", 22, "22 навыка")]
    [InlineData("ru", 11, "11 навыков")]
    [InlineData("ja", 1, "1件のスキル")]
    [InlineData("ar", 2, "مهارتان")]
    [InlineData("ar", 5, "5 مهارات")]
    [InlineData("ar", 1_404, "1,404 مهارات")]
    public void Numbers_agree_with_their_noun(string language, long n, string expected) =>
        Assert.Equal(expected, Texts.In(language).Count("skills", n));

    // The samples CLDR gives with its rules, of whole numbers.
    [Theory]
    [InlineData("en", "one", 1)]
    [InlineData("en", "other", 0, 2, 16, 100, 1_000)]
    [InlineData("fr", "one", 0, 1)]
    [InlineData("fr", "other", 2, 17, 100, 1_000)]
    [InlineData("ru", "one", 1, 21, 31, 101, 1_001)]
    [InlineData("ru", "few", 2, 4, 22, 24, 102, 1_002)]
    [InlineData("ru", "many", 0, 5, 11, 12, 14, 19, 100, 111, 1_000)]
    [InlineData("ja", "other", 0, 1, 15, 100)]
    [InlineData("ar", "zero", 0)]
    [InlineData("ar", "one", 1)]
    [InlineData("ar", "two", 2)]
    [InlineData("ar", "few", 3, 10, 103, 110, 1_003)]
    [InlineData("ar", "many", 11, 26, 99, 111, 1_011)]
    [InlineData("ar", "other", 100, 102, 200, 202, 1_000)]
    public void Each_language_counts_as_CLDR_says(string language, string form, params int[] numbers)
    {
        Assert.Contains(form, Plural.Forms(language));
        Assert.All(numbers, n => Assert.Equal(form, Plural.Of(language, n)));
    }

    [Theory]
    [InlineData("en", "9 March 2026", false)]
    [InlineData("de", "9. März 2026", false)]
    [InlineData("es", "9 de marzo de 2026", false)]
    [InlineData("fr", "9 mars 2026", false)]
    [InlineData("ru", "9 марта 2026", false)]
    [InlineData("ja", "2026年3月9日", false)]
    [InlineData("ar", "9 مارس 2026", true)]
    public void Dates_and_direction_are_those_of_the_language(string language, string date, bool rightToLeft)
    {
        Assert.Contains(date, Texts.In(language).Date(new DateTimeOffset(2026, 3, 9, 10, 0, 0, TimeSpan.Zero)));
        Assert.Equal(rightToLeft, Texts.In(language).RightToLeft);
    }

    [Theory]
    [InlineData("ar", "Serverless Functions: أُدمج اقتراحكم", "rtl")]
    [InlineData("ar", "Serverless is the default here.", "auto")]
    [InlineData("en", "مهارة: merged", "auto")]
    public void A_sentence_goes_its_own_way_whatever_name_it_begins_with(
        string language,
        string line,
        string direction
    ) => Assert.Equal(direction, Texts.In(language).Direction(line));

    [Theory]
    [InlineData("en", "9 Mar 2026, 09:08")]
    [InlineData("de", "9. März 2026, 09:08")]
    [InlineData("fr", "9 mars 2026, 09:08")]
    [InlineData("ja", "2026年3月9日 09:08")]
    [InlineData("ar", "9 مارس 2026، 09:08")]
    public void A_moment_is_said_shortly_with_its_time(string language, string moment) =>
        Assert.Equal(moment, Texts.In(language).Short(new DateTimeOffset(2026, 3, 9, 10, 8, 0, TimeSpan.FromHours(1))));

    [Theory]
    [InlineData("en", "9\u00a0Sept")]
    [InlineData("de", "9.\u00a0Sept.")]
    [InlineData("es", "9\u00a0sept")]
    public void A_day_in_a_narrow_column_is_said_on_one_line_without_more_words(string language, string day) =>
        Assert.Equal(day, Texts.In(language).Narrow(new DateOnly(2026, 9, 9)));

    private static bool IsPlural(string key, out string noun)
    {
        var dot = key.LastIndexOf('.');
        noun = dot < 0 ? key : key[..dot];
        return Forms.Contains(key[(dot + 1)..], StringComparer.Ordinal)
            && Texts.In("en").Has($"{noun}.one")
            && Texts.In("en").Has($"{noun}.other");
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
