using System.Text.RegularExpressions;

namespace SkillPlatform.Architecture.Tests;

/// <summary>Alerts and the dashboard ask for metrics that are made, and whoever is woken finds what to do.</summary>
public sealed partial class WatchingTests
{
    private const string Rules = "deploy/alerts/skillplatform.yml";
    private const string Dashboard = "deploy/grafana/skillplatform.json";

    // Made by ASP.NET Core and the runtime, which Telemetry.cs adds.
    private static readonly string[] Others =
    [
        "http_server_request_duration_seconds_count",
        "http_server_request_duration_seconds_bucket",
        "dotnet_process_memory_working_set_bytes",
        "dotnet_process_cpu_time_seconds_total",
    ];

    [Theory]
    [InlineData(Rules)]
    [InlineData(Dashboard)]
    public void Every_metric_that_is_asked_for_is_one_that_the_code_makes(string file) =>
        Repository.None(
            Metrics().Matches(Repository.Read(file)).Select(m => m.Value).Distinct().Except(Made()).Except(Others),
            $"Nothing makes what {file} asks for."
        );

    [Fact]
    public void Every_metric_of_ours_is_explained_and_on_the_dashboard()
    {
        Assert.Equal(Names().Order(StringComparer.Ordinal), Units().Keys.Order(StringComparer.Ordinal));
        Repository.None(
            Made().Except(Metrics().Matches(Repository.Read(Dashboard)).Select(m => m.Value)),
            $"{Dashboard} does not show them."
        );
    }

    [Fact]
    public void Each_alert_has_its_section_and_each_section_its_alert()
    {
        var rules = Repository.Read(Rules);
        var alerts = Alerts().Matches(rules).Select(m => m.Groups["name"].Value).ToArray();
        Assert.NotEmpty(alerts);
        Assert.Equal(alerts, Sections().Matches(Repository.Read("docs/alerts.md")).Select(m => m.Groups["name"].Value));
        Assert.Equal(
            alerts.Select(name => $"docs/alerts.md#{name.ToLowerInvariant()}"),
            Runbooks().Matches(rules).Select(m => m.Groups["where"].Value)
        );
        Assert.Equal(alerts.Length, Severities().Count(rules));
    }

    // As Prometheus writes them: points become underscores, seconds and what only grows are said.
    private static IEnumerable<string> Made()
    {
        var counted = Counters().Matches(Code()).Select(m => m.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        return Units()
            .Select(metric =>
                metric.Key.Replace('.', '_')
                + (metric.Value == "s" ? "_seconds" : "")
                + (counted.Contains(metric.Key) ? "_total" : "")
            );
    }

    // The page that explains them says in which unit.
    private static Dictionary<string, string> Units() =>
        Rows()
            .Matches(Repository.Read("docs/telemetry.md"))
            .ToDictionary(m => m.Groups["name"].Value, m => m.Groups["unit"].Value, StringComparer.Ordinal);

    // Tags of spans, and cookies, look alike.
    private static IEnumerable<string> Names() =>
        Literals()
            .Matches(Code())
            .Select(m => m.Groups["name"].Value)
            .Except(Tags().Matches(Code()).Select(m => m.Groups["name"].Value))
            .Except(["skillplatform.forms", "skillplatform.language", "skillplatform.role", "skillplatform.session"])
            .Distinct();

    private static string Code() =>
        string.Concat(Repository.Sources("services", "ServiceDefaults").Select(Repository.Read));

    [GeneratedRegex(@"\b(skillplatform|http_server|dotnet)_[a-z_]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Metrics();

    [GeneratedRegex(@"^ +- alert: (?<name>\w+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Alerts();

    [GeneratedRegex(@"^ +runbook: (?<where>\S+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Runbooks();

    [GeneratedRegex("severity: (critical|warning)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Severities();

    [GeneratedRegex(@"^## (?<name>\w+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sections();

    [GeneratedRegex(@"CreateCounter<long>\(\s*""(?<name>[a-z_.]+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Counters();

    [GeneratedRegex(@"""(?<name>skillplatform\.[a-z_.]+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Literals();

    [GeneratedRegex(@"SetTag\(\s*""(?<name>[a-z_.]+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tags();

    [GeneratedRegex(
        @"^\| `(?<name>skillplatform\.[a-z_.]+)` \| (?<unit>\S+) \|",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Rows();
}
