using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

/// <summary>
/// A document may name what was retired since. Where nothing of it stands in that, it is left out and told; else the document is
/// wrong: its skills and requirements have no place, and what is retired does not come back as a double. Pure.
/// </summary>
public static class RetiredNames
{
    /// <summary>What the document's skills need that was retired: pointer and message.</summary>
    public static IEnumerable<(string Pointer, string Message)> Retired(this CatalogDocument given, Taxonomy taxonomy)
    {
        if (taxonomy.Retirements == 0)
            yield break;
        var document = given.InPresentNames(taxonomy).Document;
        var required = document.Skills().SelectMany(s => s.Skill.Requirements).Select(r => r.Role);
        var roles = required.ToHashSet(TextForm.Looks);
        foreach (var (i, role) in document.Roles.Index())
            if (roles.Contains(role.Name) && taxonomy.Retired(Part.OfRoles, null, role.Name) is not null)
                yield return ($"/roles/{i}", Message(role.Name));
        foreach (var (i, domain) in document.Domains.Index())
        {
            if (domain.Groups.All(g => g.Skills.Length == 0))
                continue;
            if (taxonomy.DomainNamed(domain.Name)?.Slug is not { } slug)
            {
                if (taxonomy.Retired(Part.OfDomains, null, domain.Name) is not null)
                    yield return ($"/domains/{i}/name", Message(domain.Name));
                continue;
            }
            foreach (var (j, group) in domain.Groups.Index())
                if (group.Skills.Length > 0 && taxonomy.Retired(Part.OfGroups, slug, group.Name) is not null)
                    yield return ($"/domains/{i}/groups/{j}/name", Message(group.Name));
            var levels = domain.Groups.SelectMany(g => g.Skills).SelectMany(s => s.Requirements).Select(r => r.Level);
            foreach (var level in levels.Distinct(TextForm.Looks))
                if (taxonomy.Retired(Part.OfLevels, slug, level) is not null)
                    yield return ($"/domains/{i}/levels", Message(level));
        }

        static string Message(string name) => $"“{name}” was retired. Name what stands in its place, or leave it out.";
    }

    /// <summary>The document without what it names for nothing, and what that was. What its skills need is there.</summary>
    public static (CatalogDocument Document, IReadOnlyList<Recognised> Recognised) WithoutRetired(
        this CatalogDocument document,
        Taxonomy taxonomy
    )
    {
        var told = new List<Recognised>();
        if (taxonomy.Retirements == 0)
            return (document, told);
        return (
            document with
            {
                Roles = Without(Part.OfRoles, null, document.Roles),
                Covers = document.Covers?.Where(r => taxonomy.Retired(Part.OfRoles, null, r) is null).ToArray(),
                Domains =
                [
                    .. document
                        .Domains.Where(d => Without(Part.OfDomains, null, [d.Name]).Length > 0)
                        .Select(d => Domain(d, taxonomy.DomainNamed(d.Name)?.Slug)),
                ],
            },
            told
        );

        CatalogDocument.Domain Domain(CatalogDocument.Domain domain, string? slug) =>
            slug is null
                ? domain
                : domain with
                {
                    Levels = document.StatedLevels(domain) is { } levels ? Without(Part.OfLevels, slug, levels) : null,
                    Groups = [.. domain.Groups.Where(g => Without(Part.OfGroups, slug, [g.Name]).Length > 0)],
                };

        CatalogDocument.Term[] Without(string kind, string? domain, CatalogDocument.Term[] terms) =>
            [
                .. terms.Where(term =>
                {
                    if (taxonomy.Retired(kind, domain, term.Name) is not { } gone)
                        return true;
                    told.Add(new Recognised(term.Name, gone.Slug, gone.Name, Retired: true, kind));
                    return false;
                }),
            ];
    }

    /// <summary>What was retired under a name, or was called so before; null where something else has the name now, or it comes back.</summary>
    public static Named? Retired(this Taxonomy taxonomy, string kind, string? domain, string name)
    {
        var any = new Part(kind, domain, "");
        return taxonomy.Retirements == 0 || taxonomy.Places.Beside(any).Any(n => TextForm.Looks.Equals(n.Name, name))
            ? null
            : taxonomy
                .RetiredPlaces.Beside(any)
                .LastOrDefault(gone =>
                    !taxonomy.Undone.Contains(any with { Slug = gone.Slug })
                    && (
                        TextForm.Looks.Equals(gone.Name, name)
                        || taxonomy.Former.Any(f =>
                            f.Part == any with { Slug = gone.Slug } && TextForm.Looks.Equals(f.Name, name)
                        )
                    )
                );
    }
}
