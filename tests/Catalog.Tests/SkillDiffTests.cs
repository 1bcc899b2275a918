using FsCheck;
using FsCheck.Fluent;

namespace SkillPlatform.Catalog.Tests;

public sealed class SkillDiffTests
{
    private static string Side(IEnumerable<SkillDiff.Piece> words, string without) =>
        string.Concat(words.Where(piece => piece.Op != without).Select(piece => piece.Text));

    [Fact]
    public void Words_that_went_and_came_are_marked()
    {
        var words = SkillDiff.Words("Knows what a function is.", "Knows why a function is.");
        Assert.Equal(["same", "del", "ins", "same"], words.Select(w => w.Op));
        Assert.Equal(["what", "why"], words.Where(w => w.Op != "same").Select(w => w.Text));
    }

    [Fact]
    public void Both_texts_can_be_read_off_the_words() =>
        Prop.ForAll(
                Gen.Elements("a", "b", " ", "\n", "- ", "ü", "🦊", "\r\n", ".", "word", "\t")
                    .ListOf()
                    .Select(parts => string.Concat(parts))
                    .Two()
                    .ToArbitrary(),
                texts =>
                {
                    var words = SkillDiff.Words(texts.Item1, texts.Item2);
                    return Side(words, "ins") == texts.Item1 && Side(words, "del") == texts.Item2;
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Long_texts_that_share_nothing_are_compared_soon()
    {
        var before = string.Join(' ', Enumerable.Range(0, 1700).Select(n => $"a{n:0000}"));
        var after = string.Join('\n', Enumerable.Range(0, 1700).Select(n => $"b{n:0000}"));
        var began = TimeProvider.System.GetTimestamp();
        var words = SkillDiff.Words(before, after);
        Assert.Equal(before, Side(words, "ins"));
        Assert.Equal(after, Side(words, "del"));
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }
}
