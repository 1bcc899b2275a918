using System.Collections.Frozen;
using System.Text.Json;
using Npgsql;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Catalog;

/// <summary>
/// The taxonomy as it is now. Thousands of roles are read once: what is kept is used as long as the database says that it
/// is still the version kept.
/// </summary>
public sealed class TaxonomyNow(NpgsqlDataSource source)
{
    private volatile KnownTaxonomy _known = new("", Taxonomy.Empty);

    public async Task<KnownTaxonomy> Read(CancellationToken ct)
    {
        var known = _known;
        await using var command = source.CreateCommand(
            """
            select mt_version::text, case when mt_version::text <> $2 then data::text end from mt_doc_taxonomy where id = $1
            """
        );
        command.Parameters.Add(new() { Value = Taxonomy.StreamId });
        command.Parameters.Add(new() { Value = known.Version });
        await using var row = await command.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct))
            return new KnownTaxonomy("", Taxonomy.Empty);
        return row.IsDBNull(1)
            ? known
            : _known = new KnownTaxonomy(
                row.GetString(0),
                JsonSerializer.Deserialize<Taxonomy>(row.GetString(1), Commands.Json)!
            );
    }
}

/// <summary>A taxonomy with its names at hand.</summary>
/// <param name="version">As the database counts.</param>
/// <param name="taxonomy">As it is.</param>
/// <param name="all">With what is no more: that keeps its name, the past still speaks of it.</param>
public sealed class KnownTaxonomy(string version, Taxonomy taxonomy, Taxonomy all)
{
    public KnownTaxonomy(string version, Taxonomy taxonomy)
        : this(version, taxonomy, taxonomy.WithRetired()) { }

    private readonly FrozenDictionary<string, DomainTaxonomy> _domains = taxonomy.Domains.ToFrozenDictionary(
        d => d.Slug,
        StringComparer.Ordinal
    );
    private readonly FrozenDictionary<string, (int At, Named Role)> _roles = all
        .Roles.Index()
        .ToFrozenDictionary(r => r.Item.Slug, StringComparer.Ordinal);
    private readonly FrozenDictionary<(string, string), Named> _groups = all
        .Domains.SelectMany(d => d.Groups.Select(g => (Key: (d.Slug, g.Slug), Group: g.Bare())))
        .ToFrozenDictionary(p => p.Key, p => p.Group);

    public string Version => version;
    public Taxonomy Whole => taxonomy;

    public DomainTaxonomy? Domain(string slug) => _domains.GetValueOrDefault(slug);

    /// <summary>A slug that nothing has is its own name.</summary>
    public Named DomainNamed(string slug) => new(slug, (Domain(slug) ?? all.Domain(slug))?.Name ?? slug);

    public Named Role(string slug) => _roles.GetValueOrDefault(slug).Role ?? new Named(slug, slug);

    /// <summary>Those of the roles that are named, in their order, without what is said of them.</summary>
    public Named[] RolesOf(IEnumerable<string> slugs) =>
        [
            .. slugs
                .Distinct(StringComparer.Ordinal)
                .Where(HasRole)
                .Select(slug => _roles[slug])
                .OrderBy(role => role.At)
                .Select(role => role.Role.Bare()),
        ];

    public bool HasRole(string slug) =>
        _roles.ContainsKey(slug) && taxonomy.RetiredRoles.All(role => role.Slug != slug);

    public Named Group(string domain, string slug) =>
        _groups.GetValueOrDefault((domain, slug)) ?? new Named(slug, slug);

    public Named Level(string domain, string slug) =>
        all.Domain(domain)?.Levels.FirstOrDefault(l => l.Slug == slug)?.Bare() ?? new Named(slug, slug);
}
