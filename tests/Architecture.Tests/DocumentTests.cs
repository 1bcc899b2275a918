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

    [Fact]
    public void The_table_of_security_requirements_has_each_of_them_once_and_names_tests_that_exist()
    {
        var document = Repository.Read("docs/asvs.md");
        var rows = Requirement().Matches(document);
        // Those of levels 1 and 2.
        Assert.Equal(253, rows.Select(row => row.Groups["id"].Value).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(253, rows.Count);
        Assert.Contains(
            $"**{Count("yes")} met, {Count("partly")} partly, {Count("no")} not, {Count("n/a")} do not apply**, of {rows.Count}.",
            document,
            StringComparison.Ordinal
        );
        var tests = Repository
            .Files("*.cs", "tests")
            .SelectMany(file => Class().Matches(Repository.Read(file)))
            .Select(type => type.Groups["name"].Value)
            .ToHashSet(StringComparer.Ordinal);
        Repository.None(
            from row in rows
            from Match test in Named().Matches(row.Groups["tests"].Value)
            where !tests.Contains(test.Groups["name"].Value)
            select $"{row.Groups["id"].Value}: {test.Groups["name"].Value}",
            "A requirement is said to be held by a test that is not there."
        );

        int Count(string met) => rows.Count(row => row.Groups["met"].Value == met);
    }

    [GeneratedRegex(
        @"^\| (?<id>[0-9.]+) \| [12] \| (?<met>yes|partly|no|n/a) \|.*\| (?<tests>[^|]*)\|\r?$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Requirement();

    [GeneratedRegex("`(?<name>[A-Za-z]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Named();

    [GeneratedRegex(@"\bclass (?<name>\w+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Class();

    [GeneratedRegex(@"\]\(([^)#]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
