using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace SkillPlatform.Testing;

/// <summary>
/// The whole platform as processes, on servers of its own that a test may kill. What ends is started again at once, as the
/// AppHost would.
/// </summary>
public sealed class Platform : IAsyncDisposable
{
    // What is started, with which settings, is the AppHost's model; its own test holds this copy to it.
    private static readonly Topology Model = Topology.Read();
    public static readonly string[] Services = [.. Model.Services.Select(s => s.Project)];
    private readonly ConcurrentDictionary<string, Process> _processes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ports = Services.ToDictionary(
        name => name,
        _ => Local.FreePort(),
        StringComparer.Ordinal
    );
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);
    private readonly string _logs = Local.NewFolder("platform");

    // Where the services' logs are kept, and in detail, to look into after a run.
    private static readonly string? Kept = Environment.GetEnvironmentVariable("SKILLPLATFORM_TEST_LOGS");
    private volatile bool _stopped;
    private readonly int[] _databases;
    private readonly (string Host, int Port) _smtp;

    /// <param name="smtp">Where mails go.</param>
    /// <param name="durable">True to have PostgreSQL sync to disk, for measuring.</param>
    /// <param name="disk">Where the servers keep their data, each under a folder with its name; null for anywhere.</param>
    /// <param name="cluster">True for three nodes of the broker, and a standby that has what the database acknowledges.</param>
    public Platform((string Host, int Port) smtp, bool durable = false, string? disk = null, bool cluster = false)
    {
        _smtp = smtp;
        // Beneath: what a disk is mounted on cannot be deleted with the data.
        string? On(string server) =>
            disk is null ? null : Directory.CreateDirectory(Path.Combine(disk, server, "server")).FullName;
        Postgres = new LocalPostgres(durable, On("postgres"));
        var accounts = Model.Broker.GetRawText();
        Standby = cluster ? new LocalPostgres(durable) : null;
        _databases = [Postgres.Port, .. Standby is null ? Array.Empty<int>() : [Standby.Port]];
        Nodes = cluster ? LocalRabbit.Cluster(3, accounts) : [new LocalRabbit(On("rabbitmq"), accounts)];
    }

    /// <summary>The one that takes writes.</summary>
    public LocalPostgres Postgres { get; private set; }

    /// <summary>The one that follows it; null where there is none.</summary>
    public LocalPostgres? Standby { get; private set; }

    public LocalRabbit Rabbit => Nodes[0];

    /// <summary>Of the broker.</summary>
    public IReadOnlyList<LocalRabbit> Nodes { get; }

    /// <summary>What an operator does when the primary is gone: the standby takes its place, and it the standby's.</summary>
    public async Task Promote()
    {
        await Standby!.Promote();
        (Postgres, Standby) = (Standby, Postgres);
    }

    /// <summary>Between the services and <c>database</c> and <c>broker</c>, where a test has asked for it before they start.</summary>
    public IReadOnlyDictionary<string, Wire> Wires { get; private set; } = new Dictionary<string, Wire>();

    /// <summary>A file with what the services' clocks are moved by (<c>+120s</c>); null where they are not moved.</summary>
    public string? Clock { get; private set; }

    /// <summary>From now on the services reach their servers by wires, and their clocks can be moved where libfaketime is installed.</summary>
    public void Rig()
    {
        Wires = new Dictionary<string, Wire>(StringComparer.Ordinal)
        {
            ["database"] = new(Postgres.Port),
            ["broker"] = new(Rabbit.Port),
        };
        const string libraries = "/usr/lib";
        if (
            Directory.Exists(libraries)
            && Directory
                .GetDirectories(libraries)
                .Select(d => $"{d}/faketime/libfaketime.so.1")
                .FirstOrDefault(File.Exists)
                is { } library
        )
        {
            Clock = Path.Combine(_logs, "clock");
            File.WriteAllText(Clock, "+0");
            _environment["LD_PRELOAD"] = library;
            _environment["FAKETIME_TIMESTAMP_FILE"] = Clock;
            _environment["FAKETIME_CACHE_DURATION"] = "1";
            // What is measured, rather than read off the wall, goes on as it did; and a wait by that clock waits, instead of
            // ending at once for ever.
            _environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
            _environment["FAKETIME_FORCE_MONOTONIC_FIX"] = "0";
        }
    }

    /// <summary>Address of a service.</summary>
    public Uri this[string service] =>
        new($"http://127.0.0.1:{_ports[service].ToString(CultureInfo.InvariantCulture)}");

    /// <summary>The public origin.</summary>
    public Uri Web => new($"http://localhost:{_ports["Web"].ToString(CultureInfo.InvariantCulture)}");

    public string Authority => $"http://localhost:{_ports["Identity"].ToString(CultureInfo.InvariantCulture)}";

    public string Database(string name) =>
        $"{Postgres.Admin.Replace("Database=postgres", $"Database={name}", StringComparison.Ordinal)};Maximum Pool Size=40";

    /// <summary>The broker, as a service signs in to it.</summary>
    /// <param name="name">Of the service in the model.</param>
    public Uri Broker(string name) =>
        new UriBuilder(Rabbit.Address) { UserName = $"skillplatform_{name}", Password = name }.Uri;

    public async Task Start()
    {
        await Task.WhenAll([Postgres.Start(), .. Nodes.Select(node => node.Start())]);
        if (Standby is not null)
            await Standby.Follow(Postgres);
        foreach (var node in Nodes)
            await node.Sees(Nodes.Count);
        _environment["Logging__LogLevel__Default"] = Kept is null ? "Warning" : "Information";
        _environment["Logging__LogLevel__Microsoft"] = "Warning";
        // Asked many times a second, they would push what matters out of the end of the log.
        _environment["Logging__LogLevel__Microsoft.Extensions.Diagnostics.HealthChecks"] = "None";
        await StartServices();
    }

    /// <summary>Starts all services and waits until they are ready.</summary>
    public async Task StartServices()
    {
        _stopped = false;
        foreach (var service in Services)
            Launch(service);
        await Ready();
    }

    /// <summary>Starts more replicas of a service beside the one there is, and waits until they are ready.</summary>
    /// <param name="service">Which.</param>
    /// <param name="count">Of them all.</param>
    public async Task Replicate(string service, int count)
    {
        string[] more =
        [
            .. Enumerable
                .Range(2, count - 1)
                .Select(n => string.Create(CultureInfo.InvariantCulture, $"{service} {n}")),
        ];
        foreach (var replica in more)
        {
            _ports[replica] = Local.FreePort();
            Launch(replica);
        }
        foreach (var replica in more)
            await Eventually.Holds(() => IsReady(replica), TimeSpan.FromSeconds(90));
    }

    /// <summary>Waits until every process says it is ready; else says which is not, and what it wrote last.</summary>
    public async Task Ready(TimeSpan? limit = null)
    {
        try
        {
            await Task.WhenAll(
                Services.Select(service => Eventually.Holds(() => IsReady(service), limit ?? TimeSpan.FromSeconds(90)))
            );
        }
        catch (TimeoutException late)
        {
            var missing = new List<string>();
            foreach (var service in Services)
                if (!await IsReady(service))
                    missing.Add($"{service} is not ready: {await Health(service)}\n{Log(service)}");
            if (missing.Count > 0)
                throw new TimeoutException(string.Join("\n\n", missing), late);
        }
    }

    private async Task<string> Health(string service)
    {
        using var client = new HttpClient { BaseAddress = this[service], Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var answer = await client.GetAsync("/health/ready");
            return await answer.Content.ReadAsStringAsync();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return e.Message;
        }
    }

    /// <summary>True if the process answers 200 on its readiness, within two seconds.</summary>
    public async Task<bool> IsReady(string service)
    {
        using var client = new HttpClient { BaseAddress = this[service], Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var answer = await client.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>True once the relay of a database's service has published every committed event.</summary>
    public async Task<bool> RelayIsDone(string database)
    {
        await using var source = NpgsqlDataSource.Create(Database(database));
        await using var command = source.CreateCommand(
            """
            select coalesce((select last_seq_id from mt_event_progression where name = 'relay:All'), 0)
                >= coalesce((select max(seq_id) from mt_events), 0)
            """
        );
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>kill -9; the process is started again at once.</summary>
    public void Kill(string service) => _processes[service].Kill();

    /// <summary>Sends a signal, STOP and CONT for example.</summary>
    public Task Signal(string service, string signal) =>
        Local.Run("kill", [$"-{signal}", _processes[service].Id.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>Memory of all services in bytes: proportional set size, so that what they share is counted once (resident sizes count it five times).</summary>
    public long Memory() => _processes.Values.Sum(Memory);

    /// <summary>That of one service.</summary>
    public long Memory(string service) => Memory(_processes[service]);

    private static long Memory(Process process) =>
        File.ReadLines($"/proc/{process.Id}/smaps_rollup")
            .Where(line => line.StartsWith("Pss:", StringComparison.Ordinal))
            .Select(line =>
                long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)
                * 1024
            )
            .Single();

    /// <summary>The last lines that a service wrote.</summary>
    public string Log(string service, int lines = 40)
    {
        var path = Path.Combine(_logs, $"{service}.log");
        return File.Exists(path) ? string.Join('\n', File.ReadLines(path).TakeLast(lines)) : "";
    }

    /// <summary>Runs a verb of a service's binary in the platform's environment and gives its exit code and output.</summary>
    public async Task<(int Code, string Output)> Run(string service, params string[] arguments)
    {
        var info = Info(service, arguments);
        info.RedirectStandardOutput = info.RedirectStandardError = true;
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    private ProcessStartInfo Info(string service, params string[] arguments)
    {
        // A replica has a number after its name.
        var program = service.Split(' ')[0];
        var dll = Repository.Service(program);
        var info = new ProcessStartInfo("dotnet", [dll, .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(dll)!,
        };
        foreach (var (name, value) in Model.EnvironmentOf(program, Value).Concat(_environment))
            info.Environment[name] = value;
        info.Environment["ASPNETCORE_URLS"] = this[service].ToString().TrimEnd('/');
        return info;
    }

    // What the model leaves to whoever starts it.
    private string Value(string expression)
    {
        var parts = expression.Split('.');
        return parts switch
        {
            [var broker, "connectionString"] when broker.EndsWith("-broker", StringComparison.Ordinal) => string.Join(
                ',',
                Nodes.Select(node =>
                    new UriBuilder(Broker(broker[..^"-broker".Length]))
                    {
                        Port = Wires.GetValueOrDefault("broker")?.Port ?? node.Port,
                    }.ToString()
                )
            ),
            [var db, "connectionString"] when Standby is not null => new NpgsqlConnectionStringBuilder(
                Database(db[..^"-db".Length])
            )
            {
                Host = string.Join(
                    ',',
                    _databases.Select(port => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"))
                ),
                TargetSessionAttributes = "primary",
                HostRecheckSeconds = 1,
                Timeout = 5,
            }.ConnectionString,
            [var db, "connectionString"] => new NpgsqlConnectionStringBuilder(Database(db[..^"-db".Length]))
            {
                Port = Wires.GetValueOrDefault("database")?.Port ?? Postgres.Port,
            }.ConnectionString,
            ["mail", .., "host"] => _smtp.Host,
            ["mail", .., "port"] => _smtp.Port.ToString(CultureInfo.InvariantCulture),
            [var name, "bindings", ..] => this[Model.Services.Single(s => s.Name == name).Project]
                .ToString()
                .TrimEnd('/'),
            ["web-public-origin", ..] => Web.ToString().TrimEnd('/'),
            ["identity-authority", ..] => Authority,
            ["smtp-from", ..] => "SkillPlatform <no-reply@example.org>",
            _ => throw new InvalidOperationException($"The model asks for {expression}, which nobody gives here."),
        };
    }

    private void Launch(string service)
    {
        var info = Info(service);
        info.RedirectStandardOutput = info.RedirectStandardError = info.RedirectStandardInput = true;
        var process = new Process { StartInfo = info, EnableRaisingEvents = true };
        var log = Path.Combine(_logs, $"{service}.log");
        void Note(string? line)
        {
            if (line is null)
                return;
            lock (log)
                File.AppendAllText(log, line + "\n");
        }
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.Exited += (_, _) =>
        {
            if (!_stopped)
                Launch(service);
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes[service] = process;
    }

    /// <summary>Ends the services and does not start them again; the servers stay.</summary>
    public async Task StopServices()
    {
        _stopped = true;
        foreach (var process in _processes.Values)
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        foreach (var process in _processes.Values)
            await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopServices();
        foreach (var wire in Wires.Values)
            await wire.DisposeAsync();
        await Postgres.DisposeAsync();
        await (Standby?.DisposeAsync() ?? ValueTask.CompletedTask);
        foreach (var node in Nodes)
            await node.DisposeAsync();
        if (Kept is null)
            Directory.Delete(_logs, recursive: true);
        else
            await Local.Run("cp", ["-r", _logs, Kept]);
    }
}
