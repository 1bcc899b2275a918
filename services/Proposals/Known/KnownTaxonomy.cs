using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals;

/// <summary>This service's copy of the domains, groups and roles, kept up to date by message. One document.</summary>
public sealed record KnownTaxonomy(
    string Id,
    long Version,
    DomainTaxonomy[] Domains,
    Named[] Roles,
    TaxonomyPart[]? Retired = null
)
{
    public const string TheOne = "taxonomy";

    /// <summary>Before the first message.</summary>
    public static KnownTaxonomy Empty { get; } = new(TheOne, 0, [], []);

    public DomainTaxonomy? Domain(string slug) => Array.Find(Domains, d => d.Slug == slug);

    /// <summary>What changes to a skill, and to one that it is merged into, may name.</summary>
    public Places With(SkillState? skill, SkillState? other)
    {
        var places = With(skill);
        return other is null
            ? places
            : (this with { Domains = [.. places.Domains], Roles = [.. places.Roles] }).With(other);
    }

    /// <summary>What changes to a skill may name. News of the skill may have come before news of what it stands on; what is known of that is called as it is now.</summary>
    public Places With(SkillState? skill)
    {
        if (skill is null)
            return new Places(Domains, Roles);
        var there = Domain(skill.Domain.Slug) ?? new(skill.Domain.Slug, skill.Domain.Name, [], [skill.Group]);
        var domain = there with { Levels = Union(there.Levels, skill.Levels, Part.OfLevels, there.Slug) };
        return new Places(
            [.. Domains.Where(d => d.Slug != domain.Slug), domain],
            Union(Roles, skill.Roles, Part.OfRoles)
        );
    }

    // What is retired is not news, however long ago the skill was heard of.
    private Named[] Union(Named[] first, Named[] others, string kind, string? domain = null)
    {
        var retired = (Retired ?? [])
            .Where(part => part.Kind == kind && part.Domain == domain)
            .Select(part => part.Slug)
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. first.UnionBy(
                others.Where(named => !retired.Contains(named.Slug)),
                named => named.Slug,
                StringComparer.Ordinal
            ),
        ];
    }
}
