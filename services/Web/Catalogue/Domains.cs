using System.Text.Json;
using System.Text.Json.Serialization;

namespace SkillPlatform.Web.Catalogue;

/// <summary>The tree of domains, bare or as a list's items.</summary>
[JsonConverter(typeof(Reader))]
public sealed record Domains(DomainInTree[] All)
{
    private sealed class Reader : JsonConverter<Domains>
    {
        public override Domains Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var json = JsonDocument.ParseValue(ref reader);
            var root = json.RootElement;
            if (root.ValueKind is JsonValueKind.Object)
                root = root.TryGetProperty("items", out var items) ? items : root.GetProperty("domains");
            return new Domains(root.Deserialize<DomainInTree[]>(options) ?? []);
        }

        public override void Write(Utf8JsonWriter writer, Domains value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.All, options);
    }
}
