using System.Security.Cryptography;
using System.Text;
using Marten;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>
/// An administrator sends a catalogue document. It is checked whole before anything is written: with errors 422 and their
/// pointers at once, else 202, and the work is done in the background.
/// </summary>
public static class ImportCatalogue
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/imports", Post)
            .RequireAuthorization(Roles.Importer)
            .WithMetadata(new RequestSizeLimitAttribute(CatalogDocument.LargestBytes))
            .Accepts<CatalogDocument>("application/json", "text/csv", Workbook.MediaType)
            .Produces<ImportPage>(StatusCodes.Status202Accepted);

    private static Task<IResult> Post(
        HttpContext http,
        IDocumentStore store,
        ImportWorker worker,
        TimeProvider time,
        bool dryRun = false,
        string? source = null
    ) => Take(http, store, worker, time, dryRun, source, proposes: false);

    /// <summary>Takes a document in: to be imported, to be checked, or to be proposed.</summary>
    public static async Task<IResult> Take(
        HttpContext http,
        IDocumentStore store,
        ImportWorker worker,
        TimeProvider time,
        bool dryRun,
        string? source,
        bool proposes
    )
    {
        var ct = http.RequestAborted;
        if (FormatOf(http.Request.ContentType) is not { } format)
            return TypedResults.Problem(
                $"Send application/json in UTF-8, text/csv or {Workbook.MediaType}.",
                statusCode: StatusCodes.Status415UnsupportedMediaType
            );
        var body = await Body(http);
        await using var session = store.LightweightSession();
        session.Describe(http);
        var (document, errors, form) = await Read(body, format, source, session, ct);
        if (document is null)
            return errors.AsRefusal().AsProblem();
        if (await Unknown(session, document, proposes, ct) is { Length: > 0 } unknown)
            return Refusal.Fields(unknown).AsProblem();
        var hash = Convert.ToHexStringLower(SHA256.HashData(body.Span));
        var import = Import.Of(
            IdOf(http),
            document,
            form,
            $"{dryRun} {hash}",
            dryRun,
            Caller.Of(http).Id,
            time.GetUtcNow()
        );
        import.Purpose = proposes ? Import.ToPropose : null;
        if (await session.LoadAsync<Import>(import.Id, ct) is { } given)
            return given.Hash == import.Hash ? Accepted(given) : Reused.AsProblem();
        if (proposes && await IsBusy(session, import.By, ct))
            return Busy.AsProblem();
        Import.Forget(session, import.CreatedAt);
        session.Insert(import);
        session.Insert(new ImportDocument(import.Id, document));
        await session.SaveChangesAsync(ct);
        worker.Wake();
        return Accepted(import);
    }

    /// <summary>Reads and checks a document against what levels the domains have now.</summary>
    public static async Task<(CatalogDocument? Document, DocumentErrors Errors, TableForm? Form)> Read(
        ReadOnlyMemory<byte> body,
        string format,
        string? source,
        IQuerySession session,
        CancellationToken ct
    )
    {
        var taxonomy = await session.LoadAsync<Taxonomy>(Taxonomy.StreamId, ct) ?? Taxonomy.Empty;
        KnownLevels known = taxonomy.LevelsOf;
        switch (format)
        {
            case "csv":
                var (sheet, form) = CsvText.Read(body);
                return With(CatalogTable.Read([sheet], source, known), form);
            case "xlsx":
                return Workbook.Read(body) is { } sheets
                    ? With(CatalogTable.Read(sheets, source, known), new TableForm("xlsx"))
                    : (null, DocumentErrors.Of("This is no workbook, or one too large to be read."), null);
            default:
                var json = CatalogJson.Read(body.Span, known);
                if (json.Document is { } document)
                    await SkillExternalId.Check(document, json.Errors, session, ct);
                return With(json, null);
        }

        (CatalogDocument?, DocumentErrors, TableForm?) With(
            (CatalogDocument? Document, DocumentErrors Errors) read,
            TableForm? form
        )
        {
            if (read.Document is { } document)
                PartsByExternalId.Check(document, taxonomy, read.Errors, isPointed: form is null);
            return (read.Errors.Any ? null : read.Document, read.Errors, form);
        }
    }

    private static async Task<(string, string)[]> Unknown(
        IQuerySession session,
        CatalogDocument document,
        bool proposes,
        CancellationToken ct
    )
    {
        var taxonomy = await session.LoadAsync<Taxonomy>(Taxonomy.StreamId, ct) ?? Taxonomy.Empty;
        var unknown = proposes ? UploadFile.Unknown(document, taxonomy) : [];
        return [.. document.Retired(taxonomy).Concat(unknown).Take(DocumentErrors.Most)];
    }

    // Everybody's files are compared one after the other: nobody's next one comes before the others' first.
    private static Task<bool> IsBusy(IQuerySession session, string? by, CancellationToken ct) =>
        session
            .Query<Import>()
            .AnyAsync(
                i =>
                    (i.State == Import.Queued || i.State == Import.Running)
                    && i.By == by
                    && i.Purpose == Import.ToPropose,
                ct
            );

    private static Refusal Busy { get; } =
        Refusal.Conflicting("busy", "Your last file is still being compared. Wait until that is done.");

    private static Refusal Reused { get; } =
        new(RefusalKind.Invalid, "idempotency-key-reused", "This Idempotency-Key was used with another document.");

    internal static Accepted<ImportPage> Accepted(Import import) =>
        TypedResults.Accepted(
            $"/api/catalog/{(import.Purpose == Import.ToPropose ? "changesets" : "imports")}/{import.Id}",
            import.Page()
        );

    // What a table is written in shows in its bytes; programs that send one know it less often than they say so.
    private static string? FormatOf(string? contentType) =>
        !MediaTypeHeaderValue.TryParse(contentType, out var type)
            ? null
            : type.MediaType.Value?.ToLowerInvariant() switch
            {
                "application/json"
                    when !type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) =>
                    "json",
                "text/csv" => "csv",
                Workbook.MediaType => "xlsx",
                _ => null,
            };

    // The server refuses a longer body with 413 before it has arrived.
    private static async Task<ReadOnlyMemory<byte>> Body(HttpContext http)
    {
        var size = (int)Math.Min(http.Request.ContentLength ?? 0, CatalogDocument.LargestBytes);
        var body = new MemoryStream(size);
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    // The same key of the same caller is the same import.
    private static Guid IdOf(HttpContext http)
    {
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        return key.Length == 0
            ? Guid.CreateVersion7()
            : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"import\n{Caller.Of(http).Id}\n{key}")).AsSpan(0, 16));
    }
}
