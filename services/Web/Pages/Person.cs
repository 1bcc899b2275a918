using System.Text.Json;
using System.Text.Json.Serialization;
using SkillPlatform.Rendering;
using SkillPlatform.Web.Languages;

namespace SkillPlatform.Web.Pages;

/// <summary>Someone, as services name them. No name: a former member if erased, else someone not heard of yet.</summary>
[JsonConverter(typeof(Reader))]
public sealed record Person(string? Id, string? Name, bool Erased = false)
{
    public static string In(Texts texts, Person? person) =>
        person?.Name is { } name ? Markdown.Harmless(name)
        : person?.Erased == true ? texts["former-member"]
        : texts["unknown-member"];

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
                JsonValueKind.Object => new Person(
                    Text(value, "id"),
                    Text(value, "name"),
                    value.TryGetProperty("erased", out var erased) && erased.ValueKind is JsonValueKind.True
                ),
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
