using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

/// <summary>
/// What leads back from what an import made of the taxonomy: a list of changes for each role and each domain, as proposals
/// take them. What the skills of the import stood in is retired after them, and stays where others stand in it by then. Pure.
/// </summary>
public static class UndoTaxonomy
{
    /// <param name="before">The taxonomy as it was.</param>
    /// <param name="made">What the import made of it.</param>
    public static IReadOnlyList<Change[]> Back(Taxonomy before, IEnumerable<object> made)
    {
        var after = made.Aggregate(before, Taxonomy.Fold);
        return
        [
            .. after.Roles.Select(role => Role(role, before.Places)).Where(changes => changes.Length > 0),
            .. after
                .Domains.Select(domain => before.Domain(domain.Slug) is { } was ? Domain(domain, was) : Added(domain))
                .SelectMany(changes => changes.Chunk(Normal.MostChanges)),
        ];
    }

    /// <summary>
    /// Of these changes those that are still to do, and what is not retired, since others stand in it.
    /// </summary>
    /// <param name="changes">Of one role or domain.</param>
    /// <param name="places">The taxonomy as it is, and as changes before these leave it.</param>
    /// <param name="standing">What stands where something is to be retired, once the skills are back.</param>
    public static (Change[] Changes, IReadOnlyList<Part> Kept) ToDo(
        IReadOnlyCollection<Change> changes,
        Places places,
        IReadOnlyDictionary<Part, long> standing
    )
    {
        var kept = changes
            .OfType<Retiring>()
            .Select(retiring => Part.Of(retiring)!)
            .Where(part => places.At(part) is not null && standing.GetValueOrDefault(part) > 0)
            .ToHashSet();
        var retired = changes.Select(Part.Of).OfType<Part>().ToHashSet();
        foreach (var domain in changes.OfType<RetireDomain>())
            if (
                places
                    .Domain(domain.Domain)
                    ?.Groups.Select(group => new Part(Part.OfGroups, domain.Domain, group.Slug))
                    .Any(group => kept.Contains(group) || !retired.Contains(group)) == true
            )
                kept.Add(Part.Of(domain)!);
        return (
            [
                .. changes
                    .Where(change => Part.Of(change) is { } part && places.At(part) is not null)
                    .Where(change => change is not Retiring || !kept.Contains(Part.Of(change)!))
                    .Select(change => change is ReorderLevels order ? Ordered(order) : change),
            ],
            [.. kept]
        );

        // What stays stands where it stood, after what was there before.
        ReorderLevels Ordered(ReorderLevels order) =>
            order with
            {
                Was = [.. order.Was.Where(IsThere)],
                Levels =
                [
                    .. order.Levels.Concat(order.Was.Except(order.Levels, StringComparer.Ordinal)).Where(IsThere),
                ],
            };

        bool IsThere(string level) =>
            changes.OfType<RetireLevel>().All(gone => gone.Level != level || kept.Contains(Part.Of(gone)!));
    }

    private static Change[] Role(Named role, Places before)
    {
        var part = new Part(Part.OfRoles, null, role.Slug);
        return before.At(part) is not { } was
            ? [new RetireRole(role.Slug, role.Name) { Undone = true }]
            : [.. Said(role, was, part)];
    }

    private static Change[] Added(DomainTaxonomy domain) =>
        [
            .. domain.Groups.Select(group => new RetireGroup(domain.Slug, group.Slug, group.Name) { Undone = true }),
            new RetireDomain(domain.Slug, domain.Name) { Undone = true },
        ];

    private static Change[] Domain(DomainTaxonomy domain, DomainTaxonomy was)
    {
        var (groups, levels) = (Beside(domain.Groups, was.Groups), Beside(domain.Levels, was.Levels));
        string[] order = [.. domain.Levels.Select(level => level.Slug)];
        string[] before = [.. was.Levels.Select(level => level.Slug)];
        return
        [
            .. groups
                .Where(group => group.Was is null)
                .Select(group => new RetireGroup(domain.Slug, group.Now.Slug, group.Now.Name) { Undone = true }),
            .. levels
                .Where(level => level.Was is null)
                .Select(level => new RetireLevel(domain.Slug, level.Now.Slug, level.Now.Name) { Undone = true }),
            .. domain.Name == was.Name ? [] : new[] { new RenameDomain(domain.Slug, domain.Name, was.Name) },
            .. groups.SelectMany(g => Said(g.Now, g.Was, new Part(Part.OfGroups, domain.Slug, g.Now.Slug))),
            .. levels.SelectMany(l => Said(l.Now, l.Was, new Part(Part.OfLevels, domain.Slug, l.Now.Slug))),
            .. order.Where(before.Contains).SequenceEqual(before, StringComparer.Ordinal)
                ? []
                : new[] { new ReorderLevels(domain.Slug, order, before) },
        ];
    }

    private static (Named Now, Named? Was)[] Beside(Named[] now, Named[] was) =>
        [.. now.Select(named => (named, Array.Find(was, other => other.Slug == named.Slug)))];

    // Of a group nothing is said.
    private static IEnumerable<Change> Said(Named now, Named? was, Part part)
    {
        if (was is null)
            yield break;
        if (now.Name != was.Name)
            yield return part.Kind switch
            {
                Part.OfRoles => new RenameRole(part.Slug, now.Name, was.Name),
                Part.OfGroups => new RenameGroup(part.Domain!, part.Slug, now.Name, was.Name),
                _ => new RenameLevel(part.Domain!, part.Slug, now.Name, was.Name),
            };
        var (says, said) = (now.Description ?? "", was.Description ?? "");
        if (says != said)
            yield return part.Domain is { } domain
                ? new DescribeLevel(domain, part.Slug, says, said)
                : new DescribeRole(part.Slug, says, said);
    }
}
