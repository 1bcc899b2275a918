using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SkillPlatform.Architecture.Tests;

/// <summary>The rules of STYLE.md that a machine can read off the sources.</summary>
public sealed partial class SourceTests
{
    private static readonly string[] Shipped = ["services", "ServiceDefaults"];

    [Fact]
    public void Program_is_read_at_a_glance() =>
        Repository.None(
            from file in Repository.Sources("services")
            where Path.GetFileName(file) == "Program.cs"
            let lines = Repository
                .Read(file)
                .Split('\n')
                .Count(line => line.Trim().Length > 0 && !line.StartsWith("using ", StringComparison.Ordinal))
            where lines > 30
            select $"{file}: {lines} lines",
            "Program.cs has at most 30 lines below its usings."
        );

    [Fact]
    public void No_type_is_named_for_lack_of_a_name() =>
        Repository.None(
            from file in Repository.Sources(Shipped)
            from Match type in Vague().Matches(Repository.Read(file))
            select $"{file}: {type.Groups[1].Value}",
            "Service, Manager, Handler, Dto, Repository, Helper and Utils say nothing."
        );

    [Fact]
    public void No_folder_groups_by_kind() =>
        Repository.None(
            Repository.Sources(Shipped).Where(file => ByKind().IsMatch(file)),
            "Folders group what changes together, not what is alike."
        );

    [Fact]
    public void Consumers_are_named_for_the_fact() =>
        Repository.None(
            from file in Repository.Sources("services")
            from Match consumer in Consumer().Matches(Repository.Read(file))
            where !consumer.Groups[1].Value.StartsWith("When", StringComparison.Ordinal)
            select $"{file}: {consumer.Groups[1].Value}",
            "A consumer is called When<Fact>."
        );

    [Fact]
    public void Consumers_leave_saving_to_the_inbox() =>
        Repository.None(
            from file in Repository.Sources("services")
            let text = Repository.Read(file)
            where Consumer().IsMatch(text) && text.Contains("SaveChanges", StringComparison.Ordinal)
            select file,
            "A consumer stages into the session; the inbox commits its effects with the message's entry."
        );

    [Fact]
    public void Paths_are_compared_as_routes_are() =>
        Repository.None(
            from file in Repository.Sources(Shipped)
            where Repository.Read(file).Contains("Path.StartsWithSegments(", StringComparison.Ordinal)
            where CaseOfPath().IsMatch(Repository.Read(file))
            select file,
            "Routes do not heed case: what goes by the path must not either, or /API gets another authentication."
        );

    [Fact]
    public void Time_comes_in_as_data() =>
        Repository.None(
            from file in Repository.Sources(Shipped)
            from Match clock in Clock().Matches(Repository.Read(file))
            select $"{file}: {clock.Value}",
            "Take the time from TimeProvider, at the edge."
        );

    [Fact]
    public void Every_text_is_there_in_every_language_with_the_same_places() =>
        Repository.None(
            from house in Languages().GroupBy(file => file.House)
            let texts = house.ToDictionary(file => file.Language, file => Texts(file.Path))
            from key in texts.Values.SelectMany(language => language.Keys).Distinct(StringComparer.Ordinal)
            let places = texts.Values.Select(language => Places(language.GetValueOrDefault(key))).ToArray()
            where places.Distinct(StringComparer.Ordinal).Count() > 1 || places[0] == Missing
            select $"{house.Key}: {key}",
            "Each text is there, is not empty and has the same {places} in each language."
        );

    [Fact]
    public void Every_house_speaks_every_language() =>
        Assert.All(
            Languages().GroupBy(file => file.House),
            house =>
                Assert.Equal(
                    ["ar", "de", "en", "es", "fr", "ja", "ru"],
                    house.Select(file => file.Language).Order(StringComparer.Ordinal),
                    StringComparer.Ordinal
                )
        );

    [Fact]
    public void Identity_has_no_words_of_its_own() =>
        Repository.None(
            Repository
                .Files("*.cshtml", "services/Identity")
                .SelectMany(file => Words().Matches(Markup(Repository.Read(file))).Select(words => (file, words.Value)))
                .Concat(
                    Repository
                        .Sources("services/Identity/Pages", "services/Identity/Mail")
                        .SelectMany(file =>
                            Sentence().Matches(Repository.Read(file)).Select(said => (file, said.Value))
                        )
                )
                .Where(found => !found.Value.Trim('>', ' ', '–').Equals("SkillPlatform", StringComparison.Ordinal))
                .Select(found => $"{found.file}: {found.Value.Trim()}"),
            "What a reader reads stands in Texts.resx, in each language."
        );

    // Of a page, without what is code: tags with what is between them, and attributes that are read out as if they were.
    private static string Markup(string page) =>
        ReadOut().Replace(Expression().Replace(Statement().Replace(page, ""), ""), ">$1<");

    [GeneratedRegex(@"StartsWithSegments\([^;{]*StringComparison\.Ordinal\b", RegexOptions.None, 1000)]
    private static partial Regex CaseOfPath();

    [GeneratedRegex(
        @"@\*[\s\S]*?\*@|@\{[^}]*\}|^\s*(?:@(?:page|model|using|attribute|section)\b|@?(?:if|else|foreach|for|switch)\b|var ).*$|^\s*[{}]\s*$",
        RegexOptions.Multiline
    )]
    private static partial Regex Statement();

    [GeneratedRegex(
        @"@\(?(?:await )?[\w.]+(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\[(?:[^\[\]]|\[[^\[\]]*\])*\]|\.\w+|\)|!)*"
    )]
    private static partial Regex Expression();

    [GeneratedRegex(@"\b(?:title|alt|placeholder|aria-label)=""([^""]*)""")]
    private static partial Regex ReadOut();

    [GeneratedRegex(@">[^<>]*\p{L}{2,}[^<>]*(?=<)")]
    private static partial Regex Words();

    // What is logged or thrown only operators read.
    [GeneratedRegex(
        @"(?<=^(?!.*(?:Log\w*\(|Exception\(|///)).*)""\p{Lu}\p{Ll}+[,:]? \p{Ll}+[^""]*""",
        RegexOptions.Multiline
    )]
    private static partial Regex Sentence();

    private const string Missing = "missing";

    // Texts.resx, Texts.de.resx … or en.json, de.json … in a folder of their own.
    private static IEnumerable<(string House, string Language, string Path)> Languages() =>
        from path in Repository.Files("*.*", Shipped)
        let language = Language().Match(path)
        where language.Success
        select (
            language.Groups["house"].Value,
            language.Groups["language"] is { Success: true } named ? named.Value : "en",
            path
        );

    private static Dictionary<string, string> Texts(string file) =>
        file.EndsWith(".resx", StringComparison.Ordinal)
            ? XDocument
                .Parse(Repository.Read(file))
                .Descendants("data")
                .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")?.Value ?? "")
            : JsonSerializer.Deserialize<Dictionary<string, string>>(Repository.Read(file))!;

    private static string Places(string? text) =>
        string.IsNullOrWhiteSpace(text)
            ? Missing
            : string.Join(' ', Place().Matches(text).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal));

    [GeneratedRegex(
        @"^(?<house>.+)(?:/(?<language>[a-z]{2})\.json|(?<!\.[a-z]{2})(?:\.(?<language>[a-z]{2}))?\.resx)$"
    )]
    private static partial Regex Language();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Place();

    [GeneratedRegex(
        @"\b(?:class|record|struct|interface|enum)\s+(\w+(?:Service|Manager|Handler|Dto|Repository|Helper|Helpers|Utils|Utilities))\b"
    )]
    private static partial Regex Vague();

    [GeneratedRegex(
        @"/(Domain|Infrastructure|Application|Common|Shared|Helpers|Utils|Models|Services|Handlers|Repositories|Dtos)/"
    )]
    private static partial Regex ByKind();

    [GeneratedRegex(@"\bclass (\w+)(?:<[^>]*>)?(?:\([^)]*\))?\s*:[^{]*\bIConsumer<")]
    private static partial Regex Consumer();

    [GeneratedRegex(@"\bDateTime(?:Offset)?\.(?:Utc)?Now\b|\bStopwatch\.StartNew\b")]
    private static partial Regex Clock();
}
