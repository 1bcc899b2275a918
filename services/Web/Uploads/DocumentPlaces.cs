using System.Globalization;
using System.Text.Json;
using SkillPlatform.Rendering;

namespace SkillPlatform.Web.Uploads;

/// <summary>Where in a catalogue document something is, by the names that stand there: who mends it looks for these.</summary>
public static class DocumentPlaces
{
    private const int Longest = 80;
    private const int LargestBytes = 8 * 1024 * 1024;

    /// <summary>What was sent, as JSON; null for what is no JSON, or too much to be held in memory for the sake of names.</summary>
    public static async Task<JsonElement?> Read(IFormFile? file, CancellationToken ct)
    {
        if (file is null or { Length: > LargestBytes })
            return null;
        try
        {
            await using var sent = file.OpenReadStream();
            using var document = await JsonDocument.ParseAsync(sent, cancellationToken: ct);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The names along a JSON pointer, "Sea › Coast › Reading tides › Pilot, Junior"; empty where there are none.</summary>
    public static string Of(JsonElement document, string pointer)
    {
        var names = new List<string>();
        foreach (var part in pointer.Split('/').Skip(1))
        {
            var step = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (Step(document, step) is not { } next)
                break;
            document = next;
            if (Name(document) is { Length: > 0 } name && names.LastOrDefault() != name)
                names.Add(Markdown.Short(name, Longest));
        }
        return string.Join(" › ", names);
    }

    private static JsonElement? Step(JsonElement at, string step) =>
        at.ValueKind switch
        {
            JsonValueKind.Object => at.TryGetProperty(step, out var value) ? value : null,
            JsonValueKind.Array
                when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var i)
                    && i < at.GetArrayLength() => at[i],
            _ => null,
        };

    // What is called somehow, a requirement by its role and level, and a word itself.
    private static string? Name(JsonElement at) =>
        at.ValueKind is JsonValueKind.String ? at.GetString()
        : at.ValueKind is not JsonValueKind.Object ? null
        : Text(at, "name") ?? string.Join(", ", new[] { Text(at, "role"), Text(at, "level") }.OfType<string>());

    private static string? Text(JsonElement at, string name) =>
        at.TryGetProperty(name, out var text) && text.ValueKind is JsonValueKind.String ? text.GetString() : null;
}
