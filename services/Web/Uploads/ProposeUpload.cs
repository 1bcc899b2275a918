using SkillPlatform.Contracts;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Uploads;

/// <param name="Once">Names the form, so that sent twice it proposes once.</param>
/// <param name="Made">The proposals, where what they do not speak of could not be taken back after them; null before.</param>
public sealed record ChangeSetModel(
    ChangeSet Set,
    Tree Tree,
    string Once,
    string? Rationale = null,
    string? Problem = null,
    SentTable? Table = null,
    Guid? Made = null
);

/// <summary>Shows what an upload, or the undoing of an import, would change, and proposes it: a proposal for each skill.</summary>
public static class ProposeUpload
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/uploads/{id:guid}", Get).RequireAuthorization();
        app.MapPost("/uploads/{id:guid}", Post).RequireAuthorization();
    }

    private static Task<IResult> Get(Guid id, Services services, CancellationToken ct) =>
        Show(id, services, set => set, 200, ct);

    private static async Task<IResult> Show(
        Guid id,
        Services services,
        Func<ChangeSetModel, ChangeSetModel> with,
        int status,
        CancellationToken ct
    )
    {
        var tree = Tree.Read(services, ct);
        var set = await services.Get<ChangeSet>("imports", $"/api/catalog/changesets/{id}", ct);
        if (set.Value is not { } found)
            return Page.Error(set.Status);
        var table = found.Over ? await SentTable.Read(found.Table, services, ct) : null;
        var model = new ChangeSetModel(found, await tree, Guid.CreateVersion7().ToString(), Table: table);
        return Page.Of<ChangeSetView>(with(model), status);
    }

    private static async Task<IResult> Post(
        Guid id,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var (rationale, once) = (form["rationale"].ToString(), form["once"].ToString());
        var set = await services.Get<ChangeSet>("imports", $"/api/catalog/changesets/{id}", ct);
        if (set.Value is not { } found)
            return Page.Error(set.Status);
        // What is proposed may be refused; only then is taken back what imports alone bring, which nobody decides on. Each, sent
        // again, is done once.
        Guid? made = Guid.TryParse(form["made"], out var before) ? before : null;
        if (made is null && found.All.Length > 0)
        {
            if (string.IsNullOrWhiteSpace(rationale))
                return await Again(visit.T["suggest.no-rationale"], 422);
            var sent = await services.Send<Created>(
                "batches",
                HttpMethod.Post,
                $"/api/proposals/batches",
                new Batch(rationale, [.. found.All.Select(s => new Batched(s.Skill, s.Changes))]),
                ct,
                once: once is { Length: > 0 and <= 100 } ? once : null
            );
            if (sent.Value is not { } batch)
                return await Again(visit.Why(sent), sent.Shown());
            made = batch.Id;
        }
        if (found.Undoes is { } import)
        {
            var taken = await services.Send<object>(
                "imports",
                HttpMethod.Post,
                $"/api/catalog/imports/{import}/undo/origin",
                null,
                ct
            );
            if (!taken.Ok)
                return await Again(visit.Why(taken, "admin.missing"), taken.Shown());
        }
        return TypedResults.Redirect(made is null ? visit.To($"/uploads/{id}") : visit.To($"/batches/{made}"));

        Task<IResult> Again(string problem, int status) =>
            Show(
                id,
                services,
                model => model with { Rationale = rationale, Problem = problem, Made = made },
                status,
                ct
            );
    }

    private sealed record Batch(string Rationale, Batched[] Proposals);

    private sealed record Batched(string? Skill, Change[] Changes);

    private sealed record Created(Guid Id);
}
