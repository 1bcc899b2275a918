using System.Collections.Immutable;
using System.Text.Json.Serialization;
using JasperFx.Events;
using Marten.Events.Aggregation;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

public sealed record DomainAdded(string Slug, string Name, Named[] Levels);

public sealed record GroupAdded(string Domain, string Slug, string Name);

public sealed record RoleAdded(string Slug, string Name);

/// <summary>A domain's levels, whole and in order. Slugs of levels that are in use are never left out.</summary>
public sealed record LevelsReplaced(string Domain, Named[] Levels);

/// <summary>Where a domain's texts are from, whole; null is what is not known.</summary>
public sealed record DomainOriginStated(
    string Domain,
    string? Language,
    string? Source,
    string? Licence,
    string? Attribution
);

public sealed record DomainRenamed(string Domain, string Was, string Name);

public sealed record GroupRenamed(string Domain, string Group, string Was, string Name);

public sealed record LevelRenamed(string Domain, string Level, string Was, string Name);

public sealed record RoleRenamed(string Role, string Was, string Name);

/// <summary>What a level is about, in Markdown; empty where nothing is said any more.</summary>
public sealed record LevelDescribed(string Domain, string Level, string Was, string Description);

/// <summary>What a role is about, likewise.</summary>
public sealed record RoleDescribed(string Role, string Was, string Description);

/// <summary>What a part of the taxonomy is in other systems, whole: <see cref="Part"/> in its members.</summary>
public sealed record TaxonomyIdsReplaced(
    string Kind,
    string? Domain,
    string Slug,
    ExternalId[] Was,
    ExternalId[] ExternalIds
);

/// <summary>The levels of a domain in another order, as they are called then.</summary>
public sealed record LevelsReordered(string Domain, Named[] Was, Named[] Levels);

/// <summary>Its groups, likewise.</summary>
public sealed record GroupsReordered(string Domain, Named[] Was, Named[] Groups);

/// <summary>It is no more, and nothing stood in it; its slug stays its own.</summary>
/// <param name="Undone">True where that undoes an import: a later one may bring it back.</param>
public sealed record DomainRetired(
    string Domain,
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Undone = false
);

/// <param name="Into">What takes its place, as it is called then; null for nothing.</param>
public sealed record GroupRetired(
    string Domain,
    string Group,
    string Name,
    Named? Into = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Undone = false
);

public sealed record LevelRetired(
    string Domain,
    string Level,
    string Name,
    Named? Into = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Undone = false
);

public sealed record RoleRetired(
    string Role,
    string Name,
    Named? Into = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Undone = false
);

/// <summary>What takes the place of a part of the taxonomy that was retired, by slug.</summary>
public sealed record Successor(Part Part, string Into);

/// <summary>What a part of the taxonomy was called before.</summary>
public sealed record FormerName(Part Part, string Name);

/// <summary>The domains with their levels and groups, and the roles: one stream, changed by imports and by proposals.</summary>
public sealed record Taxonomy(ImmutableArray<DomainTaxonomy> Domains, ImmutableArray<Named> Roles)
{
    public static readonly Guid StreamId = Part.Taxonomy;

    public static Taxonomy Empty { get; } = new([], []);

    public Guid Id { get; init; }

    /// <summary>In the order in which they were given up. A document may still use them.</summary>
    public ImmutableArray<FormerName> Former { get; init; } = [];

    /// <summary>What was retired: of a domain that is there its former levels and groups, else all of it.</summary>
    public ImmutableArray<DomainTaxonomy> RetiredDomains { get; init; } = [];

    public ImmutableArray<Named> RetiredRoles { get; init; } = [];

    public ImmutableArray<Successor> Successors { get; init; } = [];

    /// <summary>What of it only undid an import, and comes back with the next that names it.</summary>
    public ImmutableArray<Part> Undone { get; init; } = [];

    /// <summary>How often something was.</summary>
    public int Retirements { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public Places Places => new(Domains, Roles);

    /// <summary>Of domains those that are no more.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Places RetiredPlaces => new(RetiredDomains, RetiredRoles);

    public DomainTaxonomy? Domain(string slug) => Domains.FirstOrDefault(d => d.Slug == slug);

    public bool HasRole(string role) => Roles.Any(r => r.Slug == role);

    /// <summary>True for a slug that something of its kind has or had.</summary>
    public bool IsTaken(Part part) => (Places.At(part) ?? RetiredPlaces.At(part)) is not null;

    /// <summary>A slug for what is new; what comes back keeps its own.</summary>
    /// <param name="kind">What it is, and in which domain.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="isTaken">What else has slugs.</param>
    public string NewSlug(Part kind, string name, Func<string, bool>? isTaken = null) =>
        RetiredPlaces
            .Beside(kind)
            .FirstOrDefault(gone =>
                TextForm.Looks.Equals(gone.Name, name) && Undone.Contains(kind with { Slug = gone.Slug })
            )
            ?.Slug
        ?? Slugs.Unique(
            Slugs.Of(name),
            slug => IsTaken(kind with { Slug = slug }) || isTaken is not null && isTaken(slug)
        );

    /// <summary>What takes the place of a part, and is there; null where nothing does.</summary>
    public string? InPlaceOf(Part part)
    {
        while (Successors.FirstOrDefault(s => s.Part == part) is { } successor)
            part = part with { Slug = successor.Into };
        return Places.At(part)?.Slug;
    }

    /// <summary>With what was retired, for what is past: it stands after what is there.</summary>
    /// <param name="but">Without these of it.</param>
    public Taxonomy WithRetired(IReadOnlySet<Part>? but = null) =>
        Retirements == 0
            ? this
            : this with
            {
                Roles = [.. Roles, .. Without(Part.OfRoles, null, RetiredRoles, but)],
                Domains =
                [
                    .. Domains.Select(d =>
                        RetiredDomains.FirstOrDefault(r => r.Slug == d.Slug) is { } gone
                            ? d with
                            {
                                Levels = [.. d.Levels, .. Without(Part.OfLevels, d.Slug, gone.Levels, but)],
                                Groups = [.. d.Groups, .. Without(Part.OfGroups, d.Slug, gone.Groups, but)],
                            }
                            : d
                    ),
                    .. RetiredDomains
                        .Where(d => Domain(d.Slug) is null && but?.Contains(new(Part.OfDomains, null, d.Slug)) != true)
                        .Select(d =>
                            d with
                            {
                                Levels = [.. Without(Part.OfLevels, d.Slug, d.Levels, but)],
                                Groups = [.. Without(Part.OfGroups, d.Slug, d.Groups, but)],
                            }
                        ),
                ],
            };

    private static IEnumerable<Named> Without(
        string kind,
        string? domain,
        IEnumerable<Named> all,
        IReadOnlySet<Part>? but
    ) => all.Where(named => but?.Contains(new Part(kind, domain, named.Slug)) != true);

    public static Taxonomy Fold(Taxonomy? state, object @event)
    {
        var taxonomy = state ?? Empty;
        return @event switch
        {
            DomainAdded e => (
                taxonomy with
                {
                    Domains = taxonomy.Domains.Add(new(e.Slug, e.Name, e.Levels, [])),
                }
            ).Back(),
            GroupAdded e => taxonomy
                .With(e.Domain, d => d with { Groups = [.. d.Groups, new Named(e.Slug, e.Name)] })
                .Back(),
            LevelsReplaced e => taxonomy.With(e.Domain, d => d with { Levels = e.Levels }).Back(),
            DomainOriginStated e => taxonomy.With(e.Domain, d => d with { Origin = Origin(e) }),
            RoleAdded e => (taxonomy with { Roles = taxonomy.Roles.Add(new Named(e.Slug, e.Name)) }).Back(),
            DomainRenamed e => taxonomy.Renamed(new Part(Part.OfDomains, null, e.Domain), e.Was, e.Name),
            GroupRenamed e => taxonomy.Renamed(new Part(Part.OfGroups, e.Domain, e.Group), e.Was, e.Name),
            LevelRenamed e => taxonomy.Renamed(new Part(Part.OfLevels, e.Domain, e.Level), e.Was, e.Name),
            RoleRenamed e => taxonomy.Renamed(new Part(Part.OfRoles, null, e.Role), e.Was, e.Name),
            LevelDescribed e => taxonomy.Described(new Part(Part.OfLevels, e.Domain, e.Level), e.Description),
            RoleDescribed e => taxonomy.Described(new Part(Part.OfRoles, null, e.Role), e.Description),
            TaxonomyIdsReplaced e => taxonomy.With(
                new Part(e.Kind, e.Domain, e.Slug),
                now => now with { ExternalIds = e.ExternalIds.Length > 0 ? e.ExternalIds : null }
            ),
            LevelsReordered e => taxonomy.Reordered(new ReorderLevels(e.Domain, [], SlugsOf(e.Levels))),
            GroupsReordered e => taxonomy.Reordered(new ReorderGroups(e.Domain, [], SlugsOf(e.Groups))),
            DomainRetired e => taxonomy.Retired(new Part(Part.OfDomains, null, e.Domain), null, e.Undone),
            GroupRetired e => taxonomy.Retired(new Part(Part.OfGroups, e.Domain, e.Group), e.Into, e.Undone),
            LevelRetired e => taxonomy.Retired(new Part(Part.OfLevels, e.Domain, e.Level), e.Into, e.Undone),
            RoleRetired e => taxonomy.Retired(new Part(Part.OfRoles, null, e.Role), e.Into, e.Undone),
            _ => taxonomy,
        };
    }

    private static Origin? Origin(DomainOriginStated e) =>
        new Origin(e.Language, e.Source, e.Licence, e.Attribution) is var origin && origin != new Origin()
            ? origin
            : null;

    /// <summary>True for each event that changes it.</summary>
    public static bool IsChangedBy(object @event) =>
        @event
            is DomainAdded
                or GroupAdded
                or RoleAdded
                or LevelsReplaced
                or DomainOriginStated
                or DomainRenamed
                or GroupRenamed
                or LevelRenamed
                or RoleRenamed
                or LevelDescribed
                or RoleDescribed
                or TaxonomyIdsReplaced
                or LevelsReordered
                or GroupsReordered
                or DomainRetired
                or GroupRetired
                or LevelRetired
                or RoleRetired;

    private Taxonomy Renamed(Part part, string was, string name) =>
        With(part, now => now with { Name = name }) with
        {
            Former = Former.Add(new FormerName(part, was)),
        };

    private Taxonomy Described(Part part, string description) =>
        With(part, now => now with { Description = description.Length > 0 ? description : null });

    private Taxonomy Reordered(Reordering change) => With(Places.With(change));

    private Taxonomy Retired(Part part, Named? into, bool undone)
    {
        if (Places.At(part) is not { } gone)
            return this;
        var then = With(Places.Without(part)) with { Retirements = Retirements + 1 };
        if (undone)
            then = then with { Undone = [.. Undone, part, .. LevelsOf(part)] };
        // A document that calls it by any of its names means what takes its place.
        if (into is not null)
            then = then with
            {
                Successors = Successors.Add(new Successor(part, into.Slug)),
                Former =
                [
                    .. Former,
                    .. Former
                        .Where(former => former.Part == part)
                        .Append(new FormerName(part, gone.Name))
                        .Select(former => former with { Part = part with { Slug = into.Slug } }),
                ],
            };
        if (part.Kind == Part.OfRoles)
            return then with { RetiredRoles = RetiredRoles.Add(gone) };
        var live = Domain(part.Within!)!;
        var before = RetiredDomains.FirstOrDefault(d => d.Slug == live.Slug) ?? live with { Levels = [], Groups = [] };
        var after = part.Kind switch
        {
            Part.OfGroups => before with { Groups = [.. before.Groups, gone] },
            Part.OfLevels => before with { Levels = [.. before.Levels, gone] },
            _ => live with { Levels = [.. live.Levels, .. before.Levels], Groups = [.. live.Groups, .. before.Groups] },
        };
        return then with { RetiredDomains = [.. RetiredDomains.Where(d => d.Slug != live.Slug), after] };
    }

    // They go and come with their domain.
    private IEnumerable<Part> LevelsOf(Part part) =>
        part.Kind == Part.OfDomains
            ? Domain(part.Slug)!.Levels.Select(level => new Part(Part.OfLevels, part.Slug, level.Slug))
            : [];

    // What is there again is not gone. Of a domain that is, what else was retired in it stays so.
    private Taxonomy Back()
    {
        var back = Undone.Where(part => Places.At(part) is not null).ToArray();
        return back.Aggregate(
            this,
            (then, part) =>
                part.Kind == Part.OfDomains
                    ? then with
                    {
                        Undone = then.Undone.Remove(part),
                    }
                    : then with
                    {
                        Undone = then.Undone.Remove(part),
                        RetiredRoles = [.. then.RetiredPlaces.Without(part).Roles],
                        RetiredDomains = [.. then.RetiredPlaces.Without(part).Domains],
                    }
        );
    }

    private static string[] SlugsOf(Named[] all) => [.. all.Select(named => named.Slug)];

    private Taxonomy With(Part part, Func<Named, Named> change)
    {
        if (part.Kind != Part.OfRoles)
            return With(Places.At(part) is { } now ? Places.With(part, change(now)) : Places);
        // There may be thousands, of each of which something is said.
        for (var i = 0; i < Roles.Length; i++)
            if (Roles[i].Slug == part.Slug)
                return this with { Roles = Roles.SetItem(i, change(Roles[i])) };
        return this;
    }

    private Taxonomy With(Places then) => this with { Domains = [.. then.Domains], Roles = [.. then.Roles] };

    private Taxonomy With(string domain, Func<DomainTaxonomy, DomainTaxonomy> change) =>
        this with
        {
            Domains = [.. Domains.Select(d => d.Slug == domain ? change(d) : d)],
        };
}

/// <summary>Kept as a document too: pages read it, and it is small.</summary>
public sealed class TaxonomyFold : SingleStreamProjection<Taxonomy, Guid>
{
    public TaxonomyFold()
    {
        Name = "taxonomy";
        IncludeType<DomainAdded>();
        IncludeType<GroupAdded>();
        IncludeType<RoleAdded>();
        IncludeType<LevelsReplaced>();
        IncludeType<DomainOriginStated>();
        IncludeType<DomainRenamed>();
        IncludeType<GroupRenamed>();
        IncludeType<LevelRenamed>();
        IncludeType<RoleRenamed>();
        IncludeType<LevelDescribed>();
        IncludeType<RoleDescribed>();
        IncludeType<TaxonomyIdsReplaced>();
        IncludeType<LevelsReordered>();
        IncludeType<GroupsReordered>();
        IncludeType<DomainRetired>();
        IncludeType<GroupRetired>();
        IncludeType<LevelRetired>();
        IncludeType<RoleRetired>();
    }

    // Events of other streams come by here too, and are no taxonomy.
    public override Taxonomy? Evolve(Taxonomy? snapshot, Guid id, IEvent e) =>
        id == Taxonomy.StreamId ? Taxonomy.Fold(snapshot, e.Data) with { Id = id } : null;
}
