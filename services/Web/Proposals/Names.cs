using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Proposals;

/// <summary>Names for the slugs in changes, as far as the catalogue told them.</summary>
public sealed record Names(Skill? Skill, Named[]? Roles = null, DomainInTree[]? Domains = null)
{
    public string Role(string? slug) =>
        (Skill?.Roles ?? []).Concat(Roles ?? []).FirstOrDefault(role => role.Slug == slug)?.Name ?? slug ?? "";

    public string Level(string? slug) =>
        (Skill?.Levels ?? [])
            .Concat((Domains ?? []).SelectMany(domain => domain.Levels))
            .FirstOrDefault(level => level.Slug == slug)
            ?.Name
        ?? slug
        ?? "";

    public string Domain(string slug) => Array.Find(Domains ?? [], domain => domain.Slug == slug)?.Name ?? slug;

    public string Place(string? domain, string? group)
    {
        if (Skill is { } skill && skill.Domain.Slug == domain && skill.Group.Slug == group)
            return $"{skill.Domain.Name} › {skill.Group.Name}";
        var found = Array.Find(Domains ?? [], d => d.Slug == domain);
        return $"{found?.Name ?? domain} › {(found is null ? null : Array.Find(found.Groups, g => g.Slug == group)?.Name) ?? group}";
    }
}
