using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using SkillPlatform.Web.Administration;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Uploads;

public sealed record UploadModel(
    string? Problem = null,
    IReadOnlyDictionary<string, string[]>? Errors = null,
    JsonElement? Document = null,
    SentTable? Table = null
);

/// <summary>Anyone signed in sends a table, to see what it would change and to propose that.</summary>
public static class UploadFile
{
    private const long Largest = (16 << 20) + 64 * 1024;

    public static void Map(WebApplication app)
    {
        app.MapGet("/upload", () => Page.Of<UploadView>(new UploadModel())).RequireAuthorization();
        app.MapPost("/upload", Post)
            .RequireAuthorization()
            .WithMetadata(
                new RequestSizeLimitAttribute(Largest),
                new RequestFormLimitsAttribute { MultipartBodyLengthLimit = Largest }
            );
    }

    private static async Task<IResult> Post(IFormCollection form, Services services, Visit visit, CancellationToken ct)
    {
        if (await Send($"/api/catalog/changesets", form, services, ct) is not { } taken)
            return Page.Of<UploadView>(new UploadModel(visit.T["import.no-file"]), 422);
        return taken.Value is { } set ? TypedResults.Redirect(visit.To($"/uploads/{set.Id}"))
            : taken.Errors is { Count: > 0 } errors
                ? Page.Of<UploadView>(
                    new UploadModel(
                        null,
                        errors,
                        await DocumentPlaces.Read(form.Files["document"], ct),
                        await SentTable.Read(taken.Table, services, ct)
                    ),
                    422
                )
            : Page.Of<UploadView>(new UploadModel(visit.Why(taken, "missing.catalog")), taken.Shown());
    }

    /// <summary>Sends the file of a form, or says how the one sent before is to be read; null where there is neither.</summary>
    public static async Task<Answer<ImportState>?> Send(
        FormattableString to,
        IFormCollection form,
        Services services,
        CancellationToken ct
    )
    {
        if (SentTable.Said(form) is var (table, reading))
            return await services.Send<ImportState>(
                "documents",
                HttpMethod.Post,
                to.With("table", table.ToString()).With("reading", reading),
                null,
                ct
            );
        if (form.Files["document"] is not { Length: > 0 } file)
            return null;
        using var content = Content(file);
        return await services.Send<ImportState>(
            "documents",
            HttpMethod.Post,
            to.With("source", Path.GetFileName(file.FileName)),
            content,
            ct
        );
    }

    // What it is shows in the ending of its name.
    private static StreamContent Content(IFormFile file)
    {
        var content = new StreamContent(file.OpenReadStream());
        content.Headers.ContentType = new MediaTypeHeaderValue(
            Path.GetExtension(file.FileName).ToLowerInvariant() switch
            {
                ".csv" or ".txt" or ".tsv" => "text/csv",
                ".xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                _ => "application/json",
            }
        );
        return content;
    }
}
