using System.Globalization;
using System.Reflection;
using System.Text.Json;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Languages;

/// <summary>All texts of one language, from <c>Languages/{language}/{room}.json</c>. A language is there as soon as its <c>shared.json</c> is.</summary>
public sealed class Texts
{
    private static readonly Dictionary<string, Texts> All = Load();
    private readonly CultureInfo _culture;
    private readonly Dictionary<string, string> _texts;

    private Texts(string language, Dictionary<string, string> texts)
    {
        Language = language;
        _culture = CultureInfo.GetCultureInfo(language);
        _texts = texts;
    }

    /// <summary>BCP 47, as in addresses: <c>de</c>.</summary>
    public string Language { get; }

    public bool RightToLeft => _culture.TextInfo.IsRightToLeft;

    /// <summary>As Open Graph writes it: <c>de_DE</c>.</summary>
    public string Locale => CultureInfo.CreateSpecificCulture(Language).Name.Replace('-', '_');

    public IReadOnlyCollection<string> Keys => _texts.Keys;

    public static IReadOnlyList<string> Languages { get; } = [.. All.Keys.Order(StringComparer.Ordinal)];

    public static Texts Of(CultureInfo culture) => All.GetValueOrDefault(culture.TwoLetterISOLanguageName) ?? All["en"];

    public static Texts In(string language) => All[language];

    /// <summary>A text with <c>{0}</c>, <c>{1}</c> … filled in. A key nobody has is a bug, found by the tests.</summary>
    public string this[string key, params ReadOnlySpan<object?> values] =>
        values.Length == 0 ? _texts[key] : string.Format(_culture, _texts[key], values);

    /// <summary>True if there is such a text: for values that others may extend, such as kinds of change.</summary>
    public bool Has(string key) => _texts.ContainsKey(key);

    /// <summary>A text for a number: <c>key.one</c>, <c>key.other</c>, as the language counts; <c>{0}</c> is the number.</summary>
    public string Count(string key, long n)
    {
        var form = $"{key}.{Plural.Of(Language, n)}";
        return this[Has(form) ? form : $"{key}.other", n];
    }

    public string Date(DateTimeOffset at) => at.UtcDateTime.ToString("D", _culture);

    public string Moment(DateTimeOffset at) =>
        $"{at.UtcDateTime.ToString("D", _culture)}, {at.UtcDateTime.ToString("t", _culture)} UTC";

    public string Number(long n) => n.ToString("N0", _culture);

    private static Dictionary<string, Texts> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly
            .GetManifestResourceNames()
            .Where(name => name.StartsWith("texts/", StringComparison.Ordinal))
            .GroupBy(name => name.Split('/')[1], StringComparer.Ordinal)
            .Where(files => files.Any(file => file.EndsWith("/shared.json", StringComparison.Ordinal)))
            .ToDictionary(
                files => files.Key,
                files => new Texts(
                    files.Key,
                    // The same key in two rooms is refused here, at the start.
                    files
                        .SelectMany(file => Embedded.Json<Dictionary<string, string>>(file))
                        .ToDictionary(StringComparer.Ordinal)
                ),
                StringComparer.Ordinal
            );
    }
}

/// <summary>Plural forms as CLDR names them, for whole numbers.</summary>
public static class Plural
{
    public static string Of(string language, long n) =>
        language switch
        {
            "fr" or "pt" => n is 0 or 1 ? "one" : "other",
            "ru" or "uk" => (n % 10, n % 100) switch
            {
                (1, not 11) => "one",
                (>= 2 and <= 4, not (>= 12 and <= 14)) => "few",
                _ => "many",
            },
            "pl" => n == 1 ? "one"
            : n % 10 is >= 2 and <= 4 && n % 100 is not (>= 12 and <= 14) ? "few"
            : "many",
            "ja" or "zh" or "ko" => "other",
            _ => n == 1 ? "one" : "other",
        };
}
