using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SkillPlatform.Web.Administration;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Uploads;

/// <summary>A table that was sent, as the catalogue reads it, and how else it could.</summary>
public sealed record SentTable(
    Guid Id,
    TableForm Form,
    DateTimeOffset? ReadAs,
    HeadingRead[] Headings,
    SheetRead[] Sheets,
    string[] Meanings,
    string[] Encodings,
    string[] Separators
)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Null where it is not kept, or cannot be read.</summary>
    public static async Task<SentTable?> Read(Guid? id, Services services, CancellationToken ct) =>
        id is { } table ? (await services.Get<SentTable>("catalog", $"/api/catalog/tables/{table}", ct)).Value : null;

    /// <summary>What a form says of one that was sent before; null where it sends a file.</summary>
    public static (Guid Table, string Reading)? Said(IFormCollection form) =>
        Guid.TryParse(form["table"], out var table)
            ? (
                table,
                JsonSerializer.Serialize(
                    new
                    {
                        Columns = Said(form, "heading", "means"),
                        Sheets = OfSheets(form),
                        Encoding = form["encoding"].FirstOrDefault(),
                        Separator = form["separator"].FirstOrDefault(),
                    },
                    Json
                )
            )
            : null;

    // What is left as it was guessed is empty.
    private static Dictionary<string, string> Said(IFormCollection form, string names, string values) =>
        form[names]
            .Zip(form[values], (name, value) => (Name: name ?? "", Value: value ?? ""))
            .Where(said => said.Value.Length > 0)
            .GroupBy(said => said.Name, said => said.Value, StringComparer.Ordinal)
            .ToDictionary(said => said.Key, said => said.Last(), StringComparer.Ordinal);

    private static Dictionary<string, string> OfSheets(IFormCollection form)
    {
        var sheets = Said(form, "sheet", "role");
        foreach (var left in form["skip"])
            sheets[left ?? ""] = "";
        return sheets;
    }
}

/// <param name="Guess">What it means by its name; null for a level, or where that is not known.</param>
/// <param name="Means">What it is taken for.</param>
public sealed record HeadingRead(string Heading, string? Sample, string? Guess, string? Means);

/// <param name="At">The beginning of pointers into it.</param>
/// <param name="Header">Which row its headings are, from 0.</param>
/// <param name="Guess">The role by its name, where its columns are levels.</param>
/// <param name="Role">The role it is taken for one of.</param>
public sealed record SheetRead(string Name, string At, int Header, string? Guess, string? Role, bool Read);
