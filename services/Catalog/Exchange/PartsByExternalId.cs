using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

/// <summary>
/// Roles, domains, groups and levels that a document tells by an id elsewhere and calls otherwise are renamed before all
/// else, so that everything in it is found by its name from then on, and nothing is doubled. Pure.
/// </summary>
public static class PartsByExternalId
{
    /// <summary>What stands beside each other in a document, and what of the catalogue it may be.</summary>
    private sealed record Siblings(string At, Part Kind, IEnumerable<CatalogDocument.Term> Wanted, Named[] Known);

    /// <summary>What the document calls otherwise. Where a name is another's, which <see cref="Check"/> refuses, none beside it is renamed.</summary>
    public static IEnumerable<object> Renames(CatalogDocument document, Taxonomy taxonomy) =>
        from siblings in All(document, taxonomy)
        let otherwise = Otherwise(siblings)
        where otherwise.TrueForAll(part => part.IsFree)
        from part in otherwise
        select Renamed(siblings.Kind with { Slug = part.Is.Slug }, part.Is.Name, part.Name);

    /// <summary>What would be two of the catalogue, or two one, or have the name of another.</summary>
    /// <param name="isPointed">False of a document whose places have no pointers: a table.</param>
    public static void Check(CatalogDocument document, Taxonomy taxonomy, DocumentErrors errors, bool isPointed)
    {
        try
        {
            foreach (var siblings in All(document, taxonomy))
                Check(siblings, errors, isPointed);
        }
        catch (DocumentErrors.TooManyException) { }
    }

    private static void Check(Siblings siblings, DocumentErrors errors, bool isPointed)
    {
        SkillExternalId.Check(
            siblings.Wanted.Select((wanted, i) => ($"{i}", wanted.Name, wanted.ExternalIds)),
            Holders(siblings.Known),
            [],
            Wrong
        );
        foreach (var part in Otherwise(siblings).Where(part => !part.IsFree))
            Wrong(
                $"{part.At}/name",
                $"“{part.Is.Name}”, which has this id, cannot be called “{part.Name}”: the catalogue has that name already, and the document gives no id for it."
            );

        void Wrong(string at, string message) => errors.Add(isPointed ? $"{siblings.At}/{at}" : "", message);
    }

    private static IEnumerable<Siblings> All(CatalogDocument document, Taxonomy taxonomy)
    {
        yield return Of("/roles", new Part(Part.OfRoles, null, ""), document.Roles);
        yield return Of("/domains", new Part(Part.OfDomains, null, ""), document.Domains.Select(Term));
        foreach (var (i, (wanted, domain)) in document.Domains.Zip(Domains(document, taxonomy)).Index())
        {
            if (domain is null)
                continue;
            yield return Of(
                $"/domains/{i}/groups",
                new Part(Part.OfGroups, domain.Slug, ""),
                wanted.Groups.Select(g => new CatalogDocument.Term(g.Name, null, g.ExternalIds))
            );
            yield return Of(
                wanted.Levels is null ? "/levels" : $"/domains/{i}/levels",
                new Part(Part.OfLevels, domain.Slug, ""),
                document.StatedLevels(wanted) ?? []
            );
        }

        // Nothing has an empty slug: all of the kind are beside it.
        Siblings Of(string at, Part kind, IEnumerable<CatalogDocument.Term> wanted) =>
            new(at, kind, wanted, [.. taxonomy.Places.Beside(kind)]);
    }

    /// <summary>Which domain of the catalogue each of the document is: by an id, else by its name or a former one.</summary>
    private static DomainTaxonomy?[] Domains(CatalogDocument document, Taxonomy taxonomy)
    {
        var byId = document.Domains.Select(taxonomy.DomainById).ToArray();
        var present = taxonomy.Present(new Part(Part.OfDomains, null, ""), document.Domains.Select(Term), []);
        return
        [
            .. document.Domains.Select(
                (wanted, i) =>
                    byId[i]
                    ?? (taxonomy.DomainNamed(present(wanted.Name)) is { } named && !byId.Contains(named) ? named : null)
            ),
        ];
    }

    /// <summary>The domain that has an id which the document tells it by.</summary>
    public static DomainTaxonomy? DomainById(this Taxonomy taxonomy, CatalogDocument.Domain wanted)
    {
        var keys = (wanted.ExternalIds ?? []).Select(SkillExternalId.Key).ToHashSet(StringComparer.Ordinal);
        return keys.Count == 0
            ? null
            : taxonomy.Domains.FirstOrDefault(d =>
                (d.ExternalIds ?? []).Any(id => keys.Contains(SkillExternalId.Key(id)))
            );
    }

    public static CatalogDocument.Term Term(CatalogDocument.Domain domain) =>
        new(domain.Name, null, domain.ExternalIds);

    private static List<(int At, Named Is, string Name, bool IsFree)> Otherwise(Siblings siblings)
    {
        var holders = Holders(siblings.Known);
        if (holders.Count == 0)
            return [];
        var told = siblings
            .Wanted.Select((wanted, i) => (At: i, wanted.Name, Is: Holder(wanted)))
            .Where(part => part.Is is not null)
            .DistinctBy(part => part.Is!.Slug, StringComparer.Ordinal)
            .ToArray();
        // Names may go from one to the other; who is not told by an id keeps its own.
        var kept = siblings
            .Known.ExceptBy(told.Select(part => part.Is!.Slug), known => known.Slug, StringComparer.Ordinal)
            .Select(known => known.Name)
            .ToHashSet(TextForm.Looks);
        return
        [
            .. told.Where(part => !TextForm.Looks.Equals(part.Is!.Name, part.Name))
                .Select(part => (part.At, part.Is!, part.Name, !kept.Contains(part.Name))),
        ];

        Named? Holder(CatalogDocument.Term wanted) =>
            (wanted.ExternalIds ?? [])
                .Select(id => holders.GetValueOrDefault(SkillExternalId.Key(id)))
                .FirstOrDefault(holder => holder is not null);
    }

    private static Dictionary<string, Named> Holders(Named[] known) =>
        known
            .SelectMany(named => (named.ExternalIds ?? []).Select(id => (Key: SkillExternalId.Key(id), Named: named)))
            .DistinctBy(held => held.Key, StringComparer.Ordinal)
            .ToDictionary(held => held.Key, held => held.Named, StringComparer.Ordinal);

    private static object Renamed(Part part, string was, string name) =>
        part.Kind switch
        {
            Part.OfRoles => new RoleRenamed(part.Slug, was, name),
            Part.OfDomains => new DomainRenamed(part.Slug, was, name),
            Part.OfGroups => new GroupRenamed(part.Domain!, part.Slug, was, name),
            _ => new LevelRenamed(part.Domain!, part.Slug, was, name),
        };
}
