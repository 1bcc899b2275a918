using DiffPlex;
using DiffPlex.Chunkers;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace SkillPlatform.Web.Pages;

/// <summary>A piece of two texts laid over each other: in both, only before, or only after.</summary>
public sealed record DiffPiece(char Sign, string Text);

/// <summary>What changed between two texts, word by word.</summary>
public static class WordDiff
{
    public static IReadOnlyList<DiffPiece> Of(string before, string after)
    {
        var model = new InlineDiffBuilder(new Differ()).BuildDiffModel(
            before,
            after,
            ignoreWhitespace: false,
            ignoreCase: false,
            new WordChunker()
        );
        var pieces = new List<DiffPiece>();
        foreach (var line in model.Lines)
        {
            var sign = line.Type switch
            {
                ChangeType.Inserted => '+',
                ChangeType.Deleted => '-',
                _ => '=',
            };
            if (pieces.Count > 0 && pieces[^1].Sign == sign)
                pieces[^1] = pieces[^1] with { Text = pieces[^1].Text + line.Text };
            else
                pieces.Add(new DiffPiece(sign, line.Text));
        }
        return pieces;
    }
}
