using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace SkillPlatform.AppHost;

/// <summary>Its work is done when it has ended well.</summary>
internal sealed class EndsWhenDone : IResourceAnnotation;

/// <summary>
/// What a person at a terminal sees: each part as it becomes ready, the addresses, then what all parts say. Keeps the
/// logs in the state folder, where they stay after the end, and what runs in <c>status</c> there, for <c>./run --status</c>.
/// </summary>
internal sealed partial class Progress(Settings settings)
{
    private const long LargestLog = 20_000_000;
    private static readonly bool IsTerminal = !Console.IsOutputRedirected;
    private readonly ConcurrentDictionary<string, Part> _parts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _hues = new(StringComparer.Ordinal);
    private readonly Lock _writing = new();
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private bool _ready;

    private sealed record Part(string Name, string State, bool IsReady, string Address, string Pid);

    public static void Tell(IDistributedApplicationBuilder builder, Settings settings)
    {
        File.Delete(Path.Combine(settings.State, "ready"));
        var progress = new Progress(settings);
        builder.Eventing.Subscribe<BeforeStartEvent>(
            (start, ct) =>
            {
                // Not a hosted service: those begin only when nothing waits any more.
                _ = Task.Run(() => progress.Watch(start.Services, start.Model), CancellationToken.None);
                return Task.CompletedTask;
            }
        );
    }

    /// <summary>A line for each process, asked now; 0 only if all are ready.</summary>
    public static async Task<int> ShowStatus(Settings settings)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(3) };
        var all = true;
        foreach (var words in File.ReadLines(Path.Combine(settings.State, "status")).Select(line => line.Split(' ')))
        {
            var ready = words[2] == "ready" && await Answers(client, new Uri(words[3], UriKind.RelativeOrAbsolute));
            all &= ready;
            Say(
                $"  {words[0], -20} {words[1], -10} {(ready ? "ready" : "not ready"), -10} {words[3], -28} pid {words[4]}"
            );
        }
        return all ? 0 : 1;
    }

    /// <summary>Shows what a start in the background says, until all is ready: 0, or it has ended: 1.</summary>
    public static async Task<int> ShowStart(Settings settings, string host)
    {
        using var log = new StreamReader(
            new FileStream(
                Path.Combine(settings.Folder("logs"), "apphost.log"),
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite
            )
        );
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            var isReady = File.Exists(Path.Combine(settings.State, "ready"));
            var isOver = isReady || !Directory.Exists($"/proc/{host}") || since.Elapsed > TimeSpan.FromMinutes(5);
            Console.Write(await log.ReadToEndAsync());
            if (isOver)
                return isReady ? 0 : 1;
        }
    }

    private static async Task<bool> Answers(HttpClient client, Uri address)
    {
        try
        {
            if (!address.IsAbsoluteUri)
                return true;
            if (address.Scheme == Uri.UriSchemeHttp)
                return (await client.GetAsync(new Uri(address, "/health/ready"))).IsSuccessStatusCode;
            using var socket = new TcpClient();
            await socket.ConnectAsync(address.Host, address.Port);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or SocketException)
        {
            return false;
        }
    }

    private async Task Watch(IServiceProvider services, DistributedApplicationModel model)
    {
        var ending = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var logs = services.GetRequiredService<ResourceLoggerService>();
        var watched = new HashSet<string>(StringComparer.Ordinal);
        string[] expected = [.. model.Resources.Where(IsProcess).Select(r => r.Name)];
        try
        {
            await foreach (var change in services.GetRequiredService<ResourceNotificationService>().WatchAsync(ending))
            {
                if (!IsProcess(change.Resource))
                    continue;
                if (watched.Add(change.ResourceId))
                    _ = Keep(change.Resource.Name, logs.WatchAsync(change.ResourceId), ending);
                Note(change, expected);
            }
        }
        catch (OperationCanceledException)
        {
            // Everything ends.
        }
    }

    private static bool IsProcess(IResource resource) =>
        resource is ProjectResource or ExecutableResource or ContainerResource
        && resource.Name != "aspire-dashboard"
        && !resource.HasAnnotationOfType<ExplicitStartupAnnotation>();

    private void Note(ResourceEvent change, string[] expected)
    {
        var (name, snapshot) = (change.Resource.Name, change.Snapshot);
        var part = new Part(
            name,
            snapshot.State?.Text ?? "Unknown",
            IsReady(change.Resource, snapshot),
            snapshot.Urls.OrderByDescending(u => u.Name == "http").FirstOrDefault(u => !u.IsInternal)?.Url ?? "-",
            snapshot.Properties.FirstOrDefault(p => p.Name == "executable.pid")?.Value?.ToString() ?? "-"
        );
        var before = _parts.GetValueOrDefault(change.ResourceId);
        if (part == before)
            return;
        _parts[change.ResourceId] = part;
        WriteStatus();
        if (part.IsReady && before?.IsReady != true && !_ready)
            Say(string.Create(CultureInfo.InvariantCulture, $"  {name, -44}{_since.Elapsed.TotalSeconds, 6:0.0} s"));
        if (
            !_ready
            && expected.All(e =>
                _parts.Values.Any(p => p.Name == e) && _parts.Values.Where(p => p.Name == e).All(p => p.IsReady)
            )
        )
        {
            _ready = true;
            Say(Addresses());
            File.WriteAllText(Path.Combine(settings.State, "ready"), "");
        }
    }

    private static bool IsReady(IResource resource, CustomResourceSnapshot snapshot) =>
        resource.HasAnnotationOfType<EndsWhenDone>()
            ? snapshot.State?.Text == KnownResourceStates.Finished && snapshot.ExitCode == 0
            : snapshot.State?.Text == KnownResourceStates.Running
                && snapshot.HealthReports.All(report => report.Status == HealthStatus.Healthy);

    private void WriteStatus()
    {
        var path = Path.Combine(settings.State, "status");
        lock (_writing)
        {
            File.WriteAllLines(
                path + ".new",
                _parts
                    .OrderBy(p => p.Value.Name, StringComparer.Ordinal)
                    .ThenBy(p => p.Key, StringComparer.Ordinal)
                    .Select(p =>
                        $"{p.Value.Name} {p.Value.State} {(p.Value.IsReady ? "ready" : "not-ready")} {p.Value.Address} {p.Value.Pid}"
                    )
            );
            File.Move(path + ".new", path, overwrite: true);
        }
    }

    private async Task Keep(string name, IAsyncEnumerable<IReadOnlyList<LogLine>> lines, CancellationToken ending)
    {
        var path = Path.Combine(settings.Folder("logs"), $"{name}.log");
        await foreach (var batch in lines.WithCancellation(ending))
        {
            lock (_writing)
            {
                if (File.Exists(path) && new FileInfo(path).Length > LargestLog)
                    File.Move(path, path + ".1", overwrite: true);
                File.AppendAllLines(path, batch.Select(line => Colours().Replace(Plain(line.Content), "")));
            }
            if (_ready && settings["Follow"] is not null)
                foreach (var line in batch)
                    Say($"{Coloured(name)} | {Plain(line.Content)}");
        }
    }

    // The orchestrator puts the time before each line; what the process wrote follows.
    private static string Plain(string line) =>
        line.IndexOf(' ', StringComparison.Ordinal) is > 0 and var end
        && DateTimeOffset.TryParse(line.AsSpan(0, end), CultureInfo.InvariantCulture, out _)
            ? line[(end + 1)..]
            : line;

    [GeneratedRegex("\\e\\[[0-9;]*m", RegexOptions.None, 1000)]
    private static partial Regex Colours();

    private string Coloured(string name)
    {
        var hue = 31 + _hues.GetOrAdd(name, _ => _hues.Count) % 6;
        return IsTerminal ? $"\e[{hue}m{name, -13}\e[0m" : $"{name, -13}";
    }

    private string Addresses()
    {
        var dashboard = settings.HasDashboard
            ? $"\n  Dashboard          http://localhost:{settings.Port("dashboard")}/login?t={settings.Secret("dashboard_token")}"
            : "";
        return $"""

              SkillPlatform      http://localhost:{settings.Port("web")}
              Sign-in served by  http://localhost:{settings.Port("identity")}
              Mail               http://localhost:{settings.Port("mail")}
              API reference      http://localhost:{settings.Port("web")}/api/docs{dashboard}

              Accounts           admin@example.org, reviewer@example.org, reviewer2@example.org,
                                 contributor@example.org, reader@example.org
              Password           skillplatform-dev-1

            """;
    }

    private static void Say(string line) => Console.Out.WriteLine(line);
}
