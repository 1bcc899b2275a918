using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

/// <summary>What decisions ask of the rest of the catalogue.</summary>
/// <param name="Taxonomy">Domains, levels, groups and roles there are.</param>
/// <param name="SlugTaken">True for a slug that another skill has or had.</param>
/// <param name="NameTaken">True if another skill of the domain (first) has the name (second).</param>
public sealed record Surroundings(Taxonomy Taxonomy, Func<string, bool> SlugTaken, Func<string, string, bool> NameTaken)
{
    /// <summary>The slug a skill of this name gets.</summary>
    public string SlugFor(string name) => Slugs.Unique(Slugs.Of(name), SlugTaken);
}

/// <summary>What the changes of a proposal came to: all of their events, or why not. No events and no conflicts: it is already so.</summary>
public sealed record Outcome(IReadOnlyList<object> Events, IReadOnlyList<Conflict> Conflicts, Skill? Skill);

/// <summary>
/// Decides all changes of an accepted proposal together, in order, each on what the ones before it left and against what
/// its author saw. All or nothing: with one conflict there is no event.
/// </summary>
public static class ApplyProposal
{
    public static Outcome Decide(Skill? skill, Surroundings around, IReadOnlyList<Change> changes)
    {
        var (before, events, conflicts) = (skill, new List<object>(), new List<Conflict>());
        for (var index = 0; index < changes.Count; index++)
        {
            var step = Decide(skill, around, changes[index]);
            if (step.Conflict is { } conflict)
                conflicts.Add(conflict with { Change = index });
            events.AddRange(step.Events);
            skill = step.Events.Aggregate(skill, Skill.Fold);
        }
        return conflicts.Count > 0 ? new Outcome([], conflicts, before) : new Outcome(events, [], skill);
    }

    private static Step Decide(Skill? skill, Surroundings around, Change change) =>
        change switch
        {
            AddSkill add when skill is null => Add(around, add),
            AddSkill add => Conflicts("exists", null, skill!.Name, add.Name),
            _ when skill is null => Conflicts("missing", Was(change), null, Wanted(change)),
            RetireSkill => skill.Retired ? Nothing : Event(new SkillRetired()),
            _ when skill.Retired => Conflicts("retired", Was(change), null, Wanted(change)),
            StateRequirement state => State(skill, around, state),
            RewordRequirement reword => Reword(skill, reword),
            MakeMandatory make => Make(skill, make.Role, make.Level, mandatory: true),
            MakeOptional make => Make(skill, make.Role, make.Level, mandatory: false),
            DropRequirement drop => Drop(skill, drop),
            RenameSkill rename => Rename(skill, around, rename),
            ReplaceKeywords replace => Replace(skill, replace),
            MoveSkill move => Move(skill, around, move),
            _ => throw new ArgumentOutOfRangeException(nameof(change), change.GetType().Name, "No such operation."),
        };

    private static Step Add(Surroundings around, AddSkill add)
    {
        if (!around.Taxonomy.HasGroup(add.Domain, add.Group))
            return Conflicts("unknown-place", null, null, Text(add.Domain, add.Group));
        if (around.NameTaken(add.Domain, add.Name))
            return Conflicts("name-taken", null, add.Name, add.Name);
        var cells = new HashSet<Cell>();
        var events = new List<object>
        {
            new SkillAdded(around.SlugFor(add.Name), add.Name, add.Keywords, add.Domain, add.Group),
        };
        foreach (var r in add.Requirements)
        {
            if (Unknown(around, add.Domain, r.Role, r.Level, null, r.Description) is { } unknown)
                return unknown;
            if (!cells.Add(new Cell(r.Role, r.Level)))
                return Conflicts("exists", null, r.Description, r.Description);
            events.Add(new RequirementStated(r.Role, r.Level, r.Mandatory, r.Description));
        }
        return new Step(events, null);
    }

    private static Step State(Skill skill, Surroundings around, StateRequirement state)
    {
        if (Find(skill, state.Role, state.Level) is { } now)
            return now == new Expected(state.Mandatory, state.Description)
                ? Nothing
                : Conflicts("exists", null, now.Description, state.Description);
        return Unknown(around, skill.Domain, state.Role, state.Level, null, state.Description)
            ?? Event(new RequirementStated(state.Role, state.Level, state.Mandatory, state.Description));
    }

    private static Step Reword(Skill skill, RewordRequirement reword)
    {
        var now = Find(skill, reword.Role, reword.Level)?.Description;
        return now is null ? Conflicts("missing", reword.Was, null, reword.Description)
            : now == reword.Description ? Nothing
            : now != reword.Was ? Conflicts("changed", reword.Was, now, reword.Description)
            : Event(new RequirementReworded(reword.Role, reword.Level, reword.Description));
    }

    private static Step Make(Skill skill, string role, string level, bool mandatory) =>
        Find(skill, role, level) is not { } now ? Conflicts("missing", Binding(!mandatory), null, Binding(mandatory))
        : now.Mandatory == mandatory ? Nothing
        : Event(mandatory ? new RequirementMadeMandatory(role, level) : new RequirementMadeOptional(role, level));

    private static Step Drop(Skill skill, DropRequirement drop)
    {
        var now = Find(skill, drop.Role, drop.Level)?.Description;
        return now is null ? Nothing
            : now != drop.Was ? Conflicts("changed", drop.Was, now, null)
            : Event(new RequirementDropped(drop.Role, drop.Level));
    }

    private static Step Rename(Skill skill, Surroundings around, RenameSkill rename) =>
        skill.Name == rename.Name ? Nothing
        : skill.Name != rename.Was ? Conflicts("changed", rename.Was, skill.Name, rename.Name)
        : around.NameTaken(skill.Domain, rename.Name) ? Conflicts("name-taken", rename.Was, skill.Name, rename.Name)
        : Event(new SkillRenamed(rename.Name, around.SlugFor(rename.Name)));

    // The order of keywords says nothing, so another order is no change.
    private static Step Replace(Skill skill, ReplaceKeywords replace) =>
        Same(skill.Keywords, replace.Keywords) ? Nothing
        : !Same(skill.Keywords, replace.Was)
            ? Conflicts("changed", Text(replace.Was), Text(skill.Keywords), Text(replace.Keywords))
        : Event(new KeywordsReplaced(replace.Keywords));

    private static Step Move(Skill skill, Surroundings around, MoveSkill move)
    {
        var (was, now) = (Text(move.Was.Domain, move.Was.Group), Text(skill.Domain, skill.Group));
        var wanted = Text(move.Domain, move.Group);
        if (now == wanted)
            return Nothing;
        if (now != was)
            return Conflicts("changed", was, now, wanted);
        if (!around.Taxonomy.HasGroup(move.Domain, move.Group))
            return Conflicts("unknown-place", was, now, wanted);
        // A domain has levels of its own: what the skill asks at a level that is not among them could not be shown there.
        if (skill.Requirements.Keys.Any(cell => !around.Taxonomy.HasLevel(move.Domain, cell.Level)))
            return Conflicts("unknown-level", was, now, wanted);
        return move.Domain != skill.Domain && around.NameTaken(move.Domain, skill.Name)
            ? Conflicts("name-taken", was, now, wanted)
            : Event(new SkillMoved(move.Domain, move.Group));
    }

    private static Step? Unknown(
        Surroundings around,
        string domain,
        string role,
        string level,
        string? was,
        string? wanted
    ) =>
        !around.Taxonomy.HasRole(role) ? Conflicts("unknown-role", was, null, wanted)
        : !around.Taxonomy.HasLevel(domain, level) ? Conflicts("unknown-level", was, null, wanted)
        : null;

    private static string? Was(Change change) =>
        change switch
        {
            RewordRequirement e => e.Was,
            DropRequirement e => e.Was,
            RenameSkill e => e.Was,
            ReplaceKeywords e => Text(e.Was),
            MoveSkill e => Text(e.Was.Domain, e.Was.Group),
            _ => null,
        };

    private static string? Wanted(Change change) =>
        change switch
        {
            StateRequirement e => e.Description,
            RewordRequirement e => e.Description,
            MakeMandatory => Binding(true),
            MakeOptional => Binding(false),
            RenameSkill e => e.Name,
            ReplaceKeywords e => Text(e.Keywords),
            MoveSkill e => Text(e.Domain, e.Group),
            _ => null,
        };

    private static Expected? Find(Skill skill, string role, string level) =>
        skill.Requirements.GetValueOrDefault(new Cell(role, level));

    private static bool Same(IEnumerable<string> one, IEnumerable<string> other) =>
        one.ToHashSet(StringComparer.Ordinal).SetEquals(other);

    private static string Text(IEnumerable<string> keywords) => string.Join(", ", keywords);

    private static string Text(string domain, string group) => $"{domain}/{group}";

    private static string Binding(bool mandatory) => mandatory ? "mandatory" : "optional";

    private static Step Nothing { get; } = new([], null);

    private static Step Event(object @event) => new([@event], null);

    private static Step Conflicts(string code, string? was, string? now, string? wanted) =>
        new([], new Conflict(0, code, was, now, wanted));

    private sealed record Step(IReadOnlyList<object> Events, Conflict? Conflict);
}
