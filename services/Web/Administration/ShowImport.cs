using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Uploads;

namespace SkillPlatform.Web.Administration;

public sealed record ImportError(string Pointer, string Message);

public sealed record ImportState(
    Guid Id,
    string State,
    bool DryRun,
    int Done,
    int Total,
    int Added,
    int Changed,
    int Unchanged,
    ImportError[] Errors,
    TableForm? Form = null,
    Guid? Table = null,
    string? Source = null,
    DateTimeOffset? CreatedAt = null
)
{
    public bool Over => State is "done" or "failed";
}

/// <summary>How a table was read.</summary>
public sealed record TableForm(string? Encoding, string? Format = null, string? Separator = null);

/// <param name="Differs">What would change; null where that is not asked, or cannot be told.</param>
public sealed record ImportModel(
    ImportState Import,
    ChangeSet? Differs,
    Tree? Tree,
    string? Problem = null,
    SentTable? Table = null
);

/// <summary>How far an import is. The page reloads itself until it is over.</summary>
public static class ShowImport
{
    public static void Map(WebApplication app) => app.MapGet("/admin/imports/{id:guid}", Get).RequireAuthorization();

    private static async Task<IResult> Get(Guid id, Services services, Visit visit, CancellationToken ct)
    {
        return visit.Administers() ? await Show(id, null, 200, services, ct) : Page.Error(403);
    }

    public static async Task<IResult> Show(
        Guid id,
        string? problem,
        int status,
        Services services,
        CancellationToken ct
    )
    {
        var import = await services.Get<ImportState>("catalog", $"/api/catalog/imports/{id}", ct);
        if (import.Value is not { } state)
            return Page.Error(import.Status);
        var table = state.Over && state.DryRun ? await SentTable.Read(state.Table, services, ct) : null;
        var model = new ImportModel(state, null, null, problem, table);
        if (state is { DryRun: true, State: "done" })
        {
            var set = await services.Get<ChangeSet>("imports", $"/api/catalog/changesets/{id}", ct);
            model = model with { Differs = set.Value, Tree = await Tree.Read(services, ct) };
        }
        return Page.Of<ImportView>(model, status);
    }
}
