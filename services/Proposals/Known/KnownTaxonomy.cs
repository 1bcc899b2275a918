using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals;

/// <summary>This service's copy of the domains, groups and roles, kept up to date by message. One document.</summary>
public sealed record KnownTaxonomy(string Id, long Version, DomainTaxonomy[] Domains, Named[] Roles)
{
    public const string TheOne = "taxonomy";

    /// <summary>Before the first message.</summary>
    public static KnownTaxonomy Empty { get; } = new(TheOne, 0, [], []);

    public DomainTaxonomy? Domain(string slug) => Array.Find(Domains, d => d.Slug == slug);

    /// <summary>What a change names that does not exist: the member that names it, and a message.</summary>
    /// <param name="skill">The skill at the change's turn; null where the change adds it.</param>
    /// <param name="change">The change.</param>
    public IEnumerable<(string Member, string Message)> Unknown(SkillState? skill, Change change) =>
        change switch
        {
            StateRequirement c => Cell(skill, skill?.Levels, c.Role, c.Level, ""),
            RewordRequirement c => Cell(skill, skill?.Levels, c.Role, c.Level, ""),
            MakeMandatory c => Cell(skill, skill?.Levels, c.Role, c.Level, ""),
            MakeOptional c => Cell(skill, skill?.Levels, c.Role, c.Level, ""),
            DropRequirement c => Cell(skill, skill?.Levels, c.Role, c.Level, ""),
            MoveSkill c => Place(c.Domain, c.Group).Concat(skill is null ? [] : Lost(skill.Requirements, c.Domain)),
            AddSkill c => Place(c.Domain, c.Group)
                .Concat(
                    c.Requirements.SelectMany(
                        (r, i) => Cell(null, Domain(c.Domain)?.Levels ?? [], r.Role, r.Level, $"requirements/{i}/")
                    )
                ),
            _ => [],
        };

    private IEnumerable<(string, string)> Cell(
        SkillState? skill,
        Named[]? levels,
        string role,
        string level,
        string member
    )
    {
        if (Roles.All(r => r.Slug != role) && skill?.Roles.Any(r => r.Slug == role) != true)
            yield return ($"{member}role", $"There is no role \"{role}\".");
        if (levels?.Any(l => l.Slug == level) != true)
            yield return ($"{member}level", $"The skill's domain has no level \"{level}\".");
    }

    private IEnumerable<(string, string)> Place(string domain, string group)
    {
        if (Domain(domain) is not { } known)
            yield return ("domain", $"There is no domain \"{domain}\".");
        else if (known.Groups.All(g => g.Slug != group))
            yield return ("group", $"The domain \"{domain}\" has no group \"{group}\".");
    }

    private IEnumerable<(string, string)> Lost(Requirement[] requirements, string domain) =>
        Domain(domain) is not { } known
            ? []
            : requirements
                .Select(r => r.Level)
                .Distinct(StringComparer.Ordinal)
                .Where(level => known.Levels.All(l => l.Slug != level))
                .Select(level =>
                    ("domain", $"The domain \"{domain}\" has no level \"{level}\", which the skill uses.")
                );
}
