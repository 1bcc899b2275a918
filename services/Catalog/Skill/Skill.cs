using System.Collections.Immutable;
using JasperFx.Events;
using Marten.Events.Aggregation;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

public sealed record SkillAdded(string Slug, string Name, string[] Keywords, string Domain, string Group);

public sealed record RequirementStated(string Role, string Level, bool Mandatory, string Description);

public sealed record RequirementReworded(string Role, string Level, string Description);

public sealed record RequirementMadeMandatory(string Role, string Level);

public sealed record RequirementMadeOptional(string Role, string Level);

public sealed record RequirementDropped(string Role, string Level);

public sealed record SkillRenamed(string Name, string Slug);

public sealed record KeywordsReplaced(string[] Keywords);

/// <summary>What the skill is about, in Markdown; empty where nothing is said any more.</summary>
public sealed record SkillDescribed(string Description);

/// <summary>What the skill is in other systems, whole.</summary>
public sealed record ExternalIdsReplaced(ExternalId[] ExternalIds);

public sealed record SkillMoved(string Domain, string Group);

public sealed record SkillRetired;

/// <summary>The skill is retired; another one says what it said. With what that was called then.</summary>
public sealed record SkillMerged(Guid Into, string Slug, string Name, string Domain, string Group);

/// <summary>Another skill was merged into this one; what it brought are the events that follow.</summary>
public sealed record SkillAbsorbed(Guid Skill, string Slug, string Name, string Domain, string Group);

/// <summary>A skill, as far as decisions need it. Each event makes one version. <c>Former</c> are the names it had before.</summary>
public sealed record Skill(
    string Slug,
    string Name,
    ImmutableArray<string> Keywords,
    string Domain,
    string Group,
    ImmutableDictionary<Cell, Requirement> Requirements,
    bool Retired,
    ImmutableArray<string> Former
)
{
    /// <summary>Marten wants to see it; decisions do not.</summary>
    public Guid Id { get; init; }

    /// <summary>Of the last event; 0 where the events are not stored yet.</summary>
    public long Version { get; init; }

    /// <summary>The version that people read: of the last event that changed it.</summary>
    public long Changed { get; init; }

    /// <summary>When it is to be looked at again; null for no day.</summary>
    public Review? Review { get; init; }

    /// <summary>What it is about; empty where nothing is said.</summary>
    public string Description { get; init; } = "";

    /// <summary>What it is in other systems.</summary>
    public ImmutableArray<ExternalId> ExternalIds { get; init; } = [];

    /// <summary>The skill that it was merged into; retired then.</summary>
    public OtherSkill? MergedInto { get; init; }

    public static Skill? Fold(Skill? skill, object @event) =>
        @event switch
        {
            SkillAdded e => new Skill(
                e.Slug,
                e.Name,
                [.. e.Keywords],
                e.Domain,
                e.Group,
                ImmutableDictionary<Cell, Requirement>.Empty,
                Retired: false,
                Former: []
            ),
            RequirementStated e => skill!.With(e.Role, e.Level, _ => new(e.Role, e.Level, e.Mandatory, e.Description)),
            RequirementReworded e => skill!.With(e.Role, e.Level, was => was! with { Description = e.Description }),
            RequirementMadeMandatory e => skill!.With(e.Role, e.Level, was => was! with { Mandatory = true }),
            RequirementMadeOptional e => skill!.With(e.Role, e.Level, was => was! with { Mandatory = false }),
            RequirementDropped e => skill! with { Requirements = skill.Requirements.Remove(new Cell(e.Role, e.Level)) },
            SkillRenamed e => skill! with { Name = e.Name, Slug = e.Slug, Former = skill.Former.Add(skill.Name) },
            KeywordsReplaced e => skill! with { Keywords = [.. e.Keywords] },
            SkillDescribed e => skill! with { Description = e.Description },
            ExternalIdsReplaced e => skill! with { ExternalIds = [.. e.ExternalIds] },
            SkillMoved e => skill! with { Domain = e.Domain, Group = e.Group },
            SkillRetired => skill! with { Retired = true },
            SkillMerged e => skill! with
            {
                Retired = true,
                MergedInto = new OtherSkill(e.Into, e.Slug, e.Name, e.Domain, e.Group),
            },
            _ when skill is not null && Upkeep.Keeps(@event) => skill with
            {
                Review = Upkeep.Fold(skill.Review, @event),
            },
            _ => skill,
        };

    /// <summary>True for each event that makes a version of a skill.</summary>
    public static bool IsChangedBy(object @event) =>
        @event
            is SkillAdded
                or SkillRenamed
                or KeywordsReplaced
                or SkillDescribed
                or ExternalIdsReplaced
                or SkillMoved
                or SkillRetired
                or SkillMerged
                or SkillAbsorbed
                or RequirementStated
                or RequirementReworded
                or RequirementMadeMandatory
                or RequirementMadeOptional
                or RequirementDropped;

    /// <summary>What it says, in the one form of text.</summary>
    public Said Says =>
        Said.Of(
            Name,
            Keywords,
            new Place(Domain, Group),
            Requirements.Values,
            Retired,
            Changed,
            Description,
            MergedInto
        );

    private Skill With(string role, string level, Func<Requirement?, Requirement> change)
    {
        var cell = new Cell(role, level);
        return this with { Requirements = Requirements.SetItem(cell, change(Requirements.GetValueOrDefault(cell))) };
    }
}

public sealed class SkillFold : SingleStreamProjection<Skill, Guid>
{
    public SkillFold() => Name = "skill";

    public override Skill? Evolve(Skill? snapshot, Guid id, IEvent e) =>
        Skill.Fold(snapshot, e.Data) is { } skill
            ? skill with
            {
                Id = id,
                Version = e.Version,
                Changed = Upkeep.Keeps(e.Data) ? skill.Changed : e.Version,
            }
            : null;
}
