using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using SkillPlatform.Web.Api;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Uploads;

namespace SkillPlatform.Web.Administration;

public sealed record PastImport(
    Guid Id,
    string State,
    bool DryRun,
    string? Source,
    Person? By,
    long Added,
    long Changed,
    long Unchanged,
    DateTimeOffset CreatedAt
);

/// <summary>Past imports are null where they could not be read.</summary>
public sealed record ImportFormModel(
    bool DryRun = true,
    string? Problem = null,
    IReadOnlyDictionary<string, string[]>? Errors = null,
    PageList<PastImport>? Past = null,
    JsonElement? Document = null,
    SentTable? Table = null
);

/// <summary>Takes a catalogue document in, or only checks it; and the whole catalogue out.</summary>
public static class ImportCatalogue
{
    // What a form needs around its file.
    private const long Largest = Proxy.Import + 64 * 1024;

    public static void Map(WebApplication app)
    {
        app.MapGet(
                "/admin/import",
                (string? cursor, Services services, Visit visit, CancellationToken ct) =>
                    visit.Administers()
                        ? Form(new ImportFormModel(), 200, services, ct, cursor)
                        : Task.FromResult<IResult>(Page.Error(403))
            )
            .RequireAuthorization();
        app.MapPost("/admin/import", Post)
            .RequireAuthorization()
            .WithMetadata(
                new RequestSizeLimitAttribute(Largest),
                new RequestFormLimitsAttribute { MultipartBodyLengthLimit = Largest }
            );
    }

    private static async Task<IResult> Form(
        ImportFormModel model,
        int status,
        Services services,
        CancellationToken ct,
        string? cursor = null
    )
    {
        FormattableString address = $"/api/catalog/imports?limit={20}";
        var past = await services.Get<PageList<PastImport>>("catalog", address.With("cursor", cursor), ct);
        return Page.Of<ImportFormView>(model with { Past = past.Value }, status);
    }

    private static async Task<IResult> Post(IFormCollection form, Services services, Visit visit, CancellationToken ct)
    {
        if (!visit.Administers())
            return Page.Error(403);
        var dryRun = form["how"] != "real";
        FormattableString imports = $"/api/catalog/imports?dryRun={(dryRun ? "true" : "false")}";
        if (await UploadFile.Send(imports, form, services, ct) is not { } taken)
            return await Form(new ImportFormModel(dryRun, visit.T["import.no-file"]), 422, services, ct);
        return taken.Value is { } import ? TypedResults.Redirect(visit.To($"/admin/imports/{import.Id}"))
            : taken.Errors is { Count: > 0 } errors
                ? await Form(
                    new ImportFormModel(
                        dryRun,
                        Errors: errors,
                        Document: await DocumentPlaces.Read(form.Files["document"], ct),
                        Table: await SentTable.Read(taken.Table, services, ct)
                    ),
                    422,
                    services,
                    ct
                )
            : await Form(new ImportFormModel(dryRun, visit.Why(taken, "admin.missing")), taken.Shown(), services, ct);
    }
}
