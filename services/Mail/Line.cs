using System.Buffers;
using System.Globalization;
using System.Text;
using SkillPlatform.Changes;

namespace SkillPlatform.Mail;

/// <summary>What people wrote, as it may stand in a mail: without controls and without what reorders the text around it.</summary>
public static class Line
{
    /// <summary>How many UTF-16 units of one text a mail shows.</summary>
    public const int Longest = 4000;

    /// <summary>For headers and single lines: no line breaks, no controls, nothing that turns the direction of writing.</summary>
    /// <param name="text">Any text.</param>
    public static string One(string text)
    {
        var clean = Clean(text, keepLines: false);
        return string.Join(' ', clean.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>For bodies: line breaks stay.</summary>
    /// <param name="text">Any text.</param>
    public static string Several(string text) => Clean(text, keepLines: true).Trim();

    /// <summary>Its beginning, with an ellipsis where something was cut off.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="length">In UTF-16 units, the ellipsis counted.</param>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length)
            return text;
        var end = char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1;
        return text[..end] + "…";
    }

    /// <summary>
    /// A name as a part of a sentence. Where one writes from the right, the signs at the ends of C# or .NET would else go to
    /// the wrong end of it.
    /// </summary>
    /// <param name="name">Any text.</param>
    /// <param name="direction">Of the sentence: <c>ltr</c> or <c>rtl</c>.</param>
    public static string Within(string name, string direction) =>
        direction == "rtl" && name.Any(char.IsLetter) && !name.Any(IsFromTheRight) ? $"\u200E{name}\u200E" : name;

    private static bool IsFromTheRight(char letter) =>
        letter is >= '\u0590' and <= '\u08FF' or >= '\uFB1D' and <= '\uFDFF' or >= '\uFE70' and <= '\uFEFC';

    private static string Clean(string text, bool keepLines)
    {
        // Nearly every text is as it should be, and is looked at for every reader.
        if (!text.AsSpan().ContainsAny(keepLines ? HarmfulInBodies : Harmful))
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.ReplaceLineEndings("\n").EnumerateRunes())
            if (keepLines && rune.Value is '\n' or '\t')
                clean.Append((char)rune.Value);
            else if (!TextForm.Reorders(rune.Value))
                clean.Append(IsHarmful(rune) ? new Rune(' ') : rune);
        return clean.ToString();
    }

    private static readonly SearchValues<char> Harmful = SearchValues.Create([
        .. Enumerable.Range(0, 0x10000).Where(c => !IsPlain(c)).Select(c => (char)c),
    ]);

    private static readonly SearchValues<char> HarmfulInBodies = SearchValues.Create([
        .. Enumerable.Range(0, 0x10000).Where(c => !IsPlain(c) && c is not ('\n' or '\t')).Select(c => (char)c),
    ]);

    // Halves of characters are looked at more closely.
    private static bool IsPlain(int c) => Rune.TryCreate(c, out var rune) && !IsHarmful(rune) && !TextForm.Reorders(c);

    private static bool IsHarmful(Rune rune) =>
        Rune.IsControl(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value == 0xFFFD;
}
