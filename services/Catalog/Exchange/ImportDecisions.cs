using SkillPlatform.Changes;
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
        var roles = document.Roles.Select(role => role.Name);
        foreach (var name in roles.Except(now.Roles.Select(role => role.Name), TextForm.Looks).ToArray())
            Add(new RoleAdded(now.NewSlug(new(Part.OfRoles, null, ""), name), name));
        Say(new Part(Part.OfRoles, null, ""), document.Roles);
        foreach (var wanted in document.Domains)
        {
            if (now.DomainNamed(wanted.Name) is not { } domain)
            {
                var slug = now.NewSlug(new(Part.OfDomains, null, ""), wanted.Name);
                var levels = document.StatedLevels(wanted) ?? CatalogDocument.UsualLevels.Select(Term);
                Add(new DomainAdded(slug, wanted.Name, Levels(slug, [], levels, now)));
                domain = now.Domain(slug)!;
            }
            else if (Levels(domain, now, document, wanted) is { } levels && !levels.SequenceEqual(domain.Levels))
                Add(new LevelsReplaced(domain.Slug, levels));
            var from = domain.Origin ?? new Origin();
            if (Over(from, wanted) is var origin && origin != from)
                Add(
                    new DomainOriginStated(
                        domain.Slug,
                        origin.Language,
                        origin.Source,
                        origin.Licence,
                        origin.Attribution
                    )
                );
            foreach (
                var group in wanted.Groups.ExceptBy(
                    domain.Groups.Select(known => known.Name),
                    g => g.Name,
                    TextForm.Looks
                )
            )
            {
                var slug = now.NewSlug(new(Part.OfGroups, domain.Slug, ""), group.Name);
                Add(new GroupAdded(domain.Slug, slug, group.Name));
            }
            Say(new Part(Part.OfDomains, null, ""), [PartsByExternalId.Term(wanted)]);
            Say(new Part(Part.OfLevels, domain.Slug, ""), document.StatedLevels(wanted) ?? []);
            Say(
                new Part(Part.OfGroups, domain.Slug, ""),
                [.. wanted.Groups.Select(g => new CatalogDocument.Term(g.Name, null, g.ExternalIds))]
            );
        }
        return events;

        // What more the document says of what is there by now; what it says nothing of stays.
        void Say(Part kind, CatalogDocument.Term[] wanted)
        {
            if (Array.TrueForAll(wanted, term => term is { Description: null, ExternalIds: null }))
                return;
            var named = now
                .Places.Beside(kind)
                .DistinctBy(n => n.Name, TextForm.Looks)
                .ToDictionary(n => n.Name, TextForm.Looks);
            var held = Everywhere(kind)
                .SelectMany(p => (p.Named.ExternalIds ?? []).Select(id => (Key: SkillExternalId.Key(id), p.Part)))
                .DistinctBy(h => h.Key, StringComparer.Ordinal)
                .ToDictionary(h => h.Key, h => h.Part, StringComparer.Ordinal);
            foreach (var term in wanted)
            {
                var (part, was) = (kind with { Slug = named[term.Name].Slug }, named[term.Name]);
                if (term.Description is { } says && says != (was.Description ?? ""))
                    Add(
                        part.Domain is { } domain
                            ? new LevelDescribed(domain, part.Slug, was.Description ?? "", says)
                            : new RoleDescribed(part.Slug, was.Description ?? "", says)
                    );
                if (Over(was.ExternalIds ?? [], term.ExternalIds ?? []) is not { } ids)
                    continue;
                // Who had one of them, as a group does in another domain, gives it up.
                foreach (var key in ids.Select(SkillExternalId.Key))
                    if (
                        held.TryGetValue(key, out var other)
                        && other != part
                        && now.Places.At(other)?.ExternalIds is { } has
                    )
                        Add(Replaced(other, has, [.. has.Where(id => SkillExternalId.Key(id) != key)]));
                Add(Replaced(part, was.ExternalIds ?? [], ids));
            }
        }

        IEnumerable<(Part Part, Named Named)> Everywhere(Part kind) =>
            from beside in kind.Kind == Part.OfGroups ? now.Domains.Select(d => kind with { Domain = d.Slug }) : [kind]
            from named in now.Places.Beside(beside)
            select (beside with { Slug = named.Slug }, named);

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
    public static object[] Decide(Skill? now, string slug, Said wanted) =>
        [.. ApplyProposal.Between(now?.Says, now is null ? wanted : wanted with { Name = now.Says.Name }, _ => slug)];

    /// <summary>What is said of a system is all that the skill is there; of others it stays.</summary>
    public static object[] Ids(IEnumerable<ExternalId> now, IReadOnlyCollection<ExternalId> wanted) =>
        Over(now, wanted) is { } ids ? [new ExternalIdsReplaced(ids)] : [];

    private static ExternalId[]? Over(IEnumerable<ExternalId> now, IReadOnlyCollection<ExternalId> wanted)
    {
        ExternalId[] ids = [.. now.Where(id => wanted.All(w => w.System != id.System)), .. wanted];
        return ids.ToHashSet().SetEquals(now) ? null : ids;
    }

    private static TaxonomyIdsReplaced Replaced(Part part, ExternalId[] was, ExternalId[] ids) =>
        new(part.Kind, part.Domain, part.Slug, was, ids);

    private static Origin Over(Origin known, CatalogDocument.Domain said)
    {
        return new Origin(
            Or(said.Language, known.Language),
            Or(said.Source, known.Source),
            Or(said.Licence, known.Licence),
            Or(said.Attribution, known.Attribution)
        );

        static string? Or(string? said, string? known) =>
            said is null ? known
            : said.Length > 0 ? said
            : null;
    }

    private static Named[]? Levels(
        DomainTaxonomy domain,
        Taxonomy now,
        CatalogDocument document,
        CatalogDocument.Domain wanted
    )
    {
        if (document.StatedLevels(wanted) is { } stated)
            return
            [
                .. Levels(domain.Slug, domain.Levels, stated, now),
                .. domain.Levels.Where(l => !stated.Any(s => TextForm.Looks.Equals(s.Name, l.Name))),
            ];
        // Nothing is said of levels: one of the usual ones joins where a requirement needs it.
        var used = wanted
            .Groups.SelectMany(g => g.Skills)
            .SelectMany(s => s.Requirements)
            .Select(r => r.Level)
            .ToHashSet(TextForm.Looks);
        var missing = CatalogDocument.UsualLevels.Where(name =>
            used.Contains(name) && !Array.Exists(domain.Levels, l => TextForm.Looks.Equals(l.Name, name))
        );
        return Levels(domain.Slug, domain.Levels, domain.Levels.Select(l => l.Name).Concat(missing).Select(Term), now);
    }

    private static CatalogDocument.Term Term(string name) => name;

    // A level that is there keeps its slug, and one that is gone, too.
    private static Named[] Levels(string domain, Named[] known, IEnumerable<CatalogDocument.Term> wanted, Taxonomy now)
    {
        var taken = known.Select(l => l.Slug).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. wanted.Select(term =>
            {
                if (Array.Find(known, l => TextForm.Looks.Equals(l.Name, term.Name)) is { } level)
                    return level;
                var slug = now.NewSlug(new(Part.OfLevels, domain, ""), term.Name, taken.Contains);
                taken.Add(slug);
                return new Named(slug, term.Name)
                {
                    Description = TextForm.Said(term.Description ?? ""),
                    ExternalIds = term.ExternalIds is { Length: > 0 } ids ? ids : null,
                };
            }),
        ];
    }
}

/// <summary>A skill of a document, its place, roles and levels by slug.</summary>
/// <param name="Says">What it is to say.</param>
/// <param name="IsBack">True where it is one again, if it was retired.</param>
/// <param name="SaysKeywords">False where the document says nothing of its keywords.</param>
/// <param name="Covered">The roles the document speaks of; null for all.</param>
/// <param name="SaysDescription">False where the document says nothing of what it is about.</param>
/// <param name="Revision">Which version of which skill it was made from; null where the document does not say.</param>
public sealed record WantedSkill(
    Said Says,
    bool IsBack,
    bool SaysKeywords,
    IReadOnlySet<string>? Covered,
    bool SaysDescription = false,
    Revision? Revision = null
)
{
    /// <summary>What it is in other systems; null where the document says nothing of that.</summary>
    public ExternalId[]? ExternalIds { get; init; }

    /// <summary>True of a skill that has the name, but is something else in one of these systems.</summary>
    public bool IsNot(Skill skill) =>
        ExternalIds is { } ids
        && !skill.ExternalIds.Any(has => ids.Any(id => SkillExternalId.Key(id) == SkillExternalId.Key(has)))
        && skill.ExternalIds.Any(has => ids.Any(id => id.System == has.System));

    /// <summary>What the skill is to say: what the document says nothing of stays.</summary>
    public Said Over(Said now) =>
        Says with
        {
            Keywords = SaysKeywords ? Says.Keywords : now.Keywords,
            Description = SaysDescription ? Says.Description : now.Description,
            Requirements = Covered is null
                ? Says.Requirements
                : [.. now.Requirements.Where(r => !Covered.Contains(r.Role)), .. Says.Requirements],
        };

    /// <summary>Reads skills of a document. The taxonomy has everything the document names.</summary>
    /// <param name="covers">The roles that the document speaks of, by their present names; null for all.</param>
    /// <param name="names">What its names are now.</param>
    /// <param name="taxonomy">As the document makes it.</param>
    public static Func<PlacedSkill, WantedSkill> Reader(string[]? covers, FormerNames.Names names, Taxonomy taxonomy)
    {
        var roles = Slugs(taxonomy.Roles);
        var covered = covers?.Select(role => roles[role]).ToHashSet(StringComparer.Ordinal);
        var domains = new Dictionary<
            string,
            (string Slug, Dictionary<string, string> Groups, Dictionary<string, string> Levels)
        >(StringComparer.Ordinal);
        return Read;

        WantedSkill Read(PlacedSkill placed)
        {
            var skill = placed.Skill;
            if (!domains.TryGetValue(placed.Domain, out var domain))
            {
                var known = taxonomy.DomainNamed(names.Domain(placed.Domain))!;
                domains.Add(placed.Domain, domain = (known.Slug, Slugs(known.Groups), Slugs(known.Levels)));
            }
            return new WantedSkill(
                new Said(
                    skill.Name,
                    [.. skill.Keywords ?? []],
                    new Place(domain.Slug, domain.Groups[names.Group(placed.Domain, placed.Group)]),
                    [
                        .. skill.Requirements.Select(r => new Requirement(
                            roles[names.Role(r.Role)],
                            domain.Levels[names.Level(placed.Domain, r.Level)],
                            r.Mandatory,
                            r.Description
                        )),
                    ],
                    Description: skill.Description ?? ""
                ),
                skill.Retired == false,
                skill.Keywords is not null,
                covered,
                skill.Description is not null,
                Revision.Of(skill.Revision)
            )
            {
                ExternalIds = skill.ExternalIds,
            };
        }
    }

    // Of two that were stored before they counted as one, the first.
    private static Dictionary<string, string> Slugs(IEnumerable<Named> named) =>
        named.DistinctBy(n => n.Name, TextForm.Looks).ToDictionary(n => n.Name, n => n.Slug, TextForm.Looks);
}

/// <summary>Finding by name, which only documents do.</summary>
public static class Names
{
    public static DomainTaxonomy? DomainNamed(this Taxonomy taxonomy, string name) =>
        taxonomy.Domains.FirstOrDefault(domain => TextForm.Looks.Equals(domain.Name, name));

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
