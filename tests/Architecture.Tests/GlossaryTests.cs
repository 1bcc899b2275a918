using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SkillPlatform.Architecture.Tests;

/// <summary>
/// One term for one thing: <c>docs/glossary/{language}.json</c> says which, and which words (patterns) are not used for it, in
/// pages, letters, mails and sign-in alike.
/// </summary>
public sealed partial class GlossaryTests
{
    private sealed record Term(string Use, string[]? Not = null);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static TheoryData<string> Languages => ["en", "de", "es", "fr", "ru", "ja", "ar"];

    [Theory]
    [MemberData(nameof(Languages))]
    public void Texts_keep_to_the_terms_of_their_language(string language) =>
        Repository.None(
            from term in Glossary(language)
            from wrong in term.Value.Not ?? []
            from text in Texts(language)
            where Regex.IsMatch(text.Value, wrong, RegexOptions.None, TimeSpan.FromSeconds(10))
            select $"{text.Key} has “{wrong}” for {term.Key} (“{term.Value.Use}”): {text.Value}",
            $"Words that docs/glossary/{language}.json does not allow."
        );

    [Theory]
    [MemberData(nameof(Languages))]
    public void Terms_are_used(string language)
    {
        var all = string.Join('\n', Texts(language).Select(text => text.Value));
        Repository.None(
            from term in Glossary(language)
            where !all.Contains(term.Value.Use, StringComparison.OrdinalIgnoreCase)
            select $"{term.Key}: {term.Value.Use}",
            $"Terms of docs/glossary/{language}.json that no text has."
        );
    }

    /// <summary>Whoever calls a column of a table as our pages do is understood.</summary>
    [Theory]
    [MemberData(nameof(Languages))]
    public void What_pages_call_a_column_can_stand_in_a_file(string language)
    {
        var columns = JsonSerializer
            .Deserialize<JsonElement>(Repository.Read("services/Catalog/Exchange/table-words.json"))
            .GetProperty("columns")
            .Deserialize<Dictionary<string, Dictionary<string, string[]>>>()!;
        var texts = Texts(language).ToLookup(text => text.Key.Split(' ', 2)[^1], text => text.Value);
        Repository.None(
            from column in columns
            let said = texts[$"column.{column.Key}"].SingleOrDefault() ?? ""
            where !column.Value.Values.Any(words => words.Contains(said, StringComparer.InvariantCultureIgnoreCase))
            select $"column.{column.Key}: {said}",
            "services/Catalog/Exchange/table-words.json does not have these."
        );
    }

    private static Dictionary<string, Term> Glossary(string language) =>
        JsonSerializer.Deserialize<Dictionary<string, Term>>(Repository.Read($"docs/glossary/{language}.json"), Json)!;

    private static IEnumerable<KeyValuePair<string, string>> Texts(string language) =>
        [
            .. Repository
                .Files("*.json", $"services/Web/Languages/{language}")
                .Append($"services/Notifications/Mail/Texts/{language}.json")
                .SelectMany(OfJson),
            .. Repository
                .Files($"*.{language}.md", "services/Web/Site/Texts")
                .Select(file => KeyValuePair.Create(file, Addresses().Replace(Repository.Read(file), "]"))),
            .. OfResources(
                language == "en" ? "services/Identity/Texts.resx" : $"services/Identity/Texts.{language}.resx"
            ),
        ];

    // Where a link leads nobody reads.
    [GeneratedRegex(@"\]\([^)]*\)", RegexOptions.None, 1000)]
    private static partial Regex Addresses();

    private static IEnumerable<KeyValuePair<string, string>> OfJson(string file) =>
        JsonSerializer
            .Deserialize<Dictionary<string, string>>(Repository.Read(file))!
            .Select(text => KeyValuePair.Create($"{file} {text.Key}", text.Value));

    private static IEnumerable<KeyValuePair<string, string>> OfResources(string file) =>
        XDocument
            .Parse(Repository.Read(file))
            .Descendants("data")
            .Select(data =>
                KeyValuePair.Create($"{file} {data.Attribute("name")!.Value}", data.Element("value")!.Value)
            );
}
