using System.Text.RegularExpressions;

namespace SkillPlatform.Architecture.Tests;

public sealed partial class DocumentTests
{
    private static IEnumerable<string> Documents =>
        [
            "README.md",
            "STYLE.md",
            "CONTRIBUTING.md",
            "CHANGELOG.md",
            "SECURITY.md",
            .. Repository.Files("*.md", "docs"),
        ];

    [Fact]
    public void What_a_document_names_is_there() =>
        Repository.None(
            from document in Documents
            from Match link in Link().Matches(Repository.Read(document))
            let target = link.Groups[1].Value
            where !target.Contains(':', StringComparison.Ordinal)
            where !Path.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, target))
            select $"{document}: {target}",
            "A file was moved or renamed; its readers are led astray."
        );

    [GeneratedRegex(@"\]\(([^)#]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
