using System.Globalization;
using System.Text.RegularExpressions;

namespace SkillPlatform.Catalog;

/// <summary>Which language a text is in, as BCP 47 writes it.</summary>
public static partial class LanguageTag
{
    /// <summary>No tag that is used is longer.</summary>
    public const int Longest = 35;

    private static readonly Dictionary<string, string> Short = CultureInfo
        .GetCultures(CultureTypes.NeutralCultures)
        .Where(c => c.TwoLetterISOLanguageName.Length == 2 && !c.Name.Contains('-', StringComparison.Ordinal))
        .GroupBy(c => c.ThreeLetterISOLanguageName, StringComparer.Ordinal)
        .ToDictionary(c => c.Key, c => c.First().TwoLetterISOLanguageName, StringComparer.Ordinal);

    /// <summary>The tag in its usual case, or what is wrong with it.</summary>
    public static (string? Tag, string? Problem) Of(string written)
    {
        if (!Tag().IsMatch(written))
            return (null, $"\u201c{written}\u201d is no language tag (BCP 47): en, de-CH or zh-Hant are.");
        var parts = written.ToLowerInvariant().Split('-');
        if (Short.GetValueOrDefault(parts[0]) is { } shorter)
            return (null, $"\u201c{written}\u201d is no language tag (BCP 47). Did you mean \u201c{shorter}\u201d?");
        // What nothing is called is called by its code.
        if (
            parts[0].Length == 2
            && CultureInfo.GetCultureInfo(parts[0]).EnglishName.Equals(parts[0], StringComparison.OrdinalIgnoreCase)
        )
            return (null, $"There is no language \u201c{parts[0]}\u201d.");
        return (string.Join('-', parts.Select((part, i) => Cased(part, i, parts))), null);
    }

    // Scripts as "Hant", regions as "CH", the rest small; after a single letter nothing is a region any more.
    private static string Cased(string part, int at, string[] parts) =>
        at == 0 || Array.Exists(parts[..at], p => p.Length == 1) ? part
        : part.Length == 4 && char.IsAsciiLetter(part[0]) ? char.ToUpperInvariant(part[0]) + part[1..]
        : part.Length == 2 ? part.ToUpperInvariant()
        : part;

    [GeneratedRegex(
        "^[a-z]{2,3}(-[a-z]{3})?(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(-[a-wyz0-9](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Tag();
}
