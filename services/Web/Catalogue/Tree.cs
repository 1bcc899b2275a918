using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Catalogue;

/// <summary>What skills stand in, and whom they are for.</summary>
/// <param name="Domains">Null if the catalogue does not tell.</param>
/// <param name="Roles">Likewise.</param>
public sealed record Tree(DomainInTree[]? Domains, Named[]? Roles)
{
    public static async Task<Tree> Read(Services services, CancellationToken ct)
    {
        var domains = Catalogue.Domains.Read(services, ct);
        var roles = ShowRoles.Names(services, ct);
        return new Tree((await domains).Value?.All, await roles);
    }

    /// <summary>The domains as a choice.</summary>
    public IEnumerable<Named>? Choices => Domains?.Select(domain => new Named(domain.Slug, domain.Name));

    /// <summary>What a role is called; null where it is not known.</summary>
    public string? Role(string slug) => Array.Find(Roles ?? [], role => role.Slug == slug)?.Name;

    /// <summary>What a level is called; null where it is not known.</summary>
    public string? Level(string slug) => Levels.FirstOrDefault(level => level.Slug == slug)?.Name;

    /// <summary>The one after it, in the first domain that has it.</summary>
    public Named? LevelAfter(string slug) =>
        (Domains ?? [])
            .Select(domain => domain.Levels.SkipWhile(level => level.Slug != slug).ElementAtOrDefault(1))
            .FirstOrDefault(next => next is not null);

    /// <summary>All groups by <c>domain/group</c>, called after both.</summary>
    public Named[] Groups =>
        [
            .. (Domains ?? []).SelectMany(domain =>
                domain.Groups.Select(group => new Named($"{domain.Slug}/{group.Slug}", $"{domain.Name} › {group.Name}"))
            ),
        ];

    public IEnumerable<Named> Levels => (Domains ?? []).SelectMany(domain => domain.Levels);

    /// <summary>Domains, groups and roles by the scope and key under which they are watched.</summary>
    public Dictionary<string, string> Names =>
        (Domains ?? [])
            .Select(d => ($"domain/{d.Slug}", d.Name))
            .Concat((Domains ?? []).SelectMany(d => d.Groups.Select(g => ($"group/{d.Slug}.{g.Slug}", g.Name))))
            .Concat((Roles ?? []).Select(r => ($"role/{r.Slug}", r.Name)))
            .ToDictionary(StringComparer.Ordinal);

    /// <summary>What changes to a skill may name. Roles do not go away: each that is named is there.</summary>
    public Places Places(Skill skill, IEnumerable<Change> changes) =>
        new(
            [
                .. (Domains ?? [])
                    .Append(new DomainInTree(skill.Domain.Slug, skill.Domain.Name, skill.Levels, []))
                    .Select(d => new DomainTaxonomy(
                        d.Slug,
                        d.Name,
                        d.Levels,
                        [.. d.Groups.Select(g => new Named(g.Slug, g.Name))]
                    )),
            ],
            [.. changes.Select(Cell.Of).OfType<Cell>().Select(cell => new Named(cell.Role, cell.Role))]
        );
}
