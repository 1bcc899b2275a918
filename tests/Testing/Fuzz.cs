using System.Diagnostics;
using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace SkillPlatform.Testing;

/// <summary>
/// What nobody would send, made of what somebody might: good input with pieces of it changed, left out, repeated and put
/// elsewhere. The same every time, so that a change is held to what it changed; <c>SKILLPLATFORM_FUZZ_SECONDS</c> says for how long
/// all of it together is tried, and then it is new each time: <c>scripts/fuzz</c> does so for an hour.
/// </summary>
public static class Fuzz
{
    private const int Targets = 7;
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(5);

    // What means something to one parser or another.
    private static readonly string[] Signs =
    [
        "\0",
        "\r\n",
        "\n\n",
        "\t",
        "\"",
        "\"\"",
        "'",
        "\\",
        "\\u0000",
        "\\ud800",
        "{",
        "}",
        "[",
        "]",
        ",",
        ";",
        ":",
        "=",
        "-",
        "*",
        "%",
        "..",
        "/",
        "<",
        ">",
        "<script>",
        "javascript:",
        "](",
        "```",
        "|",
        "&#0;",
        "W/",
        "q=",
        "null",
        "true",
        "1e999",
        "-1",
        "99999999999999999999",
        "\uFEFF",
        "\u202E",
        "\u0000\u0301",
        "\U0001F98A",
        new('[', 200),
        new('>', 300),
        new('a', 3_000),
    ];

    private static readonly string? Seconds = Environment.GetEnvironmentVariable("SKILLPLATFORM_FUZZ_SECONDS")
        is { Length: > 0 } said
        ? said
        : null;

    private static readonly TimeSpan Each =
        TimeSpan.FromSeconds(int.Parse(Seconds ?? "10", CultureInfo.InvariantCulture)) / Targets;

    /// <summary>Tries text, which must be taken or turned down: what is thrown, or takes long, fails.</summary>
    /// <param name="seeds">Good input.</param>
    /// <param name="feed">Takes one, and asserts what must hold of what comes out.</param>
    public static void Texts(IReadOnlyList<string> seeds, Action<string> feed) => Run(Text(seeds), feed, Show);

    /// <summary>The same for bytes, which need not be text.</summary>
    /// <param name="seeds">Good input.</param>
    /// <param name="feed">Takes one, and asserts what must hold of what comes out.</param>
    public static void Bytes(IReadOnlyList<string> seeds, Action<byte[]> feed) =>
        Run(
            from text in Text(seeds)
            from flips in Gen.Choose(0, int.MaxValue).ListOf()
            select Flipped(Encoding.UTF8.GetBytes(text), flips),
            feed,
            Convert.ToHexString
        );

    private static Gen<string> Text(IReadOnlyList<string> seeds) =>
        from seed in Gen.Elements<string>([.. seeds])
        from edits in Edit(seeds).ListOf()
        select edits.Aggregate(seed, (text, edit) => Edited(text, edit.Kind, edit.Places, edit.Piece));

    private static Gen<(int Kind, (int, int) Places, string Piece)> Edit(IReadOnlyList<string> seeds) =>
        from kind in Gen.Choose(0, 4)
        from first in Gen.Choose(0, int.MaxValue)
        from second in Gen.Choose(0, int.MaxValue)
        from piece in Gen.OneOf(Gen.Elements(Signs), Gen.Elements<string>([.. seeds]))
        select (kind, (first, second), piece);

    private static string Edited(string text, int kind, (int First, int Second) places, string piece)
    {
        var (from, to) = (places.First % (text.Length + 1), places.Second % (text.Length + 1));
        (from, to) = (Math.Min(from, to), Math.Max(from, to));
        var some = Math.Min(to - from, 40);
        var edited = kind switch
        {
            0 => text.Insert(from, piece),
            1 => text.Remove(from, some),
            2 => text.Insert(to, text.Substring(from, some)),
            3 => text[..from] + piece + text[to..],
            _ => text[..from],
        };
        return edited.Length > 100_000 ? edited[..100_000] : edited;
    }

    private static byte[] Flipped(byte[] bytes, IEnumerable<int> flips)
    {
        foreach (var flip in flips.Take(8))
            if (bytes.Length > 0)
                bytes[flip / 8 % bytes.Length] ^= (byte)(1 << (flip % 8));
        return bytes;
    }

    private static string Show(string text) => Convert.ToHexString(Encoding.Unicode.GetBytes(text));

    private static void Run<T>(Gen<T> inputs, Action<T> feed, Func<T, string> show)
    {
        var tried = 0;
        var config = Config.QuickThrowOnFailure.WithMaxTest(100);
        var round = 0UL;
        for (var since = Stopwatch.StartNew(); since.Elapsed < Each || tried == 0; round++)
            Check.One(
                Seconds is null ? config.WithReplay(new Replay(new Rnd(round, 1), null)) : config,
                Prop.ForAll(inputs.ToArbitrary(), Try)
            );
        Xunit.TestContext.Current.TestOutputHelper!.WriteLine($"{tried} tried");

        void Try(T input)
        {
            tried++;
            var took = Stopwatch.StartNew();
            try
            {
                feed(input);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"With {show(input)}: {e.Message}", e);
            }
            if (took.Elapsed > Slow)
                throw new TimeoutException($"{took.Elapsed} with {show(input)}");
        }
    }
}
