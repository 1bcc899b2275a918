using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals;

/// <summary>What a list of changes does to a skill: pure, and the same for checks, previews and reverts.</summary>
/// <param name="After">The skill as it would be; null if it is yet to be added and cannot be.</param>
/// <param name="Conflicts">What stands in the way, given the skill as it is known here.</param>
/// <param name="Unknown">Roles, levels, domains and groups that do not exist: pointer into the changes, and message.</param>
public sealed record Effects(
    SkillState? After,
    IReadOnlyList<Conflict> Conflicts,
    IReadOnlyList<(string Pointer, string Message)> Unknown
)
{
    /// <summary>Applies the changes in order, each to what those before it left.</summary>
    /// <param name="skill">The skill as it is; null where the changes add one.</param>
    /// <param name="changes">In order.</param>
    /// <param name="taxonomy">The domains, groups and roles there are.</param>
    public static Effects Of(SkillState? skill, IReadOnlyList<Change> changes, KnownTaxonomy taxonomy)
    {
        var conflicts = new List<Conflict>();
        var unknown = new List<(string, string)>();
        for (var i = 0; i < changes.Count; i++)
        {
            var names = taxonomy.Unknown(skill, changes[i]).Select(u => ($"/{i}/{u.Member}", u.Message)).ToArray();
            unknown.AddRange(names);
            if (names.Length > 0)
                continue;
            if (changes[i] is AddSkill add && skill is null)
                skill = Added(add, taxonomy);
            else if (skill is not null)
            {
                (skill, var conflict) = Apply(skill, changes[i], taxonomy);
                if (conflict is not null)
                    conflicts.Add(conflict with { Change = i });
            }
        }
        return new Effects(skill, conflicts, unknown);
    }

    /// <summary>
    /// True if both lists do the same to what their authors saw: order, repetition and wording of the rationale aside, an
    /// approval of one is then an approval of the other.
    /// </summary>
    public static bool Same(SkillState? skill, Change[] one, Change[] other, KnownTaxonomy taxonomy) =>
        Delta(skill, one, taxonomy).SetEquals(Delta(skill, other, taxonomy));

    /// <summary>Leaves out the changes that change nothing at their turn.</summary>
    public static Change[] WithEffect(SkillState skill, IEnumerable<Change> changes, KnownTaxonomy taxonomy)
    {
        var kept = new List<Change>();
        foreach (var change in changes)
        {
            if (taxonomy.Unknown(skill, change).Any())
            {
                kept.Add(change);
                continue;
            }
            var (after, conflict) = Apply(skill, change, taxonomy);
            if (conflict is not null || !ReferenceEquals(after, skill))
                kept.Add(change);
            skill = after;
        }
        return [.. kept];
    }

    private static (SkillState After, Conflict? Conflict) Apply(SkillState skill, Change change, KnownTaxonomy taxonomy)
    {
        if (skill.Retired)
            return (skill, change is RetireSkill ? null : new Conflict(0, "retired", null, null, null));
        switch (change)
        {
            case StateRequirement c:
                var stated = new Requirement(c.Role, c.Level, c.Mandatory, c.Description);
                return skill.At(c.Role, c.Level) switch
                {
                    null => (skill.With(stated, taxonomy), null),
                    var there when there == stated => (skill, null),
                    var there => (skill, new Conflict(0, "exists", null, there.Description, c.Description)),
                };
            case RewordRequirement c:
                return skill.At(c.Role, c.Level) switch
                {
                    null => (skill, new Conflict(0, "missing", c.Was, null, c.Description)),
                    var there when there.Description == c.Description => (skill, null),
                    var there when there.Description != c.Was => (
                        skill,
                        new Conflict(0, "changed", c.Was, there.Description, c.Description)
                    ),
                    var there => (skill.With(there with { Description = c.Description }, taxonomy), null),
                };
            case MakeMandatory c:
                return Flag(skill, c.Role, c.Level, true, taxonomy);
            case MakeOptional c:
                return Flag(skill, c.Role, c.Level, false, taxonomy);
            case DropRequirement c:
                return skill.At(c.Role, c.Level) switch
                {
                    null => (skill, null),
                    var there when there.Description != c.Was => (
                        skill,
                        new Conflict(0, "changed", c.Was, there.Description, null)
                    ),
                    var there => (skill.Without(there), null),
                };
            case RenameSkill c:
                return Replace(skill, skill.Name, c.Was, c.Name, skill with { Name = c.Name });
            case ReplaceKeywords c:
                var keywords = skill with { Keywords = c.Keywords };
                return Replace(skill, Text(skill.Keywords), Text(c.Was), Text(c.Keywords), keywords);
            case MoveSkill c:
                return Replace(
                    skill,
                    $"{skill.Domain.Slug}/{skill.Group.Slug}",
                    $"{c.Was.Domain}/{c.Was.Group}",
                    $"{c.Domain}/{c.Group}",
                    Moved(skill, c, taxonomy)
                );
            case RetireSkill:
                return (skill with { Retired = true }, null);
            default:
                return (skill, new Conflict(0, "exists", null, skill.Name, null));
        }
    }

    private static (SkillState, Conflict?) Flag(
        SkillState skill,
        string role,
        string level,
        bool mandatory,
        KnownTaxonomy taxonomy
    ) =>
        skill.At(role, level) switch
        {
            null => (skill, new Conflict(0, "missing", Binding(!mandatory), null, Binding(mandatory))),
            var there when there.Mandatory == mandatory => (skill, null),
            var there => (skill.With(there with { Mandatory = mandatory }, taxonomy), null),
        };

    private static string Binding(bool mandatory) => mandatory ? "mandatory" : "optional";

    private static (SkillState, Conflict?) Replace(
        SkillState skill,
        string now,
        string was,
        string wanted,
        SkillState after
    ) =>
        now == wanted ? (skill, null)
        : now == was ? (after, null)
        : (skill, new Conflict(0, "changed", was, now, wanted));

    private static SkillState Moved(SkillState skill, MoveSkill move, KnownTaxonomy taxonomy)
    {
        var domain = taxonomy.Domain(move.Domain)!;
        return (
            skill with
            {
                Domain = new Named(domain.Slug, domain.Name),
                Group = domain.Groups.First(g => g.Slug == move.Group),
                Levels = domain.Levels,
            }
        ).Sorted(taxonomy);
    }

    private static SkillState Added(AddSkill add, KnownTaxonomy taxonomy)
    {
        var domain = taxonomy.Domain(add.Domain)!;
        return new SkillState(
            "",
            add.Name,
            add.Keywords,
            new Named(domain.Slug, domain.Name),
            domain.Groups.First(g => g.Slug == add.Group),
            domain.Levels,
            [],
            add.Requirements,
            Retired: false
        ).Sorted(taxonomy);
    }

    private static HashSet<Effect> Delta(SkillState? skill, Change[] changes, KnownTaxonomy taxonomy)
    {
        var seen = skill is null ? null : AsSeen(skill, changes);
        return Of(seen, changes, taxonomy).After is { } after ? Effect.Between(seen, after) : [];
    }

    // What the first change of each thing says its author saw goes before what is known here.
    private static SkillState AsSeen(SkillState skill, Change[] changes)
    {
        var requirements = skill.Requirements.ToDictionary(r => (r.Role, r.Level));
        var claimed = new HashSet<(string, string)>();
        foreach (var change in changes)
            switch (change)
            {
                case StateRequirement c when claimed.Add((c.Role, c.Level)):
                    requirements.Remove((c.Role, c.Level));
                    break;
                case RewordRequirement c when claimed.Add((c.Role, c.Level)):
                    Claim(c.Role, c.Level, c.Was);
                    break;
                case DropRequirement c when claimed.Add((c.Role, c.Level)):
                    Claim(c.Role, c.Level, c.Was);
                    break;
                case RenameSkill c when claimed.Add(("", "name")):
                    skill = skill with { Name = c.Was };
                    break;
                case ReplaceKeywords c when claimed.Add(("", "keywords")):
                    skill = skill with { Keywords = c.Was };
                    break;
                case MoveSkill c when claimed.Add(("", "place")):
                    skill = skill with
                    {
                        Domain = skill.Domain with { Slug = c.Was.Domain },
                        Group = skill.Group with { Slug = c.Was.Group },
                    };
                    break;
            }
        return skill with { Requirements = [.. requirements.Values] };

        void Claim(string role, string level, string was) =>
            requirements[(role, level)] = requirements.TryGetValue((role, level), out var there)
                ? there with
                {
                    Description = was,
                }
                : new Requirement(role, level, Mandatory: false, was);
    }

    /// <summary>Keywords as one text, in one order.</summary>
    public static string Text(IEnumerable<string> keywords) =>
        string.Join(", ", keywords.Order(StringComparer.Ordinal));
}

/// <summary>One difference between two states of a skill; a requirement, or the name, keywords, place or retirement.</summary>
public sealed record Effect(string What, string? Before, string? After, Requirement? Had, Requirement? Has)
{
    /// <summary>All differences. No state before means a skill that is added.</summary>
    public static HashSet<Effect> Between(SkillState? before, SkillState after)
    {
        var effects = new HashSet<Effect>();
        Add("name", before?.Name, after.Name);
        Add("keywords", before is null ? null : Effects.Text(before.Keywords), Effects.Text(after.Keywords));
        Add("place", Place(before), Place(after));
        Add("retired", before?.Retired == true ? "retired" : null, after.Retired ? "retired" : null);
        foreach (var had in before?.Requirements ?? [])
            if (after.At(had.Role, had.Level) is var has && has != had)
                effects.Add(new Effect("requirement", null, null, had, has));
        foreach (var has in after.Requirements)
            if (before?.At(has.Role, has.Level) is null)
                effects.Add(new Effect("requirement", null, null, null, has));
        return effects;

        void Add(string what, string? was, string? now)
        {
            if (was != now)
                effects.Add(new Effect(what, was, now, null, null));
        }
    }

    private static string? Place(SkillState? skill) => skill is null ? null : $"{skill.Domain.Slug}/{skill.Group.Slug}";
}
