using System.Globalization;
using System.Text;

namespace SkillPlatform.Changes;

/// <summary>What of a text can be seen: one pass over its characters, each kept, replaced or left out by its neighbours.</summary>
internal static class Seen
{
    private const int ZeroWidthNonJoiner = 0x200C,
        ZeroWidthJoiner = 0x200D,
        PopEmbedding = 0x202C,
        PopIsolate = 0x2069,
        BlackFlag = 0x1F3F4;

    public static string Name(string name)
    {
        var kept = new StringBuilder(name.Length);
        var (runes, last, space) = (Runes(name), 0, false);
        for (var i = 0; i < runes.Length; i++)
        {
            if (IsSpace(runes[i]))
                (last, space) = (0, true);
            else if (IsDirection(runes[i]) || !IsSeen(runes, i, last))
                continue;
            else
            {
                if (space && kept.Length > 0)
                    kept.Append(' ');
                (last, space) = (runes[i], false);
                Append(kept, runes[i]);
            }
        }
        return kept.ToString();
    }

    public static string Text(string text)
    {
        var kept = new StringBuilder(text.Length);
        var open = new Stack<(int At, int Closer)>();
        var (runes, last) = (Runes(Lines(text)), 0);
        // Marks of direction show where letters of both directions meet, and leave no trace elsewhere.
        var mixed = Array.Exists(runes, IsRightToLeft);
        for (var i = 0; i < runes.Length; i++)
            switch (runes[i])
            {
                case '\n':
                    EndLine();
                    // No line break is needed where the paragraph ends.
                    if (kept.Length > 2 && kept[^1] is '\n' && kept[^2] is ' ')
                        kept.Remove(kept.Length - 3, 2);
                    kept.Append('\n');
                    last = 0;
                    break;
                case PopEmbedding or PopIsolate:
                    Close(runes[i]);
                    break;
                case (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2068):
                    open.Push((kept.Length, runes[i] >= 0x2066 ? PopIsolate : PopEmbedding));
                    Append(kept, runes[i]);
                    break;
                case var mark when IsDirection(mark):
                    if (mixed)
                        Append(kept, mark);
                    break;
                case var rune when rune is '\t' || IsSeen(runes, i, last) || IsBreak(runes, i, last):
                    Append(kept, last = rune);
                    break;
            }
        EndLine();
        return kept.ToString().Trim();

        // One that closes an isolate closes what was opened inside; one that closes nothing says nothing.
        void Close(int closer)
        {
            if (!open.Any(o => o.Closer == closer) || closer is PopEmbedding && open.Peek().Closer == PopIsolate)
                return;
            int closed;
            do closed = Pop();
            while (closed != closer);
        }

        int Pop()
        {
            var (at, closer) = open.Pop();
            if (at == kept.Length - 1)
                kept.Length = at;
            else
                Append(kept, closer);
            return closer;
        }

        // A direction ends with its line. Two spaces before the end are Markdown's line break, if a line follows.
        void EndLine()
        {
            while (open.Count > 0)
                Pop();
            var end = kept.Length;
            while (end > 0 && kept[end - 1] is not '\n' && IsSpace(kept[end - 1]))
                end--;
            var isBreak =
                kept.Length - end >= 2 && kept[^1] is ' ' && kept[^2] is ' ' && end > 0 && kept[end - 1] is not '\n';
            kept.Length = end;
            if (isBreak)
                kept.Append("  ");
        }
    }

    /// <summary>Selects a variant of the character before it.</summary>
    public static bool IsVariant(int rune) => rune is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);

    private static string Lines(string text) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal)
            .Replace('\r', '\n')
            .Replace('\v', '\n')
            .Replace('\f', '\n')
            .Replace('\u0085', '\n')
            .Replace('\u2028', '\n')
            .Replace('\u2029', '\n');

    private static int[] Runes(string text) => [.. text.EnumerateRunes().Select(rune => rune.Value)];

    private static void Append(StringBuilder to, int rune) => to.Append(new Rune(rune).ToString());

    // The blank of Braille is a space that Unicode does not call one.
    private static bool IsSpace(int rune) => rune <= char.MaxValue && char.IsWhiteSpace((char)rune) || rune is 0x2800;

    private static bool IsDirection(int rune) => rune is 0x061C or 0x200E or 0x200F || TextForm.Reorders(rune);

    private static bool IsSeen(int[] runes, int at, int last)
    {
        var rune = runes[at];
        var next = at + 1 < runes.Length ? runes[at + 1] : 0;
        return rune switch
        {
            ZeroWidthJoiner => IsVirama(last)
                || IsVirama(next)
                || IsEmoji(Base(runes, at)) && IsEmoji(next)
                || JoinsNext(Letter(runes, at, -1)) != JoinsPrevious(Letter(runes, at, 1)),
            ZeroWidthNonJoiner => IsVirama(last)
                || JoinsNext(Letter(runes, at, -1)) && JoinsPrevious(Letter(runes, at, 1)),
            0xFE0E or 0xFE0F => IsEmoji(last) || last is '#' or '*' or (>= '0' and <= '9') && next is 0x20E3,
            >= 0xE0100 and <= 0xE01EF => IsIdeograph(last),
            (>= 0x180B and <= 0x180F) => last is >= 0x1820 and <= 0x18AA,
            >= 0xE0020 and <= 0xE007F => last is BlackFlag or (>= 0xE0020 and <= 0xE007F),
            _ => !IsIgnorable(rune),
        };
    }

    // Unicode's Default_Ignorable_Code_Point, controls, annotations, and what is no character at all.
    private static bool IsIgnorable(int rune) =>
        rune
            is < 0x20
                or (>= 0x7F and <= 0x9F)
                or 0x00AD
                or 0x034F
                or 0x115F
                or 0x1160
                or 0x17B4
                or 0x17B5
                or (>= 0x200B and <= 0x200F)
                or (>= 0x2060 and <= 0x206F)
                or 0x3164
                or (>= 0xFDD0 and <= 0xFDEF)
                or (>= 0xFE00 and <= 0xFE0F)
                or 0xFEFF
                or 0xFFA0
                or (>= 0xFFF0 and <= 0xFFFB)
                or (>= 0x1BCA0 and <= 0x1BCA3)
                or (>= 0x1D173 and <= 0x1D17A)
                or (>= 0xE0000 and <= 0xE0FFF)
        || (rune & 0xFFFE) == 0xFFFE;

    // Thai, Lao, Burmese and Khmer put no spaces between words: this is where a line may break.
    private static bool IsBreak(int[] runes, int at, int last) =>
        runes[at] is 0x200B && IsUnspaced(last) && at + 1 < runes.Length && IsUnspaced(runes[at + 1]);

    private static bool IsUnspaced(int rune) =>
        rune is (>= 0x0E00 and <= 0x0EFF) or (>= 0x1000 and <= 0x109F) or (>= 0x1780 and <= 0x17FF);

    private static bool IsEmoji(int rune) =>
        rune
            is (>= 0x1F000 and <= 0x1FAFF)
                or (>= 0x2190 and <= 0x2BFF)
                or 0x00A9
                or 0x00AE
                or 0x203C
                or 0x2049
                or 0x2122
                or 0x2139
                or 0x3030
                or 0x303D
                or 0x3297
                or 0x3299;

    // The emoji before a joiner, past the variant chosen.
    private static int Base(int[] runes, int at)
    {
        while (--at >= 0 && IsVariant(runes[at])) { }
        return at >= 0 ? runes[at] : 0;
    }

    private static bool IsIdeograph(int rune) =>
        rune is (>= 0x3400 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF);

    // The letter beside a joiner, past its marks.
    private static int Letter(int[] runes, int at, int step)
    {
        for (at += step; at >= 0 && at < runes.Length; at += step)
            if (Rune.GetUnicodeCategory(new Rune(runes[at])) is not UnicodeCategory.NonSpacingMark)
                return runes[at];
        return 0;
    }

    private static bool JoinsPrevious(int letter) =>
        letter
            is (>= 0x0622 and <= 0x064A)
                or (>= 0x066E and <= 0x06D5 and not 0x0670 and not 0x0674)
                or (>= 0x06EE and <= 0x06EF)
                or (>= 0x06FA and <= 0x06FF)
                or (>= 0x0710 and <= 0x074F)
                or (>= 0x0750 and <= 0x077F)
                or (>= 0x07CA and <= 0x07EA)
                or (>= 0x0840 and <= 0x0858)
                or (>= 0x08A0 and <= 0x08C8)
                or (>= 0x1820 and <= 0x18AA)
                or (>= 0x1E900 and <= 0x1E943);

    // Alef, dal, reh, waw and their like join to what stands before them only.
    private static bool JoinsNext(int letter) =>
        JoinsPrevious(letter)
        && letter
            is not (
                (>= 0x0622 and <= 0x0625)
                or 0x0627
                or 0x0629
                or (>= 0x062F and <= 0x0632)
                or 0x0648
                or (>= 0x0671 and <= 0x0677)
                or (>= 0x0688 and <= 0x0699)
                or 0x06C0
                or (>= 0x06C3 and <= 0x06CB)
                or 0x06CD
                or 0x06CF
                or (>= 0x06D2 and <= 0x06D5)
                or 0x06EE
                or 0x06EF
            );

    private static bool IsVirama(int rune) =>
        rune
            is 0x094D
                or 0x09CD
                or 0x0A4D
                or 0x0ACD
                or 0x0B4D
                or 0x0BCD
                or 0x0C4D
                or 0x0CCD
                or (>= 0x0D3B and <= 0x0D3C)
                or 0x0D4D
                or 0x0DCA
                or 0x0F84
                or 0x1039
                or 0x103A
                or 0x17D2
                or 0x1A60
                or 0x1B44;

    private static bool IsRightToLeft(int rune) =>
        rune
            is (>= 0x0590 and <= 0x08FF and not 0x061C)
                or (>= 0xFB1D and <= 0xFDFF)
                or (>= 0xFE70 and <= 0xFEFC)
                or (>= 0x10800 and <= 0x10FFF)
                or (>= 0x1E800 and <= 0x1EFFF);
}
