namespace SkillPlatform.Testing;

/// <summary>Where things are: the checkout the tests were built in, and the catalogues that may stand beside it.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Release or Debug, as the tests were built.</summary>
    public static string Configuration { get; } =
        AppContext.BaseDirectory.Contains(
            $"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}",
            StringComparison.Ordinal
        )
            ? "Release"
            : "Debug";

    /// <summary>The built assembly of a service, of the same configuration as the tests.</summary>
    public static string Service(string name) =>
        Path.Combine(Root, "services", name, "bin", Configuration, "net10.0", $"{name}.dll");

    /// <summary>Path of a real catalogue (<c>seed-serverless.json</c>, …), or null where it is absent: then a test skips.</summary>
    public static string? Data(string file)
    {
        var path = Path.Combine(Root, "..", "shared", "data", file);
        return File.Exists(path) ? path : null;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SkillPlatform.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests must run inside the checkout.");
    }
}
