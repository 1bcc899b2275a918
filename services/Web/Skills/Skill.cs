using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Skills;

/// <summary>What these pages need of the catalogue's answers.</summary>
public sealed record Since(long Version, DateTimeOffset? At, Person? Author, Person? Reviewer, Guid? Proposal);

public sealed record Requirement(
    string Role,
    string Level,
    bool Mandatory,
    string Description,
    Since? Since,
    Act? Confirmed = null
);

/// <summary>When, and by whom.</summary>
public sealed record Act(DateTimeOffset At, Person? By);

/// <summary>When a skill is to be looked at again.</summary>
public sealed record Plan(DateOnly On, Person? By);

public sealed record Counts(int Roles, int Levels, int Mandatory, int Optional);

public sealed record Skill(
    string Slug,
    string Name,
    string[] Keywords,
    Named Domain,
    Named Group,
    Named[] Levels,
    Named[] Roles,
    Counts? Counts,
    long Version,
    DateTimeOffset? UpdatedAt,
    Requirement[] Requirements,
    bool Retired = false,
    string? Description = null,
    string? Language = null,
    string? Source = null,
    string? Licence = null,
    string? Attribution = null,
    ExternalId[]? ExternalIds = null
)
{
    public Origin Origin => new(Language, Source, Licence, Attribution);

    public Plan? Review { get; init; }

    public string RoleName(string? slug) => Array.Find(Roles, role => role.Slug == slug)?.Name ?? slug ?? "";

    public string LevelName(string? slug) => Array.Find(Levels, level => level.Slug == slug)?.Name ?? slug ?? "";

    public Requirement? At(string? role, string? level) =>
        Array.Find(Requirements, r => r.Role == role && r.Level == level);

    /// <summary>What it says, as changes see it.</summary>
    public Said Says =>
        Said.Of(
            Name,
            Keywords,
            new Place(Domain.Slug, Group.Slug),
            Requirements.Select(r => new Contracts.Requirement(r.Role, r.Level, r.Mandatory, r.Description)),
            Retired,
            Version,
            Description
        );
}

/// <summary>A change; lists across skills name the skill, or what else has changed.</summary>
public sealed record HistoryEntry(
    Named? Skill,
    long Version,
    DateTimeOffset At,
    Person? Author,
    Person? Reviewer,
    Guid? Proposal,
    Guid? Import,
    string? Reason,
    string Kind,
    string? Role,
    string? Level,
    string? Before,
    string? After,
    Guid? SkillId = null,
    TaxonomyPart? Taxonomy = null,
    string? ImportSource = null
);

public sealed record OpenProposal(
    Guid Id,
    string? Skill,
    string? SkillName,
    Person? Author,
    string State,
    string Rationale,
    DateTimeOffset CreatedAt,
    DateTimeOffset? UpdatedAt = null,
    int Changes = 1,
    long? Number = null,
    Headline? Head = null,
    Cell[]? Cells = null
);
