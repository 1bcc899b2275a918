using System.Text.Json;
using System.Text.Json.Serialization;
using SkillPlatform.Changes;

namespace SkillPlatform.Catalog;

/// <summary>How somebody says that a table is to be read. What it says nothing of is guessed.</summary>
/// <param name="Columns">What a heading means: the name of a column, <see cref="Cell"/> or <see cref="LeftOut"/>.</param>
/// <param name="Sheets">The role that a sheet is of, where its columns are levels; empty for a sheet that is not to be read. A text is the sheet "".</param>
/// <param name="Encoding">Of a text.</param>
/// <param name="Separator">Between the cells of a text.</param>
public sealed record TableReading(
    Dictionary<string, string>? Columns = null,
    Dictionary<string, string>? Sheets = null,
    string? Encoding = null,
    string? Separator = null
)
{
    /// <summary>A level, the cells of which are requirements.</summary>
    public const string Cell = "cell";

    public const string LeftOut = "none";

    /// <summary>All that a heading can mean.</summary>
    public static readonly string[] Meanings = [.. TableWords.Known, Cell, LeftOut];

    public static TableReading Guessed { get; } = new();

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
    };

    private readonly Dictionary<string, string> _byHeading = (Columns ?? [])
        .GroupBy(column => TableWords.Plain(column.Key), column => column.Value, StringComparer.Ordinal)
        .ToDictionary(column => column.Key, column => column.Last(), StringComparer.Ordinal);

    /// <summary>As it is sent: <c>{"columns":{"Ebene":"level"}}</c>; null where nothing is.</summary>
    /// <exception cref="BadHttpRequestException">It is none; says why.</exception>
    public static TableReading? Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        try
        {
            var reading = JsonSerializer.Deserialize<TableReading>(text, Json) ?? Guessed;
            return reading.Problem() is { } problem
                ? throw new BadHttpRequestException($"reading: {problem}")
                : reading;
        }
        catch (JsonException e)
        {
            // What is wrong, and where; the serializer's own sentence may name our types.
            var at = e.Path is { Length: > 1 } path ? path[2..] : "it";
            throw new BadHttpRequestException($"reading: {at} cannot be read, or stands there twice.", e);
        }
    }

    private string? Problem() =>
        (Columns ?? []).Concat(Sheets ?? []).Any(said => said.Key.Contains('\0', StringComparison.Ordinal))
            ? "no heading and no sheet has such a name."
        : Columns?.Values.FirstOrDefault(means => !Meanings.Contains(means, StringComparer.Ordinal)) is { } column
            ? $"a column cannot mean \u201c{column}\u201d, but {string.Join(", ", Meanings)}."
        : Sheets
            ?.Values.Select(role => TextForm.Problem(role ?? "", TextForm.LongestName, mayBeEmpty: true))
            .FirstOrDefault(p => p is not null)
            is { } role
            ? $"a sheet\u2019s role: {role}"
        : Encoding is not null && !CsvText.Encodings.Contains(Encoding, StringComparer.Ordinal)
            ? $"encoding must be one of {string.Join(", ", CsvText.Encodings)}."
        : Separator is not null && !CsvText.Separators.Contains(Separator, StringComparer.Ordinal)
            ? "separator must be a comma, a semicolon, a tab or a bar."
        : null;

    /// <summary>True where nothing differs from what would be guessed.</summary>
    [JsonIgnore]
    public bool SaysNothing =>
        Columns is not { Count: > 0 } && Sheets is not { Count: > 0 } && Encoding is null && Separator is null;

    /// <summary>The column that a heading means; <see cref="LeftOut"/> or null where it means none.</summary>
    public string? Column(string heading) =>
        _byHeading.GetValueOrDefault(TableWords.Plain(heading)) switch
        {
            null => TableWords.Column(heading),
            Cell => null,
            var means => means,
        };

    /// <summary>The role a sheet is said to be of; empty where it is not to be read, null where nothing is said of it.</summary>
    public string? Role(Sheet sheet) => Sheets?.GetValueOrDefault(sheet.Name ?? "");
}
