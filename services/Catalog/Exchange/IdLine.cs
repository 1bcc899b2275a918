using System.Text.Json;
using System.Text.RegularExpressions;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

/// <summary>What a skill is in another system, in one line of a cell: <c>esco: S1.2 &lt;https://example.org/S1.2&gt;</c>. What would be read otherwise is JSON.</summary>
public static partial class IdLine
{
    /// <summary>As <see cref="Read"/> takes it.</summary>
    public static string Of(ExternalId id)
    {
        var line = $"{id.System}: {id.Id}{(id.Uri is { } uri ? $" <{uri}>" : "")}";
        return Read(line).Id == id ? line : JsonSerializer.Serialize(id, JsonSerializerOptions.Web);
    }

    /// <summary>The id, or what is wrong with the line.</summary>
    public static (ExternalId? Id, string? Problem) Read(string line)
    {
        if (Parts(line) is not var (system, number, uri))
            return (null, "A system and its id are meant: “esco: S1.2”, or “esco: S1.2 <https://example.org/S1.2>”.");
        var id = new ExternalId(TextForm.Name(system), TextForm.Name(number), uri is null ? null : TextForm.Name(uri));
        var problem =
            TextForm.Problem(id.System, TextForm.LongestKeyword)
            ?? TextForm.Problem(id.Id, CatalogDocument.LongestId)
            ?? (
                id.Uri is null ? null
                : !Uri.TryCreate(id.Uri, UriKind.Absolute, out _)
                    ? "Must be a whole address: https://example.org/skills/1."
                : TextForm.Problem(id.Uri, CatalogDocument.LongestUri)
            );
        return problem is null ? (id, null) : (null, problem);
    }

    private static (string System, string Id, string? Uri)? Parts(string line)
    {
        if (line.StartsWith('{'))
            try
            {
                return
                    JsonSerializer.Deserialize<ExternalId>(line, JsonSerializerOptions.Web)
                        is { System: { } s, Id: { } i, Uri: var u }
                    ? (s, i, u)
                    : null;
            }
            catch (JsonException)
            {
                return null;
            }
        return Line().Match(line) is { Success: true, Groups: var parts }
            ? (parts["system"].Value, parts["id"].Value, parts["uri"] is { Success: true, Value: var uri } ? uri : null)
            : null;
    }

    [GeneratedRegex(
        @"^(?<system>[^:]+):\s(?<id>[^<>]+?)(\s<(?<uri>[^<>\s]+)>)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Line();
}
