using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Marten;
using Microsoft.AspNetCore.Http.Features;
using Npgsql;
using NpgsqlTypes;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>
/// An export holds a connection and a snapshot for as long as its reader takes: however many read slowly, or not at all, the
/// rest of the catalogue goes on.
/// </summary>
public sealed class ExportsAtOnce : IDisposable
{
    public const int Most = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _free = new(Most);

    public static Refusal TooMany { get; } =
        new(
            RefusalKind.TooMany,
            "too-many-requests",
            "The catalogue is being read whole too often at once. Wait, then try again."
        )
        {
            RetryAfter = TimeSpan.FromSeconds(10),
        };

    /// <summary>False where there are too many at the moment.</summary>
    public Task<bool> Begin(CancellationToken ct) => _free.WaitAsync(Patience, ct);

    public void End() => _free.Release();

    public void Dispose() => _free.Dispose();
}

/// <summary>
/// The whole catalogue as a document, streamed from one snapshot, always in the same order; importing it changes nothing.
/// Retired skills are left out.
/// </summary>
public static class Export
{
    // Skills are put in order while they are short; then each brings its requirements, by their index. All in one sort would not
    // fit into memory.
    private const string Skills = """
        select s.domain, s."group", s.skill, s.name, s.keywords, s.description, s.external_ids, r.roles, r.levels, r.mandatory, r.texts
        from (
          select s.domain, s."group", s.skill, s.name, s.keywords, s.description, nullif(s.external_ids, '[]') as external_ids
          from skill_versions s
          join unnest($1) with ordinality as d(slug, at) on d.slug = s.domain
          left join unnest($2) with ordinality as g(slug, at) on g.slug = s.domain || '/' || s."group"
          where not s.retired
            and ($3::timestamptz is null and s.to_version is null or s.from_at <= $3 and (s.to_at is null or s.to_at > $3))
            and ($4::text is null or s.skill in (select r.skill from requirement_versions r where r.role = $4))
          order by d.at, g.at, s.name collate "C", s.skill
        ) s
        cross join lateral (
          select array_agg(r.role) as roles, array_agg(r.level) as levels, array_agg(r.mandatory) as mandatory,
            array_agg(r.description) as texts
          from requirement_versions r
          where r.skill = s.skill and r.description is not null
            and ($3::timestamptz is null and r.to_version is null or r.from_at <= $3 and (r.to_at is null or r.to_at > $3))
            and ($4::text is null or r.role = $4)
        ) r
        where $4::text is null or r.roles is not null
        """;

    /// <summary>What of the catalogue is asked for: as of a time, of a domain, for a role.</summary>
    private sealed record Part(DateTimeOffset? AsOf, string? Domain, string? Role);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/export", Get)
            .AllowAnonymous()
            .Produces<CatalogDocument>(200, "application/json", "text/csv", Workbook.MediaType)
            .WithSummary("The catalogue as a document that can be imported: json, csv, xlsx or, by role, xlsx-matrix.");

    private static async Task<IResult> Get(
        HttpContext http,
        NpgsqlDataSource source,
        IQuerySession session,
        ExportsAtOnce exports,
        string format = "json",
        string? asOf = null,
        string? domain = null,
        string? role = null,
        string? edition = null,
        bool? revisions = null
    )
    {
        if (format is not ("json" or "csv" or "xlsx" or "xlsx-matrix"))
            return Refusal.Field("/format", "There are json, csv, xlsx and xlsx-matrix.").AsProblem();
        DateTimeOffset? at = null;
        if (asOf is not null)
            at = PointInTime.TryTime(asOf, out var time)
                ? time.ToUniversalTime()
                : throw new BadHttpRequestException("asOf must be a time as RFC 3339 writes it: 2026-03-31T12:00:00Z.");
        var ct = http.RequestAborted;
        if (edition is not null)
        {
            if (asOf is not null)
                return Refusal.Field("/edition", "Ask for an edition or for a time, not for both.").AsProblem();
            if (await Edition.Find(session, edition, ct) is not { } named)
                return Refusal.NoSuch("edition").AsProblem();
            at = named.AsOf.ToUniversalTime();
        }
        if (!await exports.Begin(ct))
            return ExportsAtOnce.TooMany.AsProblem(http);
        try
        {
            return await Write(http, source, format, new Part(at, domain, role), revisions);
        }
        finally
        {
            exports.End();
        }
    }

    private static async Task<IResult> Write(
        HttpContext http,
        NpgsqlDataSource source,
        string format,
        Part part,
        bool? revisions
    )
    {
        var (ct, (at, domain, role)) = (http.RequestAborted, part);
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var snapshot = await connection.BeginTransactionAsync(
            System.Data.IsolationLevel.RepeatableRead,
            ct
        );
        var asked = SHA256.HashData(
            Encoding.UTF8.GetBytes($"{await Tag(connection, ct)} {format} {at:O} {domain} {role} {revisions}")
        );
        if (Reading.NotModified(http, Convert.ToHexStringLower(asked)[..24]))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        var taxonomy = await Taxonomy(connection, ct);
        if (at is { } past)
            taxonomy = await taxonomy.With(past, connection, ct);
        if (domain is not null && taxonomy.Domain(domain) is null)
            return Refusal.NoSuch("domain").AsProblem();
        if (role is not null && !taxonomy.HasRole(role))
            return Refusal.NoSuch("role").AsProblem();
        taxonomy = taxonomy with
        {
            Domains = [.. taxonomy.Domains.Where(d => domain is null || d.Slug == domain)],
            Roles = [.. taxonomy.Roles.Where(r => role is null || r.Slug == role)],
        };
        var (type, ending) = format switch
        {
            "json" => ("application/json; charset=utf-8", "json"),
            "csv" => ("text/csv; charset=utf-8", "csv"),
            _ => (Workbook.MediaType, "xlsx"),
        };
        http.Response.ContentType = type;
        // The parts of a workbook are closed without waiting.
        if (ending == "xlsx" && http.Features.Get<IHttpBodyControlFeature>() is { } body)
            body.AllowSynchronousIO = true;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"catalogue.{ending}\"";
        // People edit workbooks. What programs compare says the same wherever the same catalogue is.
        var isMarked = revisions ?? ending == "xlsx";
        var hasIds = format is "csv" or "xlsx" && (AnyIds(taxonomy) || await AnyIds(connection, at, ct));
        await using var writer = format switch
        {
            "json" => new JsonDocument(http.Response),
            "csv" => new TableDocument(new CsvRows(http.Response.Body), isMarked, hasIds),
            "xlsx" => new TableDocument(new WorkbookRows(http.Response.Body), isMarked, hasIds),
            _ => (IDocumentWriter)new MatrixDocument(http.Response.Body, isMarked),
        };
        var (origin, licence) = await Origin(connection, ct);
        var versions = isMarked ? await Versions(connection, at, ct) : null;
        await writer.Begin(
            origin,
            licence,
            taxonomy,
            covers: role is null ? null : [.. taxonomy.Roles.Select(r => r.Name)]
        );
        var roles = InOrder(taxonomy.Roles);
        await using var command = Command(connection, taxonomy, part);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var more = await rows.ReadAsync(ct);
        foreach (var place in taxonomy.Domains)
        {
            await writer.Begin(place);
            var levels = InOrder(place.Levels);
            foreach (var group in place.Groups)
            {
                var skills = 0;
                writer.Begin(group);
                for (; more && rows.GetString(0) == place.Slug && rows.GetString(1) == group.Slug; skills++)
                {
                    await writer.Write(place, group, Skill(rows, levels, roles, versions));
                    more = await rows.ReadAsync(ct);
                }
                await writer.End(place, group, skills);
            }
            writer.EndDomain();
        }
        await writer.Finish();
        return TypedResults.Empty;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, Taxonomy taxonomy, Part part)
    {
        var command = new NpgsqlCommand(Skills, connection);
        Add(taxonomy.Domains.Select(d => d.Slug));
        Add(taxonomy.Domains.SelectMany(d => d.Groups.Select(g => $"{d.Slug}/{g.Slug}")));
        command.Parameters.Add(
            new() { Value = part.AsOf ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz }
        );
        command.Parameters.Add(new() { Value = part.Role ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        return command;

        void Add(IEnumerable<string> slugs) => command.Parameters.Add(new() { Value = slugs.ToArray() });
    }

    // Their order is that of levels and roles.
    private static CatalogDocument.Skill Skill(
        NpgsqlDataReader row,
        Dictionary<string, (int At, string Name)> levels,
        Dictionary<string, (int At, string Name)> roles,
        Dictionary<Guid, long>? versions
    )
    {
        CatalogDocument.Requirement[] requirements = [];
        if (!row.IsDBNull(7))
        {
            var (of, at) = (row.GetFieldValue<string[]>(7), row.GetFieldValue<string[]>(8));
            var (mandatory, texts) = (row.GetFieldValue<bool[]>(9), row.GetFieldValue<string[]>(10));
            requirements =
            [
                .. Enumerable
                    .Range(0, of.Length)
                    .OrderBy(i => levels[at[i]].At)
                    .ThenBy(i => roles[of[i]].At)
                    .Select(i => new CatalogDocument.Requirement(
                        roles[of[i]].Name,
                        levels[at[i]].Name,
                        mandatory[i],
                        texts[i]
                    )),
            ];
        }
        var id = row.GetGuid(2);
        return new CatalogDocument.Skill(
            row.GetString(3),
            row.GetFieldValue<string[]>(4),
            requirements,
            Description: row.IsDBNull(5) ? "" : row.GetString(5),
            ExternalIds: row.IsDBNull(6)
                ? null
                : JsonSerializer.Deserialize<ExternalId[]>(row.GetString(6), JsonSerializerOptions.Web),
            Revision: versions is null ? null : new Revision(id, versions[id]).ToString()
        );
    }

    private static Dictionary<string, (int At, string Name)> InOrder(IEnumerable<Named> all) =>
        all.Index().ToDictionary(n => n.Item.Slug, n => (n.Index, n.Item.Name), StringComparer.Ordinal);

    // A version that only dropped something left no row that is valid: versions are counted apart.
    private static async Task<Dictionary<Guid, long>> Versions(
        NpgsqlConnection connection,
        DateTimeOffset? at,
        CancellationToken ct
    )
    {
        await using var command = new NpgsqlCommand(
            at is null
                ? "select s.skill, m.version from skill_versions s join mt_streams m on m.id = s.skill where s.to_version is null"
                : """
                select skill, max(from_version) from (
                    select skill, from_version, from_at from skill_versions
                    union all select skill, from_version, from_at from requirement_versions
                ) as made where from_at <= $1 group by skill
                """,
            connection
        );
        if (at is { } time)
            command.Parameters.Add(new() { Value = time });
        var versions = new Dictionary<Guid, long>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            versions[reader.GetGuid(0)] = reader.GetInt64(1);
        return versions;
    }

    // Grows with every event, whatever order commits become visible in.
    private static async Task<long> Tag(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select coalesce(sum(version), 0)::bigint from mt_streams",
            connection
        );
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task<Taxonomy> Taxonomy(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select data from mt_doc_taxonomy where id = $1", connection);
        command.Parameters.Add(new() { Value = Catalog.Taxonomy.StreamId });
        return await command.ExecuteScalarAsync(ct) is string json
            ? JsonSerializer.Deserialize<Taxonomy>(json, Commands.Json)!
            : Catalog.Taxonomy.Empty;
    }

    private static bool AnyIds(Taxonomy taxonomy) =>
        taxonomy
            .Roles.Concat(taxonomy.Domains.SelectMany(d => d.Levels.Concat(d.Groups)))
            .Any(named => named.ExternalIds is not null)
        || taxonomy.Domains.Any(domain => domain.ExternalIds is not null);

    // A column that nobody needs is in everybody's way.
    private static async Task<bool> AnyIds(NpgsqlConnection connection, DateTimeOffset? at, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select exists (
                select from skill_versions where jsonb_array_length(external_ids) > 0 and not retired
                  and ($1::timestamptz is null and to_version is null or from_at <= $1 and (to_at is null or to_at > $1)))
            """,
            connection
        );
        command.Parameters.Add(new() { Value = at ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    // What was imported says where it is from; a line each, as many as a document may hold.
    private static async Task<(string? Source, string? Licence)> Origin(
        NpgsqlConnection connection,
        CancellationToken ct
    )
    {
        await using var command = new NpgsqlCommand(
            """
            select data ->> 'source', data ->> 'licence' from mt_doc_import
            where data ->> 'state' = 'done' and not (data ->> 'dryRun')::boolean
              and (data ->> 'added')::int + (data ->> 'changed')::int > 0
              and not coalesce((data ->> 'takenBack')::boolean, false)
            order by data ->> 'finishedAt', id
            """,
            connection
        );
        var (sources, licences) = (new List<string>(), new List<string>());
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            sources.AddRange(reader.IsDBNull(0) ? [] : reader.GetString(0).Split('\n'));
            licences.AddRange(reader.IsDBNull(1) ? [] : reader.GetString(1).Split('\n'));
        }
        return (Joined(sources), Joined(licences));
    }

    private static string? Joined(List<string> lines)
    {
        var length = -1;
        var kept = lines
            .Distinct(StringComparer.Ordinal)
            .TakeWhile(line => (length += line.Length + 1) <= CatalogDocument.LongestNote)
            .ToArray();
        return kept.Length == 0 ? null : string.Join('\n', kept);
    }

    private interface IDocumentWriter : IAsyncDisposable
    {
        Task Begin(string? source, string? licence, Taxonomy taxonomy, string[]? covers);
        Task Begin(DomainTaxonomy domain);
        void Begin(Named group);
        Task Write(DomainTaxonomy domain, Named group, CatalogDocument.Skill skill);
        Task End(DomainTaxonomy domain, Named group, int skills);
        void EndDomain();

        /// <summary>All is written. Where it is not called, half a document must not look like a whole one.</summary>
        Task Finish();
    }

    private sealed class JsonDocument(HttpResponse response) : IDocumentWriter
    {
        private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
        {
            Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        };
        private readonly Utf8JsonWriter _json = new(
            response.BodyWriter,
            new JsonWriterOptions { Indented = true, Encoder = Options.Encoder }
        );

        private long _sent;

        public Task Begin(string? source, string? licence, Taxonomy taxonomy, string[]? covers)
        {
            _json.WriteStartObject();
            _json.WriteString("source", source);
            _json.WriteString("licence", licence);
            _json.WriteString(
                "attribution",
                Joined([.. taxonomy.Domains.SelectMany(d => d.Origin?.Attribution?.Split('\n') ?? [])])
            );
            Write("roles", taxonomy.Roles.Select(Term));
            if (covers is not null)
                Write("covers", covers.Select(role => new CatalogDocument.Term(role)));
            _json.WriteStartArray("domains");
            return Task.CompletedTask;
        }

        public Task Begin(DomainTaxonomy domain)
        {
            _json.WriteStartObject();
            _json.WriteString("name", domain.Name);
            // Also what is not known: so that nobody takes it for what the document says of all.
            _json.WriteString("language", domain.Origin?.Language);
            _json.WriteString("source", domain.Origin?.Source);
            _json.WriteString("licence", domain.Origin?.Licence);
            _json.WriteString("attribution", domain.Origin?.Attribution);
            Write(domain.ExternalIds);
            Write("levels", domain.Levels.Select(Term));
            _json.WriteStartArray("groups");
            return Task.CompletedTask;
        }

        public void Begin(Named group)
        {
            _json.WriteStartObject();
            _json.WriteString("name", group.Name);
            Write(group.ExternalIds);
            _json.WriteStartArray("skills");
        }

        public async Task Write(DomainTaxonomy domain, Named group, CatalogDocument.Skill skill)
        {
            JsonSerializer.Serialize(_json, skill, Options);
            var written = _json.BytesPending + _json.BytesCommitted;
            if (written - _sent < 32 * 1024)
                return;
            _sent = written;
            await _json.FlushAsync(response.HttpContext.RequestAborted);
            await response.BodyWriter.FlushAsync(response.HttpContext.RequestAborted);
        }

        public Task End(DomainTaxonomy domain, Named group, int skills)
        {
            _json.WriteEndArray();
            _json.WriteEndObject();
            return Task.CompletedTask;
        }

        public void EndDomain()
        {
            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        private static CatalogDocument.Term Term(Named named) => new(named.Name, named.Description, named.ExternalIds);

        private void Write(string name, IEnumerable<CatalogDocument.Term> terms)
        {
            _json.WritePropertyName(name);
            JsonSerializer.Serialize(_json, terms, Options);
        }

        private void Write(ExternalId[]? ids)
        {
            if (ids is null)
                return;
            _json.WritePropertyName("externalIds");
            JsonSerializer.Serialize(_json, ids, Options);
        }

        public Task Finish()
        {
            _json.WriteEndArray();
            _json.WriteEndObject();
            return Task.CompletedTask;
        }

        public async ValueTask DisposeAsync()
        {
            await _json.FlushAsync();
            await _json.DisposeAsync();
            await response.BodyWriter.FlushAsync();
        }
    }

    private sealed class TableDocument(ITableRows rows, bool isMarked, bool hasIds) : IDocumentWriter
    {
        private string[] _further = [];

        public async Task Begin(string? source, string? licence, Taxonomy taxonomy, string[]? covers)
        {
            _further =
            [
                .. taxonomy.Domains.Any(d => From(d).Any(said => said.Length > 0))
                    ? TableWords.Origin
                    : Array.Empty<string>(),
                .. hasIds ? [TableWords.ExternalIds] : Array.Empty<string>(),
                .. isMarked ? ["revision"] : Array.Empty<string>(),
                .. covers is null ? Array.Empty<string>() : ["covers"],
            ];
            await rows.Header([.. TableWords.Columns, .. _further]);
            foreach (var role in taxonomy.Roles)
                await Row(
                    ["", "", "", "", "", role.Name, "", "", role.Description ?? ""],
                    Ids(role.ExternalIds),
                    ("covers", covers is null ? "" : CatalogCsv.Lines(covers))
                );
        }

        public async Task Begin(DomainTaxonomy domain)
        {
            await Row(
                [domain.Name, CatalogCsv.Lines(domain.Levels.Select(l => l.Name))],
                [.. TableWords.Origin.Zip(From(domain)), Ids(domain.ExternalIds)]
            );
            foreach (var level in domain.Levels.Where(l => l.Description is not null || l.ExternalIds is not null))
                await Row(
                    [domain.Name, "", "", "", "", "", level.Name, "", level.Description ?? ""],
                    Ids(level.ExternalIds)
                );
        }

        public void Begin(Named group) { }

        public async Task Write(DomainTaxonomy domain, Named group, CatalogDocument.Skill skill)
        {
            var keywords = CatalogCsv.Lines(skill.Keywords ?? []);
            var about = skill.Description ?? "";
            var revision = ("revision", skill.Revision ?? "");
            var ids = Ids(skill.ExternalIds);
            if (skill.Requirements.Length == 0)
                await Row([domain.Name, "", group.Name, skill.Name, keywords, "", "", "", "", about], ids, revision);
            foreach (var (role, level, mandatory, description) in skill.Requirements)
            {
                var flag = mandatory ? "true" : "false";
                await Row(
                    [domain.Name, "", group.Name, skill.Name, keywords, role, level, flag, description, about],
                    ids,
                    revision
                );
                (keywords, about, ids) = ("", "", Ids(null));
            }
        }

        private static (string Column, string Cell) Ids(ExternalId[]? ids) =>
            (TableWords.ExternalIds, CatalogCsv.Lines((ids ?? []).Select(IdLine.Of)));

        private static string[] From(DomainTaxonomy domain) =>
            domain.Origin is { } from
                ? [from.Language ?? "", from.Source ?? "", from.Licence ?? "", from.Attribution ?? ""]
                : ["", "", "", ""];

        // What is left out at its end stays empty.
        private Task Row(string[] cells, params (string Column, string Cell)[] further)
        {
            var row = new string[TableWords.Columns.Length + _further.Length];
            Array.Fill(row, "");
            cells.CopyTo(row, 0);
            foreach (var (column, cell) in further)
                if (Array.IndexOf(_further, column) is >= 0 and var at)
                    row[TableWords.Columns.Length + at] = cell;
            return rows.Row(row);
        }

        public async Task End(DomainTaxonomy domain, Named group, int skills)
        {
            if (skills == 0 || group.ExternalIds is not null)
                await Row([domain.Name, "", group.Name], Ids(group.ExternalIds));
        }

        public void EndDomain() { }

        public Task Finish() => rows.Finish();

        public ValueTask DisposeAsync() => rows.DisposeAsync();
    }

    /// <summary>A sheet for each role, with the skills that are required of it.</summary>
    private sealed class MatrixDocument(Stream body, bool isMarked) : IDocumentWriter
    {
        private readonly List<(DomainTaxonomy Domain, string Group, CatalogDocument.Skill Skill)> _skills = [];
        private Taxonomy _taxonomy = Catalog.Taxonomy.Empty;

        public Task Begin(string? source, string? licence, Taxonomy taxonomy, string[]? covers)
        {
            _taxonomy = taxonomy;
            return Task.CompletedTask;
        }

        public Task Begin(DomainTaxonomy domain) => Task.CompletedTask;

        public void Begin(Named group) { }

        public Task Write(DomainTaxonomy domain, Named group, CatalogDocument.Skill skill)
        {
            _skills.Add((domain, group.Name, skill));
            return Task.CompletedTask;
        }

        public Task End(DomainTaxonomy domain, Named group, int skills) => Task.CompletedTask;

        public void EndDomain() { }

        public async Task Finish()
        {
            await using var rows = new WorkbookRows(body);
            foreach (var role in _taxonomy.Roles.Select(r => r.Name))
            {
                var required = _skills.Where(s => s.Skill.Requirements.Any(r => r.Role == role)).ToArray();
                var levels = required
                    .SelectMany(s => s.Domain.Levels.Select(l => l.Name))
                    .Distinct(TextForm.Looks)
                    .ToArray();
                await rows.Sheet(role);
                await rows.Row("role", role);
                await rows.Row([
                    "domain",
                    "group",
                    "skill",
                    .. levels,
                    .. isMarked ? ["revision"] : Array.Empty<string>(),
                ]);
                foreach (var (domain, group, skill) in required)
                    await rows.Row([
                        domain.Name,
                        group,
                        skill.Name,
                        .. levels.Select(level =>
                            Array.Find(skill.Requirements, r => r.Role == role && TextForm.Looks.Equals(r.Level, level))
                                is { } cell
                                ? $"{(cell.Mandatory ? 'M' : 'O')}\n{cell.Description}".TrimEnd('\n')
                                : ""
                        ),
                        .. isMarked ? [skill.Revision!] : Array.Empty<string>(),
                    ]);
            }
            await rows.Finish();
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
