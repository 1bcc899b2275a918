namespace SkillPlatform.Notifications;

/// <summary>What several changes of skills come to. Pure.</summary>
public static class NetEffect
{
    /// <summary>What is different at the end from what was at the beginning; nothing for what was changed and changed back.</summary>
    /// <param name="lines">The changes of one skill, in their order.</param>
    public static NewsLine[] Of(IEnumerable<NewsLine> lines)
    {
        NewsLine[] all = [.. lines];
        var whole = all.Where(line => Whole(line.Kind) == "skill").Select(line => line.Kind).ToArray();
        var isNew = whole is ["skillAdded", ..];
        return isNew && whole[^1] == "skillRetired"
            ? []
            :
            [
                .. all
                // What is new has its name and its place from the beginning.
                .Where(line => !(isNew && line.Kind is "skillRenamed" or "skillMoved"))
                    // A requirement is added, reworded, made mandatory and dropped: all are about the same thing.
                    .GroupBy(line =>
                        line.Role is null ? (Whole(line.Kind), null)
                        : line.Cell is { } cell ? (cell, null)
                        : (line.Role, line.Level)
                    )
                    .SelectMany(about => About([.. about])),
            ];
    }

    // Added and retired are about the same thing, too.
    private static string Whole(string kind) => kind is "skillAdded" or "skillRetired" ? "skill" : kind;

    private static IEnumerable<NewsLine> About(NewsLine[] lines) =>
        lines is [var only] ? [only]
        // Each is of another skill.
        : lines[0].Kind is "skillAbsorbed" ? lines
        : lines[0].Role is null ? OfSkill(lines[0], lines[^1])
        : OfRequirement(lines[0], lines[^1]);

    private static IEnumerable<NewsLine> OfSkill(NewsLine first, NewsLine last)
    {
        if (first.Kind is "skillAdded" or "skillRetired")
            return first.Kind == last.Kind ? [last] : [];
        return Different(first.Before, last.After) ? [last with { Before = first.Before }] : [];
    }

    private static IEnumerable<NewsLine> OfRequirement(NewsLine first, NewsLine last)
    {
        var line = last with { Before = first.Before, MandatoryBefore = first.MandatoryBefore };
        if (line.MandatoryBefore is null || line.MandatoryAfter is null)
        {
            if (line.MandatoryBefore != line.MandatoryAfter)
                yield return line with
                {
                    Kind = line.MandatoryBefore is null ? "requirementStated" : "requirementDropped",
                };
            yield break;
        }
        if (Different(line.Before, line.After))
            yield return line with
            {
                Kind = "requirementReworded",
            };
        if (line.MandatoryBefore != line.MandatoryAfter)
            yield return line with
            {
                Kind = line.MandatoryAfter == true ? "requirementMadeMandatory" : "requirementMadeOptional",
            };
    }

    private static bool Different(string? before, string? after) =>
        !string.Equals(before ?? "", after ?? "", StringComparison.Ordinal);
}
