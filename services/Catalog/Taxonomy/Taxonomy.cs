using System.Collections.Immutable;
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

    [System.Text.Json.Serialization.JsonIgnore]
    public Places Places => new(Domains, Roles);

    public DomainTaxonomy? Domain(string slug) => Domains.FirstOrDefault(d => d.Slug == slug);

    public bool HasLevel(string domain, string level) => Domain(domain)?.Levels.Any(l => l.Slug == level) ?? false;

    public bool HasGroup(string domain, string group) => Domain(domain)?.Groups.Any(g => g.Slug == group) ?? false;

    public bool HasRole(string role) => Roles.Any(r => r.Slug == role);

    public static Taxonomy Fold(Taxonomy? state, object @event)
    {
        var taxonomy = state ?? Empty;
        return @event switch
        {
            DomainAdded e => taxonomy with { Domains = taxonomy.Domains.Add(new(e.Slug, e.Name, e.Levels, [])) },
            GroupAdded e => taxonomy.With(e.Domain, d => d with { Groups = [.. d.Groups, new Named(e.Slug, e.Name)] }),
            LevelsReplaced e => taxonomy.With(e.Domain, d => d with { Levels = e.Levels }),
            DomainOriginStated e => taxonomy.With(
                e.Domain,
                d => d with { Origin = new Origin(e.Language, e.Source, e.Licence, e.Attribution) }
            ),
            RoleAdded e => taxonomy with { Roles = taxonomy.Roles.Add(new Named(e.Slug, e.Name)) },
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
            _ => taxonomy,
        };
    }

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
                or TaxonomyIdsReplaced;

    private Taxonomy Renamed(Part part, string was, string name) =>
        With(part, now => now with { Name = name }) with
        {
            Former = Former.Add(new FormerName(part, was)),
        };

    private Taxonomy Described(Part part, string description) =>
        With(part, now => now with { Description = description.Length > 0 ? description : null });

    private Taxonomy With(Part part, Func<Named, Named> change)
    {
        if (part.Kind != Part.OfRoles)
            return Places.At(part) is { } now
                ? this with
                {
                    Domains = [.. Places.With(part, change(now)).Domains],
                }
                : this;
        // There may be thousands, of each of which something is said.
        for (var i = 0; i < Roles.Length; i++)
            if (Roles[i].Slug == part.Slug)
                return this with { Roles = Roles.SetItem(i, change(Roles[i])) };
        return this;
    }

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
    }

    // Events of other streams come by here too, and are no taxonomy.
    public override Taxonomy? Evolve(Taxonomy? snapshot, Guid id, IEvent e) =>
        id == Taxonomy.StreamId ? Taxonomy.Fold(snapshot, e.Data) with { Id = id } : null;
}
