using System.Text.Json;
using JasperFx.Events;
using Marten;
using Marten.Events.Daemon;
using Marten.Events.Projections;
using Npgsql;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace SkillPlatform.Catalog;

/// <summary>
/// What search and lists read: a row per skill with its words, the words of its texts apart, the words there are (for typing
/// errors), and how many skills stand in each group, role and level. Written with the events, so that what is found is right
/// at once; <see cref="SearchUpkeep"/> makes it anew where it is of an older form.
/// </summary>
public sealed class SearchIndex : IProjection
{
    /// <summary>Held while a skill's row is replaced: shared by who writes events, alone by who makes rows anew.</summary>
    public const long Lock = 0x536561726368; // "Search"

    public static void Register(StoreOptions options)
    {
        // Comes first: an index of words is of its kind.
        options.Storage.ExtendedSchemaObjects.Add(new Extension("pg_trgm"));
        foreach (var table in Tables())
            options.Storage.ExtendedSchemaObjects.Add(table);
        options.Projections.Add(
            new SearchIndex(),
            JasperFx.Events.Projections.ProjectionLifecycle.Inline,
            "search-index",
            async =>
            {
                async.DeleteDataInTableOnTeardown("public.skill_search");
                async.DeleteDataInTableOnTeardown("public.skill_texts");
                async.DeleteDataInTableOnTeardown("public.search_counts");
            }
        );
    }

    public async Task ApplyAsync(
        IDocumentOperations operations,
        IReadOnlyList<IEvent> events,
        CancellationToken cancellation
    )
    {
        var streams = events.Where(e => Skill.IsChangedBy(e.Data)).GroupBy(e => e.StreamId).ToArray();
        if (streams.Length == 0)
            return;
        Guid[] goOn = [.. streams.Where(s => s.First().Data is not SkillAdded).Select(s => s.Key)];
        var known = goOn.Length == 0 ? [] : await Known(operations, goOn, cancellation);
        var rows = new List<SearchRow>();
        foreach (var stream in streams)
        {
            var skill = known.TryGetValue(stream.Key, out var now) ? now.Skill : null;
            // In a rebuild the version rows are ahead already.
            foreach (var e in stream.Where(e => e.Version > (skill?.Version ?? 0)))
                skill = Skill.Fold(skill, e.Data) is { } next ? next with { Version = e.Version } : null;
            if (skill is not null)
                rows.Add(SearchRow.Of(stream.Key, skill, Versions.Stored(stream.Last().Timestamp)));
        }
        operations.QueueSqlCommand($"select pg_advisory_xact_lock_shared({Lock})");
        // What waits to be sorted in is read by every search: little of it.
        operations.QueueSqlCommand("select set_config('gin_pending_list_limit', '256', true)");
        operations.QueueSqlCommand(Write.Replace("@rows", "?", StringComparison.Ordinal), Json(rows));
        operations.QueueSqlCommand(Clear);
    }

    private static async Task<Dictionary<Guid, (Skill Skill, DateTimeOffset At)>> Known(
        IDocumentOperations operations,
        Guid[] skills,
        CancellationToken ct
    )
    {
        await using var connection = operations.Database.CreateConnection();
        await connection.OpenAsync(ct);
        return await connection.SkillsNow(skills, ct);
    }

    /// <summary>Makes the rows of some skills anew, or takes them out where the skills are retired.</summary>
    public static async Task Renew(NpgsqlDataSource source, Guid[] skills, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // A statement of its own: what is read after it has seen what was written before.
        await using (var alone = new NpgsqlCommand($"select pg_advisory_xact_lock({Lock})", connection))
            await alone.ExecuteNonQueryAsync(ct);
        var now = await connection.SkillsNow(skills, ct);
        await using var write = new NpgsqlCommand(Write, connection) { CommandTimeout = 120 };
        write.Parameters.AddWithValue("rows", Json(now.Select(s => SearchRow.Of(s.Key, s.Value.Skill, s.Value.At))));
        await write.ExecuteNonQueryAsync(ct);
        await using var clear = new NpgsqlCommand(Clear, connection);
        await clear.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private static string Json(IEnumerable<SearchRow> rows) => JsonSerializer.Serialize(rows, Commands.Json);

    private const string Clear = "delete from search_counts where skills = 0";

    // Counts change by the difference, in one order, so that two commits wait for each other but never both.
    private const string Write = """
        with now as materialized (
          select * from jsonb_to_recordset(@rows::jsonb) as r(skill uuid, form int, version bigint, retired boolean, slug text,
            name text, sort text, lines text[], keywords text[], domain text, "group" text, roles text[], levels text[],
            must int[], may int[], "updatedAt" timestamptz, named text[], words text[], typed text[], texts text)
        ), was as materialized (
          select s.* from skill_search s where s.skill in (select skill from now)
        ), gone as (
          delete from skill_search where skill in (select skill from now where retired)
        ), silent as (
          delete from skill_texts where skill in (select skill from now where retired)
        ), kept as (
          insert into skill_search (skill, form, version, slug, name, sort, lines, keywords, domain, "group", roles, levels, must, may,
            mandatory, optional, updated_at, named, words)
          select skill, form, version, slug, name, sort, lines, keywords, domain, "group", roles, levels, must, may,
            (select coalesce(sum(n), 0) from unnest(must) as n), (select coalesce(sum(n), 0) from unnest(may) as n),
            "updatedAt", array_to_tsvector(named), array_to_tsvector(words)
          from now where not retired
          on conflict (skill) do update set form = excluded.form, version = excluded.version, slug = excluded.slug,
            name = excluded.name, sort = excluded.sort, lines = excluded.lines, keywords = excluded.keywords,
            domain = excluded.domain, "group" = excluded."group", roles = excluded.roles, levels = excluded.levels,
            must = excluded.must, may = excluded.may, mandatory = excluded.mandatory, optional = excluded.optional,
            updated_at = excluded.updated_at, named = excluded.named, words = excluded.words
        ), said as (
          insert into skill_texts as t (skill, words)
          select skill, array_to_tsvector(coalesce(string_to_array(nullif(texts, ''), ' '), '{}')) from now where not retired
          on conflict (skill) do update set words = excluded.words where t.words is distinct from excluded.words
        ), known as (
          insert into search_words (word)
          select distinct word from now cross join unnest(typed) as word order by word on conflict do nothing
        ), differences as (
          select 'group' as kind, domain, "group" as slug, 1 as skills, 0 as must, 0 as may from now where not retired
          union all select 'group', domain, "group", -1, 0, 0 from was
          union all select 'level', domain, level, 1, 0, 0 from now cross join unnest(levels) as level
          union all select 'level', domain, level, -1, 0, 0 from was cross join unnest(levels) as level
          union all select 'role', '', r.role, 1, r.must, r.may from now cross join unnest(roles, must, may) as r(role, must, may)
          union all select 'role', '', r.role, -1, -r.must, -r.may from was cross join unnest(roles, must, may) as r(role, must, may)
        )
        insert into search_counts as c (kind, domain, slug, skills, must, may)
        select kind, domain, slug, sum(skills), sum(must), sum(may) from differences
        group by kind, domain, slug having sum(skills) <> 0 or sum(must) <> 0 or sum(may) <> 0
        order by kind, domain, slug
        on conflict (kind, domain, slug) do update set skills = c.skills + excluded.skills, must = c.must + excluded.must,
          may = c.may + excluded.may
        """;

    private static IEnumerable<Table> Tables()
    {
        var skills = new Table("public.skill_search");
        skills.AddColumn("skill", "uuid").AsPrimaryKey();
        skills.AddColumn("form", "integer").NotNull();
        skills.AddColumn("version", "bigint").NotNull();
        foreach (var text in (string[])["slug", "name", "sort", "domain", "group"])
            skills.AddColumn(text, "text").NotNull();
        foreach (var list in (string[])["lines", "keywords", "roles", "levels"])
            skills.AddColumn(list, "text[]").NotNull();
        skills.AddColumn("must", "integer[]").NotNull();
        skills.AddColumn("may", "integer[]").NotNull();
        skills.AddColumn("mandatory", "integer").NotNull();
        skills.AddColumn("optional", "integer").NotNull();
        skills.AddColumn("updated_at", "timestamp with time zone").NotNull();
        skills.AddColumn("named", "tsvector").NotNull();
        skills.AddColumn("words", "tsvector").NotNull();
        skills.Indexes.Add(new IndexDefinition("skill_search_words") { Columns = ["words"], Method = IndexMethod.gin });
        skills.Indexes.Add(new IndexDefinition("skill_search_sort") { Columns = ["sort", "slug"] });
        skills.Indexes.Add(new IndexDefinition("skill_search_slug") { Columns = ["slug"] });
        skills.Indexes.Add(
            new IndexDefinition("skill_search_place") { Columns = ["domain", "\"group\"", "sort", "slug"] }
        );
        yield return skills;

        var texts = new Table("public.skill_texts");
        texts.AddColumn("skill", "uuid").AsPrimaryKey();
        texts.AddColumn("words", "tsvector").NotNull();
        texts.Indexes.Add(new IndexDefinition("skill_texts_words") { Columns = ["words"], Method = IndexMethod.gin });
        yield return texts;

        var words = new Table("public.search_words");
        words.AddColumn("word", "text").AsPrimaryKey();
        words.Indexes.Add(
            new IndexDefinition("search_words_trigrams")
            {
                Columns = ["word"],
                Method = IndexMethod.gin,
                Mask = "? gin_trgm_ops",
            }
        );
        yield return words;

        var counts = new Table("public.search_counts");
        counts.AddColumn("kind", "text").AsPrimaryKey();
        counts.AddColumn("domain", "text").AsPrimaryKey();
        counts.AddColumn("slug", "text").AsPrimaryKey();
        foreach (var number in (string[])["skills", "must", "may"])
            counts.AddColumn(number, "bigint").NotNull();
        counts.Indexes.Add(new IndexDefinition("search_counts_none") { Columns = ["kind"], Predicate = "skills = 0" });
        yield return counts;
    }
}

/// <summary>Skills as they stand in the version rows, many in one read.</summary>
public static class CurrentSkills
{
    public static async Task<Dictionary<Guid, (Skill Skill, DateTimeOffset At)>> SkillsNow(
        this NpgsqlConnection connection,
        Guid[] skills,
        CancellationToken ct
    )
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(
                    """
                    select skill, from_version, from_at, slug, name, keywords, domain, "group", retired, description from skill_versions
                    where skill = any($1) and to_version is null
                    """
                )
                {
                    Parameters = { new() { Value = skills } },
                },
                new(
                    """
                    select skill, from_version, from_at, role, level, mandatory, description from requirement_versions
                    where skill = any($1) and to_version is null
                    """
                )
                {
                    Parameters = { new() { Value = skills } },
                },
            },
        };
        var now = new Dictionary<Guid, (Skill Skill, DateTimeOffset At)>();
        await using var row = await batch.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            now[row.GetGuid(0)] = (
                new Skill(
                    row.GetString(3),
                    row.GetString(4),
                    [.. row.GetFieldValue<string[]>(5)],
                    row.GetString(6),
                    row.GetString(7),
                    System.Collections.Immutable.ImmutableDictionary<Cell, Requirement>.Empty,
                    row.GetBoolean(8),
                    []
                )
                {
                    Id = row.GetGuid(0),
                    Version = row.GetInt64(1),
                    Description = row.IsDBNull(9) ? "" : row.GetString(9),
                },
                row.GetFieldValue<DateTimeOffset>(2)
            );
        await row.NextResultAsync(ct);
        while (await row.ReadAsync(ct))
        {
            if (!now.TryGetValue(row.GetGuid(0), out var found))
                continue;
            var (skill, at) = found;
            skill = skill with { Version = Math.Max(skill.Version, row.GetInt64(1)) };
            var changed = row.GetFieldValue<DateTimeOffset>(2);
            // A row without a text is that of a requirement that was dropped.
            if (!row.IsDBNull(6))
                skill = skill with
                {
                    Requirements = skill.Requirements.SetItem(
                        new Cell(row.GetString(3), row.GetString(4)),
                        new Requirement(row.GetString(3), row.GetString(4), row.GetBoolean(5), row.GetString(6))
                    ),
                };
            now[row.GetGuid(0)] = (skill, changed > at ? changed : at);
        }
        return now;
    }
}
