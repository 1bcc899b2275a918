using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using JasperFx;
using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>An import changed the catalogue, and is over. One that changed nothing leaves no event.</summary>
public sealed record CatalogueImported(string? Source, string? Licence, int Added, int Changed, int Unchanged);

/// <summary>An import, how far it is, and what it came to. Kept for good: it says where the catalogue is from.</summary>
public sealed class Import : IRevisioned
{
    public Guid Id { get; set; }
    public int Version { get; set; }

    /// <summary><c>queued</c>, <c>running</c>, <c>done</c> or <c>failed</c>.</summary>
    public string State { get; set; } = Queued;

    public string? By { get; set; }
    public bool DryRun { get; set; }

    /// <summary><see cref="ToPropose"/> where what differs is to be proposed; null for an import.</summary>
    public string? Purpose { get; set; }

    public string? Source { get; set; }
    public string? Licence { get; set; }

    /// <summary>How a table was written; null for a JSON document.</summary>
    public TableForm? Form { get; set; }

    /// <summary>The table it was made from, for as long as that is kept; null for a JSON document.</summary>
    public Guid? Table { get; set; }

    /// <summary>Of the document as it was sent, to know it again under the same Idempotency-Key.</summary>
    public string Hash { get; set; } = "";

    /// <summary>Skills of the document seen to, in its order; also where an interrupted import goes on.</summary>
    public int Done { get; set; }

    public int Total { get; set; }
    public int Added { get; set; }
    public int Changed { get; set; }
    public int Unchanged { get; set; }
    public bool TaxonomyChanged { get; set; }

    /// <summary>True once it is undone: the catalogue is not from there any more.</summary>
    public bool TakenBack { get; set; }

    public ImportError[] Errors { get; set; } = [];

    /// <summary>Skills that the document calls by a former name, or that are retired: the first of them.</summary>
    public List<Recognised> Recognised { get; set; } = [];

    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }

    public const string Queued = "queued";
    public const string Running = "running";
    public const string Finished = "done";
    public const string Failed = "failed";
    public const string ToPropose = "propose";

    /// <summary>How long a document that was only checked is kept, to be imported without being sent again.</summary>
    public static readonly TimeSpan DocumentKept = TimeSpan.FromDays(1);

    public static Import Of(
        Guid id,
        CatalogDocument document,
        int skills,
        TableForm? form,
        string hash,
        bool dryRun,
        string? by,
        DateTimeOffset now
    ) =>
        new()
        {
            Id = id,
            By = by,
            DryRun = dryRun,
            Source = document.Source,
            Licence = document.Licence,
            Form = form,
            Hash = hash,
            Total = skills,
            CreatedAt = now,
        };

    /// <summary>The import of what was only checked. Always the same one.</summary>
    public static Import Of(Import check, string? by, DateTimeOffset now) =>
        new()
        {
            Id = new Guid(SHA256.HashData([.. "run"u8, .. check.Id.ToByteArray()]).AsSpan(0, 16)),
            By = by,
            Source = check.Source,
            Licence = check.Licence,
            Form = check.Form,
            Table = check.Table,
            Hash = check.Hash,
            Total = check.Total,
            CreatedAt = now,
        };

    public static void Configure(StoreOptions options)
    {
        options.Events.MapEventType<CatalogueImported>("catalogue_imported");
        options.Schema.For<Import>().DocumentAlias("import").UseNumericRevisions(true).Index(x => x.State);
        ImportParts.Configure(options);
        ChangeSet.Configure(options);
        SentTable.Configure(options);
    }

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/imports", List)
            .RequireAuthorization(Roles.Administrator)
            .Produces<Page<ImportItem>>()
            .WithSummary("All imports, newest first: who, what, how much.");
        api.MapGet(
                "/imports/{id:guid}",
                async (HttpContext http, Guid id, IQuerySession session) =>
                    await session.LoadAsync<Import>(id, http.RequestAborted) is { } import
                        ? Reading.Tagged(http, $"{import.Version}", import.Page())
                        : Refusal.NoSuch("import").AsProblem()
            )
            .RequireAuthorization(Roles.Importer)
            .Produces<ImportPage>();
    }

    /// <summary>What is kept for a while only, and has been.</summary>
    public static void Forget(IDocumentSession session, DateTimeOffset now)
    {
        var (documents, sets) = (now - DocumentKept, now - ChangeSet.Kept);
        session.QueueSqlCommand(
            """
            delete from mt_doc_import_document d using mt_doc_import i
            where i.id = d.id and (i.data ->> 'finishedAt')::timestamptz < ?
            """,
            documents
        );
        ImportParts.Forget(session, documents);
        session.DeleteWhere<SentTable>(t => t.At < documents);
        session.DeleteWhere<SentFile>(f => f.At < documents);
        session.DeleteWhere<ChangeSet>(s => s.At < sets);
        session.DeleteWhere<Import>(i => i.Purpose == ToPropose && i.CreatedAt < sets);
    }

    /// <summary>However many files somebody compares, they fill no database: a change set may be as large as its file.</summary>
    public static void ForgetBut(IDocumentSession session, string by, int newest) =>
        session.QueueSqlCommand(
            """
            with old as (
                delete from mt_doc_import where id in (
                    select id from mt_doc_import where data ->> 'by' = ? and data ->> 'purpose' = ? and data ->> 'state' in ('done', 'failed')
                    order by (data ->> 'createdAt')::timestamptz desc offset ?)
                returning id)
            delete from mt_doc_change_set using old where mt_doc_change_set.id = old.id
            """,
            by,
            ToPropose,
            newest
        );

    private static async Task<IResult> List(HttpContext http, Paging paging, IQuerySession session)
    {
        var ct = http.RequestAborted;
        var all = session.Query<Import>().Where(i => i.Purpose == null);
        if (paging.After is { } key)
        {
            var (at, last) =
                key is [var time, var text]
                && PointInTime.TryTime(time, out var then)
                && Guid.TryParse(text, out var given)
                    ? (then.ToUniversalTime(), given)
                    : throw new BadHttpRequestException("cursor is not one this list gave.");
            all = all.Where(i => i.CreatedAt < at || (i.CreatedAt == at && i.Id.CompareTo(last) < 0));
        }
        var found = await all.OrderByDescending(i => i.CreatedAt)
            .ThenByDescending(i => i.Id)
            .Take(paging.Limit + 1)
            .ToListAsync(ct);
        var page = paging.Of(
            found,
            i => [i.CreatedAt.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture), i.Id.ToString()]
        );
        var people = await People.Load(session, page.Items.Select(i => i.By), ct);
        return TypedResults.Ok(
            new Page<ImportItem>([.. page.Items.Select(i => ImportItem.Of(i, people))], page.NextCursor)
        );
    }

    /// <summary>Once, also where it goes on after an interruption.</summary>
    public void Recognise(IEnumerable<Recognised> parts) =>
        Recognised.AddRange(parts.Except(Recognised).Take(DocumentErrors.Most - Recognised.Count));

    public void Recognise(string called, Skill skill)
    {
        if (Recognised.Count < DocumentErrors.Most)
            Recognised.Add(new Recognised(called, skill.Slug, skill.Name, skill.Retired));
    }

    public ImportPage Page() =>
        new(
            Id,
            State,
            DryRun,
            Source,
            Licence,
            Form,
            Done,
            Total,
            Added,
            Changed,
            Unchanged,
            Errors,
            Recognised,
            CreatedAt,
            FinishedAt,
            Table
        );
}

/// <summary>An import as the list of them shows it. <c>Source</c> is its file's name, or what the document says.</summary>
public sealed record ImportItem(
    Guid Id,
    string State,
    bool DryRun,
    string? Source,
    string? Format,
    Person? By,
    int Done,
    int Total,
    int Added,
    int Changed,
    int Unchanged,
    int Errors,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt
)
{
    public static ImportItem Of(Import import, People people) =>
        new(
            import.Id,
            import.State,
            import.DryRun,
            import.Source,
            import.Form?.Format ?? "json",
            people.Of(import.By),
            import.Done,
            import.Total,
            import.Added,
            import.Changed,
            import.Unchanged,
            import.Errors.Length,
            import.CreatedAt,
            import.FinishedAt
        );
}

/// <summary>A skill, or what skills stand in, that the document speaks of and that is renamed or retired since: it is not added again.</summary>
/// <param name="Called">What the document calls it.</param>
/// <param name="Slug">Its slug.</param>
/// <param name="Name">What it is called now; it stays so.</param>
/// <param name="Retired">True if it is retired, and stays so unless the document says <c>"retired": false</c>.</param>
/// <param name="Kind">Of what is no skill: <c>role</c>, <c>domain</c>, <c>group</c>, <c>level</c>.</param>
public sealed record Recognised(
    string Called,
    string Slug,
    string Name,
    bool Retired,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Kind = null
);

public sealed record ImportError(string Pointer, string Message);

public sealed record ImportPage(
    Guid Id,
    string State,
    bool DryRun,
    string? Source,
    string? Licence,
    TableForm? Form,
    int Done,
    int Total,
    int Added,
    int Changed,
    int Unchanged,
    ImportError[] Errors,
    IReadOnlyList<Recognised> Recognised,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt,
    Guid? Table
);
