namespace SkillPlatform.Changes;

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

/// <summary>What changed between two texts, for people to read: the same in the API, on the pages, in mails and feeds.</summary>
public static class WordDiff
{
    /// <summary>
    /// The pieces in order: those that are not <c>ins</c> make the text before, those that are not <c>del</c> the one after.
    /// Neighbouring edits are one deletion and one insertion; where about half of a line, or of all, has changed, the whole
    /// of it is.
    /// </summary>
    /// <param name="before">May be empty.</param>
    /// <param name="after">May be empty.</param>
    public static IReadOnlyList<DiffPiece> Of(string before, string after)
    {
        var diff = new Overlay(before, after);
        diff.StartLinesAtTheirStart();
        diff.JoinNeighbours();
        diff.ReplaceWhatIsRewritten();
        diff.ShareSpaces();
        return diff.Pieces();
    }

    /// <summary>True if nothing is left of the text before: the two read better one after the other.</summary>
    /// <param name="pieces">As <see cref="Of"/> gives them.</param>
    public static bool IsRewritten(IReadOnlyList<DiffPiece> pieces) =>
        pieces is [{ Op: DiffPiece.Del }, { Op: DiffPiece.Ins }];

    /// <summary>The changes, with a few words around them for what stayed: for where there is not room for all.</summary>
    /// <param name="pieces">Of the whole texts, as <see cref="Of"/> gives them.</param>
    /// <param name="length">About how many characters there may be; shorter texts stay whole.</param>
    public static IReadOnlyList<DiffPiece> Shortened(IReadOnlyList<DiffPiece> pieces, int length)
    {
        if (pieces.Sum(piece => piece.Text.Length) <= length)
            return pieces;
        const int around = 120;
        var (shown, left) = (new List<DiffPiece>(), length);
        for (var at = 0; at < pieces.Count && left > 0; at++)
        {
            var (op, text) = pieces[at];
            var (head, tail) =
                op != DiffPiece.Same || pieces.Count == 1
                    ? (length / Math.Min(pieces.Count, 2), 0)
                    : (at == 0 ? 0 : around, at == pieces.Count - 1 ? 0 : around);
            shown.Add(new DiffPiece(op, Excerpt(text, head, tail)));
            left -= shown[^1].Text.Length;
            if (left <= 0 && at < pieces.Count - 1)
                shown.Add(new DiffPiece(DiffPiece.Same, "…"));
        }
        return shown;
    }

    private static string Excerpt(string text, int head, int tail)
    {
        if (text.Length <= head + tail + 1)
            return text;
        var (end, start) = (head, text.Length - tail);
        // At a space where one is near, else at least not within a character.
        if (text.LastIndexOf(' ', end, Math.Min(20, end)) is > 0 and var space)
            end = space;
        if (tail > 0 && text.IndexOf(' ', start, 20) is > 0 and var next)
            start = next;
        end -= end > 0 && char.IsLowSurrogate(text[end]) ? 1 : 0;
        start -= tail > 0 && char.IsLowSurrogate(text[start]) ? 1 : 0;
        return $"{text[..end]}…{text[start..]}";
    }
}
