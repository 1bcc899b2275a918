using FsCheck;
using FsCheck.Fluent;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog.Tests;

public sealed class WordDiffTests
{
    private static string Side(IEnumerable<DiffPiece> words, string without) =>
        string.Concat(words.Where(piece => piece.Op != without).Select(piece => piece.Text));

    [Fact]
    public void Words_that_went_and_came_are_marked()
    {
        var words = WordDiff.Of("Knows what a function is.", "Knows why a function is.");
        Assert.Equal(["same", "del", "ins", "same"], words.Select(w => w.Op));
        Assert.Equal(["what", "why"], words.Where(w => w.Op != "same").Select(w => w.Text));
    }

    [Fact]
    public void Words_are_found_where_no_spaces_are() =>
        Assert.Equal(
            [
                new(DiffPiece.Same, "関数を"),
                new(DiffPiece.Del, "デプロイ"),
                new(DiffPiece.Ins, "設計"),
                new(DiffPiece.Same, "し、ログを読"),
                new(DiffPiece.Del, "む"),
                new(DiffPiece.Ins, "める"),
                new(DiffPiece.Same, "。"),
            ],
            WordDiff.Of("関数をデプロイし、ログを読む。", "関数を設計し、ログを読める。")
        );

    [Fact]
    public void Both_texts_can_be_read_off_the_words() =>
        Prop.ForAll(
                Gen.Elements("a", "b", " ", "\n", "- ", "ü", "🦊", "関数", "デプロイ", "。", "\r\n", ".", "word", "\t")
                    .ListOf()
                    .Select(parts => string.Concat(parts))
                    .Two()
                    .ToArbitrary(),
                texts =>
                {
                    var words = WordDiff.Of(texts.Item1, texts.Item2);
                    return Side(words, "ins") == texts.Item1 && Side(words, "del") == texts.Item2;
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Long_texts_that_share_nothing_are_compared_soon()
    {
        var before = string.Concat(Enumerable.Range(0, 10_000).Select(n => (char)(0x4E00 + n)));
        var after = string.Concat(Enumerable.Range(0, 10_000).Select(n => (char)(0x7530 + n)));
        var began = TimeProvider.System.GetTimestamp();
        var words = WordDiff.Of(before, after);
        Assert.Equal(before, Side(words, "ins"));
        Assert.Equal(after, Side(words, "del"));
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }
}
