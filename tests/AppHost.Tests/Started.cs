using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using SkillPlatform.Testing;

namespace SkillPlatform.AppHost.Tests;

/// <summary>The whole platform, started by the AppHost itself, on ports and in a state folder of its own.</summary>
public sealed class Started : IAsyncLifetime
{
    private readonly string _state = Local.NewFolder("apphost");
    private DistributedApplication? _app;

    public DistributedApplication App => _app!;

    public AppHostState State => new(_state);

    public Uri Web => _app!.GetEndpoint("web", "http");

    public Uri Mail => _app!.GetEndpoint("mail", "http");

    public string Authority => _app!.GetEndpoint("identity", "http").ToString().TrimEnd('/');

    /// <summary>Arguments that keep it apart from everything else on this machine.</summary>
    public static string[] Arguments(string state) =>
        [
            $"--State={state}",
            "--Dashboard=false",
            // Else what stands before several replicas listens where nobody was told.
            "--DcpPublisher:RandomizePorts=false",
            .. Settings.Ports.Select(p =>
                string.Create(CultureInfo.InvariantCulture, $"--{p.Variable}={Local.FreePort(p.Width)}")
            ),
            .. Servers is "containers" or "cluster" ? (string[])[$"--Servers={Servers}"] : [],
        ];

    public static bool WithContainers => Servers is "containers";

    /// <summary>Three brokers and two PostgreSQLs: <c>SKILLPLATFORM_TEST_SERVERS=cluster ./test AppHost</c>.</summary>
    public static bool IsCluster => Servers is "cluster";

    private static string? Servers => System.Environment.GetEnvironmentVariable("SKILLPLATFORM_TEST_SERVERS");

    public async ValueTask InitializeAsync()
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(Arguments(_state));
        _app = await builder.BuildAsync();
        await _app.StartAsync();
        await State.Ready();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        await State.Gone();
        await State.Forget();
    }
}

/// <summary>What the AppHost keeps in its state folder about what runs.</summary>
public sealed record AppHostState(string Folder)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    public sealed record Part(string Name, string State, bool IsReady, string Address, int? Pid);

    public IReadOnlyList<Part> Parts() =>
        [
            .. File.ReadAllLines(Path.Combine(Folder, "status"))
                .Select(line => line.Split(' '))
                .Select(words => new Part(
                    words[0],
                    words[1],
                    words[2] == "ready",
                    words[3],
                    int.TryParse(words[4], CultureInfo.InvariantCulture, out var pid) ? pid : null
                )),
        ];

    /// <summary>Waits until everything was ready once; else says what is not.</summary>
    public async Task Ready()
    {
        try
        {
            await Eventually.Holds(() => Task.FromResult(File.Exists(Path.Combine(Folder, "ready"))), Patience);
        }
        catch (TimeoutException late)
        {
            var missing = Parts().Where(p => !p.IsReady).Select(p => $"{p}\n{Log(p.Name)}");
            throw new TimeoutException(string.Join("\n\n", missing), late);
        }
    }

    public string Log(string name) =>
        File.Exists(Path.Combine(Folder, "logs", $"{name}.log"))
            ? string.Join('\n', File.ReadLines(Path.Combine(Folder, "logs", $"{name}.log")).TakeLast(30))
            : "";

    /// <summary>Processes that were started with this state, wherever they hang.</summary>
    public int[] Processes() =>
        [
            .. Directory
                .GetDirectories("/proc")
                .Select(Path.GetFileName)
                .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
                .Where(name => Environment(name!).Contains($"SKILLPLATFORM_RUN={Folder}\0", StringComparison.Ordinal))
                .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
                .Where(pid => pid != System.Environment.ProcessId),
        ];

    /// <summary>Throws its data away.</summary>
    public async Task Forget()
    {
        Directory.Delete(Folder, recursive: true);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Folder)))[..10];
        if (Started.WithContainers)
            await Local.Run(
                "docker",
                ["volume", "rm", "--force", $"skillplatform-{hash}-postgres", $"skillplatform-{hash}-messaging"]
            );
    }

    /// <summary>Waits until nothing of it is left.</summary>
    public Task Gone() => Eventually.Holds(() => Task.FromResult(Processes().Length == 0), TimeSpan.FromMinutes(1));

    private static string Environment(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
