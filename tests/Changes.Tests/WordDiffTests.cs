using FsCheck;
using FsCheck.Fluent;

namespace SkillPlatform.Changes.Tests;

public sealed class WordDiffTests
{
    private static string Side(IEnumerable<DiffPiece> words, string without) =>
        string.Concat(words.Where(piece => piece.Op != without).Select(piece => piece.Text));

    // [-gone-]{+come+}
    private static string Marked(string before, string after) =>
        string.Concat(
            WordDiff
                .Of(before, after)
                .Select(piece =>
                    piece.Op switch
                    {
                        DiffPiece.Del => $"[-{piece.Text}-]",
                        DiffPiece.Ins => $"{{+{piece.Text}+}}",
                        _ => piece.Text,
                    }
                )
        );

    [Theory]
    [InlineData("Knows what a function is.", "Knows why a function is.", "Knows [-what-]{+why+} a function is.")]
    [InlineData(
        "Runs tests before each release.",
        "Runs unit tests before each release.",
        "Runs{+ unit+} tests before each release."
    )]
    [InlineData("Deploys it to the cloud now.", "Deploys it to the cloud.", "Deploys it to the cloud[- now-].")]
    [InlineData(
        "Knows CI/CD and read-only mode.",
        "Knows CI/CT and read-write mode.",
        "Knows CI/[-CD-]{+CT+} and read-[-only-]{+write+} mode."
    )]
    [InlineData(
        "They don't deploy on Fridays.",
        "They do deploy on Fridays.",
        "They [-don't-]{+do+} deploy on Fridays."
    )]
    [InlineData(
        "関数をデプロイし、ログを読む。",
        "関数を設計し、ログを読める。",
        "関数を[-デプロイ-]{+設計+}し、ログを読[-む-]{+める+}。"
    )]
    [InlineData("The team keeps two  spaces.", "The team keeps two spaces.", "The team keeps two [- -]spaces.")]
    [InlineData("", "All of it is new.", "{+All of it is new.+}")]
    public void Words_that_went_and_came_are_marked(string before, string after, string marked) =>
        Assert.Equal(marked, Marked(before, after));

    [Theory]
    [InlineData(
        "Defines serverless-first infrastructure strategy across the organization. Establishes IaC standards for "
            + "function deployment, monitoring, and cost governance. Conducts architecture reviews of serverless "
            + "solutions and optimizes FinOps for compute spend.",
        "Defines serverless-first strategy and reviews it every quarter. Establishes IaC standards for function "
            + "deployment, monitoring, and cost governance.",
        "Defines serverless-first [-infrastructure strategy across the organization-]{+strategy and reviews it every "
            + "quarter+}. Establishes IaC standards for function deployment, monitoring, and cost governance.[- Conducts "
            + "architecture reviews of serverless solutions and optimizes FinOps for compute spend.-]"
    )]
    [InlineData(
        "Defines organizational serverless strategy: use cases vs containers, cost model, vendor lock-in analysis.",
        "Defines organizational serverless strategy: use cases vs containers, cost model per request, exit plan for each vendor.",
        "Defines organizational serverless strategy: use cases vs containers, cost model{+ per request+}, "
            + "[-vendor lock-in analysis-]{+exit plan for each vendor+}."
    )]
    public void Neighbouring_edits_are_one_deletion_and_one_insertion(string before, string after, string marked) =>
        Assert.Equal(marked, Marked(before, after));

    [Theory]
    [InlineData("Reads logs of functions daily.", "Writes alarms of functions weekly.")]
    [InlineData("Knows one", "Teaches one")]
    [InlineData("one\n\ntwo\n\nthree", "four\n\nfive\n\nsix")]
    public void Where_half_has_changed_both_stand_whole(string before, string after) =>
        Assert.Equal([new(DiffPiece.Del, before), new(DiffPiece.Ins, after)], WordDiff.Of(before, after));

    [Fact]
    public void A_line_that_is_rewritten_stands_whole_among_others() =>
        Assert.Equal(
            "- Keeps the services of the team running\n[-- Reads logs-]{+- Writes alarms+}\n- Is on call every other week",
            Marked(
                "- Keeps the services of the team running\n- Reads logs\n- Is on call every other week",
                "- Keeps the services of the team running\n- Writes alarms\n- Is on call every other week"
            )
        );

    [Theory]
    [InlineData(
        "| a | one |\n| b | two |",
        "| a | one |\n| n | new |\n| b | two |",
        "| a | one |\n{+| n | new |\n+}| b | two |"
    )]
    [InlineData(
        "| a | one |\n| b | two |",
        "| a | one |\n| b | two |\n| n | new |",
        "| a | one |\n| b | two |{+\n| n | new |+}"
    )]
    [InlineData(
        "| cell | text |\n|---|---|\n| a | reads one log |\n| b | reads two logs |",
        "| cell | text |\n|---|---|\n| n | is new |\n| a | reads one trace |\n| b | reads two logs |",
        "| cell | text |\n|---|---|\n{+| n | is new |\n+}| a | reads one [-log-]{+trace+} |\n| b | reads two logs |"
    )]
    [InlineData("| a | b | c | stays |", "| x | y | z | stays |", "| [-a-]{+x+} | [-b-]{+y+} | [-c-]{+z+} | stays |")]
    [InlineData(
        "- reads the logs\n- keeps them",
        "- reads the logs\n- and metrics\n- keeps them",
        "- reads the logs\n{+- and metrics\n+}- keeps them"
    )]
    [InlineData(
        "reads the logs and\nkeeps them",
        "reads the logs\nand keeps them",
        "reads the logs[- and-]\n{+and +}keeps them"
    )]
    public void Rows_and_lines_are_marked_as_such(string before, string after, string marked) =>
        Assert.Equal(marked, Marked(before, after));

    [Fact]
    public void The_last_word_of_a_long_text_is_seen_when_it_is_shortened()
    {
        var text = string.Concat(Enumerable.Range(0, 1200).Select(n => $"w{n:0000} "));
        var shown = WordDiff.Shortened(WordDiff.Of(text + "last.", text + "new."), 4000);
        Assert.Equal(["same", "del", "ins", "same"], shown.Select(piece => piece.Op));
        Assert.StartsWith("…", shown[0].Text, StringComparison.Ordinal);
        Assert.InRange(shown.Sum(piece => piece.Text.Length), 50, 200);
    }

    [Fact]
    public void Shortened_differences_have_a_bound_and_show_both_sides()
    {
        var (before, after) = (
            string.Join(' ', Enumerable.Repeat("old", 9000)),
            string.Join(' ', Enumerable.Repeat("🦊", 9000))
        );
        var shown = WordDiff.Shortened(WordDiff.Of(before, after), 4000);
        Assert.Contains(shown, piece => piece.Op == DiffPiece.Del);
        Assert.Contains(shown, piece => piece.Op == DiffPiece.Ins);
        Assert.InRange(shown.Sum(piece => piece.Text.Length), 3000, 4100);
        Assert.DoesNotContain(
            '\uFFFD',
            System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(Side(shown, "")))
        );
    }

    private static readonly Gen<string> Texts = Gen.Frequency(
            (
                9,
                Gen.Elements(
                    "a",
                    "b",
                    " ",
                    "\n",
                    "- ",
                    "ü",
                    "🦊",
                    "関数",
                    "デプロイ",
                    "。",
                    "\r\n",
                    ".",
                    "word",
                    "\t",
                    "| ",
                    " |\n",
                    "/",
                    "e\u0301",
                    "👩‍👩‍👧",
                    "don't"
                )
            ),
            (1, ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""))
        )
        .ListOf()
        .Select(parts => string.Concat(parts));

    // One text, and the same with some parts of it changed: what people do, and where most is kept.
    private static readonly Gen<(string, string)> Edited =
        from parts in Texts.ListOf()
        from other in Texts.ListOf(parts.Count)
        from which in Gen.Elements(0, 0, 0, 1, 2).ListOf(parts.Count)
        select (
            string.Concat(parts),
            string.Concat(
                parts.Select(
                    (part, at) =>
                        which[at] == 0 ? part
                        : which[at] == 1 ? other[at]
                        : ""
                )
            )
        );

    [Fact]
    public void Both_texts_can_be_read_off_the_words() =>
        Prop.ForAll(
                Edited.ToArbitrary(),
                texts =>
                {
                    var words = WordDiff.Of(texts.Item1, texts.Item2);
                    return Side(words, "ins") == texts.Item1
                        && Side(words, "del") == texts.Item2
                        && words.All(piece => piece.Text.Length > 0)
                        && words
                            .Zip(words.Skip(1))
                            .All(two =>
                                (two.First.Op, two.Second.Op)
                                    is
                                        ("same", not "same")
                                        or
                                        ("del", not "del")
                                        or
                                        ("ins", "same")
                            )
                        && (texts.Item1 != texts.Item2 || words.All(piece => piece.Op == DiffPiece.Same));
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    public static TheoryData<string, string> Hostile =>
        new(
            (Repeated("a b "), Repeated("b a ")),
            (Repeated("\n"), Repeated("a\n")),
            (Repeated("|"), Repeated("| ")),
            (Repeated(". a"), Repeated("a. ")),
            (Repeated("| a |\n"), Repeated("| a | b\n")),
            (Random(1, "ab\n|. "), Random(2, "ab\n|. ")),
            (
                string.Concat(Enumerable.Range(0, 25_000).Select(n => (char)(0x4E00 + n % 20_000))),
                string.Concat(Enumerable.Range(0, 25_000).Select(n => (char)(0x9E1F - n % 20_000)))
            )
        );

    private static string Repeated(string text) => string.Concat(Enumerable.Repeat(text, 50_000 / text.Length));

    private static string Random(int seed, string of)
    {
#pragma warning disable CA5394 // The same each time, and nothing to guess.
        var random = new Random(seed);
        return string.Concat(Enumerable.Range(0, 50_000).Select(_ => of[random.Next(of.Length)]));
#pragma warning restore CA5394
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Texts_of_50_kB_are_compared_soon(string before, string after)
    {
        var began = TimeProvider.System.GetTimestamp();
        var words = WordDiff.Of(before, after);
        Assert.Equal(before, Side(words, "ins"));
        Assert.Equal(after, Side(words, "del"));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{TimeProvider.System.GetElapsedTime(began).TotalMilliseconds} ms"
        );
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }
}
