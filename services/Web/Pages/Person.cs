using System.Text.Json;
using System.Text.Json.Serialization;

namespace SkillPlatform.Web.Pages;

/// <summary>Someone, as services name them. No name: a former member.</summary>
[JsonConverter(typeof(Reader))]
public sealed record Person(string? Id, string? Name)
{
    // Some answers give the id alone.
    private sealed class Reader : JsonConverter<Person>
    {
        public override Person? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var json = JsonDocument.ParseValue(ref reader);
            var value = json.RootElement;
            return value.ValueKind switch
            {
                JsonValueKind.String => new Person(value.GetString(), null),
                JsonValueKind.Object => new Person(Text(value, "id"), Text(value, "name")),
                _ => null,
            };
        }

        public override void Write(Utf8JsonWriter writer, Person value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Id);

        private static string? Text(JsonElement value, string name) =>
            value.TryGetProperty(name, out var text) && text.ValueKind is JsonValueKind.String
                ? text.GetString()
                : null;
    }
}
