using System.Globalization;
using System.Runtime.InteropServices;

namespace SkillPlatform.Changes;

/// <summary>A part of a text.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where the next begins.</param>
/// <param name="Key">By which it is compared; for a word, its end without the spaces before it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Token(int Start, int End, string Key)
{
    public static List<Token> Lines(string text, int start, int end) =>
        Split(text, start, end, at => text[at] == '\n', line => line.Trim().ToString());

    // A row of a table is about what its first cell says.
    public static List<Token> Rows(string text, int start, int end) =>
        Split(
            text,
            start,
            end,
            at => text[at] == '\n',
            line =>
                line.Trim() is ['|', .. var cells] ? $"|{cells[..Math.Max(cells.IndexOf('|'), 0)]}" : line.ToString()
        );

    public static List<Token> Sentences(string text, int start, int end) =>
        Split(
            text,
            start,
            end,
            at =>
                text[at] is '\n' or '。' or '！' or '？'
                || (text[at] is '.' or '!' or '?' && at + 1 < end && char.IsWhiteSpace(text[at + 1])),
            sentence => sentence.Trim().ToString()
        );

    /// <summary>Words, signs and line breaks, each with the spaces before it.</summary>
    public static List<Token> Words(string text, int start, int end)
    {
        var words = new List<Token>();
        while (start < end)
        {
            var word = start;
            while (word < end && char.IsWhiteSpace(text[word]) && text[word] != '\n')
                word++;
            var next = Math.Min(word + 1, end);
            while (next < end && GoesOn(text[next - 1], text[next], next + 1 < end ? text[next + 1] : ' '))
                next++;
            words.Add(new Token(start, next, text[word..next]));
            start = next;
        }
        return words;
    }

    public static int Letters(ReadOnlySpan<char> text)
    {
        var letters = 0;
        foreach (var c in text)
            letters += IsLetter(c) ? 1 : 0;
        return letters;
    }

    private static bool GoesOn(char last, char next, char afterNext) =>
        IsPart(next)
        || last == '\u200D'
        || (IsLetter(last) && next is '\'' or '’' && IsLetter(afterNext))
        || (
            IsLetter(next)
            && (IsLetter(last) || last is '\'' or '’')
            && Script(last) == Script(next)
            && Script(next) != Alone
        );

    private const int Alone = 2;

    // Several languages put no spaces between words: there, each character is one, but for those that spell foreign ones.
    private static int Script(char c) =>
        c switch
        {
            >= '\u30A0' and <= '\u30FF' => 1,
            (>= '\u0E00' and <= '\u0EFF') or (>= '\u1000' and <= '\u109F') or (>= '\u1780' and <= '\u17FF') => Alone,
            (>= '\u3000' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF') => Alone,
            _ => 0,
        };

    private static bool IsLetter(char c) => char.IsLetterOrDigit(c) || c == '_' || char.IsSurrogate(c) || IsPart(c);

    // Accents, joiners, second halves: never without what stands before them.
    private static bool IsPart(char c) =>
        char.IsLowSurrogate(c)
        || c == '\u200D'
        || char.GetUnicodeCategory(c)
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark;

    private static List<Token> Split(
        string text,
        int start,
        int end,
        Func<int, bool> isLast,
        Func<ReadOnlySpan<char>, string> key
    )
    {
        var parts = new List<Token>();
        for (var at = start; at < end; at++)
            if (at == end - 1 || isLast(at))
                parts.Add(new Token(start, at + 1, key(text.AsSpan(start..(start = at + 1)))));
        return parts;
    }
}
