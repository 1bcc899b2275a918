using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications;

/// <summary>
/// The sentences of mails and inbox, one JSON file per language in <c>Mail/Texts</c>. A language is added by adding its file;
/// a test holds every file to the keys and placeholders of <c>en.json</c>.
/// </summary>
public sealed partial class Texts
{
    private static readonly FrozenDictionary<string, FrozenDictionary<string, string>> All = Load();
    private readonly FrozenDictionary<string, string> _texts;

    private Texts(string language, CultureInfo format)
    {
        Language = language;
        Format = Written(format);
        _texts = All[language];
    }

    /// <summary>Tag of the language these texts are in, which may be a parent of what the reader asked for, or English.</summary>
    public string Language { get; }

    /// <summary>How dates and numbers are written.</summary>
    public CultureInfo Format { get; }

    /// <summary>Which way the language is written, as HTML says it.</summary>
    public string Direction => CultureInfo.GetCultureInfo(Language).TextInfo.IsRightToLeft ? "rtl" : "ltr";

    private static CultureInfo British => CultureInfo.GetCultureInfo("en-GB");

    public static CultureInfo Invariant => CultureInfo.InvariantCulture;

    public static IReadOnlyCollection<string> Languages => All.Keys;

    public static IReadOnlyDictionary<string, string> In(string language) => All[language];

    /// <summary>The nearest language there is: de-AT reads de, what nobody has translated reads English.</summary>
    public static Texts For(string culture)
    {
        CultureInfo wanted;
        try
        {
            wanted = CultureInfo.GetCultureInfo(culture);
        }
        catch (CultureNotFoundException)
        {
            wanted = CultureInfo.GetCultureInfo("en");
        }
        for (var c = wanted; c.Name.Length > 0; c = c.Parent)
            if (All.ContainsKey(c.Name))
                // Who only said English reads British dates, as the spelling is.
                return new Texts(c.Name, wanted.Name == "en" ? British : wanted);
        return new Texts("en", British);
    }

    /// <summary>The language that a request asks for before all others; null where it asks for none that there is.</summary>
    public static Texts? AskedFor(HttpContext http) =>
        http
            .Request.GetTypedHeaders()
            .AcceptLanguage.OrderByDescending(language => language.Quality ?? 1)
            .Select(language => language.Value.Value)
            .FirstOrDefault(tag => tag is not null && All.ContainsKey(tag.Split('-')[0]))
            is { } asked
            ? For(asked)
            : null;

    /// <summary>The text with its <c>{placeholders}</c> filled in, in one pass: what is filled in is never read again.</summary>
    public string this[string key, params ReadOnlySpan<(string Name, string? Value)> values]
    {
        get
        {
            var text = _texts[key];
            if (values.Length == 0)
                return text;
            var filled = new System.Text.StringBuilder(text.Length + 32);
            for (var at = 0; at < text.Length; )
            {
                var open = text.IndexOf('{', at);
                var close = open < 0 ? -1 : text.IndexOf('}', open);
                if (close < 0)
                    return filled.Append(text, at, text.Length - at).ToString();
                filled.Append(text, at, open - at);
                var name = text.AsSpan(open + 1, close - open - 1);
                foreach (var (candidate, value) in values)
                    if (name.SequenceEqual(candidate))
                        filled.Append(value is null ? null : Line.Within(value, Direction));
                at = close + 1;
            }
            return filled.ToString();
        }
    }

    // Some cultures count their years otherwise; what we date is dated the same for everybody.
    private static CultureInfo Written(CultureInfo culture)
    {
        var copy = (CultureInfo)culture.Clone();
        if (
            culture.Calendar is not GregorianCalendar
            && culture.OptionalCalendars.OfType<GregorianCalendar>().FirstOrDefault() is { } ours
        )
            copy.DateTimeFormat.Calendar = ours;
        // As pages write it: which day of the week it was matters to nobody.
        copy.DateTimeFormat.LongDatePattern = Weekday().Replace(copy.DateTimeFormat.LongDatePattern, "");
        return copy;
    }

    [GeneratedRegex(@"dddd[,،]?\s*|[,،]?\s*dddd", RegexOptions.NonBacktracking)]
    private static partial Regex Weekday();

    public bool Has(string key) => _texts.ContainsKey(key);

    private static FrozenDictionary<string, FrozenDictionary<string, string>> Load()
    {
        var assembly = typeof(Texts).Assembly;
        return assembly
            .GetManifestResourceNames()
            .Where(name => name.StartsWith("Texts/", StringComparison.Ordinal))
            .ToFrozenDictionary(
                name => Path.GetFileNameWithoutExtension(name),
                name =>
                {
                    using var json = assembly.GetManifestResourceStream(name)!;
                    return JsonSerializer
                        .Deserialize<Dictionary<string, string>>(json)!
                        .ToFrozenDictionary(StringComparer.Ordinal);
                },
                StringComparer.Ordinal
            );
    }
}
