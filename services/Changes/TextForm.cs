using System.Buffers;
using System.Globalization;
using System.Text;

namespace SkillPlatform.Changes;

/// <summary>
/// The one form of what people write (decision 0015), made once, on whatever way it comes in. A name is one line of what
/// can be seen; a text keeps its lines. Text that is no Unicode is left as it is: <see cref="Problem"/> refuses it.
/// </summary>
public static class TextForm
{
    /// <summary>The longest name of a skill, role, level, group or domain.</summary>
    public const int LongestName = 200;

    /// <summary>The longest keyword.</summary>
    public const int LongestKeyword = 100;

    /// <summary>The most keywords of a skill.</summary>
    public const int MostKeywords = 100;

    /// <summary>The longest text of a requirement.</summary>
    public const int LongestDescription = 10_000;

    /// <summary>The longest reason, comment or note.</summary>
    public const int LongestReason = 5_000;

    // Most of what comes: it has its form already.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "\n" + new string([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c)])
    );

    /// <summary>Null for an empty text, which says nothing.</summary>
    /// <param name="text">In its form.</param>
    public static string? Said(string text) => text.Length > 0 ? text : null;

    /// <summary>
    /// Composed (NFC), lines ended by LF, no white space at either end or before a line's end but Markdown's two spaces, what
    /// changes the direction closed in its line, and nothing that leaves no trace.
    /// </summary>
    /// <param name="text">As it came.</param>
    public static string Text(string text) =>
        IsPlain(text) && !text.Contains(" \n", StringComparison.Ordinal) || !IsText(text)
            ? text
            : Settled(text, once => Seen.Text(once));

    /// <summary>
    /// Composed (NFC), every run of white space one space and none at the ends, and nothing that cannot be seen but joiners
    /// and variants where the script or the emoji needs them.
    /// </summary>
    /// <param name="name">As it came.</param>
    public static string Name(string name) =>
        IsPlain(name) && name.AsSpan().IndexOf('\n') < 0 && !name.Contains("  ", StringComparison.Ordinal)
        || !IsText(name)
            ? name
            : Settled(name, once => Seen.Name(once));

    /// <summary>The keywords in their form, each once: those that look the same are one.</summary>
    /// <param name="keywords">As they came. JSON may hold null in a list, which says nothing.</param>
    public static string[] Keywords(IEnumerable<string?> keywords) =>
        [.. keywords.Select(keyword => Name(keyword ?? "")).Distinct(Looks)];

    /// <summary>Takes names that look the same for the same.</summary>
    public static IEqualityComparer<string> Looks { get; } =
        EqualityComparer<string>.Create(
            (one, other) => one == other || one is not null && other is not null && Likeness(one) == Likeness(other),
            name => Likeness(name).GetHashCode(StringComparison.Ordinal)
        );

    /// <summary>Equal for names that look the same: variants of one character and kinds of hyphen count for nothing, case does.</summary>
    /// <param name="name">A name, in any form.</param>
    public static string Likeness(string name)
    {
        var form = Name(name);
        return Ascii.IsValid(form) || !IsText(form)
            ? form
            : string.Concat(form.EnumerateRunes().Where(r => !Seen.IsVariant(r.Value)).Select(Hyphen)).Normalize();

        static string Hyphen(Rune rune) => rune.Value is 0x2010 or 0x2011 ? "-" : rune.ToString();
    }

    /// <summary>
    /// How long a text is, everywhere: in Unicode scalar values. An emoji or a rare kanji counts one, whatever it takes to
    /// store it; a letter and its accents, once composed, mostly too.
    /// </summary>
    /// <param name="text">In its form.</param>
    public static int Length(string text) =>
        Ascii.IsValid(text) ? text.Length : text.Length - text.AsSpan().Count(char.IsLowSurrogate);

    /// <summary>False for U+0000 and for halves of surrogate pairs, which neither JSON nor the database can hold.</summary>
    /// <param name="text">Anything.</param>
    public static bool IsText(string text)
    {
        if (text.Contains('\0'))
            return false;
        for (var rest = text.AsSpan(); !rest.IsEmpty; )
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var length) != OperationStatus.Done)
                return false;
            rest = rest[length..];
        }
        return true;
    }

    /// <summary>What is wrong with a text in its form; null if nothing.</summary>
    /// <param name="text">In its form.</param>
    /// <param name="longest">At most so many Unicode scalar values.</param>
    /// <param name="mayBeEmpty">False where something has to be said.</param>
    public static string? Problem(string text, int longest, bool mayBeEmpty = false) =>
        text.Length == 0 && !mayBeEmpty ? "Must not be empty."
        : !IsText(text) ? "U+0000 and halves of surrogate pairs are no text."
        : Length(text) > longest ? TooLong(longest)
        : null;

    /// <summary>What is said of a text that is longer than it may be.</summary>
    /// <param name="longest">What it may be.</param>
    public static string TooLong(int longest) =>
        string.Create(CultureInfo.InvariantCulture, $"At most {longest:N0} characters.");

    /// <summary>
    /// True for embeddings, overrides and isolates of a direction, with which a text can read otherwise than it is written.
    /// Marks that only say which way a word runs are none: names of two scripts need them.
    /// </summary>
    /// <param name="rune">Unicode scalar value.</param>
    public static bool Reorders(int rune) => rune is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    private static bool IsPlain(string text) =>
        text.Length == 0
        || !text.AsSpan().ContainsAnyExcept(Plain) && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1]);

    private static int Count(this ReadOnlySpan<char> text, Func<char, bool> which)
    {
        var count = 0;
        foreach (var c in text)
            count += which(c) ? 1 : 0;
        return count;
    }

    // What is taken away can bring together what composes, and what composes can need less. U+FFFE, which has to go first,
    // makes the composer throw.
    private static string Settled(string text, Func<string, string> once)
    {
        for (var before = ""; before != text; )
            (before, text) = (text, once(text).Normalize());
        return text;
    }
}
