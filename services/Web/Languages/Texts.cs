using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Languages;

/// <summary>All texts of one language, from <c>Languages/{language}/{room}.json</c>. A language is there as soon as its <c>shared.json</c> is.</summary>
public sealed partial class Texts
{
    // As they stand at the foot of each page.
    private static readonly string[] Known = ["en", "de", "es", "fr", "ru", "ja", "ar"];
    private static readonly Dictionary<string, Texts> All = Load();
    private readonly Dictionary<string, string> _texts;

    private Texts(string language, Dictionary<string, string> texts)
    {
        Language = language;
        Culture = Written(language);
        _texts = texts;
    }

    /// <summary>BCP 47, as in addresses: <c>de</c>.</summary>
    public string Language { get; }

    /// <summary>How it writes dates and numbers.</summary>
    public CultureInfo Culture { get; }

    public bool RightToLeft => Culture.TextInfo.IsRightToLeft;

    /// <summary>As Open Graph writes it: <c>de_DE</c>.</summary>
    public string Locale => CultureInfo.CreateSpecificCulture(Culture.Name).Name.Replace('-', '_');

    public IReadOnlyCollection<string> Keys => _texts.Keys;

    public static IReadOnlyList<string> Languages { get; } = [.. Known.Where(All.ContainsKey)];

    public static Texts Of(CultureInfo culture) => All.GetValueOrDefault(culture.TwoLetterISOLanguageName) ?? All["en"];

    public static Texts In(string language) => All[language];

    /// <summary>By which the reader of this request finds names in a list.</summary>
    public static StringComparer ByName => StringComparer.Create(CultureInfo.CurrentUICulture, ignoreCase: true);

    /// <summary>A text with <c>{0}</c>, <c>{1}</c> … filled in. A key nobody has is a bug, found by the tests.</summary>
    public string this[string key, params ReadOnlySpan<object?> values] =>
        values.Length == 0 ? _texts[key] : string.Format(Culture, _texts[key], values);

    /// <summary>True if there is such a text: for values that others may extend, such as kinds of change.</summary>
    public bool Has(string key) => _texts.ContainsKey(key);

    /// <summary>A text for a number: <c>key.one</c>, <c>key.other</c> …, as the language counts; <c>{0}</c> is the number.</summary>
    public string Count(string key, long n) => this[$"{key}.{Plural.Of(Language, n)}", Number(n)];

    public string List(IEnumerable<string> items) => string.Join(this["list"], items);

    public string Date(DateTimeOffset at) => at.UtcDateTime.ToString("D", Culture);

    public string Day(DateOnly day) => day.ToString("D", Culture);

    /// <summary>In the head of a narrow column: <c>25 Nov</c>, on one line.</summary>
    public string Narrow(DateOnly day) =>
        day.ToString(
                Culture
                    .DateTimeFormat.MonthDayPattern.Replace("MMMM", "MMM", StringComparison.Ordinal)
                    .Replace(" 'de' ", " ", StringComparison.Ordinal),
                Culture
            )
            .Replace(' ', '\u00a0');

    /// <summary>As short as it can be said with the time, in UTC: <c>25 Nov 2026, 09:08</c>.</summary>
    public string Short(DateTimeOffset at) =>
        at.UtcDateTime.ToString(
            Language switch
            {
                "de" => "d. MMM yyyy, HH:mm",
                "ja" => "yyyy年M月d日 HH:mm",
                "ar" => "d MMM yyyy، HH:mm",
                _ => "d MMM yyyy, HH:mm",
            },
            Culture
        );

    /// <summary>
    /// A name in a sentence that runs from right to left, so that it does not turn what stands around it; the sentence
    /// itself must stand where no name decides its direction.
    /// </summary>
    public string Isolated(string name) => RightToLeft ? $"\u2068{name}\u2069" : name;

    /// <summary>
    /// Of a line that may be one of our sentences with a name in it, or somebody's words: a sentence that runs from right to
    /// left does so also where a name in other letters comes first.
    /// </summary>
    public string Direction(string text) =>
        RightToLeft && text.Any(letter => letter is >= '\u0590' and <= '\u08FF') ? "rtl" : "auto";

    public string Moment(DateTimeOffset at) =>
        $"{at.UtcDateTime.ToString("D", Culture)}, {at.UtcDateTime.ToString("t", Culture)} UTC";

    public string Number(long n) => n.ToString("N0", Culture);

    private static CultureInfo Written(string language)
    {
        // Some versions of ICU count Arabic's years from the Hijra; ours are the same in every language.
        // English is British here, dates as well as spelling.
        var culture = new CultureInfo(language == "en" ? "en-GB" : language, useUserOverride: false);
        culture.DateTimeFormat.Calendar = new GregorianCalendar(GregorianCalendarTypes.Localized);
        // Which day of the week something was matters to nobody.
        culture.DateTimeFormat.LongDatePattern = Weekday().Replace(culture.DateTimeFormat.LongDatePattern, "");
        // Arabic's separators belong to Arabic's digits, which .NET does not write: between ours they look like quotes.
        if (culture.NumberFormat.NumberGroupSeparator == "\u066C")
            (culture.NumberFormat.NumberGroupSeparator, culture.NumberFormat.NumberDecimalSeparator) = (",", ".");
        return CultureInfo.ReadOnly(culture);
    }

    [GeneratedRegex(@"dddd[,،]?\s*|[,،]?\s*dddd", RegexOptions.NonBacktracking)]
    private static partial Regex Weekday();

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
