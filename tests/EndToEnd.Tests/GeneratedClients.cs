using SkillPlatform.Testing;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>What Kiota makes of each OpenAPI document compiles, and walks the way of a change. It comes from the package source; without it there is nothing to try.</summary>
public sealed class GeneratedClients(RunningPlatform running)
{
    private const string Version = "1.38.0";

    [Fact]
    public async Task Clients_generated_from_the_documents_walk_the_way_of_a_change()
    {
        var ct = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("skillplatform-clients-").FullName;
        try
        {
            var kiota = await Kiota();
            Assert.SkipWhen(kiota is null, "Kiota cannot be had here");
            foreach (var service in (string[])["catalog", "proposals", "notifications", "identity"])
            {
                var document = Path.Combine(folder, $"{service}.json");
                using var http = new HttpClient { BaseAddress = running.Platform.Web };
                await File.WriteAllTextAsync(
                    document,
                    await http.GetStringAsync($"/api/{service}/openapi.json", ct),
                    ct
                );
                var name = char.ToUpperInvariant(service[0]) + service[1..];
                await Run(
                    kiota!,
                    "generate",
                    "--language",
                    "csharp",
                    "--openapi",
                    document,
                    "--class-name",
                    $"{name}Client",
                    "--namespace-name",
                    $"Generated.{name}",
                    "--output",
                    Path.Combine(folder, name)
                );
            }
            var sources = Path.Combine(Repository.Root, "tests/EndToEnd.Tests/Clients");
            File.Copy(Path.Combine(sources, "Walk.cs"), Path.Combine(folder, "Walk.cs"));
            File.Copy(Path.Combine(sources, "project.xml"), Path.Combine(folder, "Clients.csproj"));
            await Run(
                "dotnet",
                "build",
                folder,
                "-c",
                "Release",
                "-v",
                "q",
                "-nologo",
                "-p:UseSharedCompilation=false"
            );

            await running.Admin.Import(
                SampleCatalogue.Of(1, "Generated").Replace("Skill 1", "Walked by a client", StringComparison.Ordinal)
            );
            var said = await Run(
                "dotnet",
                Path.Combine(folder, "bin/Release/net10.0/Clients.dll"),
                running.Platform.Web.GetLeftPart(UriPartial.Authority),
                await running.Contributor.Token(),
                await running.Reviewer.Token(),
                "walked-by-a-client"
            );
            Assert.Equal(
                [
                    "watches Walked by a client",
                    "proposed open, by one makeMandatory",
                    "refused /problems/own-proposal",
                    "mandatory True",
                ],
                said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string?> Kiota()
    {
        var folder = Path.Combine(Repository.Root, $".run/tools/kiota-{Version}");
        var tool = Path.Combine(folder, "kiota");
        if (!File.Exists(tool))
            await NpmTool.Run(
                "dotnet",
                "tool",
                "install",
                "Microsoft.OpenApi.Kiota",
                "--version",
                Version,
                "--tool-path",
                folder
            );
        return File.Exists(tool) ? tool : null;
    }

    private static async Task<string> Run(string program, params string[] arguments)
    {
        var (code, said) = await NpmTool.Run(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}\n{said}");
        return said;
    }
}
