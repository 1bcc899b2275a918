using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using SkillPlatform.Web.Administration;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Uploads;

public sealed record UploadModel(
    string? Problem = null,
    IReadOnlyDictionary<string, string[]>? Errors = null,
    JsonElement? Document = null
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
        if (form.Files["document"] is not { Length: > 0 } file)
            return Page.Of<UploadView>(new UploadModel(visit.T["import.no-file"]), 422);
        using var content = Content(file);
        var taken = await services.Send<ImportState>(
            "imports",
            HttpMethod.Post,
            $"/api/catalog/changesets?source={Path.GetFileName(file.FileName)}",
            content,
            ct
        );
        return taken.Value is { } set ? TypedResults.Redirect(visit.To($"/uploads/{set.Id}"))
            : taken.Errors is { Count: > 0 } errors
                ? Page.Of<UploadView>(
                    new UploadModel(visit.T["import.errors"], errors, await DocumentPlaces.Read(file, ct)),
                    422
                )
            : Page.Of<UploadView>(new UploadModel(visit.Why(taken, "missing.catalog")), taken.Shown());
    }

    /// <summary>A file as the catalogue takes it. What it is shows in the ending of its name.</summary>
    public static StreamContent Content(IFormFile file)
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
