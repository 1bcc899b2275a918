using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>What was only checked is imported, without being sent again.</summary>
public static class RunImport
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/imports/{id:guid}/run", Post)
            .RequireAuthorization(Roles.Importer)
            .Produces<ImportPage>(StatusCodes.Status202Accepted)
            .WithSummary("Imports a document that was only checked, within a day.");

    public static Refusal DocumentGone { get; } =
        new(RefusalKind.Gone, "document-gone", "The document is not kept any more. Send it again.");

    private static async Task<IResult> Post(
        HttpContext http,
        Guid id,
        IDocumentStore store,
        ImportWorker worker,
        TimeProvider time
    )
    {
        var ct = http.RequestAborted;
        await using var session = store.LightweightSession();
        session.Describe(http);
        if (await session.LoadAsync<Import>(id, ct) is not { DryRun: true, Purpose: null } check)
            return Refusal.NoSuch("check").AsProblem();
        if (check.State != Import.Finished)
            return Refusal.Conflicting("not-checked", "It is not checked yet.").AsProblem();
        var import = Import.Of(check, Caller.Of(http).Id, time.GetUtcNow());
        // Whoever asks twice gets the same import.
        if (await session.LoadAsync<Import>(import.Id, ct) is { } given)
            return ImportCatalogue.Accepted(given);
        if (await session.LoadAsync<ImportDocument>(id, ct) is not { } kept)
            return DocumentGone.AsProblem();
        session.Insert(import);
        session.Insert(kept with { Id = import.Id });
        session.Delete<ImportDocument>(id);
        try
        {
            await session.SaveChangesAsync(ct);
        }
        catch (Exception lost) when (Commands.IsLostRace(lost))
        {
            // The other of two clicks was first.
        }
        worker.Wake();
        return ImportCatalogue.Accepted(import);
    }
}
