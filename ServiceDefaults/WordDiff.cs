using System.Text.RegularExpressions;
using DiffPlex;
using DiffPlex.Chunkers;

namespace SkillPlatform.ServiceDefaults;

/// <summary>A piece of two texts laid over each other.</summary>
/// <param name="Op"><see cref="Same"/>, <see cref="Ins"/> or <see cref="Del"/>.</param>
/// <param name="Text">Never empty.</param>
public sealed record DiffPiece(string Op, string Text)
{
    /// <summary>In both texts.</summary>
    public const string Same = "same";

    /// <summary>Only in the text after.</summary>
    public const string Ins = "ins";

    /// <summary>Only in the text before.</summary>
    public const string Del = "del";
}

/// <summary>What changed between two texts, word by word: the same in the API, on the pages and in the mails.</summary>
public static partial class WordDiff
{
    // Comparing costs time by the product of the numbers of pieces: this many take a tenth of a second.
    private const long Most = 16_000_000;

    /// <summary>
    /// The pieces in order: those that are not <c>ins</c> make the text before, those that are not <c>del</c> the one after.
    /// Very long texts are compared by sentences.
    /// </summary>
    /// <param name="before">May be empty.</param>
    /// <param name="after">May be empty.</param>
    public static IReadOnlyList<DiffPiece> Of(string before, string after)
    {
        var chunker = new Words();
        var isShort = (long)chunker.Chunk(before).Count * chunker.Chunk(after).Count < Most;
        var diff = Differ.Instance.CreateDiffs(
            before,
            after,
            ignoreWhiteSpace: false,
            ignoreCase: false,
            isShort ? chunker : new DelimiterChunker(['\n', '.', '。'])
        );
        var (pieces, at) = (new List<DiffPiece>(), 0);
        foreach (var block in diff.DiffBlocks)
        {
            Add(DiffPiece.Same, diff.PiecesOld.Skip(at).Take(block.DeleteStartA - at));
            Add(DiffPiece.Del, diff.PiecesOld.Skip(block.DeleteStartA).Take(block.DeleteCountA));
            Add(DiffPiece.Ins, diff.PiecesNew.Skip(block.InsertStartB).Take(block.InsertCountB));
            at = block.DeleteStartA + block.DeleteCountA;
        }
        Add(DiffPiece.Same, diff.PiecesOld.Skip(at));
        return pieces;

        void Add(string op, IEnumerable<string> texts)
        {
            var text = string.Concat(texts);
            if (text.Length > 0)
                pieces.Add(new DiffPiece(op, text));
        }
    }

    // Chinese and Japanese put no spaces between words: there, each character is one, but for those that spell foreign ones.
    private sealed partial class Words : IChunker
    {
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
