using System.Collections.Immutable;
using SkillPlatform.Contracts;

namespace SkillPlatform.Changes;

/// <summary>A skill that another may be merged into.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its slug.</param>
/// <param name="Says">What it says.</param>
public sealed record Other(Guid Id, string Slug, Said Says)
{
    /// <summary>As the skill that is merged into it names it from then on.</summary>
    public OtherSkill Named => new(Id, Slug, Says.Name, Says.Place.Domain, Says.Place.Group);
}

/// <summary>What becomes of the skill that another is merged into.</summary>
/// <param name="Skill">The skill.</param>
/// <param name="After">What it would say.</param>
public sealed record Into(Other Skill, Said After)
{
    /// <summary>What it says.</summary>
    public Said Before => Skill.Says;
}

/// <summary>Two skills made one, requirement by requirement.</summary>
internal static class Merging
{
    /// <summary>What the skill that remains would say: all that it says, and what only the other one says.</summary>
    public static Into Into(Said going, MergeSkill merge, Other other)
    {
        var remains = other.Says;
        return new Into(
            other,
            remains with
            {
                Keywords = Keywords(going, remains),
                Description = remains.Description.Length > 0 ? remains.Description : going.Description,
                Requirements =
                [
                    .. remains.Requirements.Select(r =>
                        Of(merge, r) is { Replaces: true } ? going.At(r.Role, r.Level)! : r
                    ),
                    .. going.Requirements.Where(r => remains.At(r.Role, r.Level) is null),
                ],
            }
        );
    }

    /// <summary>With what the author saw, where they did not say: the other skill, and what it says where this one says something else.</summary>
    public static MergeSkill Seen(Said going, MergeSkill merge, Other other)
    {
        MergedCell[] cells =
        [
            .. (merge.Cells ?? []).Select(cell => With(cell, other.Says.At(cell.Role, cell.Level))),
            .. other
                .Says.Requirements.Where(r =>
                    merge.Was is null && Of(merge, r) is null && going.At(r.Role, r.Level) is { } says && says != r
                )
                .Select(r => With(new MergedCell(r.Role, r.Level), r)),
        ];
        return merge with
        {
            Into = other.Slug,
            Cells = cells.Length > 0 ? cells : null,
            Was = merge.Was ?? new RemainingSkill(other.Says.Name, other.Says.Place.Domain),
            Version = merge.Version ?? (going.Version > 0 ? going.Version : null),
        };

        static MergedCell With(MergedCell cell, Requirement? now) =>
            cell with
            {
                Was = cell.Was ?? now?.Description,
                WasMandatory = cell.WasMandatory ?? now?.Mandatory,
            };
    }

    /// <summary>What stands in the way of a merge; nothing for any other change.</summary>
    public static IEnumerable<Conflict> Conflicts(Said? going, Change change, Surroundings around)
    {
        if (change is not MergeSkill merge || going is not { Retired: false })
            return [];
        var wanted = merge.Was?.Name ?? merge.Into;
        return around.Other?.Says switch
        {
            null => [Not("missing", null, null)],
            { MergedInto: { } into } => [Not("merged", wanted, into.Name)],
            { Retired: true } => [Not("retired", wanted, null)],
            _ when merge.Version is { } seen && seen < going.Version =>
            [
                Not("changed", Course.Number(seen), Course.Number(going.Version)),
            ],
            // Others decide then.
            { Place.Domain: var now } when merge.Was is { Domain: var was } && was != now => [Not("changed", was, now)],
            _ when around.Places.Unknown(going, merge).FirstOrDefault() is ({ }, var code, _) =>
            [
                Not(code, null, null),
            ],
            var remains when Keywords(going, remains).Length > TextForm.MostKeywords =>
            [
                Not("too-many-keywords", null, null),
            ],
            var remains => Cells(going, merge, remains),
        };

        Conflict Not(string code, string? was, string? now) => new(0, code, was, now, wanted);
    }

    // Each requirement that both state is as the author saw it, or they have not decided on it.
    private static IEnumerable<Conflict> Cells(Said going, MergeSkill merge, Said remains)
    {
        foreach (var cell in merge.Cells ?? [])
            if (going.At(cell.Role, cell.Level) is not { } says)
                yield return new(0, "missing", cell.Was, null, null);
            else if (remains.At(cell.Role, cell.Level) is not { } now)
                yield return new(0, "missing", cell.Was, null, says.Description);
            else if (now == says)
                continue;
            else if (cell.Was is { } was && was != now.Description)
                yield return new(0, "changed", was, now.Description, says.Description);
            else if (cell.WasMandatory is { } mandatory && mandatory != now.Mandatory)
                yield return new(
                    0,
                    "changed",
                    Course.Binding(mandatory),
                    Course.Binding(now.Mandatory),
                    Course.Binding(says.Mandatory)
                );
        foreach (var now in remains.Requirements.Where(r => Of(merge, r) is null))
            if (going.At(now.Role, now.Level) is { } says && says != now)
                yield return new(0, "exists", null, now.Description, says.Description);
    }

    private static ImmutableArray<string> Keywords(Said going, Said remains) =>
        [.. remains.Keywords, .. going.Keywords.Except(remains.Keywords, TextForm.Looks)];

    private static MergedCell? Of(MergeSkill merge, Requirement at) =>
        (merge.Cells ?? []).FirstOrDefault(cell => cell.Role == at.Role && cell.Level == at.Level);
}
