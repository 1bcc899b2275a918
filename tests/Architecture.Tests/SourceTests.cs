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
    public void Time_and_ids_come_in_as_data() =>
        Repository.None(
            from file in Repository.Sources(Shipped)
            from Match clock in Clock().Matches(Repository.Read(file))
            select $"{file}: {clock.Value}",
            "Take the time from TimeProvider and ids from Guid.CreateVersion7 at the edge."
        );

    [Fact]
    public void Every_text_is_there_in_every_language()
    {
        var files = Repository.Files("*.resx", "services", "ServiceDefaults").ToArray();
        Repository.None(
            from culture in files
            let dot = Culture().Match(culture)
            where dot.Success
            let neutral = dot.Groups[1].Value + ".resx"
            where files.Contains(neutral, StringComparer.Ordinal)
            let there = Texts(culture)
            from key in Texts(neutral).Keys.Union(there.Keys, StringComparer.Ordinal)
            where string.IsNullOrWhiteSpace(there.GetValueOrDefault(key)) || !Texts(neutral).ContainsKey(key)
            select $"{culture}: {key}",
            "Each key of a language is a key of all, and none is empty."
        );
    }

    private static Dictionary<string, string> Texts(string file) =>
        XDocument
            .Parse(Repository.Read(file))
            .Descendants("data")
            .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")?.Value ?? "");

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

    [GeneratedRegex(@"\bDateTime(?:Offset)?\.(?:Utc)?Now\b|\bGuid\.NewGuid\b|\bStopwatch\.StartNew\b")]
    private static partial Regex Clock();

    [GeneratedRegex(@"^(.+)\.[a-z]{2}(?:-[A-Z]{2})?\.resx$")]
    private static partial Regex Culture();
}
