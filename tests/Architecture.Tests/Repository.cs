using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SkillPlatform.Architecture.Tests;

/// <summary>The sources that the rules are about, as they lie beside this file.</summary>
internal static partial class Repository
{
    public static readonly string[] Services = ["Catalog", "Identity", "Notifications", "Proposals", "Web"];

    public static string Root { get; } = Path.GetFullPath(Path.Combine(Here(), "../.."));

    /// <summary>Paths of the C# sources under some folders, relative to the root, without what the build made.</summary>
    public static IEnumerable<string> Sources(params string[] folders) => Files("*.cs", folders);

    public static IEnumerable<string> Files(string pattern, params string[] folders) =>
        folders
            .SelectMany(folder => Under(folder, pattern))
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !Built().IsMatch(path))
            .Order(StringComparer.Ordinal);

    /// <summary>Full paths of all files under a folder, also of what the build made; none if there is no such folder.</summary>
    public static IEnumerable<string> Under(string folder, string pattern) =>
        Directory.Exists(Path.Combine(Root, folder))
            ? Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            : [];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>What a project references: packages by name, projects by their file's name.</summary>
    public static string[] References(string project, string kind) =>
        [
            .. XDocument
                .Parse(Read(project))
                .Descendants(kind)
                .Select(reference => reference.Attribute("Include")!.Value)
                .Select(name =>
                    kind == "ProjectReference" ? Path.GetFileNameWithoutExtension(name.Replace('\\', '/')) : name
                )
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>
    /// Compares a list with the approved one. A difference writes the new list beside it; with
    /// <c>SKILLPLATFORM_APPROVE=1</c> in the environment it takes its place.
    /// </summary>
    public static void Approve(string name, IEnumerable<string> lines, string extension = ".txt")
    {
        var approved = Path.Combine(Here(), "Approved", name + extension);
        var received = Path.Combine(Here(), "Approved", $"{name}.received{extension}");
        string[] now = [.. lines];
        var before = File.Exists(approved) ? File.ReadAllLines(approved) : [];
        Directory.CreateDirectory(Path.GetDirectoryName(approved)!);
        File.Delete(received);
        if (now.SequenceEqual(before, StringComparer.Ordinal))
            return;
        var approve = Environment.GetEnvironmentVariable("SKILLPLATFORM_APPROVE") == "1";
        File.WriteAllLines(approve ? approved : received, now);
        string[] difference =
        [
            .. before.Except(now, StringComparer.Ordinal).Select(line => "- " + line),
            .. now.Except(before, StringComparer.Ordinal).Select(line => "+ " + line),
        ];
        Assert.True(
            approve,
            $"tests/Architecture.Tests/Approved/{name}{extension} is not what the code says. If the difference is meant, run "
                + $"SKILLPLATFORM_APPROVE=1 ./test Architecture and commit the list.\n{string.Join('\n', difference)}"
        );
    }

    /// <summary>Fails with the offenders listed, one a line.</summary>
    public static void None(IEnumerable<string> offenders, string rule)
    {
        string[] all = [.. offenders];
        Assert.True(all.Length == 0, $"{rule}\n  {string.Join("\n  ", all)}");
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex("(^|/)(bin|obj)/")]
    private static partial Regex Built();
}
