using System.Collections.Immutable;
using JasperFx.Events;
using Marten.Events.Aggregation;

namespace SkillPlatform.Catalog;

public sealed record SkillAdded(string Slug, string Name, string[] Keywords, string Domain, string Group);

public sealed record RequirementStated(string Role, string Level, bool Mandatory, string Description);

public sealed record RequirementReworded(string Role, string Level, string Description);

public sealed record RequirementMadeMandatory(string Role, string Level);

public sealed record RequirementMadeOptional(string Role, string Level);

public sealed record RequirementDropped(string Role, string Level);

public sealed record SkillRenamed(string Name, string Slug);

public sealed record KeywordsReplaced(string[] Keywords);

public sealed record SkillMoved(string Domain, string Group);

public sealed record SkillRetired;

/// <summary>Which requirement: one role at one level.</summary>
public readonly record struct Cell(string Role, string Level);

/// <summary>What one requirement says.</summary>
public sealed record Expected(bool Mandatory, string Description);

/// <summary>A skill, as far as decisions need it. Each event makes one version.</summary>
public sealed record Skill(
    string Slug,
    string Name,
    ImmutableArray<string> Keywords,
    string Domain,
    string Group,
    ImmutableDictionary<Cell, Expected> Requirements,
    bool Retired
)
{
    /// <summary>Marten wants to see it; decisions do not.</summary>
    public Guid Id { get; init; }

    public static Skill? Fold(Skill? skill, object @event) =>
        @event switch
        {
            SkillAdded e => new Skill(
                e.Slug,
                e.Name,
                [.. e.Keywords],
                e.Domain,
                e.Group,
                ImmutableDictionary<Cell, Expected>.Empty,
                Retired: false
            ),
            RequirementStated e => skill!.With(e.Role, e.Level, _ => new Expected(e.Mandatory, e.Description)),
            RequirementReworded e => skill!.With(e.Role, e.Level, was => was! with { Description = e.Description }),
            RequirementMadeMandatory e => skill!.With(e.Role, e.Level, was => was! with { Mandatory = true }),
            RequirementMadeOptional e => skill!.With(e.Role, e.Level, was => was! with { Mandatory = false }),
            RequirementDropped e => skill! with { Requirements = skill.Requirements.Remove(new Cell(e.Role, e.Level)) },
            SkillRenamed e => skill! with { Name = e.Name, Slug = e.Slug },
            KeywordsReplaced e => skill! with { Keywords = [.. e.Keywords] },
            SkillMoved e => skill! with { Domain = e.Domain, Group = e.Group },
            SkillRetired => skill! with { Retired = true },
            _ => skill,
        };

    private Skill With(string role, string level, Func<Expected?, Expected> change)
    {
        var cell = new Cell(role, level);
        return this with { Requirements = Requirements.SetItem(cell, change(Requirements.GetValueOrDefault(cell))) };
    }
}

public sealed class SkillFold : SingleStreamProjection<Skill, Guid>
{
    public SkillFold() => Name = "skill";

    public override Skill? Evolve(Skill? snapshot, Guid id, IEvent e) =>
        Skill.Fold(snapshot, e.Data) is { } skill ? skill with { Id = id } : null;
}
