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
                && Resembling.Errors(sought, TextForm.Likeness(name).ToLowerInvariant(), fewest - 1) is var strokes
                && strokes < fewest
            )
                (nearest, fewest) = (name, strokes);
        return nearest;
    }
}
