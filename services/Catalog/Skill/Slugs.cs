using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AnyAscii;

namespace SkillPlatform.Catalog;

/// <summary>Names as they stand in addresses: lower-case ASCII, words joined by hyphens, at most 80 characters.</summary>
public static class Slugs
{
    /// <summary>No slug is longer, with its suffix.</summary>
    public const int Longest = 80;

    private const int LongestSuffix = 12;

    /// <summary>
    /// The slug of a name; other scripts are transliterated, and signs that tell names apart are spelled out ("C#" is
    /// <c>c-sharp</c>, "C++" <c>c-plus-plus</c>, ".NET" <c>dot-net</c>). Names can share one: see <see cref="Unique"/>.
    /// </summary>
    public static string Of(string name)
    {
        var ascii = name.Transliterate().ToLowerInvariant();
        var slug = new StringBuilder(Longest);
        for (var i = 0; i < ascii.Length && slug.Length <= Longest; i++)
        {
            if (char.IsAsciiLetterOrDigit(ascii[i]))
                slug.Append(ascii[i]);
            else if (Word(ascii, i) is { } word)
                Hyphen(slug).Append(word).Append('-');
            else if (ascii[i] is not '\'')
                Hyphen(slug);
        }
        var whole = Cut(slug.ToString().Trim('-'), Longest);
        return whole.Length > 0 ? whole : Nameless(name);
    }

    /// <summary>The slug itself where it is free, else with the first free suffix, from <c>-2</c>.</summary>
    public static string Unique(string slug, Func<string, bool> isTaken)
    {
        var candidate = slug;
        for (var n = 2; isTaken(candidate) || IsReserved(candidate); n++)
        {
            var suffix = string.Create(CultureInfo.InvariantCulture, $"-{n}");
            candidate = Cut(slug, Longest - suffix.Length) + suffix;
        }
        return candidate;
    }

    /// <summary>Where a slug and all of its variants stand in the order of bytes; of a long one, which is cut before its suffix, some others with them.</summary>
    public static IEnumerable<(string First, string Beyond)> Around(string slug) =>
        slug.Length > Longest - LongestSuffix
            ? [(slug[..(Longest - LongestSuffix)], $"{slug[..(Longest - LongestSuffix)]}~")]
            : [(slug, $"{slug}!"), ($"{slug}-0", $"{slug}-:")];

    /// <summary>True if a slug is another with or without a suffix.</summary>
    public static bool IsOf(string taken, string slug)
    {
        var end = taken.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        return taken == slug
            || end.Length < taken.Length
                && end.EndsWith('-')
                && Cut(slug, Longest - (taken.Length - end.Length + 1)) == end[..^1];
    }

    // Where a page stands that is not a skill's: the form for a new one.
    private static bool IsReserved(string slug) => slug is "new";

    private static string? Word(string ascii, int i) =>
        ascii[i] switch
        {
            '#' when i > 0 && char.IsAsciiLetterOrDigit(ascii[i - 1]) => "sharp",
            '+' => "plus",
            '&' => "and",
            '@' => "at",
            '%' => "percent",
            // ".NET" is not "NET"; inside a word, as in "Node.js", the dot only divides.
            '.' when IsLetter(ascii, i + 1) && !IsLetter(ascii, i - 1) => "dot",
            _ => null,
        };

    private static bool IsLetter(string ascii, int i) =>
        i >= 0 && i < ascii.Length && char.IsAsciiLetterOrDigit(ascii[i]);

    private static StringBuilder Hyphen(StringBuilder slug) =>
        slug.Length == 0 || slug[^1] == '-' ? slug : slug.Append('-');

    private static string Cut(string slug, int length)
    {
        if (slug.Length <= length)
            return slug;
        var end = slug.LastIndexOf('-', length);
        return slug[..(end > length / 2 ? end : length)].TrimEnd('-');
    }

    // Nothing of the name can be spelled: still the same slug each time, and hardly another name's.
    private static string Nameless(string name) =>
        "n-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8];
}
