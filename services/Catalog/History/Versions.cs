using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using JasperFx.Events;
using Marten;
using Marten.Events.Daemon;
using Marten.Events.Projections;
using SkillPlatform.Contracts;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace SkillPlatform.Catalog;

/// <summary>
/// One row per version of a requirement, and one per version of what else a skill has: valid from the version (and time) that
/// made it to the one that ended it. Each event writes exactly one row, a drop too, so that the rows are the history as well.
/// Profile, history, as-of, diff and changes are range queries over them. Written with the events, two statements a commit.
/// </summary>
public sealed class Versions : IProjection
{
    /// <summary>Skills whose pages changed are named here, so that every replica lets go of what it keeps of them.</summary>
    public const string Channel = "catalog_changed";

    // What is null need not be said: most of a row is.
    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Register(StoreOptions options)
    {
        options.Storage.ExtendedSchemaObjects.Add(Requirements());
        options.Storage.ExtendedSchemaObjects.Add(Skills());
        options.Storage.ExtendedSchemaObjects.Add(Acts.Schema());
        options.Storage.ExtendedSchemaObjects.Add(Acts.Reviews());
        options.Storage.ExtendedSchemaObjects.Add(TaxonomyRows.Schema());
        options.Projections.Add(
            new Versions(),
            JasperFx.Events.Projections.ProjectionLifecycle.Inline,
            "versions",
            async =>
            {
                async.DeleteDataInTableOnTeardown("public.requirement_versions");
                async.DeleteDataInTableOnTeardown("public.skill_versions");
                async.DeleteDataInTableOnTeardown(TaxonomyRows.Name);
                foreach (var table in Acts.Tables)
                    async.DeleteDataInTableOnTeardown(table);
            }
        );
    }

    public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        // A skill that begins here has no rows yet that could end.
        var begun = events.Where(e => e.Data is SkillAdded).Select(e => e.StreamId).ToHashSet();
        Write(operations, events, begun, RequirementRow, EndRequirements, BeginRequirements);
        Write(operations, events, begun, SkillRow, EndSkills, BeginSkills);
        Acts.Apply(operations, events);
        TaxonomyRows.Apply(operations, events);
        Tell(operations, events);
        return Task.CompletedTask;
    }

    private static void Write(
        IDocumentOperations operations,
        IReadOnlyList<IEvent> events,
        HashSet<Guid> begun,
        Func<IEvent, object?> row,
        string end,
        string begin
    )
    {
        var rows = events.Select(e => (e.StreamId, Row: row(e))).Where(r => r.Row is not null).ToArray();
        var goOn = rows.Where(r => !begun.Contains(r.StreamId)).Select(r => r.Row).ToArray();
        if (goOn.Length > 0)
            operations.QueueSqlCommand(end, JsonSerializer.Serialize(goOn, Json));
        if (rows.Length > 0)
            operations.QueueSqlCommand(begin, JsonSerializer.Serialize(rows.Select(r => r.Row), Json));
    }

    private static void Tell(IDocumentOperations operations, IReadOnlyList<IEvent> events)
    {
        var changed = events
            .Where(e => e.Data is not ChangesApplied and not ChangesRefused)
            .Select(e => e.StreamId)
            .Distinct()
            .Take(21)
            .ToArray();
        if (changed.Length > 20 || changed.Contains(Taxonomy.StreamId))
            TellAll(operations);
        else
            foreach (var skill in changed)
                operations.QueueSqlCommand($"notify {Channel}, '{skill}'");
    }

    /// <summary>Says, once the session commits, that any page may have changed.</summary>
    public static void TellAll(IDocumentOperations operations) => operations.QueueSqlCommand($"notify {Channel}, '*'");

    private static object? RequirementRow(IEvent e) =>
        e.Data switch
        {
            RequirementStated d => Row(e, "requirementStated", d.Role, d.Level, d.Mandatory, d.Description),
            RequirementReworded d => Row(e, "requirementReworded", d.Role, d.Level, null, d.Description),
            RequirementMadeMandatory d => Row(e, "requirementMadeMandatory", d.Role, d.Level, true, null),
            RequirementMadeOptional d => Row(e, "requirementMadeOptional", d.Role, d.Level, false, null),
            RequirementDropped d => Row(e, "requirementDropped", d.Role, d.Level, null, null),
            _ => null,
        };

    private static object Row(IEvent e, string kind, string role, string level, bool? mandatory, string? description)
    {
        var by = Provenance.Of(e);
        return new
        {
            skill = e.StreamId,
            version = e.Version,
            at = Stored(e.Timestamp),
            kind,
            role,
            level,
            mandatory,
            description,
            author = by.Author,
            reviewer = by.Reviewer,
            proposal = by.Proposal,
            import = by.Import,
            reason = by.Reason,
        };
    }

    private static object? SkillRow(IEvent e) =>
        e.Data switch
        {
            SkillAdded d => Row(e, "skillAdded", d.Slug, d.Name, d.Keywords, d.Domain, d.Group, false),
            SkillRenamed d => Row(e, "skillRenamed", d.Slug, d.Name),
            KeywordsReplaced d => Row(e, "keywordsReplaced", keywords: d.Keywords),
            SkillDescribed d => Row(e, "skillDescribed", description: d.Description),
            ExternalIdsReplaced d => Row(e, "externalIdsReplaced", externalIds: d.ExternalIds),
            SkillMoved d => Row(e, "skillMoved", domain: d.Domain, group: d.Group),
            SkillRetired => Row(e, "skillRetired", retired: true),
            SkillMerged d => Row(e, "skillMerged", retired: true, other: new Named(d.Into.ToString(), d.Name)),
            SkillAbsorbed d => Row(e, "skillAbsorbed", other: new Named(d.Skill.ToString(), d.Name)),
            _ => null,
        };

    private static object Row(
        IEvent e,
        string kind,
        string? slug = null,
        string? name = null,
        string[]? keywords = null,
        string? domain = null,
        string? group = null,
        bool? retired = null,
        string? description = null,
        ExternalId[]? externalIds = null,
        Named? other = null
    )
    {
        var by = Provenance.Of(e);
        return new
        {
            skill = e.StreamId,
            version = e.Version,
            at = Stored(e.Timestamp),
            kind,
            slug,
            name,
            keywords,
            domain,
            @group,
            retired,
            description,
            external_ids = externalIds is null
                ? (JsonElement?)null
                : JsonSerializer.SerializeToElement(externalIds, JsonSerializerOptions.Web),
            other = other?.Slug,
            other_name = other?.Name,
            author = by.Author,
            reviewer = by.Reviewer,
            proposal = by.Proposal,
            import = by.Import,
            reason = by.Reason,
        };
    }

    /// <summary>As the event's own row holds it, so that a rebuild gives the same: in whole microseconds, the rest cut off.</summary>
    public static DateTimeOffset Stored(DateTimeOffset time) =>
        time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    // The row that was current ends where the first of the new ones begins…
    private const string EndRequirements = """
        update requirement_versions r set to_version = e.version, to_at = e.at
        from (select distinct on (skill, role, level) * from jsonb_to_recordset(?::jsonb)
                as e(skill uuid, role text, level text, version bigint, at timestamptz) order by skill, role, level, version) e
        where r.skill = e.skill and r.role = e.role and r.level = e.level and r.to_version is null and r.from_version < e.version
        """;

    // …and each new one takes over from the one before it, which its version ended, what its event does not say. Lateral, and
    // by skill alone: a plan that was made while the table was nearly empty must not read all of it.
    private const string BeginRequirements = """
        with e as (
          select * from jsonb_to_recordset(?::jsonb) as e(skill uuid, role text, level text, version bigint, at timestamptz, kind text,
            mandatory boolean, description text, author text, reviewer text, proposal uuid, import uuid, reason text)
        ), before as (
          select f.skill, f.role, f.level, r.from_version as version, r.mandatory, r.description
          from (select skill, role, level, min(version) as version from e group by skill, role, level) f
          cross join lateral (
            select * from requirement_versions r where r.skill = f.skill and r.to_version = f.version limit 1) r
        ), known as (
          select skill, role, level, version, at, kind, mandatory, description, author, reviewer, proposal, import, reason from e
          union all
          select skill, role, level, version, null, null, mandatory, description, null, null, null, null, null from before
        ), counted as (
          select *, count(mandatory) over w as m, count(description) over w as d,
            lead(version) over w as to_version, lead(at) over w as to_at
          from known window w as (partition by skill, role, level order by version)
        ), filled as (
          select *, first_value(mandatory) over (partition by skill, role, level, m order by version) as mandatory_now,
            first_value(description) over (partition by skill, role, level, d order by version) as description_now
          from counted
        )
        insert into requirement_versions (skill, role, level, from_version, to_version, from_at, to_at, kind, mandatory, description,
          author, reviewer, proposal, import, reason)
        select skill, role, level, version, to_version, at, to_at, kind,
          case when kind <> 'requirementDropped' then mandatory_now end,
          case when kind <> 'requirementDropped' then description_now end,
          author, reviewer, proposal, import, reason
        from filled where kind is not null
        """;

    private const string EndSkills = """
        update skill_versions r set to_version = e.version, to_at = e.at
        from (select distinct on (skill) * from jsonb_to_recordset(?::jsonb)
                as e(skill uuid, version bigint, at timestamptz) order by skill, version) e
        where r.skill = e.skill and r.to_version is null and r.from_version < e.version
        """;

    private const string BeginSkills = """
        with e as (
          select * from jsonb_to_recordset(?::jsonb) as e(skill uuid, version bigint, at timestamptz, kind text, slug text, name text,
            keywords text[], domain text, "group" text, retired boolean, description text, external_ids jsonb, other uuid, other_name text, author text, reviewer text, proposal uuid, import uuid, reason text)
        ), before as (
          select r.* from (select skill, min(version) as version from e group by skill) f
          cross join lateral (select * from skill_versions r where r.skill = f.skill and r.to_version = f.version limit 1) r
        ), known as (
          select skill, version, at, kind, slug, name, keywords, domain, "group", retired, description, external_ids, other, other_name, author, reviewer, proposal, import, reason from e
          union all
          select skill, from_version, null, null, slug, name, keywords, domain, "group", retired, description, external_ids, null, null, null, null, null, null, null from before
        ), counted as (
          select *, count(name) over w as n, count(keywords) over w as k, count(domain) over w as p, count(retired) over w as r,
            count(description) over w as d, count(external_ids) over w as x,
            lead(version) over w as to_version, lead(at) over w as to_at
          from known window w as (partition by skill order by version)
        ), filled as (
          select skill, version, to_version, at, to_at, kind, other, other_name, author, reviewer, proposal, import, reason,
            first_value(slug) over n as slug, first_value(name) over n as name,
            first_value(keywords) over (partition by skill, k order by version) as keywords,
            first_value(domain) over p as domain, first_value("group") over p as "group",
            first_value(retired) over (partition by skill, r order by version) as retired,
            first_value(description) over (partition by skill, d order by version) as description,
            first_value(external_ids) over (partition by skill, x order by version) as external_ids
          from counted
          window n as (partition by skill, n order by version), p as (partition by skill, p order by version)
        )
        insert into skill_versions (skill, from_version, to_version, from_at, to_at, kind, slug, name, keywords, domain, "group", retired,
          description, external_ids, other, other_name, author, reviewer, proposal, import, reason)
        select skill, version, to_version, at, to_at, kind, slug, name, keywords, domain, "group", retired, description, external_ids,
          other, other_name, author, reviewer, proposal, import, reason
        from filled where kind is not null
        """;

    private static Table Requirements()
    {
        var table = Rows("requirement_versions");
        table.AddColumn("role", "text").NotNull();
        table.AddColumn("level", "text").NotNull();
        table.AddColumn("mandatory", "boolean");
        table.AddColumn("description", "text");
        table.Indexes.Add(
            new IndexDefinition("requirement_versions_cell") { Columns = ["skill", "role", "level", "to_version"] }
        );
        table.Indexes.Add(new IndexDefinition("requirement_versions_role") { Columns = ["role", "level", "from_at"] });
        // Of the text as it stands; the next version begins without.
        table.AddColumn("confirmed_at", "timestamp with time zone");
        table.AddColumn("confirmed_by", "text");
        table.Indexes.Add(
            new IndexDefinition("requirement_versions_said")
            {
                Columns = ["confirmed_at", "from_at", "skill", "reviewer"],
                Predicate = "to_version is null and description is not null",
            }
        );
        return table;
    }

    private static Table Skills()
    {
        var table = Rows("skill_versions");
        table.AddColumn("slug", "text").NotNull();
        table.AddColumn("name", "text").NotNull();
        table.AddColumn("keywords", "text[]").NotNull();
        table.AddColumn("domain", "text").NotNull();
        table.AddColumn("group", "text").NotNull();
        table.AddColumn("retired", "boolean").NotNull();
        // Null until something is said.
        table.AddColumn("description", "text");
        table.AddColumn("external_ids", "jsonb");
        // The other one of two skills that were merged, as it was called then; of that version alone.
        table.AddColumn("other", "uuid");
        table.AddColumn("other_name", "text");
        // A skill is told by its place and name; of two that take the same one at once, one loses and decides again.
        table.Indexes.Add(
            new IndexDefinition("skill_versions_name")
            {
                Columns = ["domain", "\"group\"", "name"],
                IsUnique = true,
                Predicate = "to_version is null and not retired",
            }
        );
        table.Indexes.Add(
            new IndexDefinition("skill_versions_slug") { Columns = ["slug"], Predicate = "to_version is null" }
        );
        return table;
    }

    private static Table Rows(string name)
    {
        var table = new Table($"public.{name}");
        table.AddColumn("skill", "uuid").AsPrimaryKey();
        table.AddColumn("from_version", "bigint").AsPrimaryKey();
        table.AddColumn("to_version", "bigint");
        table.AddColumn("from_at", "timestamp with time zone").NotNull();
        table.AddColumn("to_at", "timestamp with time zone");
        table.AddColumn("kind", "text").NotNull();
        table.AddColumn("author", "text");
        table.AddColumn("reviewer", "text");
        table.AddColumn("proposal", "uuid");
        table.AddColumn("import", "uuid");
        table.AddColumn("reason", "text");
        table.Indexes.Add(new IndexDefinition($"{name}_newest") { Columns = ["from_at", "skill", "from_version"] });
        // An import is one line of a list, and half a million rows to pass.
        table.Indexes.Add(
            new IndexDefinition($"{name}_newest_by_hand")
            {
                Columns = ["from_at", "skill", "from_version"],
                Predicate = "import is null",
            }
        );
        return table;
    }
}
