using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Catalog;

/// <summary>
/// A whole catalogue as people exchange it, in names rather than slugs. A skill is told by its place and its name, so that
/// importing a document again finds the same skills; names that look the same are the same. Read by <see cref="CatalogJson"/>
/// or <see cref="CatalogCsv"/>; what they give is in the one form of text and has passed every check.
/// </summary>
/// <param name="Levels">For domains that state none; null for the five usual ones.</param>
/// <param name="Roles">Every role there is; the order is that of new roles.</param>
/// <param name="Covers">The roles it speaks of, whose requirements are all in it; null where it speaks of all.</param>
/// <param name="Language">Of its texts, like source, licence and attribution for each domain that says nothing else.</param>
public sealed record CatalogDocument(
    string? Source,
    string? Licence,
    CatalogDocument.Term[]? Levels,
    CatalogDocument.Term[] Roles,
    CatalogDocument.Domain[] Domains,
    string[]? Covers = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Language = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Attribution = null
)
{
    public const int LongestNote = 4_000;
    public const int LongestId = 400;
    public const int LongestUri = 2_000;
    public const int MostIds = 20;
    public const int MostLevels = 50;
    public const int MostRoles = 5_000;
    public const int MostSkills = 1_000_000;

    public const int LargestBytes = 512 * 1024 * 1024;

    /// <summary>Of a workbook, which is in memory while it is read.</summary>
    public const int LargestWorkbook = 128 * 1024 * 1024;

    public static readonly string[] UsualLevels = ["Junior", "Middle", "Senior", "Lead", "Principal"];

    public static string TooManySkills { get; } = $"At most {MostSkills:N0} skills.";

    public static string TooLongSkill { get; } = $"A skill has at most {JsonIndex.LargestPiece >> 20} MB.";

    /// <summary>A role or a level; of what is null nothing is said. One that has a name alone is written as that.</summary>
    [JsonConverter(typeof(Form))]
    public sealed record Term(string Name, string? Description = null, ExternalId[]? ExternalIds = null)
    {
        public static implicit operator Term(string name) => new(name);

        private sealed record Whole(
            string Name,
            [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description,
            [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExternalId[]? ExternalIds
        );

        /// <summary>As the description of the API tells it.</summary>
        public static void Describe(OpenApiOptions options) =>
            options.AddSchemaTransformer(
                async (schema, context, ct) =>
                {
                    if (context.JsonTypeInfo.Type == typeof(Term[]))
                        schema.Items = new OpenApiSchema
                        {
                            OneOf =
                            [
                                new OpenApiSchema { Type = JsonSchemaType.String },
                                await context.GetOrCreateSchemaAsync(typeof(Whole), cancellationToken: ct),
                            ],
                        };
                }
            );

        private sealed class Form : JsonConverter<Term>
        {
            public override Term? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
                reader.TokenType == JsonTokenType.String ? new Term(reader.GetString()!)
                : JsonSerializer.Deserialize<Whole>(ref reader, options) is var (name, description, ids)
                    ? new Term(name, description, ids)
                : null;

            public override void Write(Utf8JsonWriter writer, Term value, JsonSerializerOptions options)
            {
                if (value is { Description: null, ExternalIds: null })
                    writer.WriteStringValue(value.Name);
                else
                    JsonSerializer.Serialize(
                        writer,
                        new Whole(value.Name, value.Description, value.ExternalIds),
                        options
                    );
            }
        }
    }

    /// <summary>Of where its texts are from a null says nothing, and what is empty takes away what is known.</summary>
    public sealed record Domain(
        string Name,
        Term[]? Levels,
        Group[] Groups,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Language = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Source = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Licence = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Attribution = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExternalId[]? ExternalIds = null
    );

    public sealed record Group(
        string Name,
        Skill[] Skills,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExternalId[]? ExternalIds = null
    );

    /// <param name="Keywords">Null where the document says nothing of them.</param>
    /// <param name="Retired">False where the document says that a skill that was retired is one again.</param>
    /// <param name="Description">What it is about; null where the document says nothing of that.</param>
    /// <param name="ExternalIds">By these it is found before all else; null where the document says nothing of them.</param>
    /// <param name="Revision">Which <see cref="Catalog.Revision"/> it was exported from; null where the document does not say.</param>
    public sealed record Skill(
        string Name,
        string[]? Keywords,
        Requirement[] Requirements,
        bool? Retired = null,
        string? Description = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExternalId[]? ExternalIds = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Revision = null
    );

    public sealed record Requirement(string Role, string Level, bool Mandatory, string Description);

    /// <summary>The levels this document states for a domain; null where it says nothing of them.</summary>
    public Term[]? StatedLevels(Domain domain) => domain.Levels ?? Levels;
}

/// <summary>Finds the levels a domain already has; null where there is no such domain.</summary>
public delegate IReadOnlyCollection<string>? KnownLevels(CatalogDocument.Domain domain);

/// <summary>What is wrong with a document, each thing at its JSON pointer. Reading goes on until there are too many.</summary>
public sealed class DocumentErrors
{
    public const int Most = 500;
    private const int MostSuggested = 50;
    private readonly List<(string Pointer, string Message)> _all = [];
    private int _suggested;

    public IReadOnlyList<(string Pointer, string Message)> All => _all;
    public bool Any => _all.Count > 0;

    /// <summary>True where the document cannot be read at all, rather than breaking a rule.</summary>
    public bool Unreadable { get; private set; }

    public void Add(string pointer, string message)
    {
        _all.Add((pointer, message));
        if (_all.Count < Most)
            return;
        _all.Add(("", $"Only the first {Most} errors are listed."));
        throw new TooManyException();
    }

    public static DocumentErrors Of(string problem)
    {
        var errors = new DocumentErrors();
        errors.Broken("", problem);
        return errors;
    }

    public void Broken(string pointer, string message)
    {
        Unreadable = true;
        _all.Add((pointer, message));
    }

    /// <summary>A name is not in a list. To look for what may have been meant takes long where both are long: done for the first ones.</summary>
    public void NotAmong(string pointer, string name, IEnumerable<string> names, string what) =>
        Add(pointer, NotAmong(name, _suggested++ < MostSuggested ? names : [], what));

    /// <summary>What to say of a name that is not in a list: what stands there, and what may have been meant.</summary>
    public static string NotAmong(string name, IEnumerable<string> names, string what)
    {
        // A name that has errors itself is a gap in its list.
        var near = Near.Of(name, names.OfType<string>());
        return $"\u201c{name}\u201d is not among the {what}."
            + (near is null ? "" : $" Did you mean \u201c{near}\u201d?");
    }

    public Refusal AsRefusal()
    {
        var refusal = Refusal.Fields(_all);
        return Unreadable ? refusal with { Kind = RefusalKind.Malformed, Code = "malformed" } : refusal;
    }

    /// <summary>Ends the reading of a document that has more errors than anyone wants to read.</summary>
    public sealed class TooManyException : Exception;
}
