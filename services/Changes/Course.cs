using System.Collections.Immutable;
using System.Globalization;
using SkillPlatform.Contracts;

namespace SkillPlatform.Changes;

/// <summary>What changes ask of the rest of the catalogue.</summary>
/// <param name="Places">What there is to name.</param>
/// <param name="IsTaken">True if another skill of the group has a name that looks like this one.</param>
/// <param name="Other">The skill that a change merges this one into; null for none.</param>
public sealed record Surroundings(Places Places, Func<Place, string, bool> IsTaken, Other? Other = null)
{
    /// <summary>The domains in which a part of the taxonomy that is to be changed is used by skills.</summary>
    public IReadOnlyDictionary<Part, string[]> Uses { get; init; } = new Dictionary<Part, string[]>();

    /// <summary>How many skills stand in a group, how many requirements at a level or role, that is to be retired; none for what is not there.</summary>
    public IReadOnlyDictionary<Part, long> Standing { get; init; } = new Dictionary<Part, long>();
}

/// <summary>One change at its turn: the skill before it and after it, the same object where it changed nothing.</summary>
/// <param name="Change">In its form, with what its author saw filled in where they did not say.</param>
/// <param name="Before">Null where the change adds the skill.</param>
/// <param name="After">The skill then.</param>
public sealed record Step(Change Change, Said? Before, Said? After)
{
    /// <summary>True if it changed something.</summary>
    public bool HasEffect => !ReferenceEquals(Before, After);
}

/// <summary>
/// Changes applied in order, each to what those before it left and against what its author saw. What the catalogue merges,
/// what a proposal is checked against and what a preview shows are this, and cannot disagree.
/// </summary>
/// <param name="Before">The skill as it was; null where the changes add one.</param>
/// <param name="After">The skill as it would be; null if it is not there and cannot be added.</param>
/// <param name="Steps">One a change.</param>
/// <param name="Conflicts">What stands in the way. All or nothing: with one, nothing is to be done.</param>
public sealed record Course(Said? Before, Said? After, IReadOnlyList<Step> Steps, IReadOnlyList<Conflict> Conflicts)
{
    /// <summary>What becomes of the skill that this one is merged into; null where it is merged into none.</summary>
    public Into? Into { get; init; }

    /// <summary>Applies changes.</summary>
    /// <param name="skill">The skill as it is; null where the changes add one.</param>
    /// <param name="changes">In order.</param>
    /// <param name="around">The rest of the catalogue.</param>
    public static Course Of(Said? skill, IEnumerable<Change> changes, Surroundings around)
    {
        var (now, steps, conflicts) = (skill, new List<Step>(), new List<Conflict>());
        Into? into = null;
        foreach (var change in changes)
        {
            var seen = Seen(now, Normal.Of(change), around);
            var (after, conflict) = Apply(now, seen, around);
            if (conflict is not null)
                conflicts.AddRange(
                    Merging
                        .Conflicts(now, seen, around)
                        .DefaultIfEmpty(conflict)
                        .Select(c => c with { Change = steps.Count })
                );
            else if (after is { MergedInto: not null } && !ReferenceEquals(now, after))
                into = Merging.Into(now!, (MergeSkill)seen, around.Other!);
            steps.Add(new Step(seen, now, after));
            now = after;
        }
        return new Course(skill, now, steps, conflicts) { Into = into };
    }

    /// <summary>What the changes name that does not exist: pointer into them, and message.</summary>
    /// <param name="places">What there is to name.</param>
    public IReadOnlyList<(string Pointer, string Message)> Unknown(Places places) =>
        [
            .. Steps.SelectMany(
                (step, i) => places.Unknown(step.Before, step.Change).Select(u => ($"/{i}/{u.Member}", u.Message))
            ),
        ];

    /// <summary>Applies one change: to the skill then, the same object if it is so already; or a conflict.</summary>
    /// <param name="skill">The skill as it is; null where the change adds it.</param>
    /// <param name="change">In its form.</param>
    /// <param name="around">The rest of the catalogue.</param>
    public static (Said? Skill, Conflict? Conflict) Apply(Said? skill, Change change, Surroundings around) =>
        (skill, change) switch
        {
            (null, AddSkill add) => Add(add, around),
            (not null, AddSkill add) => Not(skill, "exists", null, skill.Name, add.Name),
            (null, _) => Not(null, "missing", Was(change), null, Wanted(change)),
            (_, RetireSkill retire) => Retire(skill, retire),
            ({ MergedInto: { } into }, MergeSkill) when into.Id == around.Other?.Id => (skill, null),
            ({ MergedInto: { } into }, _) => Not(skill, "merged", Was(change), into.Name, Wanted(change)),
            ({ Retired: true }, _) => Not(skill, "retired", Was(change), null, Wanted(change)),
            (_, MergeSkill) => Merging.Conflicts(skill, change, around).FirstOrDefault() is { } conflict
                ? (skill, conflict)
                : (skill with { Retired = true, MergedInto = around.Other!.Named }, null),
            (_, StateRequirement state) => State(skill, state, around),
            (_, RewordRequirement reword) => Reword(skill, reword),
            (_, MakeMandatory make) => Make(skill, new(make.Role, make.Level), true, make.Was),
            (_, MakeOptional make) => Make(skill, new(make.Role, make.Level), false, make.Was),
            (_, DropRequirement drop) => Drop(skill, drop),
            (_, RenameSkill rename) => Rename(skill, rename, around),
            (_, ReplaceKeywords replace) => Replace(skill, replace),
            (_, DescribeSkill describe) => Describe(skill, describe),
            (_, MoveSkill move) => Move(skill, move, around),
            _ => throw new ArgumentOutOfRangeException(nameof(change), change.GetType().Name, "No such operation."),
        };

    // What someone does not say they saw is what they could see.
    private static Change Seen(Said? skill, Change change, Surroundings around) =>
        change switch
        {
            DropRequirement { WasMandatory: null } drop when skill?.At(drop.Role, drop.Level) is { } now => drop with
            {
                WasMandatory = now.Mandatory,
            },
            RetireSkill { Version: null } when skill is { Version: > 0 } => new RetireSkill(skill.Version),
            MergeSkill merge when skill is not null && around.Other is { } other => Merging.Seen(skill, merge, other),
            _ => change,
        };

    private static (Said?, Conflict?) Add(AddSkill add, Surroundings around) =>
        Unknown(null, add, null, around) is { } unknown ? (null, unknown)
        : around.IsTaken(new Place(add.Domain, add.Group), add.Name) ? Not(null, "name-taken", null, add.Name, add.Name)
        : (
            new Said(
                add.Name,
                [.. add.Keywords],
                new Place(add.Domain, add.Group),
                [.. add.Requirements],
                Description: add.Description ?? ""
            ),
            null
        );

    private static (Said?, Conflict?) Retire(Said skill, RetireSkill retire) =>
        skill.Retired ? (skill, null)
        : retire.Version is { } seen && seen < skill.Version
            ? Not(skill, "changed", Number(seen), Number(skill.Version), null)
        : (skill with { Retired = true }, null);

    private static (Said?, Conflict?) State(Said skill, StateRequirement state, Surroundings around)
    {
        var wanted = new Requirement(state.Role, state.Level, state.Mandatory, state.Description);
        return skill.At(state.Role, state.Level) is { } now
            ? now == wanted
                ? (skill, null)
                : Not(skill, "exists", null, now.Description, state.Description)
            : Unknown(skill, state, null, around) is { } unknown
                ? (skill, unknown)
                : (skill with { Requirements = skill.Requirements.Add(wanted) }, null);
    }

    private static (Said?, Conflict?) Reword(Said skill, RewordRequirement reword)
    {
        var now = skill.At(reword.Role, reword.Level);
        return now is null ? Not(skill, "missing", reword.Was, null, reword.Description)
            : now.Description == reword.Description ? (skill, null)
            : now.Description != reword.Was ? Not(skill, "changed", reword.Was, now.Description, reword.Description)
            : (With(skill, now, now with { Description = reword.Description }), null);
    }

    private static (Said?, Conflict?) Make(Said skill, Cell cell, bool mandatory, string? was)
    {
        var now = skill.At(cell.Role, cell.Level);
        return now is null ? Not(skill, "missing", was ?? Binding(!mandatory), null, Binding(mandatory))
            : now.Mandatory == mandatory ? (skill, null)
            : was is not null && now.Description != was
                ? Not(skill, "changed", was, now.Description, Binding(mandatory))
            : (With(skill, now, now with { Mandatory = mandatory }), null);
    }

    private static (Said?, Conflict?) Drop(Said skill, DropRequirement drop)
    {
        var now = skill.At(drop.Role, drop.Level);
        return now is null ? (skill, null)
            : now.Description != drop.Was ? Not(skill, "changed", drop.Was, now.Description, null)
            : drop.WasMandatory is { } was && was != now.Mandatory
                ? Not(skill, "changed", Binding(was), Binding(now.Mandatory), null)
            : (skill with { Requirements = skill.Requirements.Remove(now) }, null);
    }

    private static (Said?, Conflict?) Rename(Said skill, RenameSkill rename, Surroundings around) =>
        skill.Name == rename.Name ? (skill, null)
        : skill.Name != rename.Was ? Not(skill, "changed", rename.Was, skill.Name, rename.Name)
        : around.IsTaken(skill.Place, rename.Name) ? Not(skill, "name-taken", rename.Was, skill.Name, rename.Name)
        : (skill with { Name = rename.Name }, null);

    // Keywords are a set: what one adds and what another adds are both there.
    private static (Said?, Conflict?) Replace(Said skill, ReplaceKeywords replace)
    {
        var gone = replace.Was.Except(replace.Keywords, TextForm.Looks);
        string[] kept = [.. skill.Keywords.Except(gone, TextForm.Looks)];
        string[] added = [.. replace.Keywords.Except(replace.Was.Concat(kept), TextForm.Looks)];
        return added.Length == 0 && kept.Length == skill.Keywords.Length ? (skill, null)
            : added.Length > 0 && added.Length + kept.Length > TextForm.MostKeywords
                ? Not(skill, "changed", Text(replace.Was), Text(skill.Keywords), Text(replace.Keywords))
            : (skill with { Keywords = [.. kept, .. added] }, null);
    }

    private static (Said?, Conflict?) Describe(Said skill, DescribeSkill describe) =>
        skill.Description == describe.Description ? (skill, null)
        : skill.Description != describe.Was
            ? Not(skill, "changed", describe.Was, skill.Description, describe.Description)
        : (skill with { Description = describe.Description }, null);

    private static (Said?, Conflict?) Move(Said skill, MoveSkill move, Surroundings around)
    {
        var (now, was, wanted) = (skill.Place, move.Was, new Place(move.Domain, move.Group));
        return now == wanted ? (skill, null)
            : now != was ? Not(skill, "changed", Text(was), Text(now), Text(wanted))
            : Unknown(skill, move, Text(was), around) is { } unknown ? (skill, unknown with { Now = Text(now) })
            : around.IsTaken(wanted, skill.Name) ? Not(skill, "name-taken", Text(was), Text(now), Text(wanted))
            : (skill with { Place = wanted }, null);
    }

    private static Said With(Said skill, Requirement was, Requirement @is) =>
        skill with
        {
            Requirements = skill.Requirements.Replace(was, @is),
        };

    private static Conflict? Unknown(Said? skill, Change change, string? was, Surroundings around) =>
        around.Places.Unknown(skill, change).FirstOrDefault() is ({ } member, var code, _)
            ? new Conflict(0, code, was, null, WantedAt(change, member))
            : null;

    // Of a skill to be added, what its requirement would say.
    private static string? WantedAt(Change change, string member) =>
        change is AddSkill add
        && member.Split('/') is [_, var number, _]
        && int.TryParse(number, CultureInfo.InvariantCulture, out var i)
            ? add.Requirements[i].Description
            : Wanted(change);

    private static string? Was(Change change) =>
        change switch
        {
            RewordRequirement e => e.Was,
            DropRequirement e => e.Was,
            RenameSkill e => e.Was,
            ReplaceKeywords e => Text(e.Was),
            DescribeSkill e => e.Was,
            MoveSkill e => Text(e.Was),
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
            DescribeSkill e => e.Description,
            MoveSkill e => Text(new Place(e.Domain, e.Group)),
            AddSkill e => Text(new Place(e.Domain, e.Group)),
            MergeSkill e => e.Was?.Name ?? e.Into,
            _ => null,
        };

    private static string Text(IEnumerable<string> keywords) => string.Join(", ", keywords);

    private static string Text(Place place) => $"{place.Domain}/{place.Group}";

    internal static string Binding(bool mandatory) => mandatory ? "mandatory" : "optional";

    internal static string Number(long version) => version.ToString(CultureInfo.InvariantCulture);

    private static (Said?, Conflict?) Not(Said? skill, string code, string? was, string? now, string? wanted) =>
        (skill, new Conflict(0, code, was, now, wanted));
}
