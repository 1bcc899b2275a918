using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Administration;

/// <summary>Imports what was only checked, or makes of an import what would undo it, to be proposed.</summary>
public static class RunImport
{
    public static void Map(WebApplication app)
    {
        app.MapPost("/admin/imports/{id:guid}/run", Run).RequireAuthorization();
        app.MapPost("/admin/imports/{id:guid}/undo", Undo).RequireAuthorization();
    }

    private static async Task<IResult> Run(
        Guid id,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (!visit.Administers())
            return Page.Error(403);
        var taken = await services.Send<Made>("imports", HttpMethod.Post, $"/api/catalog/imports/{id}/run", null, ct);
        return taken.Value is { } import
            ? TypedResults.Redirect(visit.To($"/admin/imports/{import.Id}"))
            : await ShowImport.Show(id, visit.Why(taken, "admin.missing"), taken.Shown(), services, ct);
    }

    private static async Task<IResult> Undo(
        Guid id,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (!visit.Administers())
            return Page.Error(403);
        var made = await services.Send<Made>("imports", HttpMethod.Post, $"/api/catalog/imports/{id}/undo", null, ct);
        return made.Value is { } set
            ? TypedResults.Redirect(visit.To($"/uploads/{set.Id}"))
            : await ShowImport.Show(id, visit.Why(made, "admin.missing"), made.Shown(), services, ct);
    }

    private sealed record Made(Guid Id);
}
