using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

/// <summary>What the changes of a proposal came to: all of their events, or why not. No events and no conflicts: it is already so.</summary>
public sealed record Outcome(IReadOnlyList<object> Events, IReadOnlyList<Conflict> Conflicts, Skill? Skill)
{
    /// <summary>The events of the skill that this one is merged into; none where it is merged into none.</summary>
    public IReadOnlyList<object> Into { get; init; } = [];
}

/// <summary>
/// Decides all changes of an accepted proposal together, in order, each on what the ones before it left and against what
/// its author saw. All or nothing: with one conflict there is no event.
/// </summary>
public static class ApplyProposal
{
    /// <param name="skill">The skill; null if there is none yet.</param>
    /// <param name="around">The rest of the catalogue.</param>
    /// <param name="isTaken">True for a slug that another skill has or had.</param>
    /// <param name="changes">In order.</param>
    /// <param name="other">The skill that they merge this one into; null for none.</param>
    public static Outcome Decide(
        Skill? skill,
        Surroundings around,
        Func<string, bool> isTaken,
        IReadOnlyList<Change> changes,
        Skill? other = null
    )
    {
        var course = Course.Of(skill?.Says, changes, around);
        if (course.Conflicts.Count > 0)
            return new Outcome([], course.Conflicts, skill);
        // Changes that together leave no trace are none.
        if (course.After is null || Difference.Between(course.Before, course.After).Length == 0)
            return new Outcome([], [], skill);
        object[] events =
        [
            .. course
                .Steps.Where(step => step.HasEffect)
                .SelectMany(step => Between(step.Before, step.After!, name => Slugs.Unique(Slugs.Of(name), isTaken))),
        ];
        return new Outcome(events, [], events.Aggregate(skill, Skill.Fold))
        {
            Into = course.Into is { } into ? [.. Into(skill!, into, other!)] : [],
        };
    }

    // What it is elsewhere belongs to no change that people make, so that it is no part of the course.
    private static IEnumerable<object> Into(Skill going, Into into, Skill remains)
    {
        ExternalId[] ids = [.. remains.ExternalIds, .. going.ExternalIds.Except(remains.ExternalIds)];
        return
        [
            new SkillAbsorbed(going.Id, going.Slug, going.Name, going.Domain, going.Group),
            .. Between(into.Before, into.After, _ => remains.Slug),
            .. ids.Length > remains.ExternalIds.Length ? [new ExternalIdsReplaced(ids)] : Array.Empty<object>(),
        ];
    }

    /// <summary>The events that lead from what a skill says to what it is to say.</summary>
    /// <param name="now">Null for a skill that is added.</param>
    /// <param name="then">What it is to say.</param>
    /// <param name="slugFor">The slug that a name gets.</param>
    public static IEnumerable<object> Between(Said? now, Said then, Func<string, string> slugFor) =>
        Difference
            .Between(now, then)
            .SelectMany<Change, object>(change =>
                change switch
                {
                    AddSkill e =>
                    [
                        new SkillAdded(slugFor(e.Name), e.Name, e.Keywords, e.Domain, e.Group),
                        .. e.Description is { } said ? [new SkillDescribed(said)] : Array.Empty<object>(),
                        .. e.Requirements.Select(r => new RequirementStated(
                            r.Role,
                            r.Level,
                            r.Mandatory,
                            r.Description
                        )),
                    ],
                    StateRequirement e => [new RequirementStated(e.Role, e.Level, e.Mandatory, e.Description)],
                    RewordRequirement e => [new RequirementReworded(e.Role, e.Level, e.Description)],
                    MakeMandatory e => [new RequirementMadeMandatory(e.Role, e.Level)],
                    MakeOptional e => [new RequirementMadeOptional(e.Role, e.Level)],
                    DropRequirement e => [new RequirementDropped(e.Role, e.Level)],
                    RenameSkill e => [new SkillRenamed(e.Name, slugFor(e.Name))],
                    ReplaceKeywords e => [new KeywordsReplaced(e.Keywords)],
                    DescribeSkill e => [new SkillDescribed(e.Description)],
                    MoveSkill e => [new SkillMoved(e.Domain, e.Group)],
                    RetireSkill => [new SkillRetired()],
                    MergeSkill when then.MergedInto is { } e =>
                    [
                        new SkillMerged(e.Id, e.Slug, e.Name, e.Domain, e.Group),
                    ],
                    _ => throw new ArgumentOutOfRangeException(
                        nameof(then),
                        change.GetType().Name,
                        "No such operation."
                    ),
                }
            );
}
