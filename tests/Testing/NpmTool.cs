using System.ComponentModel;
using System.Diagnostics;

namespace SkillPlatform.Testing;

/// <summary>A program that comes from npm, kept under <c>.run/tools</c>; there is none where npm, or what it serves, is out of reach.</summary>
public sealed class NpmTool(string package, string version, string file)
{
    private readonly Lazy<Task<string?>> _path = new(() => Get(package, version, file));

    /// <summary>Its file; null where it cannot be had.</summary>
    public Task<string?> Path => _path.Value;

    private static async Task<string?> Get(string package, string version, string file)
    {
        var folder = System.IO.Path.Combine(Repository.Root, ".run/tools", $"{package.Replace('/', '-')}-{version}");
        var path = System.IO.Path.Combine(folder, "node_modules", file);
        if (File.Exists(path))
            return path;
        Directory.CreateDirectory(folder);
        try
        {
            // What a package would do while it is installed is none of our business.
            var (code, _) = await Run(
                "npm",
                "install",
                "--prefix",
                folder,
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                $"{package}@{version}"
            );
            return code == 0 && File.Exists(path) ? path : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Runs a program and waits for its end.</summary>
    public static async Task<(int Code, string Said)> Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // Nobody counts its users.
        start.Environment["REDOCLY_TELEMETRY"] = "off";
        start.Environment["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
