using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals;

/// <summary>This service's copy of the domains, groups and roles, kept up to date by message. One document.</summary>
public sealed record KnownTaxonomy(string Id, long Version, DomainTaxonomy[] Domains, Named[] Roles)
{
    public const string TheOne = "taxonomy";

    /// <summary>Before the first message.</summary>
    public static KnownTaxonomy Empty { get; } = new(TheOne, 0, [], []);

    public DomainTaxonomy? Domain(string slug) => Array.Find(Domains, d => d.Slug == slug);

    /// <summary>What changes to a skill may name. News of the skill may have come before news of what it stands on; what is known of that is called as it is now.</summary>
    public Places With(SkillState? skill)
    {
        if (skill is null)
            return new Places(Domains, Roles);
        var there = Domain(skill.Domain.Slug) ?? new(skill.Domain.Slug, skill.Domain.Name, [], [skill.Group]);
        var domain = there with { Levels = Union(there.Levels, skill.Levels) };
        return new Places([.. Domains.Where(d => d.Slug != domain.Slug), domain], Union(Roles, skill.Roles));
    }

    private static Named[] Union(Named[] first, Named[] others) =>
        [.. first.UnionBy(others, named => named.Slug, StringComparer.Ordinal)];
}
