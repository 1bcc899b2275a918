using SkillPlatform.Changes;

namespace SkillPlatform.Catalog;

/// <summary>What somebody may have meant.</summary>
public static class Near
{
    private const int Longest = 100;

    /// <summary>The name that takes the fewest strokes to get to, if they are a third of its letters at most.</summary>
    public static string? Of(string written, IEnumerable<string> names)
    {
        if (written.Length > Longest)
            return null;
        var sought = TextForm.Likeness(written).ToLowerInvariant();
        var (nearest, fewest) = ((string?)null, Math.Max(1, sought.Length / 3) + 1);
        foreach (var name in names)
            if (
                name.Length <= Longest
                && Strokes(sought, TextForm.Likeness(name).ToLowerInvariant(), fewest) is var strokes
                && strokes < fewest
            )
                (nearest, fewest) = (name, strokes);
        return nearest;
    }

    // Levenshtein, with two neighbours that changed places as one; or the limit where it is no less.
    private static int Strokes(string a, string b, int limit)
    {
        if (Math.Abs(a.Length - b.Length) >= limit)
            return limit;
        var (before, last, now) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            now[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                now[j] = Math.Min(Math.Min(now[j - 1], last[j]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    now[j] = Math.Min(now[j], before[j - 2] + 1);
            }
            (before, last, now) = (last, now, before);
        }
        return Math.Min(last[b.Length], limit);
    }
}
