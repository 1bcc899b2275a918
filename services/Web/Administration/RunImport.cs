using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Administration;

/// <summary>Imports what was only checked, or makes of an import what would undo it, to be proposed.</summary>
public static class RunImport
{
    public static void Map(WebApplication app)
    {
        Map(app, "run", import => $"/admin/imports/{import}");
        Map(app, "undo", changes => $"/uploads/{changes}");
    }

    private static void Map(WebApplication app, string what, Func<Guid, FormattableString> made) =>
        app.MapPost(
                $"/admin/imports/{{id:guid}}/{what}",
                async (Guid id, IFormCollection form, Services services, Visit visit, CancellationToken ct) =>
                {
                    if (!visit.Administers())
                        return Page.Error(403);
                    var done = await services.Send<Made>(
                        "imports",
                        HttpMethod.Post,
                        $"/api/catalog/imports/{id}/{what}",
                        null,
                        ct
                    );
                    return done.Value is { } it
                        ? TypedResults.Redirect(visit.To(made(it.Id)))
                        : await ShowImport.Show(id, visit.Why(done, "admin.missing"), done.Shown(), services, ct);
                }
            )
            .RequireAuthorization();

    private sealed record Made(Guid Id);
}
