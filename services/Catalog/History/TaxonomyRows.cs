using System.Text.Json;
using JasperFx.Events;
using Marten;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace SkillPlatform.Catalog;

/// <summary>
/// What proposals changed in the taxonomy, one row an event, beside the version rows of skills: both are read as one list.
/// What imports added to it is told with the skills that it was added for.
/// </summary>
public static class TaxonomyRows
{
    public const string Name = "public.taxonomy_changes";

    /// <summary>As the rows of skills are read, and what each is about.</summary>
    public const string OfTaxonomy = """
        select l.skill, t.version, t.at, t.author, t.reviewer, t.proposal, t.import, t.reason, t.kind,
          case t.part when 'role' then t.slug end as role, case t.part when 'level' then t.slug end as level,
          t.before, t.after, null::boolean, null::boolean, t.part, t.domain, t.slug
        from taxonomy_changes t
        """;

    private const string Keep = """
        insert into taxonomy_changes (version, at, kind, part, domain, slug, before, after, author, reviewer, proposal, import, reason)
        select * from jsonb_to_recordset(?::jsonb) as e(version bigint, at timestamptz, kind text, part text, domain text, slug text,
          before text, after text, author text, reviewer text, proposal uuid, import uuid, reason text)
        """;

    public static void Apply(IDocumentOperations operations, IReadOnlyList<IEvent> events)
    {
        object[] rows = [.. events.Select(Row).OfType<object>()];
        if (rows.Length > 0)
            operations.QueueSqlCommand(Keep, JsonSerializer.Serialize(rows));
    }

    /// <summary>The newest that a filter lets through, as the newest of skills are told.</summary>
    public static string Newest(ChangeFilter filter, bool isNextPage)
    {
        var where = string.Concat(
            "true",
            filter.Since is null ? "" : " and at > @since",
            filter.Role is null ? "" : " and part = 'role' and slug = @role",
            filter.Level is null ? "" : " and part = 'level' and slug = @level",
            filter.Domain is null ? "" : " and (domain = @domain or part = 'domain' and slug = @domain)",
            filter.OfImports("at"),
            isNextPage ? $" and (at, '{Part.Taxonomy}'::uuid, version) < (@at, @skill, @version)" : ""
        );
        return $"(select '{Part.Taxonomy}'::uuid, version, at from taxonomy_changes where {where} order by at desc, version desc limit @most)";
    }

    /// <summary>What an event changed: the kind of change, of what, and what was said before and after; null where it added something.</summary>
    public static (string Kind, Part Part, string? Before, string? After)? Told(object @event) =>
        @event switch
        {
            DomainRenamed d => ("domainRenamed", new Part(Part.OfDomains, null, d.Domain), d.Was, d.Name),
            GroupRenamed d => ("groupRenamed", new Part(Part.OfGroups, d.Domain, d.Group), d.Was, d.Name),
            LevelRenamed d => ("levelRenamed", new Part(Part.OfLevels, d.Domain, d.Level), d.Was, d.Name),
            RoleRenamed d => ("roleRenamed", new Part(Part.OfRoles, null, d.Role), d.Was, d.Name),
            LevelDescribed d => (
                "levelDescribed",
                new Part(Part.OfLevels, d.Domain, d.Level),
                TextForm.Said(d.Was),
                TextForm.Said(d.Description)
            ),
            RoleDescribed d => (
                "roleDescribed",
                new Part(Part.OfRoles, null, d.Role),
                TextForm.Said(d.Was),
                TextForm.Said(d.Description)
            ),
            TaxonomyIdsReplaced d => (
                "externalIdsReplaced",
                new Part(d.Kind, d.Domain, d.Slug),
                SkillExternalId.Text(d.Was),
                SkillExternalId.Text(d.ExternalIds)
            ),
            LevelsReordered d => (
                "levelsReordered",
                new Part(Part.OfDomains, null, d.Domain),
                Text(d.Was),
                Text(d.Levels)
            ),
            GroupsReordered d => (
                "groupsReordered",
                new Part(Part.OfDomains, null, d.Domain),
                Text(d.Was),
                Text(d.Groups)
            ),
            DomainRetired d => ("domainRetired", new Part(Part.OfDomains, null, d.Domain), d.Name, null),
            GroupRetired d => ("groupRetired", new Part(Part.OfGroups, d.Domain, d.Group), d.Name, d.Into?.Name),
            LevelRetired d => ("levelRetired", new Part(Part.OfLevels, d.Domain, d.Level), d.Name, d.Into?.Name),
            RoleRetired d => ("roleRetired", new Part(Part.OfRoles, null, d.Role), d.Name, d.Into?.Name),
            _ => null,
        };

    private static string Text(Named[] all) => string.Join(", ", all.Select(named => named.Name));

    private static object? Row(IEvent e)
    {
        if (Told(e.Data) is not var (kind, part, before, after))
            return null;
        var by = Provenance.Of(e);
        return new
        {
            version = e.Version,
            at = Versions.Stored(e.Timestamp),
            kind,
            part = part.Kind,
            domain = part.Domain,
            slug = part.Slug,
            before,
            after,
            author = by.Author,
            reviewer = by.Reviewer,
            proposal = by.Proposal,
            import = by.Import,
            reason = by.Reason,
        };
    }

    public static Table Schema()
    {
        var table = new Table(Name);
        table.AddColumn("version", "bigint").AsPrimaryKey();
        table.AddColumn("at", "timestamp with time zone").NotNull();
        table.AddColumn("kind", "text").NotNull();
        table.AddColumn("part", "text").NotNull();
        table.AddColumn("domain", "text");
        table.AddColumn("slug", "text").NotNull();
        table.AddColumn("before", "text");
        table.AddColumn("after", "text");
        table.AddColumn("author", "text");
        table.AddColumn("reviewer", "text");
        table.AddColumn("proposal", "uuid");
        table.AddColumn("import", "uuid");
        table.AddColumn("reason", "text");
        table.Indexes.Add(new IndexDefinition("taxonomy_changes_newest") { Columns = ["at", "version"] });
        return table;
    }
}
