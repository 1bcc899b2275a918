using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

/// <summary>
/// A document that is older than a rename calls roles, domains, groups and levels by their former names. It is read as if it
/// used the present ones, else the catalogue would have both. What it calls by its present name, too, is not the one that it
/// calls by a former name. What it tells by an id elsewhere and was retired is that, whatever it calls it. Pure.
/// </summary>
public static class FormerNames
{
    /// <summary>From what a document calls something to its present name.</summary>
    /// <param name="Group">Of a domain as the document calls it.</param>
    /// <param name="Level">Of a domain as the document calls it.</param>
    public sealed record Names(
        Func<string, string> Role,
        Func<string, string> Domain,
        Func<string, string, string> Group,
        Func<string, string, string> Level
    )
    {
        public static Names Same { get; } = new(name => name, name => name, (_, name) => name, (_, name) => name);
    }

    /// <summary>The document in present names, and what it called otherwise.</summary>
    public static (CatalogDocument Document, Names Names, IReadOnlyList<Recognised> Recognised) InPresentNames(
        this CatalogDocument document,
        Taxonomy taxonomy
    )
    {
        if (taxonomy.Former.IsEmpty && taxonomy.Retirements == 0)
            return (document, Names.Same, []);
        var told = new List<Recognised>();
        var groups = new Dictionary<string, Func<string, string>>(TextForm.Looks);
        var levels = new Dictionary<string, Func<string, string>>(TextForm.Looks);
        var role = taxonomy.Present(new Part(Part.OfRoles, null, ""), document.Roles, told);
        var domain = taxonomy.Present(
            new Part(Part.OfDomains, null, ""),
            document.Domains.Select(PartsByExternalId.Term),
            told
        );
        return (
            document with
            {
                Roles = [.. document.Roles.Select(r => r with { Name = role(r.Name) })],
                Covers = document.Covers?.Select(role).ToArray(),
                Domains = [.. document.Domains.Select(d => Domain(d.Name, d with { Name = domain(d.Name) }))],
            },
            new Names(role, domain, (d, name) => Of(groups, d, name), (d, name) => Of(levels, d, name)),
            told
        );

        static string Of(Dictionary<string, Func<string, string>> known, string domain, string name) =>
            known.TryGetValue(domain, out var present) ? present(name) : name;

        CatalogDocument.Domain Domain(string called, CatalogDocument.Domain wanted)
        {
            if (taxonomy.DomainNamed(wanted.Name) is not { } known)
                return wanted with { Groups = [.. wanted.Groups.Select(g => Group(g, name => name))] };
            var stated = document.StatedLevels(wanted);
            var used = wanted.Groups.SelectMany(g => g.Skills).SelectMany(s => s.Requirements).Select(r => r.Level);
            var level = levels[called] = taxonomy.Present(
                new Part(Part.OfLevels, known.Slug, ""),
                (stated ?? []).Concat(used.Select(name => new CatalogDocument.Term(name))),
                told
            );
            var terms = wanted.Groups.Select(g => new CatalogDocument.Term(g.Name, null, g.ExternalIds));
            var group = groups[called] = taxonomy.Present(new Part(Part.OfGroups, known.Slug, ""), terms, told);
            return wanted with
            {
                Levels = stated?.Select(l => l with { Name = level(l.Name) }).ToArray(),
                Groups = [.. wanted.Groups.Select(g => Group(g with { Name = group(g.Name) }, level))],
            };
        }

        CatalogDocument.Group Group(CatalogDocument.Group wanted, Func<string, string> level) =>
            wanted with
            {
                Skills =
                [
                    .. wanted.Skills.Select(s =>
                        s with
                        {
                            Requirements =
                            [
                                .. s.Requirements.Select(r => r with { Role = role(r.Role), Level = level(r.Level) }),
                            ],
                        }
                    ),
                ],
            };
    }

    /// <summary>What a document may call the levels of a domain, which it may call by a former name itself.</summary>
    public static IReadOnlyCollection<string>? LevelsOf(this Taxonomy taxonomy, CatalogDocument.Domain domain)
    {
        var slug =
            (taxonomy.DomainById(domain) ?? taxonomy.DomainNamed(domain.Name))?.Slug
            ?? taxonomy
                .Former.LastOrDefault(f => f.Part.Kind == Part.OfDomains && TextForm.Looks.Equals(f.Name, domain.Name))
                ?.Part.Slug;
        return slug is null || taxonomy.Domain(slug) is not { } known
            ? null
            :
            [
                .. known.Levels.Select(level => level.Name),
                .. taxonomy
                    .Former.Where(f => f.Part.Kind == Part.OfLevels && f.Part.Domain == slug)
                    .Select(f => f.Name),
            ];
    }

    /// <summary>From a name in a document to the present one of its kind, in the same domain.</summary>
    public static Func<string, string> Present(
        this Taxonomy taxonomy,
        Part kind,
        IEnumerable<CatalogDocument.Term> used,
        List<Recognised> told
    )
    {
        var retired = taxonomy.RetiredById(kind, [.. used]);
        told.AddRange(retired.Select(r => new Recognised(r.Key, r.Value.Slug, r.Value.Name, Retired: true, kind.Kind)));
        var names = used.Select(Meant).ToHashSet(TextForm.Looks);
        var present = new Dictionary<string, string>(TextForm.Looks);
        // The last one that was called so.
        foreach (var (part, former) in taxonomy.Former.Reverse().Where(f => f.Part with { Slug = "" } == kind))
            if (
                names.Contains(former)
                && !present.ContainsKey(former)
                && taxonomy.Places.At(part) is { } now
                && !names.Contains(now.Name)
                && taxonomy.Places.Beside(part).All(other => !TextForm.Looks.Equals(other.Name, former))
            )
            {
                present[former] = now.Name;
                // Of two former names of one thing, only the first is it.
                names.Add(now.Name);
                told.Add(new Recognised(former, now.Slug, now.Name, Retired: false, part.Kind));
            }
        return name => Meant(name) is var n ? present.GetValueOrDefault(n, n) : name;

        string Meant(CatalogDocument.Term term) => retired.GetValueOrDefault(term.Name)?.Name ?? term.Name;
    }

    /// <summary>What is called by a name of its own, but has an id of something retired that nothing has since.</summary>
    private static Dictionary<string, Named> RetiredById(
        this Taxonomy taxonomy,
        Part kind,
        IReadOnlyCollection<CatalogDocument.Term> used
    )
    {
        var retired = new Dictionary<string, Named>(TextForm.Looks);
        if (taxonomy.Retirements == 0 || used.All(term => term.ExternalIds is null))
            return retired;
        var live = taxonomy.Places.Beside(kind).ToArray();
        var names = live.Select(n => n.Name).Concat(used.Select(term => term.Name)).ToHashSet(TextForm.Looks);
        var taken = Keys(live).Select(held => held.Key).ToHashSet(StringComparer.Ordinal);
        var gone = Keys(
                taxonomy
                    .RetiredPlaces.Beside(kind)
                    .Where(was => !taxonomy.Undone.Contains(kind with { Slug = was.Slug }))
            )
            .ToLookup(held => held.Key, held => held.Named, StringComparer.Ordinal);
        foreach (var term in used)
        {
            var keys = (term.ExternalIds ?? []).Select(SkillExternalId.Key).ToArray();
            if (
                !keys.Any(taken.Contains)
                && live.All(n => !TextForm.Looks.Equals(n.Name, term.Name))
                && keys.SelectMany(key => gone[key]).LastOrDefault() is { } was
                && names.Add(was.Name)
            )
                retired[term.Name] = was;
        }
        return retired;

        static IEnumerable<(string Key, Named Named)> Keys(IEnumerable<Named> all) =>
            all.SelectMany(n => (n.ExternalIds ?? []).Select(id => (SkillExternalId.Key(id), n)));
    }
}
