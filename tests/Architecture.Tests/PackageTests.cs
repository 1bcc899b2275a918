using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;

namespace SkillPlatform.Architecture.Tests;

/// <summary>What the build resolved, transitively, must be free for commercial use.</summary>
public sealed class PackageTests
{
    private const string Assets = "obj/project.assets.json";
    private static readonly StringComparer Ordinal = StringComparer.Ordinal;

    private static readonly Dictionary<string, (int From, string Why)> Denied = new(StringComparer.OrdinalIgnoreCase)
    {
        ["MassTransit"] = (9, "commercial from 9; docs/decisions/0001-masstransit-8.md"),
        ["FluentAssertions"] = (8, "commercial from 8; assert with xunit"),
        ["MediatR"] = (13, "commercial from 13, and we use no mediator"),
        ["AutoMapper"] = (15, "commercial from 15, and we map by hand"),
        ["NServiceBus"] = (0, "commercial"),
        ["Duende.IdentityServer"] = (0, "commercial; OpenIddict takes its place"),
        ["EPPlus"] = (5, "commercial from 5"),
        ["SixLabors.ImageSharp"] = (3, "split licence from 3"),
        ["Moq"] = (0, "sent developers' addresses home in 4.20; fakes by hand"),
    };

    private static readonly string[] Licences =
    [
        "MIT",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "PostgreSQL",
        "MS-PL",
        "0BSD",
        "ISC",
        // File-based copyleft: free for commercial use; its own files would have to stay open, and we change none.
        "MPL-2.0",
        "Unlicense",
    ];

    // Packages whose licence is a file or an address; each was read.
    private static readonly Dictionary<string, string> ReadByHand = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Fractions"] = "BSD-2-Clause, in its license.txt",
        ["SmtpServer"] = "MIT, in its LICENSE",
        ["StandardWebhooks"] = "MIT, in its LICENSE.md",
    };

    private sealed record Package(string Name, string Version, string? Nuspec);

    [Fact]
    public void What_has_to_hold_before_a_merge_asks_for_advisories_and_takes_none_but_that_there_is_no_list() =>
        Assert.Contains(
            "-p:NuGetAudit=true -p:NuGetAuditMode=all -p:WarningsNotAsErrors=NU1900\n",
            Repository.Read(".ci/run"),
            StringComparison.Ordinal
        );

    [Fact]
    public void What_ships_is_restored_from_the_packages_that_were_looked_at_and_no_others()
    {
        Assert.Contains(
            "dotnet restore SkillPlatform.sln --locked-mode ",
            Repository.Read(".ci/run"),
            StringComparison.Ordinal
        );
        Repository.None(
            Repository
                .Files("*.csproj", "services")
                .Where(project =>
                    !Repository
                        .Read(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json"))
                        .Contains("\"contentHash\": ", StringComparison.Ordinal)
                ),
            "The lock files of these projects hold no hashes."
        );
    }

    [Fact]
    public void No_package_is_on_the_list_of_those_we_cannot_take() =>
        Repository.None(
            from package in Resolved()
            from denied in Denied
            where
                string.Equals(package.Name, denied.Key, StringComparison.OrdinalIgnoreCase)
                || package.Name.StartsWith(denied.Key + ".", StringComparison.OrdinalIgnoreCase)
            where Major(package.Version) >= denied.Value.From
            select $"{package.Name} {package.Version}: {denied.Value.Why}",
            "These packages must not be resolved."
        );

    [Fact]
    public void Every_package_names_a_licence_that_is_free_for_commercial_use() =>
        Repository.None(
            from package in Resolved()
            where !ReadByHand.ContainsKey(package.Name)
            let licence = package.Nuspec is null ? "not on this machine" : Licence(package.Nuspec)
            where !licence.Split(" OR ").Any(one => one.Split(" AND ").All(l => Licences.Contains(l.Trim('(', ')'))))
            select $"{package.Name} {package.Version}: {licence}",
            "Read the licence; if it is free for commercial use, add the package to ReadByHand with what it says."
        );

    [Fact]
    public void Bills_of_materials_name_what_was_resolved_and_nothing_else()
    {
        var folder = Environment.GetEnvironmentVariable("SKILLPLATFORM_SBOM");
        Assert.SkipUnless(folder is not null, ".ci/run writes them, and sets SKILLPLATFORM_SBOM.");
        foreach (var program in Repository.Sources("services").Where(file => Path.GetFileName(file) == "Program.cs"))
        {
            var name = program.Split('/')[1];
            using var bill = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder!, $"{name}.cdx.json")));
            var components = bill.RootElement.GetProperty("components").EnumerateArray().ToArray();
            Assert.Equal(
                Resolved([$"services/{name}"]).Select(package => $"{package.Name} {package.Version}").Order(Ordinal),
                components.Select(one => $"{one.GetProperty("name")} {one.GetProperty("version")}").Order(Ordinal)
            );
            Assert.All(
                components.Where(one => !ReadByHand.ContainsKey(one.GetProperty("name").GetString()!)),
                one => Assert.NotEqual(0, one.GetProperty("licenses").GetArrayLength())
            );
        }
    }

    private static Package[] Resolved()
    {
        string[] folders = ["services", "ServiceDefaults", "AppHost", "tests", "benchmarks"];
        var missing = Repository
            .Files("*.csproj", "services", "ServiceDefaults")
            .Where(project => !File.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(project)!, Assets)));
        Repository.None(missing, "These projects have not been restored, and ship.");
        return Resolved(folders);
    }

    private static Package[] Resolved(string[] folders)
    {
        var packages = new Dictionary<string, Package>(StringComparer.OrdinalIgnoreCase);
        foreach (var assets in folders.SelectMany(folder => Repository.Under(folder, Path.GetFileName(Assets))))
        {
            using var json = JsonDocument.Parse(File.ReadAllText(assets));
            var roots = json.RootElement.GetProperty("packageFolders").EnumerateObject().Select(f => f.Name).ToArray();
            foreach (var library in json.RootElement.GetProperty("libraries").EnumerateObject())
            {
                if (library.Value.GetProperty("type").GetString() != "package")
                    continue;
                var path = library.Value.GetProperty("path").GetString()!;
                var nuspec = roots
                    .Select(folder => Path.Combine(folder, path))
                    .Where(Directory.Exists)
                    .SelectMany(folder => Directory.EnumerateFiles(folder, "*.nuspec"))
                    .FirstOrDefault();
                var parts = library.Name.Split('/');
                packages[library.Name] = new Package(parts[0], parts[1], nuspec);
            }
        }
        return [.. packages.Values.OrderBy(package => package.Name, Ordinal)];
    }

    private static int Major(string version) => int.Parse(version.Split('.')[0], CultureInfo.InvariantCulture);

    private static string Licence(string nuspec)
    {
        var metadata = XDocument.Load(nuspec).Root!.Elements().First();
        XElement? Element(string name) => metadata.Elements().FirstOrDefault(e => e.Name.LocalName == name);
        return Element("license") is { } licence
            ? licence.Attribute("type")?.Value == "expression"
                ? licence.Value
                : $"file {licence.Value}"
            : Element("licenseUrl")?.Value ?? "none";
    }
}
