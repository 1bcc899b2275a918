using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace SkillPlatform.Identity;

/// <summary>
/// What guessers try first: the hundred thousand most common passwords (common-passwords.bin), alone or between digits and
/// signs, and what such lists are made of: common words (common-words.txt), walks over the keyboard, years, the person's own
/// name and address, one pattern over and over, with digits for letters too. A password is refused where little is left
/// without these.
/// </summary>
internal static partial class CommonPasswords
{
    private const int ShortestWalk = 4;
    private const int Something = 5;

    /// <summary>Bytes that are kept of each listed password's SHA-256: what nobody chose is taken for one once in 10⁹ times.</summary>
    private const int Kept = 6;

    private static readonly byte[] List = Bytes("common-passwords.bin");
    private static readonly string[] Words = Read();
    private static readonly string[] Walks =
    [
        .. (
            (string[])
                [
                    "01234567890",
                    "abcdefghijklmnopqrstuvwxyz",
                    "qwertyuiop",
                    "asdfghjkl",
                    "zxcvbnm",
                    "qwertzuiop",
                    "yxcvbnm",
                    "azertyuiop",
                    "qsdfghjklm",
                    "wxcvbn",
                    "йцукенгшщзхъ",
                    "фывапролджэ",
                    "ячсмитьбю",
                    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
                    "1q2w3e4r5t6y7u8i9o0p",
                    "!@#$%^&*()",
                    "!\"§$%&/()=",
                ]
        ).SelectMany(row => (string[])[row, new string([.. row.Reverse()])]),
    ];

    public static bool IsOne(string password, Account account)
    {
        var text = password.ToLowerInvariant();
        string[] own =
        [
            account.Email ?? "",
            (account.Email ?? "").Split('@')[0],
            .. account.Name.Split(' '),
            account.Name,
        ];
        var words = own.Where(word => word.Length > 2).OrderByDescending(word => word.Length).Concat(Words).ToArray();
        return IsListed(text)
            || new[] { text, Pattern(text), Spoken(text) }.Any(form =>
                Left(form, [.. Core(form), .. words]) < Something
            );
    }

    /// <summary>How many passwords the list has.</summary>
    internal static int Listed => List.Length / Kept;

    /// <summary>True for one of the most common ones, however its letters are capitalised.</summary>
    internal static bool IsListed(string password)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(password.ToLowerInvariant())).AsSpan(0, Kept);
        var (from, to) = (0, Listed);
        while (from < to)
        {
            var middle = (from + to) / 2;
            var order = hash.SequenceCompareTo(List.AsSpan(middle * Kept, Kept));
            if (order == 0)
                return true;
            (from, to) = order < 0 ? (from, middle) : (middle + 1, to);
        }
        return false;
    }

    // A listed one that stands between digits and signs.
    private static string[] Core(string text)
    {
        var (from, to) = (0, text.Length);
        while (from < to && !char.IsLetter(text[from]))
            from++;
        while (to > from && !char.IsLetter(text[to - 1]))
            to--;
        return to - from > 2 && IsListed(text[from..to]) ? [text[from..to]] : [];
    }

    // How many different characters are left.
    private static int Left(string text, string[] words)
    {
        var rest = Pattern(text);
        foreach (var word in words)
            rest = rest.Replace(word, "", StringComparison.OrdinalIgnoreCase);
        return Year().Replace(WithoutWalks(rest), "").Distinct().Count();
    }

    // "abcdabcd" is "abcd".
    private static string Pattern(string text)
    {
        for (var length = 1; length <= text.Length / 2; length++)
            if (text.Length % length == 0 && text[length..] == text[..^length])
                return text[..length];
        return text;
    }

    private static string WithoutWalks(string text)
    {
        for (var at = 0; at + ShortestWalk <= text.Length; at++)
        {
            var length = 0;
            for (var next = ShortestWalk; at + next <= text.Length && IsWalk(text.Substring(at, next)); next++)
                length = next;
            if (length > 0)
                text = text.Remove(at--, length);
        }
        return text;
    }

    private static bool IsWalk(string text) => Array.Exists(Walks, row => row.Contains(text, StringComparison.Ordinal));

    private static string Spoken(string text) =>
        string.Concat(
            text.Select(c =>
                c switch
                {
                    '0' => 'o',
                    '1' or '!' => 'i',
                    '3' => 'e',
                    '4' or '@' => 'a',
                    '5' or '$' => 's',
                    '7' => 't',
                    _ => c,
                }
            )
        );

    // The longest first: what a longer word is made of is left in no pieces.
    private static string[] Read() =>
        [
            .. Encoding
                .UTF8.GetString(Bytes("common-words.txt"))
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .OrderByDescending(word => word.Length),
        ];

    private static byte[] Bytes(string resource)
    {
        using var stream = typeof(CommonPasswords).Assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    [GeneratedRegex("(19|20)[0-9]{2}", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Year();
}
