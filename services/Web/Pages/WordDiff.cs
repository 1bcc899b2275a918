using System.Text.RegularExpressions;
using DiffPlex;
using DiffPlex.Chunkers;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace SkillPlatform.Web.Pages;

/// <summary>A piece of two texts laid over each other: in both, only before, or only after.</summary>
public sealed record DiffPiece(char Sign, string Text);

/// <summary>What changed between two texts, word by word.</summary>
public static partial class WordDiff
{
    public static IReadOnlyList<DiffPiece> Of(string before, string after)
    {
        var model = new InlineDiffBuilder(new Differ()).BuildDiffModel(
            before,
            after,
            ignoreWhitespace: false,
            ignoreCase: false,
            Words.Instance
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

    // Chinese and Japanese put no spaces between words: there, each character is one, but for those that spell foreign ones.
    private sealed partial class Words : IChunker
    {
        public static readonly Words Instance = new();

        public IReadOnlyList<string> Chunk(string text) =>
            [
                .. WordChunker
                    .Instance.Chunk(text)
                    .SelectMany(word => Characters.Split(word))
                    .Where(word => word.Length > 0),
            ];

        [GeneratedRegex(
            @"(?<word>[\u30A0-\u30FF]+|[\u3000-\u309F\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\uFF01-\uFF0F\uFF1A-\uFF1F])",
            RegexOptions.ExplicitCapture,
            matchTimeoutMilliseconds: 1000
        )]
        private static partial Regex Characters { get; }
    }
}
