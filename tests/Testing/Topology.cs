using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SkillPlatform.Testing;

/// <summary>
/// The AppHost's model as far as its services go, written by the AppHost's own tests, so that processes can be started
/// from it without proxies, and where the Aspire packages are out of reach.
/// </summary>
/// <param name="Services">What is started.</param>
/// <param name="Broker">What the broker reads at its start: an account for each service, its password the service's name, and an administrator.</param>
public sealed partial record Topology(IReadOnlyList<Topology.Service> Services, JsonElement Broker)
{
    /// <param name="Name">In the model.</param>
    /// <param name="Project">Its binary.</param>
    /// <param name="WaitsFor">What must be up before it starts.</param>
    /// <param name="Environment">May hold expressions in braces, such as <c>{catalog-db.connectionString}</c>.</param>
    public sealed record Service(
        string Name,
        string Project,
        IReadOnlyList<string> WaitsFor,
        IReadOnlyDictionary<string, string> Environment
    );

    public static JsonSerializerOptions Json { get; } =
        new(JsonSerializerDefaults.Web)
        {
            WriteIndented = true,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };

    public static Topology Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("topology.json")!;
        return JsonSerializer.Deserialize<Topology>(stream, Json)!;
    }

    /// <param name="file">Of another commit.</param>
    public static Topology Read(string file) => JsonSerializer.Deserialize<Topology>(File.ReadAllText(file), Json)!;

    /// <summary>The environment of a service, each expression replaced by its value.</summary>
    public IEnumerable<KeyValuePair<string, string>> EnvironmentOf(string project, Func<string, string> value) =>
        Services
            .Single(s => s.Project == project)
            .Environment.Select(variable =>
                KeyValuePair.Create(
                    variable.Key,
                    Expression().Replace(variable.Value, found => value(found.Groups["what"].Value))
                )
            );

    [GeneratedRegex(@"\{(?<what>[^{}]+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Expression();
}
