using System.Text.Json;
using System.Text.Json.Serialization;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Catalogue;

/// <summary>The tree of domains, bare or as a list's items.</summary>
[JsonConverter(typeof(Reader))]
public sealed record Domains(DomainInTree[] All, string? NextCursor = null)
{
    // More than anybody has; a service that always knows of more does not keep us for ever.
    private const int MostPages = 20;

    /// <summary>All there are.</summary>
    public static async Task<Answer<Domains>> Read(Services services, CancellationToken ct)
    {
        var all = await Part(null);
        for (var page = 1; all.Value is { NextCursor: { } next } some && page < MostPages; page++)
        {
            if ((await Part(next)).Value is not { } more)
                break;
            all = all with { Value = new Domains([.. some.All, .. more.All], more.NextCursor) };
        }
        return all;

        Task<Answer<Domains>> Part(string? cursor) =>
            services.Get<Domains>(
                "catalog",
                ((FormattableString)$"/api/catalog/domains?limit={200}").With("cursor", cursor),
                ct
            );
    }

    private sealed class Reader : JsonConverter<Domains>
    {
        public override Domains Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var json = JsonDocument.ParseValue(ref reader);
            var root = json.RootElement;
            var next =
                root.ValueKind is JsonValueKind.Object && root.TryGetProperty("nextCursor", out var n) ? n : default;
            if (root.ValueKind is JsonValueKind.Object)
                root = root.TryGetProperty("items", out var items) ? items : root.GetProperty("domains");
            return new Domains(
                root.Deserialize<DomainInTree[]>(options) ?? [],
                next.ValueKind is JsonValueKind.String ? next.GetString() : null
            );
        }

        public override void Write(Utf8JsonWriter writer, Domains value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.All, options);
    }
}
