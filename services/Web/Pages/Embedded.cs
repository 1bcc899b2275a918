using System.Reflection;
using System.Text.Json;

namespace SkillPlatform.Web.Pages;

/// <summary>Files inside the assembly: found wherever the process is started from.</summary>
public static class Embedded
{
    public static IEnumerable<string> Names(string start) =>
        Assembly
            .GetExecutingAssembly()
            .GetManifestResourceNames()
            .Where(name => name.StartsWith(start, StringComparison.Ordinal));

    public static byte[] Bytes(string name)
    {
        using var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    public static T Json<T>(string name) => JsonSerializer.Deserialize<T>(Bytes(name))!;
}
