using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals;

/// <summary>One requirement of a skill, by role and level.</summary>
public sealed record Cell(string Role, string Level)
{
    /// <summary>The requirements that changes touch.</summary>
    public static HashSet<Cell> Of(IEnumerable<Change> changes) => [.. changes.Select(Of).OfType<Cell>()];

    private static Cell? Of(Change change) =>
        change switch
        {
            StateRequirement c => new Cell(c.Role, c.Level),
            RewordRequirement c => new Cell(c.Role, c.Level),
            MakeMandatory c => new Cell(c.Role, c.Level),
            MakeOptional c => new Cell(c.Role, c.Level),
            DropRequirement c => new Cell(c.Role, c.Level),
            _ => null,
        };
}

/// <summary>Reading and changing one requirement of a skill.</summary>
public static class Cells
{
    public static Requirement? At(this SkillState skill, string role, string level) =>
        Array.Find(skill.Requirements, r => r.Role == role && r.Level == level);

    public static SkillState With(this SkillState skill, Requirement requirement, KnownTaxonomy taxonomy) =>
        (
            skill with
            {
                Requirements =
                [
                    .. skill.Requirements.Where(r => r.Role != requirement.Role || r.Level != requirement.Level),
                    requirement,
                ],
            }
        ).Sorted(taxonomy);

    public static SkillState Without(this SkillState skill, Requirement requirement) =>
        skill with
        {
            Requirements = [.. skill.Requirements.Where(r => r != requirement)],
            Roles =
            [
                .. skill.Roles.Where(role => skill.Requirements.Any(r => r.Role == role.Slug && r != requirement)),
            ],
        };

    /// <summary>Requirements by level, then role; and only the roles that have one.</summary>
    public static SkillState Sorted(this SkillState skill, KnownTaxonomy taxonomy)
    {
        var roles = taxonomy
            .Roles.Concat(skill.Roles)
            .DistinctBy(role => role.Slug, StringComparer.Ordinal)
            .Where(role => skill.Requirements.Any(r => r.Role == role.Slug))
            .ToArray();
        return skill with
        {
            Roles = roles,
            Requirements =
            [
                .. skill
                    .Requirements.OrderBy(r => Array.FindIndex(skill.Levels, l => l.Slug == r.Level))
                    .ThenBy(r => Array.FindIndex(roles, role => role.Slug == r.Role)),
            ],
        };
    }
}
