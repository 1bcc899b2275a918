using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using CsvHelper;
using Marten;
using Npgsql;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>
/// The whole catalogue as a document, streamed from one snapshot, always in the same order; importing it changes nothing.
/// Retired skills are left out.
/// </summary>
public static class Export
{
    private const string Skills = """
        select s.domain, s."group", s.skill, s.name, s.keywords, r.role, r.level, r.mandatory, r.description
        from skill_versions s
        left join requirement_versions r on r.skill = s.skill and r.to_version is null and r.description is not null
        where s.to_version is null and not s.retired
        order by array_position($1, s.domain), array_position($2, s.domain || '/' || s."group"), s.name collate "C", s.skill,
          array_position($3, s.domain || '/' || r.level), array_position($4, r.role)
        """;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/export", Get).AllowAnonymous().Produces<CatalogDocument>(200, "application/json", "text/csv");

    private static async Task<IResult> Get(HttpContext http, NpgsqlDataSource source, string format = "json")
    {
        if (format is not ("json" or "csv"))
            return Refusal.Field("/format", "There are json and csv.").AsProblem();
        var ct = http.RequestAborted;
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var snapshot = await connection.BeginTransactionAsync(
            System.Data.IsolationLevel.RepeatableRead,
            ct
        );
        if (Reading.NotModified(http, $"{await Tag(connection, ct)}-{format}"))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        var taxonomy = await Taxonomy(connection, ct);
        http.Response.ContentType = format == "csv" ? "text/csv; charset=utf-8" : "application/json; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"catalogue.{format}\"";
        IDocumentWriter writer =
            format == "csv" ? new CsvDocument(http.Response.Body) : new JsonDocument(http.Response);
        await using (writer)
        {
            var (origin, licence) = await Origin(connection, ct);
            await writer.Begin(origin, licence, taxonomy);
            await using var command = Command(connection, taxonomy);
            await using var rows = await command.ExecuteReaderAsync(ct);
            var more = await rows.ReadAsync(ct);
            foreach (var domain in taxonomy.Domains)
            {
                await writer.Begin(domain);
                foreach (var group in domain.Groups)
                {
                    var skills = 0;
                    writer.Begin(group);
                    for (; more && rows.GetString(0) == domain.Slug && rows.GetString(1) == group.Slug; skills++)
                    {
                        var (skill, next) = await Skill(rows, domain, taxonomy, ct);
                        await writer.Write(domain, group, skill);
                        more = next;
                    }
                    await writer.End(domain, group, skills);
                }
                writer.EndDomain();
            }
        }
        return TypedResults.Empty;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, Taxonomy taxonomy)
    {
        var command = new NpgsqlCommand(Skills, connection);
        Add(taxonomy.Domains.Select(d => d.Slug));
        Add(taxonomy.Domains.SelectMany(d => d.Groups.Select(g => $"{d.Slug}/{g.Slug}")));
        Add(taxonomy.Domains.SelectMany(d => d.Levels.Select(l => $"{d.Slug}/{l.Slug}")));
        Add(taxonomy.Roles.Select(r => r.Slug));
        return command;

        void Add(IEnumerable<string> slugs) => command.Parameters.Add(new() { Value = slugs.ToArray() });
    }

    // All rows of the skill the reader stands on; then it stands on the next one's first.
    private static async Task<(CatalogDocument.Skill Skill, bool More)> Skill(
        NpgsqlDataReader rows,
        DomainTaxonomy domain,
        Taxonomy taxonomy,
        CancellationToken ct
    )
    {
        var (id, name, keywords) = (rows.GetGuid(2), rows.GetString(3), rows.GetFieldValue<string[]>(4));
        var requirements = new List<CatalogDocument.Requirement>();
        var more = true;
        for (; more && rows.GetGuid(2) == id; more = await rows.ReadAsync(ct))
            if (!rows.IsDBNull(5))
                requirements.Add(
                    new(
                        taxonomy.Roles.First(r => r.Slug == rows.GetString(5)).Name,
                        domain.Levels.First(l => l.Slug == rows.GetString(6)).Name,
                        rows.GetBoolean(7),
                        rows.GetString(8)
                    )
                );
        return (new CatalogDocument.Skill(name, keywords, [.. requirements]), more);
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
        Task Begin(string? source, string? licence, Taxonomy taxonomy);
        Task Begin(DomainTaxonomy domain);
        void Begin(Named group);
        Task Write(DomainTaxonomy domain, Named group, CatalogDocument.Skill skill);
        Task End(DomainTaxonomy domain, Named group, int skills);
        void EndDomain();
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

        public Task Begin(string? source, string? licence, Taxonomy taxonomy)
        {
            _json.WriteStartObject();
            _json.WriteString("source", source);
            _json.WriteString("licence", licence);
            Write("roles", taxonomy.Roles.Select(r => r.Name));
            _json.WriteStartArray("domains");
            return Task.CompletedTask;
        }

        public Task Begin(DomainTaxonomy domain)
        {
            _json.WriteStartObject();
            _json.WriteString("name", domain.Name);
            Write("levels", domain.Levels.Select(l => l.Name));
            _json.WriteStartArray("groups");
            return Task.CompletedTask;
        }

        public void Begin(Named group)
        {
            _json.WriteStartObject();
            _json.WriteString("name", group.Name);
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

        private void Write(string name, IEnumerable<string> names)
        {
            _json.WriteStartArray(name);
            foreach (var item in names)
                _json.WriteStringValue(item);
            _json.WriteEndArray();
        }

        public async ValueTask DisposeAsync()
        {
            // Where the writing failed, half a document must not look like a whole one.
            if (_json.CurrentDepth == 2)
            {
                _json.WriteEndArray();
                _json.WriteEndObject();
            }
            await _json.FlushAsync();
            await _json.DisposeAsync();
            await response.BodyWriter.FlushAsync();
        }
    }

    private sealed class CsvDocument(Stream body) : IDocumentWriter
    {
        private readonly CsvWriter _csv = CatalogCsv.Write(body);

        public async Task Begin(string? source, string? licence, Taxonomy taxonomy)
        {
            foreach (var role in taxonomy.Roles)
                await CatalogCsv.Row(_csv, "", "", "", "", "", role.Name);
        }

        public async Task Begin(DomainTaxonomy domain) =>
            await CatalogCsv.Row(_csv, domain.Name, CatalogCsv.Lines(domain.Levels.Select(l => l.Name)));

        public void Begin(Named group) { }

        public async Task Write(DomainTaxonomy domain, Named group, CatalogDocument.Skill skill)
        {
            var keywords = CatalogCsv.Lines(skill.Keywords);
            if (skill.Requirements.Length == 0)
                await CatalogCsv.Row(_csv, domain.Name, "", group.Name, skill.Name, keywords);
            foreach (var (role, level, mandatory, description) in skill.Requirements)
            {
                var flag = mandatory ? "true" : "false";
                await CatalogCsv.Row(
                    _csv,
                    domain.Name,
                    "",
                    group.Name,
                    skill.Name,
                    keywords,
                    role,
                    level,
                    flag,
                    description
                );
                keywords = "";
            }
        }

        public async Task End(DomainTaxonomy domain, Named group, int skills)
        {
            if (skills == 0)
                await CatalogCsv.Row(_csv, domain.Name, "", group.Name);
        }

        public void EndDomain() { }

        public ValueTask DisposeAsync() => _csv.DisposeAsync();
    }
}
