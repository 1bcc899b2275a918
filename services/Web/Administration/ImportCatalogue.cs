using System.Net.Http.Headers;
using Microsoft.AspNetCore.Mvc;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Administration;

public sealed record ImportFormModel(
    bool DryRun = true,
    string? Problem = null,
    IReadOnlyDictionary<string, string[]>? Errors = null
);

/// <summary>Takes a catalogue document in, or only checks it; and the whole catalogue out.</summary>
public static class ImportCatalogue
{
    private const long Largest = 32 * 1024 * 1024;

    public static void Map(WebApplication app)
    {
        app.MapGet(
                "/admin/import",
                (Visit visit) =>
                    visit.Administers() ? (IResult)Page.Of<ImportFormView>(new ImportFormModel()) : Page.Error(403)
            )
            .RequireAuthorization();
        app.MapPost("/admin/import", Post)
            .RequireAuthorization()
            .WithMetadata(
                new RequestSizeLimitAttribute(Largest + 64 * 1024),
                new RequestFormLimitsAttribute { MultipartBodyLengthLimit = Largest + 64 * 1024 }
            );
    }

    private static async Task<IResult> Post(IFormCollection form, Services services, Visit visit, CancellationToken ct)
    {
        if (!visit.Administers())
            return Page.Error(403);
        var dryRun = form["how"] != "real";
        if (form.Files["document"] is not { Length: > 0 } file)
            return Page.Of<ImportFormView>(new ImportFormModel(dryRun, visit.T["import.no-file"]), 422);
        using var content = new StreamContent(file.OpenReadStream());
        content.Headers.ContentType = new MediaTypeHeaderValue(
            Path.GetExtension(file.FileName).ToLowerInvariant() switch
            {
                ".csv" or ".txt" or ".tsv" => "text/csv",
                ".xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                _ => "application/json",
            }
        );
        var taken = await services.Send<ImportState>(
            "imports",
            HttpMethod.Post,
            $"/api/catalog/imports?dryRun={(dryRun ? "true" : "false")}&source={Path.GetFileName(file.FileName)}",
            content,
            ct
        );
        return taken.Value is { } import ? TypedResults.Redirect(visit.To($"/admin/imports/{import.Id}"))
            : taken.Errors is { Count: > 0 } errors
                ? Page.Of<ImportFormView>(new ImportFormModel(dryRun, visit.T["import.errors"], errors), 422)
            : Page.Of<ImportFormView>(new ImportFormModel(dryRun, visit.Why(taken, "admin.missing")), taken.Shown());
    }
}
