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
        if (sent is { } table)
        {
            again = await session.LoadAsync<SentFile>(table, ct);
            if (again is null || again.By != by)
                return RunImport.DocumentGone.AsProblem();
            source ??= (await session.LoadAsync<SentTable>(table, ct))?.Source;
        }
        if ((again?.Format ?? FormatOf(http.Request.ContentType)) is not { } format)
            return TypedResults.Problem(
                $"Send application/json in UTF-8, text/csv or {Workbook.MediaType}.",
                statusCode: StatusCodes.Status415UnsupportedMediaType
            );
        await using var body = again is { Bytes: var bytes } ? SentBody.Of(bytes) : await SentBody.Of(http);
        if (body is null)
            return NoRoom;
        if (format == "xlsx" && body.Length > CatalogDocument.LargestWorkbook)
            return TypedResults.Problem(
                $"A workbook has at most {CatalogDocument.LargestWorkbook >> 20} MB; send what is larger as CSV or JSON.",
                statusCode: StatusCodes.Status413PayloadTooLarge
            );
        var (id, hash) = (IdOf(http), $"{dryRun} {body.Hash}{said}");
        if (await Given() is { } answered)
            return answered;
        (ImportDocument?, int, DocumentErrors, GivenTable?) read;
        try
        {
            read = await Read(body, format, source, store, session, ct, by, reading);
        }
        catch (IOException e) when (SentBody.IsFull(e))
        {
            return NoRoom;
        }
        var (document, skills, errors, given) = read;
        var unknown = document is null ? [] : await Unknown(session, document.Document, proposes, ct);
        if (document is null || unknown.Length > 0)
        {
            var refusal = document is null ? errors.AsRefusal() : Refusal.Fields(unknown);
            if (
                given is null
                || await given.Keep(session, again?.Id ?? Guid.CreateVersion7(), body, source, by, now, ct)
                    is not { } asked
            )
                return refusal.AsProblem();
            // Who mends its errors sends it again.
            given.Remember(session, by, now);
            await session.SaveChangesAsync(ct);
            return (
                refusal with
                {
                    Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["table"] = asked },
                }
            ).AsProblem();
        }
        var import = Import.Of(id, document.Document, skills, given?.Form, hash, dryRun, by, now);
        import.Purpose = proposes ? Import.ToPropose : null;
        if (proposes && await IsBusy(session, import.By, ct))
            return await Given() ?? Busy.AsProblem();
        Import.Forget(session, import.CreatedAt);
        if (proposes)
            Import.ForgetBut(session, by, ChangeSet.MostOfOne);
        if (given is not null)
            import.Table = await given.Keep(session, again?.Id ?? id, body, source, by, now, ct);
        given?.Remember(session, by, now);
        session.Insert(import);
        session.Insert(document with { Id = id });
        try
        {
            await session.SaveChangesAsync(ct);
        }
        catch (Exception e) when (Commands.IsLostRace(e))
        {
            if (await Given() is { } meanwhile)
                return meanwhile;
            throw;
        }
        worker.Wake();
        return Accepted(import);

        // Who sent it before, under the same key.
        async Task<IResult?> Given()
        {
            await using var look = store.QuerySession();
            return await look.LoadAsync<Import>(id, ct) is not { } before ? null
                : before.Hash == hash ? Accepted(before)
                : Reused.AsProblem();
        }
    }

    /// <summary>
    /// Reads and checks a document against what levels the domains have now, and keeps its skills in parts, which are nobody's
    /// until the document is kept, too.
    /// </summary>
    /// <param name="body">Its bytes.</param>
    /// <param name="format"><c>json</c>, <c>csv</c> or <c>xlsx</c>.</param>
    /// <param name="source">Its name.</param>
    /// <param name="store">Where its skills are kept.</param>
    /// <param name="session">To look things up.</param>
    /// <param name="ct">Ends it.</param>
    /// <param name="by">Who sent it, who may have said before how such tables are to be read.</param>
    /// <param name="reading">How a table is to be read; null to go by what was said before, else by guessing.</param>
    public static async Task<(ImportDocument? Document, int Skills, DocumentErrors Errors, GivenTable? Table)> Read(
        SentBody body,
        string format,
        string? source,
        IDocumentStore store,
        IQuerySession session,
        CancellationToken ct,
        string? by = null,
        TableReading? reading = null
    )
    {
        var taxonomy = await session.LoadAsync<Taxonomy>(Taxonomy.StreamId, ct) ?? Taxonomy.Empty;
        KnownLevels known = taxonomy.LevelsOf;
        if (format == "json")
        {
            var json = CatalogJson.Open(body.Content, known);
            return await With(json.Frame, json.Errors, json.Skills(), null);
        }
        if (await GivenTable.Read(body.Content, format, reading, by, session, ct) is not { } table)
            return (null, 0, DocumentErrors.Of("This is no workbook, or one too large to be read."), null);
        using var rows = CatalogTable.Open(table.Sheets, source, known, table.Reading);
        return await With(rows.Frame, rows.Errors, rows.Skills(), table);

        async Task<(ImportDocument?, int, DocumentErrors, GivenTable?)> With(
            CatalogDocument? frame,
            DocumentErrors errors,
            IEnumerable<(string At, PlacedSkill Skill)> skills,
            GivenTable? table
        )
        {
            var (set, count, abridged, seen) = (
                Guid.CreateVersion7(),
                0,
                new Abridged(),
                new Dictionary<Guid, string>()
            );
            try
            {
                foreach (var some in ImportParts.Portions(skills, s => s.Skill.Skill))
                {
                    if (!errors.Any)
                        await SkillExternalId.Check(some, seen, Wrong, session, ct);
                    PlacedSkill[] part = [.. some.Select(s => s.Skill)];
                    abridged.Add(part);
                    if (!errors.Any)
                        await ImportParts.Write(store, set, count, part, ct);
                    count += part.Length;
                }
            }
            catch (DocumentErrors.TooManyException) { }
            // What was read before the error is forgotten with the next document.
            if (frame is not null && !errors.Any)
                PartsByExternalId.Check(frame, taxonomy, errors, isPointed: table is null);
            return errors.Any || frame is null
                ? (null, count, errors, table)
                : (new ImportDocument(Guid.Empty, abridged.Of(frame), set), count, errors, table);

            // All ids of a skill stand in one cell.
            void Wrong(string at, string message) =>
                errors.Add(
                    table is null
                        ? at
                        : $"{at[..at.LastIndexOf("/externalIds/", StringComparison.Ordinal)]}/{TableWords.ExternalIds}",
                    message
                );
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

    private static ProblemHttpResult NoRoom =>
        TypedResults.Problem(
            "There is no room for the document at the moment. Nothing was imported.",
            statusCode: StatusCodes.Status507InsufficientStorage
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

    // The same key of the same caller is the same import.
    private static Guid IdOf(HttpContext http)
    {
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        return key.Length == 0
            ? Guid.CreateVersion7()
            : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"import\n{Caller.Of(http).Id}\n{key}")).AsSpan(0, 16));
    }
}
