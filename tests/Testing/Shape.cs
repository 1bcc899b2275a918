using System.Text.Json;

namespace SkillPlatform.Testing;

/// <summary>
/// Which members a service's answers have. The service's own tests write the approved shape from what it really
/// answers; whoever stands in for the service in a test answers nothing that has not this shape.
/// </summary>
public static class Shape
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Testing", "Approved");

    /// <summary>Compares an answer's shape with the approved one; <c>SKILLPLATFORM_APPROVE=1</c> writes it.</summary>
    /// <param name="name">Of the answer: <c>catalog.skill</c>.</param>
    /// <param name="answer">As the service gave it.</param>
    /// <returns>What differs, one a line; empty if nothing does.</returns>
    public static string Approve(string name, JsonElement answer)
    {
        string[] now = [.. Of(answer)];
        var file = Path.Combine(Folder, $"{name}.txt");
        if (Environment.GetEnvironmentVariable("SKILLPLATFORM_APPROVE") == "1")
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllLines(file, now);
        }
        var before = File.Exists(file) ? File.ReadAllLines(file) : [];
        return string.Join(
            '\n',
            [
                .. before.Except(now, StringComparer.Ordinal).Where(IsSomething).Select(line => $"{name} - {line}"),
                .. now.Except(before, StringComparer.Ordinal).Where(IsSomething).Select(line => $"{name} + {line}"),
            ]
        );

        // Which members are null depends on what other tests have left.
        static bool IsSomething(string line) => !line.EndsWith(": null", StringComparison.Ordinal);
    }

    /// <summary>What an answer has that the approved shape has not, one a line.</summary>
    /// <param name="name">Of the approved shape.</param>
    /// <param name="answer">Of a stub.</param>
    public static string Strange(string name, JsonElement answer)
    {
        var approved = File.ReadAllLines(Path.Combine(Folder, $"{name}.txt"))
            .Select(line => line.Split(": "))
            .ToLookup(line => line[0], line => line[1], StringComparer.Ordinal);
        bool IsThing(string path) => approved.Any(known => known.Key.StartsWith(path + "/", StringComparison.Ordinal));
        return string.Join(
            '\n',
            Of(answer)
                .Where(line =>
                    line.Split(": ") is [var path, var kind]
                    && !(kind == "null" && IsThing(path))
                    && (
                        !approved.Contains(path)
                        || !(kind == "null" || approved[path].Any(k => k == kind || k == "null"))
                    )
                )
                .Select(line => $"{name}: {line}")
        );
    }

    private static IEnumerable<string> Of(JsonElement answer) =>
        Members("", answer)
            // Whether there is a next page depends on what else there is.
            .Where(line => !line.StartsWith("/nextCursor", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Members(string path, JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => value
                .EnumerateObject()
                .SelectMany(member => Members($"{path}/{member.Name}", member.Value)),
            JsonValueKind.Array => value.EnumerateArray().SelectMany(item => Members($"{path}[]", item)),
            JsonValueKind.True or JsonValueKind.False => [$"{path}: boolean"],
            var kind => [$"{path}: {kind.ToString().ToLowerInvariant()}"],
        };
}
