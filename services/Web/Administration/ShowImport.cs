using SkillPlatform.Web.Pages;

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
    TableForm? Form = null
)
{
    public bool Over => State is "done" or "failed";
}

/// <summary>How a table was read.</summary>
public sealed record TableForm(string? Encoding);

/// <summary>How far an import is. The page reloads itself until it is over.</summary>
public static class ShowImport
{
    public static void Map(WebApplication app) => app.MapGet("/admin/imports/{id:guid}", Get).RequireAuthorization();

    private static async Task<IResult> Get(Guid id, Services services, Visit visit, CancellationToken ct)
    {
        if (!visit.Administers())
            return Page.Error(403);
        var import = await services.Get<ImportState>("catalog", $"/api/catalog/imports/{id}", ct);
        return import.Value is { } state ? Page.Of<ImportView>(state) : Page.Error(import.Status);
    }
}
