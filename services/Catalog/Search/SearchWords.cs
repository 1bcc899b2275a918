using System.Buffers;
using System.Globalization;
using System.Text;
using AnyAscii;
using Ascii = System.Text.Ascii;

namespace SkillPlatform.Catalog;

/// <summary>
/// Words as search compares them: without case, accents and width, signs spelled out ("C#" is "c sharp"), what is written
/// without spaces in pairs of characters. The same for what is kept and what is asked; pure.
/// </summary>
public static class SearchWords
{
    /// <summary>Changes whenever the same text gives other words: what is kept in an older form is made anew.</summary>
    public const int Form = 2;

    private const int Longest = 60;

    private static readonly SearchValues<char> WithDots = SearchValues.Create("äöüÄÖÜ");

    /// <summary>A word, or a run of characters of a script that puts no spaces between words.</summary>
    public readonly record struct Part(string Text, bool Unspaced);

    /// <summary>The text as one line of parts, by which equal names are told.</summary>
    public static string Line(string text) => string.Join(' ', Chunks(text).SelectMany(c => c).Select(p => p.Text));

    /// <summary>What stands between spaces, each as its parts: "CI/CD" is one of two.</summary>
    public static IEnumerable<List<Part>> Chunks(string text)
    {
        var folded = Folded(text);
        foreach (var chunk in folded.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            if (Parts(chunk) is { Count: > 0 } parts)
                yield return parts;
    }

    /// <summary>Everything by which a line can be found, some of it twice; other scripts also by plain letters.</summary>
    /// <param name="text">A name, a keyword or a text.</param>
    /// <param name="isName">False for texts, which are many and found in their own script only.</param>
    public static IEnumerable<string> Kept(string text, bool isName) =>
        Spellings(text, isName).SelectMany(Chunks).SelectMany(Kept);

    /// <summary>The words of a name that a typing error can be in.</summary>
    public static IEnumerable<string> Typed(string name) =>
        Spellings(name, true)
            .SelectMany(Chunks)
            .SelectMany(chunk => chunk.Where(p => !p.Unspaced).Select(p => p.Text).Append(Joined(chunk)))
            .OfType<string>()
            .Where(word => word.Length is > 2 and <= Longest);

    // "Größe" is written "groesse" by some.
    private static IEnumerable<string> Spellings(string text, bool isName)
    {
        yield return text;
        if (Ascii.IsValid(text))
            yield break;
        if (text.AsSpan().ContainsAny(WithDots))
            yield return Umlauts(text);
        if (isName)
            yield return text.Transliterate();
    }

    private static string Umlauts(string text) =>
        text.ToLowerInvariant()
            .Replace("ä", "ae", StringComparison.Ordinal)
            .Replace("ö", "oe", StringComparison.Ordinal)
            .Replace("ü", "ue", StringComparison.Ordinal);

    private static IEnumerable<string> Kept(List<Part> chunk)
    {
        foreach (var part in chunk)
        foreach (var word in part.Unspaced ? Pairs(part.Text).Append(Last(part.Text)) : Forms(part.Text))
            yield return word;
        if (Joined(chunk) is { } joined)
            foreach (var word in Forms(joined))
                yield return word;
    }

    /// <summary>"e-mail" as "email"; null where there is nothing to join.</summary>
    public static string? Joined(List<Part> chunk) =>
        chunk.Count > 1 && chunk.TrueForAll(p => !p.Unspaced) && string.Concat(chunk.Select(p => p.Text)) is var joined
            ? joined switch
            {
                "cplusplus" => "cpp",
                { Length: <= Longest } => joined,
                _ => null,
            }
            : null;

    /// <summary>Neighbouring characters in pairs; one that is alone, as it is.</summary>
    public static IEnumerable<string> Pairs(string run)
    {
        var runes = run.EnumerateRunes().ToArray();
        for (var i = 1; i < runes.Length; i++)
            yield return $"{runes[i - 1]}{runes[i]}";
    }

    private static string Last(string run) => run.EnumerateRunes().Last().ToString();

    /// <summary>A word, and it without the endings of plurals: two are the same where they share a form.</summary>
    public static IEnumerable<string> Forms(string word)
    {
        yield return word;
        if (word.Length < 4)
            yield break;
        var forms = word[^1] switch
        {
            <= 'z' and >= 'a' => Latin(word),
            <= 'ӿ' and >= 'Ѐ' => Cyrillic(word),
            <= 'ۿ' and >= '؀' => Arabic(word),
            _ => [],
        };
        foreach (var form in forms)
            if (form.Length > 2)
                yield return form;
    }

    // English, German, Spanish and French; which of them, a name does not say.
    private static IEnumerable<string> Latin(string word)
    {
        if (word.EndsWith("ies", StringComparison.Ordinal))
            yield return word[..^3] + "y";
        if (word.EndsWith("aux", StringComparison.Ordinal))
            yield return word[..^3] + "al";
        foreach (var ending in (string[])["s", "es", "en", "n", "er", "e", "x"])
            if (word.EndsWith(ending, StringComparison.Ordinal) && !word.EndsWith("ss", StringComparison.Ordinal))
                yield return word[..^ending.Length];
    }

    private static readonly string[] Endings =
    [
        .. "иями ями ами ого его ому ему ыми ими иях иям ах ях ов ев ей ам ям ом ем ой ый ий ая яя ое ее ые ие ую юю ых их ию ия а я о е ы и у ю ь"
            .Normalize(NormalizationForm.FormKD)
            .Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            .Aggregate(new StringBuilder(), (all, c) => all.Append(c))
            .ToString()
            .Split(' '),
    ];

    private static IEnumerable<string> Cyrillic(string word) =>
        Array.Find(Endings, e => word.Length - e.Length > 2 && word.EndsWith(e, StringComparison.Ordinal)) is { } ending
            ? [word[..^ending.Length]]
            : [];

    private static IEnumerable<string> Arabic(string word)
    {
        var article = Array.Find(
            ["وال", "بال", "كال", "لل", "ال"],
            a => word.Length - a.Length > 2 && word.StartsWith(a, StringComparison.Ordinal)
        );
        var bare = word[(article?.Length ?? 0)..];
        if (article is not null)
            yield return bare;
        if (Array.Find(["ات", "ون", "ين", "ان", "ه"], e => bare.EndsWith(e, StringComparison.Ordinal)) is { } ending)
            yield return bare[..^ending.Length];
    }

    /// <summary>In small letters, without accents, in one width.</summary>
    public static string Folded(string text)
    {
        if (Ascii.IsValid(text))
            return text.ToLowerInvariant();
        var folded = new StringBuilder(text.Length);
        // U+FFFE makes the decomposer throw.
        foreach (
            var rune in text.Replace('\uFFFE', ' ')
                .Normalize(NormalizationForm.FormKD)
                .ToLowerInvariant()
                .EnumerateRunes()
        )
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber)
                folded.Append((int)Rune.GetNumericValue(rune));
            else if (Spelled(rune) is { } spelled)
                folded.Append(spelled);
            else
                folded.Append(rune);
        return folded.ToString().Normalize();
    }

    // Kana keep their voice marks, which make other letters of them; how long a vowel is, is written either way.
    private static string? Spelled(Rune rune) =>
        rune.Value switch
        {
            'ß' => "ss",
            'æ' => "ae",
            'œ' => "oe",
            'ø' => "o",
            'đ' or 'ð' => "d",
            'ł' => "l",
            'ı' => "i",
            'þ' => "th",
            'ى' or 'ی' => "ي",
            'ة' => "ه",
            'ک' => "ك",
            '♯' => "#",
            'ー' or 'ـ' => "",
            0x3099 or 0x309A => null,
            _ => Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.NonSpacingMark
                    or UnicodeCategory.EnclosingMark
                    or UnicodeCategory.Format
                ? ""
                : null,
        };

    private static List<Part> Parts(string chunk)
    {
        var parts = new List<Part>();
        var word = new StringBuilder();
        var isUnspaced = false;
        Rune before = default;
        var runes = chunk.EnumerateRunes().ToArray();
        for (var i = 0; i < runes.Length; before = runes[i++])
        {
            var rune = runes[i];
            if (IsOfWord(rune))
            {
                if (IsUnspaced(rune) != isUnspaced)
                    End();
                isUnspaced = IsUnspaced(rune);
                word.Append(rune);
            }
            else
            {
                End();
                if (Sign(rune, before, i + 1 < runes.Length ? runes[i + 1] : default) is { } sign)
                    parts.Add(new Part(sign, false));
            }
        }
        End();
        return parts;

        void End()
        {
            if (word.Length > 0)
                parts.Add(new Part(word.ToString(), isUnspaced));
            word.Clear();
        }
    }

    // As people say them, and as addresses spell them (Slugs).
    private static string? Sign(Rune rune, Rune before, Rune after) =>
        rune.Value switch
        {
            '#' when IsOfWord(before) => "sharp",
            '+' => "plus",
            '@' => "at",
            '%' => "percent",
            '.' when IsOfWord(after) && !IsOfWord(before) => "dot",
            _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherSymbol ? rune.ToString() : null,
        };

    private static bool IsOfWord(Rune rune) =>
        Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.LetterNumber
                or UnicodeCategory.NonSpacingMark;

    private static bool IsUnspaced(Rune rune) =>
        rune.Value
            is (>= 0x0E00 and <= 0x0EFF)
                or (>= 0x1000 and <= 0x109F)
                or (>= 0x1780 and <= 0x17FF)
                or (>= 0x3005 and <= 0x30FF)
                or (>= 0x31F0 and <= 0x31FF)
                or (>= 0x3400 and <= 0x9FFF)
                or (>= 0xAC00 and <= 0xD7AF)
                or (>= 0xF900 and <= 0xFAFF)
                or (>= 0x20000 and <= 0x3FFFF);
}
