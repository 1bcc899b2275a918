namespace SkillPlatform.Testing;

/// <summary>The services as built from one commit, and the model by which they are started.</summary>
/// <param name="Model">The AppHost's, of that commit.</param>
/// <param name="Service">Path of a service's assembly.</param>
public sealed record Build(Topology Model, Func<string, string> Service)
{
    /// <summary>What the tests were built with.</summary>
    public static Build Here { get; } = new(Topology.Read(), Repository.Service);

    /// <summary>Builds a commit of this repository in a folder of its own, once; null where the clone does not have it.</summary>
    public static async Task<Build?> Of(string commit)
    {
        try
        {
            await Local.Run("git", ["-C", Repository.Root, "cat-file", "-e", $"{commit}^{{commit}}"]);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
        var folder = Path.Combine(Repository.Root, ".run", "before", commit);
        var whole = Path.Combine(folder, "built");
        if (!File.Exists(whole))
        {
            Directory.CreateDirectory(folder);
            await Local.Run(
                "bash",
                [
                    "-c",
                    "set -o pipefail; git -C \"$0\" archive \"$1\" | tar -x -C \"$2\"",
                    Repository.Root,
                    commit,
                    folder,
                ]
            );
            var solution = Path.Combine(folder, "services", "services.slnf");
            await Local.Run("dotnet", ["build", solution, "-c", "Release", "-v", "q", "-nologo"]);
            await File.WriteAllTextAsync(whole, "");
        }
        return new(
            Topology.Read(Path.Combine(folder, "tests", "Testing", "topology.json")),
            name => Path.Combine(folder, "services", name, "bin", "Release", "net10.0", $"{name}.dll")
        );
    }
}
