using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SkillPlatform.Benchmarks;

/// <summary>One measured figure beside its floor: the same work without us, measured in the same run.</summary>
public sealed record Measure(
    string Name,
    double Value,
    string Unit,
    double? Floor = null,
    double? Ratio = null,
    string? Goal = null,
    bool? Ok = null
)
{
    /// <summary>Why the goal is missed where it is; seen by looking at who has the cores meanwhile.</summary>
    [JsonIgnore]
    public string? Because { get; init; }

    public static Measure RatioAtLeast(string name, double value, string unit, double floor, double goal) =>
        new(name, value, unit, floor, value / floor, Text($"ratio ≥ {goal}"), value / floor >= goal);

    public static Measure RatioAtMost(string name, double value, string unit, double floor, double goal) =>
        new(name, value, unit, floor, value / floor, Text($"ratio ≤ {goal}"), value / floor <= goal);

    public static Measure AtLeast(string name, double value, string unit, double goal) =>
        new(name, value, unit, Goal: Text($"≥ {goal}"), Ok: value >= goal);

    public static Measure AtMost(string name, double value, string unit, double goal) =>
        new(name, value, unit, Goal: Text($"≤ {goal}"), Ok: value <= goal);

    public static double Median(IEnumerable<double> values) => Percentile(values, 0.5);

    public static double Percentile(IEnumerable<double> values, double p)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(p * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    public override string ToString() =>
        Text($"{Name, -62} {Value, 12:N2} {Unit, -6}")
        + (Floor is { } floor ? Text($" floor {floor, 12:N2}  ratio {Ratio:N3}") : "")
        + (Goal is { } goal ? $"  goal {goal}: {(Ok == true ? "met" : "NOT MET")}" : "")
        + (Ok == false && Because is not null ? $"\n  because {Because}" : "");

    public static string Json(IEnumerable<Measure> measures) => JsonSerializer.Serialize(measures, Options);

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
