using System.Security.Cryptography;
using System.Text;
using Marten;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using SkillPlatform.Changes;
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
        string? source = null,
        Guid? table = null,
        string? reading = null
    ) => Take(http, store, worker, time, dryRun, source, table, reading, proposes: false);

    /// <summary>Takes a document in: to be imported, to be checked, or to be proposed.</summary>
    public static async Task<IResult> Take(
        HttpContext http,
        IDocumentStore store,
        ImportWorker worker,
        TimeProvider time,
        bool dryRun,
        string? source,
        Guid? sent,
        string? said,
        bool proposes
    )
    {
        var (ct, by, now) = (http.RequestAborted, Caller.Of(http).Id, time.GetUtcNow());
        var reading = TableReading.Of(said);
        if (TextForm.Problem(source ?? "", CatalogDocument.LongestNote, mayBeEmpty: true) is { } problem)
            return Refusal.Field("/source", problem).AsProblem();
        await using var session = store.LightweightSession();
        session.Describe(http);
        SentFile? again = null;
        if (sent is { } id)
        {
            again = await session.LoadAsync<SentFile>(id, ct);
            if (again is null || again.By != by)
                return RunImport.DocumentGone.AsProblem();
            source ??= (await session.LoadAsync<SentTable>(id, ct))?.Source;
        }
        if ((again?.Format ?? FormatOf(http.Request.ContentType)) is not { } format)
            return TypedResults.Problem(
                $"Send application/json in UTF-8, text/csv or {Workbook.MediaType}.",
                statusCode: StatusCodes.Status415UnsupportedMediaType
            );
        var body = again?.Bytes ?? await Body(http);
        var (document, errors, table) = await Read(body, format, source, session, ct, by, reading);
        var unknown = document is null ? [] : await Unknown(session, document, proposes, ct);
        if (document is null || unknown.Length > 0)
        {
            var refusal = document is null ? errors.AsRefusal() : Refusal.Fields(unknown);
            if (table?.Keep(session, again?.Id ?? Guid.CreateVersion7(), body, source, by, now) is not { } kept)
                return refusal.AsProblem();
            // Who mends its errors sends it again.
            table.Remember(session, by, now);
            await session.SaveChangesAsync(ct);
            return (
                refusal with
                {
                    Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["table"] = kept },
                }
            ).AsProblem();
        }
        var hash = Convert.ToHexStringLower(SHA256.HashData(body.Span));
        var import = Import.Of(IdOf(http), document, table?.Form, $"{dryRun} {hash}{said}", dryRun, by, now);
        import.Purpose = proposes ? Import.ToPropose : null;
        if (await session.LoadAsync<Import>(import.Id, ct) is { } given)
            return given.Hash == import.Hash ? Accepted(given) : Reused.AsProblem();
        if (proposes && await IsBusy(session, import.By, ct))
            return Busy.AsProblem();
        Import.Forget(session, import.CreatedAt);
        if (proposes)
            Import.ForgetBut(session, by, ChangeSet.MostOfOne);
        import.Table = table?.Keep(session, again?.Id ?? import.Id, body, source, by, now);
        table?.Remember(session, by, now);
        session.Insert(import);
        session.Insert(new ImportDocument(import.Id, document));
        await session.SaveChangesAsync(ct);
        worker.Wake();
        return Accepted(import);
    }

    /// <summary>Reads and checks a document against what levels the domains have now.</summary>
    /// <param name="body">Its bytes.</param>
    /// <param name="format"><c>json</c>, <c>csv</c> or <c>xlsx</c>.</param>
    /// <param name="source">Its name.</param>
    /// <param name="session">To look things up.</param>
    /// <param name="ct">Ends it.</param>
    /// <param name="by">Who sent it, who may have said before how such tables are to be read.</param>
    /// <param name="reading">How a table is to be read; null to go by what was said before, else by guessing.</param>
    public static async Task<(CatalogDocument? Document, DocumentErrors Errors, GivenTable? Table)> Read(
        ReadOnlyMemory<byte> body,
        string format,
        string? source,
        IQuerySession session,
        CancellationToken ct,
        string? by = null,
        TableReading? reading = null
    )
    {
        var taxonomy = await session.LoadAsync<Taxonomy>(Taxonomy.StreamId, ct) ?? Taxonomy.Empty;
        KnownLevels known = taxonomy.LevelsOf;
        if (format != "json")
            return await GivenTable.Read(body, format, reading, by, session, ct) is { } table
                ? With(CatalogTable.Read(table.Sheets, source, known, table.Reading), table)
                : (null, DocumentErrors.Of("This is no workbook, or one too large to be read."), null);
        var json = CatalogJson.Read(body.Span, known);
        if (json.Document is { } found)
            await SkillExternalId.Check(found, json.Errors, session, ct);
        return With(json, null);

        (CatalogDocument?, DocumentErrors, GivenTable?) With(
            (CatalogDocument? Document, DocumentErrors Errors) read,
            GivenTable? table
        )
        {
            if (read.Document is { } document)
                PartsByExternalId.Check(document, taxonomy, read.Errors, isPointed: table is null);
            return (read.Errors.Any ? null : read.Document, read.Errors, table);
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

    internal static Refusal Busy { get; } =
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

    // The server refuses a longer body with 413 before it has arrived. Who says that much will come takes no room for it yet.
    private static async Task<ReadOnlyMemory<byte>> Body(HttpContext http)
    {
        var body = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 0, 1 << 20));
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
