using SkillPlatform.Contracts;
using SkillPlatform.Web.Administration;

namespace SkillPlatform.Web.Uploads;

/// <summary>What a file would change, as the catalogue compared it.</summary>
public sealed record ChangeSet(
    Guid Id,
    string State,
    string? Source,
    TableForm? Form,
    int Done,
    int Total,
    int Unchanged,
    int More,
    ImportError[]? Errors,
    SkillChanges[]? Skills,
    Guid? Undoes,
    PartDiffers[]? Taxonomy = null,
    int MoreTaxonomy = 0,
    Guid? Table = null,
    bool TakesBack = false
)
{
    public bool Over => State is "done" or "failed";
    public SkillChanges[] All => Skills ?? [];
}

/// <summary>What would change of a role, domain, group or level, as histories tell it.</summary>
public sealed record PartDiffers(
    TaxonomyPart Taxonomy,
    string Kind,
    string? Before,
    string? After,
    string? Near = null
);

/// <summary>What would change of one skill. <c>Skill</c> is null for one that would be added, and where <c>Taxonomy</c> says what else changes.</summary>
public sealed record SkillChanges(
    string? Skill,
    string Name,
    Change[] Changes,
    Conflict[] Conflicts,
    TaxonomyPart? Taxonomy = null
);
