using System.Text.Json;
using System.Text.Json.Serialization;

namespace SkillPlatform.Web.Proposals;

/// <summary>A value that is a text, a list of texts or a place, as text.</summary>
public sealed class AnyText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var json = JsonDocument.ParseValue(ref reader);
        var value = json.RootElement;
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(item => item.ToString())),
            JsonValueKind.Object => string.Join(
                " / ",
                value.EnumerateObject().Select(member => member.Value.ToString())
            ),
            _ => null,
        };
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
