using System.Runtime.InteropServices;

namespace SkillPlatform.Changes;

/// <summary>Two texts, and the places where they say the same.</summary>
internal sealed class Overlay
{
    // Each finds what the ones before left open: equal lines, rows about the same thing, equal sentences, equal words.
    private static readonly Func<string, int, int, List<Token>>[] Levels =
    [
        Token.Lines,
        Token.Rows,
        Token.Sentences,
        Token.Words,
    ];
    private readonly string _before;
    private readonly string _after;
    private List<Common> _common = [];

    public Overlay(string before, string after)
    {
        (_before, _after) = (before, after);
        Find(..before.Length, ..after.Length, 0);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Common(int Before, int After, int Length)
    {
        public int BeforeEnd => Before + Length;
        public int AfterEnd => After + Length;
    }

    /// <summary>Letters that went and that came.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Edit(int Gone, int Come)
    {
        public int Size => Math.Max(Gone, Come);
        public bool Replaces => Gone > 0 && Come > 0;

        public static Edit operator +(Edit a, Edit b) => new(a.Gone + b.Gone, a.Come + b.Come);
    }

    private Common End => new(_before.Length, _after.Length, 0);

    private void Find(Range before, Range after, int level)
    {
        var old = _before.AsSpan(before);
        var now = _after.AsSpan(after);
        if (old.SequenceEqual(now))
            Keep(new Common(before.Start.Value, after.Start.Value, old.Length));
        else if (level < Levels.Length && old.Length > 0 && now.Length > 0)
            Align(before, after, level);
    }

    private void Align(Range before, Range after, int level)
    {
        var old = Levels[level](_before, before.Start.Value, before.End.Value);
        var now = Levels[level](_after, after.Start.Value, after.End.Value);
        var (x, y) = (before.Start, after.Start);
        foreach (var (a, b) in Alignment.Of([.. old.Select(t => t.Key)], [.. now.Select(t => t.Key)]))
        {
            var (was, here) = (old[a], now[b]);
            Find(x..was.Start, y..here.Start, level + 1);
            Find(was.Start..was.End, here.Start..here.End, level + 1);
            // The same word after other spaces.
            if (level == Levels.Length - 1 && (_common is [] || _common[^1].BeforeEnd < was.End))
                Keep(new Common(was.End - was.Key.Length, here.End - here.Key.Length, was.Key.Length));
            (x, y) = (was.End, here.End);
        }
        Find(x..before.End, y..after.End, level + 1);
    }

    private void Keep(Common next)
    {
        if (_common is [.., var last] && last.BeforeEnd == next.Before && last.AfterEnd == next.After)
            _common[^1] = last with { Length = last.Length + next.Length };
        else if (next.Length > 0)
            _common.Add(next);
    }

    /// <summary>Inserted or deleted lines are those lines, not the end of one and the beginning of the next.</summary>
    public void StartLinesAtTheirStart()
    {
        for (var at = 0; at + 1 < _common.Count; at++)
        {
            var (left, right) = (_common[at], _common[at + 1]);
            var (gone, come) = (_before[left.BeforeEnd..right.Before], _after[left.AfterEnd..right.After]);
            var shift = left.BeforeEnd - 1 - _before.LastIndexOf('\n', left.BeforeEnd - 1, left.Length);
            if (
                gone.Length > 0 == come.Length > 0
                || shift > left.Length
                || !(gone + come).Contains('\n', StringComparison.Ordinal)
                || !(gone + come).AsSpan().EndsWith(_before.AsSpan(left.BeforeEnd - shift, shift))
            )
                continue;
            _common[at] = left with { Length = left.Length - shift };
            _common[at + 1] = new Common(right.Before - shift, right.After - shift, right.Length + shift);
        }
        _common.RemoveAll(common => common.Length == 0);
    }

    /// <summary>A word or two that stayed between edits make them no easier to read: they are part of one.</summary>
    public void JoinNeighbours()
    {
        var (kept, last) = (new List<Common>(), default(Common));
        for (var at = 0; at < _common.Count; at++)
        {
            var (here, next) = (_common[at], at + 1 < _common.Count ? _common[at + 1] : End);
            if (Separates(_before[here.Before..here.BeforeEnd], Between(last, here), Between(here, next)))
                kept.Add(last = here);
        }
        _common = kept;
    }

    private Edit Between(Common left, Common right) =>
        new(
            Token.Letters(_before.AsSpan(left.BeforeEnd..right.Before)),
            Token.Letters(_after.AsSpan(left.AfterEnd..right.After))
        );

    private static bool Separates(string text, Edit left, Edit right)
    {
        // Lines and the cells of tables are edited one by one.
        if (text.AsSpan().ContainsAny('\n', '|') || left == default || right == default || !(left + right).Replaces)
            return true;
        return Token.Letters(text) is > 0 and var letters
            ? letters > Math.Min(left.Size, right.Size) || Token.Words(text, 0, text.Length).Count > 3
            : !string.IsNullOrWhiteSpace(text) && !(left.Replaces && right.Replaces);
    }

    /// <summary>From about half changed on, before and after are easier to read one after the other: each line, then all.</summary>
    public void ReplaceWhatIsRewritten()
    {
        var (kept, line, start) = (new List<Common>(), new List<Common>(), default(Common));
        foreach (var common in _common.SelectMany(InLines).Append(End))
        {
            var isBreak = common.Length == 0 || _before[common.Before] == '\n';
            if (!isBreak)
            {
                line.Add(common);
                continue;
            }
            if (!IsRewritten(start.BeforeEnd..common.Before, start.AfterEnd..common.After, line))
                kept.AddRange(line);
            kept.Add(common);
            line.Clear();
            start = common;
        }
        _common = [];
        if (!IsRewritten(.., .., kept))
            kept.ForEach(Keep);
    }

    // The breaks alone.
    private IEnumerable<Common> InLines(Common common)
    {
        for (var done = 0; done < common.Length; )
        {
            var next = _before.IndexOf('\n', common.Before + done, common.Length - done) - common.Before;
            var length = next < 0 ? common.Length - done : Math.Max(next - done, 1);
            yield return new Common(common.Before + done, common.After + done, length);
            done += length;
        }
    }

    private bool IsRewritten(Range before, Range after, List<Common> kept)
    {
        var shorter = Math.Min(Token.Letters(_before.AsSpan(before)), Token.Letters(_after.AsSpan(after)));
        return shorter > 0 && kept.Sum(c => Token.Letters(_before.AsSpan(c.Before, c.Length))) * 2 <= shorter;
    }

    /// <summary>Spaces around what was replaced did not change, where both have them.</summary>
    public void ShareSpaces()
    {
        var (all, last) = (_common, default(Common));
        if (all is [])
            return;
        _common = [];
        foreach (var next in all.Append(End))
        {
            var gone = _before.AsSpan(last.BeforeEnd..next.Before);
            var come = _after.AsSpan(last.AfterEnd..next.After);
            var (head, tail) = (0, 0);
            while (
                head < Math.Min(gone.Length, come.Length) && gone[head] == come[head] && char.IsWhiteSpace(gone[head])
            )
                head++;
            gone = gone[head..];
            come = come[head..];
            while (
                tail < Math.Min(gone.Length, come.Length)
                && gone[^(tail + 1)] == come[^(tail + 1)]
                && char.IsWhiteSpace(gone[^(tail + 1)])
            )
                tail++;
            Keep(new Common(last.BeforeEnd, last.AfterEnd, head));
            Keep(new Common(next.Before - tail, next.After - tail, next.Length + tail));
            last = next;
        }
    }

    public List<DiffPiece> Pieces()
    {
        var (pieces, last) = (new List<DiffPiece>(), default(Common));
        foreach (var next in _common.Append(End))
        {
            Add(DiffPiece.Del, _before[last.BeforeEnd..next.Before]);
            Add(DiffPiece.Ins, _after[last.AfterEnd..next.After]);
            Add(DiffPiece.Same, _before[next.Before..next.BeforeEnd]);
            last = next;
        }
        return pieces;

        void Add(string op, string text)
        {
            if (text.Length > 0)
                pieces.Add(new DiffPiece(op, text));
        }
    }
}
