namespace SkillPlatform.Changes;

/// <summary>Which items of two lists are the same, in the order of both: as many as there can be (Myers, 1986).</summary>
internal static class Alignment
{
    // Time grows with the number of differences times the length, memory with its square. With more of them nobody
    // would follow.
    private const int Most = 512;

    /// <summary>Pairs of positions; those at both ends only where too much differs between.</summary>
    public static List<(int A, int B)> Of(string[] a, string[] b)
    {
        var (start, end, shorter) = (0, 0, Math.Min(a.Length, b.Length));
        while (start < shorter && a[start] == b[start])
            start++;
        while (end < shorter - start && a[^(end + 1)] == b[^(end + 1)])
            end++;
        var pairs = Enumerable.Range(0, start).Select(at => (at, at)).ToList();
        foreach (var (x, y) in Middle(a.AsSpan(start..^end), b.AsSpan(start..^end)))
            pairs.Add((start + x, start + y));
        pairs.AddRange(Enumerable.Range(-end, end).Select(at => (a.Length + at, b.Length + at)));
        return pairs;
    }

    private static List<(int A, int B)> Middle(ReadOnlySpan<string> a, ReadOnlySpan<string> b)
    {
        // On each diagonal k = x - y, how far one gets with so many differences; and how it was with fewer.
        var (most, steps) = (Math.Min(Most, a.Length + b.Length), new List<int[]>());
        var far = new int[2 * most + 3];
        for (var differences = 0; differences <= most; differences++)
        {
            steps.Add(far[(most + 1 - differences)..(most + 2 + differences)]);
            for (var k = -differences; k <= differences; k += 2)
            {
                var x = IsDown(far, most + 1 + k, k, differences) ? far[most + 2 + k] : far[most + k] + 1;
                while (x < a.Length && x - k < b.Length && a[x] == b[x - k])
                    x++;
                far[most + 1 + k] = x;
                if (x >= a.Length && x - k >= b.Length)
                    return Back(a.Length, b.Length, steps);
            }
        }
        return [];
    }

    private static bool IsDown(int[] far, int at, int k, int differences) =>
        k == -differences || (k != differences && far[at - 1] < far[at + 1]);

    private static List<(int A, int B)> Back(int x, int y, List<int[]> steps)
    {
        var pairs = new List<(int A, int B)>();
        for (var differences = steps.Count - 1; differences >= 0; differences--)
        {
            var (far, k) = (steps[differences], x - y);
            var down = IsDown(far, differences + k, k, differences);
            var from = differences == 0 ? 0 : far[differences + k + (down ? 1 : -1)];
            var start =
                differences == 0 ? 0
                : down ? from
                : from + 1;
            while (x > start)
                pairs.Add((--x, --y));
            (x, y) = (from, from - k + (down ? -1 : 1));
        }
        pairs.Reverse();
        return pairs;
    }
}
