using System.Collections.Immutable;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

/// <summary>What has to happen so that the catalogue is as a document says. Pure; nothing where it is so already.</summary>
public static class ImportDecisions
{
    /// <summary>
    /// New roles, domains and groups come after those there are. A domain gets the levels the document states, in that
    /// order, and keeps others it had, since skills that the document does not speak of may use them.
    /// </summary>
    public static IReadOnlyList<object> Decide(Taxonomy now, CatalogDocument document)
    {
        var events = new List<object>();
        foreach (var name in document.Roles.Where(name => !now.Roles.Any(role => role.Name == name)))
            Add(new RoleAdded(Slugs.Unique(Slugs.Of(name), now.HasRole), name));
        foreach (var wanted in document.Domains)
        {
            if (now.DomainNamed(wanted.Name) is not { } domain)
            {
                var slug = Slugs.Unique(Slugs.Of(wanted.Name), s => now.Domain(s) is not null);
                var levels = document.StatedLevels(wanted) ?? CatalogDocument.UsualLevels;
                Add(new DomainAdded(slug, wanted.Name, Levels([], levels)));
                domain = now.Domain(slug)!;
            }
            else if (Levels(domain, document, wanted) is { } levels && !levels.SequenceEqual(domain.Levels))
                Add(new LevelsReplaced(domain.Slug, levels));
            foreach (var group in wanted.Groups.Where(g => !domain.Groups.Any(known => known.Name == g.Name)))
            {
                var slug = Slugs.Unique(Slugs.Of(group.Name), s => now.HasGroup(domain.Slug, s));
                Add(new GroupAdded(domain.Slug, slug, group.Name));
            }
        }
        return events;

        void Add(object @event)
        {
            events.Add(@event);
            now = Taxonomy.Fold(now, @event);
        }
    }

    /// <summary>
    /// A skill of the document becomes as it is there: requirements it lacks are dropped, keywords replaced, the group
    /// changed. Its name and domain are what it was found by.
    /// </summary>
    /// <param name="now">The skill; null to add it.</param>
    /// <param name="slug">Its slug, if it is new.</param>
    /// <param name="wanted">As it should be, by slug.</param>
    public static IReadOnlyList<object> Decide(Skill? now, string slug, WantedSkill wanted)
    {
        var events = new List<object>();
        if (now is null)
        {
            var added = new SkillAdded(slug, wanted.Name, wanted.Keywords, wanted.Domain, wanted.Group);
            events.Add(added);
            now = Skill.Fold(null, added)!;
        }
        if (!now.Keywords.SequenceEqual(wanted.Keywords, StringComparer.Ordinal))
            events.Add(new KeywordsReplaced(wanted.Keywords));
        if (now.Group != wanted.Group)
            events.Add(new SkillMoved(wanted.Domain, wanted.Group));
        foreach (var (cell, expected) in wanted.Requirements)
        {
            if (!now.Requirements.TryGetValue(cell, out var before))
            {
                events.Add(new RequirementStated(cell.Role, cell.Level, expected.Mandatory, expected.Description));
                continue;
            }
            if (before.Description != expected.Description)
                events.Add(new RequirementReworded(cell.Role, cell.Level, expected.Description));
            if (before.Mandatory != expected.Mandatory)
                events.Add(
                    expected.Mandatory
                        ? new RequirementMadeMandatory(cell.Role, cell.Level)
                        : new RequirementMadeOptional(cell.Role, cell.Level)
                );
        }
        var kept = wanted.Requirements.Select(r => r.Cell).ToHashSet();
        events.AddRange(
            now.Requirements.Keys.Where(cell => !kept.Contains(cell))
                .OrderBy(cell => cell.Role, StringComparer.Ordinal)
                .ThenBy(cell => cell.Level, StringComparer.Ordinal)
                .Select(cell => new RequirementDropped(cell.Role, cell.Level))
        );
        return events;
    }

    private static Named[]? Levels(DomainTaxonomy domain, CatalogDocument document, CatalogDocument.Domain wanted)
    {
        if (document.StatedLevels(wanted) is { } stated)
            return
            [
                .. Levels(domain.Levels, stated),
                .. domain.Levels.Where(l => !stated.Contains(l.Name, StringComparer.Ordinal)),
            ];
        // Nothing is said of levels: one of the usual ones joins where a requirement needs it.
        var used = wanted
            .Groups.SelectMany(g => g.Skills)
            .SelectMany(s => s.Requirements)
            .Select(r => r.Level)
            .ToHashSet(StringComparer.Ordinal);
        var missing = CatalogDocument.UsualLevels.Where(name =>
            used.Contains(name) && !Array.Exists(domain.Levels, l => l.Name == name)
        );
        return Levels(domain.Levels, domain.Levels.Select(l => l.Name).Concat(missing));
    }

    // A level that is there keeps its slug.
    private static Named[] Levels(Named[] known, IEnumerable<string> names)
    {
        var taken = known.Select(l => l.Slug).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. names.Select(name =>
            {
                if (Array.Find(known, l => l.Name == name) is { } level)
                    return level;
                var slug = Slugs.Unique(Slugs.Of(name), taken.Contains);
                taken.Add(slug);
                return new Named(slug, name);
            }),
        ];
    }
}

/// <summary>A skill of a document, its place, roles and levels by slug.</summary>
public sealed record WantedSkill(
    string Name,
    string Domain,
    string Group,
    string[] Keywords,
    (Cell Cell, Expected Expected)[] Requirements
)
{
    /// <summary>All skills of a document, in its order. The taxonomy has everything the document names.</summary>
    public static IEnumerable<WantedSkill> All(CatalogDocument document, Taxonomy taxonomy)
    {
        var roles = taxonomy.Roles.ToDictionary(r => r.Name, r => r.Slug, StringComparer.Ordinal);
        foreach (var (domain, group, skill) in document.Skills())
        {
            var place = taxonomy.DomainNamed(domain.Name)!;
            yield return new WantedSkill(
                skill.Name,
                place.Slug,
                Array.Find(place.Groups, g => g.Name == group.Name)!.Slug,
                skill.Keywords,
                [
                    .. skill.Requirements.Select(r =>
                        (
                            new Cell(roles[r.Role], Array.Find(place.Levels, l => l.Name == r.Level)!.Slug),
                            new Expected(r.Mandatory, r.Description)
                        )
                    ),
                ]
            );
        }
    }
}

/// <summary>Finding by name, which only documents do.</summary>
public static class Names
{
    public static DomainTaxonomy? DomainNamed(this Taxonomy taxonomy, string name) =>
        taxonomy.Domains.FirstOrDefault(domain => domain.Name == name);

    /// <summary>All skills with their places, in the document's order.</summary>
    public static IEnumerable<(
        CatalogDocument.Domain Domain,
        CatalogDocument.Group Group,
        CatalogDocument.Skill Skill
    )> Skills(this CatalogDocument document) =>
        from domain in document.Domains
        from @group in domain.Groups
        from skill in @group.Skills
        select (domain, @group, skill);
}
