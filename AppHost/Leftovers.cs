using System.Diagnostics;
using System.Globalization;

namespace SkillPlatform.AppHost;

/// <summary>Ends what runs with our state folder: each process carries its path in the environment, wherever it hangs.</summary>
internal static class Leftovers
{
    public static void Stop(Settings settings)
    {
        if (settings.Host() is { } host)
        {
            Console.WriteLine("Stopping everything.");
            Signal("TERM", host);
            Within(TimeSpan.FromSeconds(60), () => settings.Host() is null && Of(settings).Length == 0);
        }
        End(settings);
        foreach (var file in new[] { "ready", "status" })
            File.Delete(Path.Combine(settings.State, file));
    }

    /// <summary>What a start that was killed has left behind, or a stop that was not heard: asked first, then killed.</summary>
    public static void End(Settings settings)
    {
        foreach (var signal in new[] { "TERM", "KILL" })
        {
            var left = Of(settings);
            if (left.Length == 0)
                return;
            Signal(signal, left);
            Within(TimeSpan.FromSeconds(15), () => Of(settings).Length == 0);
        }
    }

    private static string[] Of(Settings settings) =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(Path.GetFileName)
                .OfType<string>()
                .Where(name => char.IsAsciiDigit(name[0]) && name != $"{Environment.ProcessId}")
                .Where(name =>
                    $"\0{Environ(name)}".Contains($"\0SKILLPLATFORM_RUN={settings.State}\0", StringComparison.Ordinal)
                ),
        ];

    private static string Environ(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/environ");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has just ended, or is somebody else's.
            return "";
        }
    }

    // The library can only kill.
    private static void Signal(string signal, params string[] processes)
    {
        using var kill = Process.Start(
            new ProcessStartInfo("kill", ["-s", signal, .. processes])
            {
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        kill.WaitForExit();
    }

    private static void Within(TimeSpan limit, Func<bool> holds)
    {
        for (var since = Stopwatch.StartNew(); !holds() && since.Elapsed < limit; )
            Thread.Sleep(100);
    }
}
