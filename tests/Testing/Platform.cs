using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace SkillPlatform.Testing;

/// <summary>
/// The whole platform as processes, on servers of its own that a test may kill. What ends is started again at once, as the
/// AppHost would.
/// </summary>
public sealed partial class Platform : IAsyncDisposable
{
    // What is started, with which settings, is the AppHost's model; its own test holds this copy to it.
    private static readonly Topology Model = Topology.Read();
    public static readonly string[] Services = [.. Model.Services.Select(s => s.Project)];
    private readonly ConcurrentDictionary<string, Process> _processes = new(StringComparer.Ordinal);

    // Of each replica. A replica beside the first has a number after its service's name.
    private readonly ConcurrentDictionary<string, int> _ports = new(
        Services.Select(name => KeyValuePair.Create(name, Local.FreePort())),
        StringComparer.Ordinal
    );
    private readonly ConcurrentDictionary<string, Build> _builds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Wire> _wires = new(StringComparer.Ordinal);
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

    /// <summary>To <c>database</c> and <c>broker</c>, or to the replicas of services, where a test has asked for it before they start.</summary>
    public IReadOnlyDictionary<string, Wire> Wires => _wires;

    /// <summary>What the first replicas are started from.</summary>
    public Build Build { get; set; } = Build.Here;

    /// <summary>From now on each service is reached by a balancer before its replicas.</summary>
    public void Balance()
    {
        foreach (var service in Services)
            _wires[service] = new(_ports[service]);
    }

    /// <summary>A file with what the services' clocks are moved by (<c>+120s</c>); null where they are not moved.</summary>
    public string? Clock { get; private set; }

    /// <summary>From now on the services reach their servers by wires, and their clocks can be moved where libfaketime is installed.</summary>
    public void Rig()
    {
        _wires["database"] = new(Postgres.Port);
        _wires["broker"] = new(Rabbit.Port);
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

    /// <summary>Address of a replica.</summary>
    public Uri this[string replica] => At("127.0.0.1", _ports[replica]);

    /// <summary>The public origin.</summary>
    public Uri Web => At("localhost", Front("Web"));

    public string Authority => At("localhost", Front("Identity")).ToString().TrimEnd('/');

    private int Front(string service) => _wires.GetValueOrDefault(service)?.Port ?? _ports[service];

    private static Uri At(string host, int port) =>
        new(string.Create(CultureInfo.InvariantCulture, $"http://{host}:{port}"));

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
        foreach (var replica in _ports.Keys)
            Launch(replica);
        await Ready();
    }

    /// <summary>Starts more replicas of a service beside those there are, waits until they are ready, and lets others come to them.</summary>
    /// <param name="service">Which.</param>
    /// <param name="count">The highest number of a replica then.</param>
    /// <param name="build">What they are started from; null for what was built here.</param>
    public async Task Replicate(string service, int count, Build? build = null)
    {
        string[] more =
        [
            .. Enumerable
                .Range(2, count - 1)
                .Select(n => string.Create(CultureInfo.InvariantCulture, $"{service} {n}"))
                .Where(replica => !_ports.ContainsKey(replica)),
        ];
        foreach (var replica in more)
        {
            _ports[replica] = Local.FreePort();
            _builds[replica] = build ?? Build.Here;
            Launch(replica);
        }
        await Ready(replicas: more);
        LeadToReplicas(service);
    }

    /// <summary>Takes a replica out of its balancer, then ends it with SIGTERM; gives its exit code.</summary>
    public async Task<int> End(string replica)
    {
        _ports.TryRemove(replica, out _);
        LeadToReplicas(replica.Split(' ')[0]);
        await Signal(replica, "TERM");
        _processes.TryRemove(replica, out var process);
        await process!.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return process.ExitCode;
    }

    private void LeadToReplicas(string service) =>
        _wires
            .GetValueOrDefault(service)
            ?.LeadTo([
                .. _ports.Where(replica => replica.Key.Split(' ')[0] == service).Select(replica => replica.Value),
            ]);

    /// <summary>Waits until every process says it is ready; else says which is not, and what it wrote last.</summary>
    public async Task Ready(TimeSpan? limit = null, IReadOnlyCollection<string>? replicas = null)
    {
        replicas ??= [.. _ports.Keys];
        try
        {
            await Task.WhenAll(
                replicas.Select(replica => Eventually.Holds(() => IsReady(replica), limit ?? TimeSpan.FromSeconds(90)))
            );
        }
        catch (TimeoutException late)
        {
            var missing = new List<string>();
            foreach (var service in replicas)
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

    /// <summary>Somebody new, who registers and confirms as a person would.</summary>
    public async Task Register(SmtpSink mails, string name, string address)
    {
        using var browser = new Browser(Authority);
        using var sent = await browser.Fill(
            "/register",
            ("name", name),
            ("email", address),
            ("password", SignIn.Password)
        );
        var letter = await Eventually.Get(
            () => Task.FromResult(mails.Received.FirstOrDefault(m => m.To.Contains(address))),
            mail => mail is not null
        );
        var link = Confirmation().Match(letter!.Message.TextBody!).Value;
        using var confirmed = await browser.Fill(new Uri(link).PathAndQuery);
        confirmed.EnsureSuccessStatusCode();
    }

    [GeneratedRegex("http://[^\\s]*/confirm[^\\s]*", RegexOptions.None, 1000)]
    private static partial Regex Confirmation();

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
        var program = service.Split(' ')[0];
        var build = _builds.GetValueOrDefault(service, Build);
        var dll = build.Service(program);
        var info = new ProcessStartInfo("dotnet", [dll, .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(dll)!,
        };
        foreach (var (name, value) in build.Model.EnvironmentOf(program, Value).Concat(_environment))
            info.Environment[name] = value;
        return info;
    }

    // What the model leaves to whoever starts it.
    private string Value(string expression)
    {
        var parts = expression.Split('.');
        return parts switch
        {
            // Of a release whose services had one account for all.
            ["messaging", "connectionString"] => OfNodes(Rabbit.Address),
            [var broker, "connectionString"] when broker.EndsWith("-broker", StringComparison.Ordinal) => OfNodes(
                Broker(broker[..^"-broker".Length])
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
            [var name, "bindings", ..] => At("127.0.0.1", Front(Model.Services.Single(s => s.Name == name).Project))
                .ToString()
                .TrimEnd('/'),
            ["web-public-origin", ..] => Web.ToString().TrimEnd('/'),
            ["identity-authority", ..] => Authority,
            ["smtp-from", ..] => "SkillPlatform <no-reply@example.org>",
            _ => throw new InvalidOperationException($"The model asks for {expression}, which nobody gives here."),
        };
    }

    private string OfNodes(Uri account) =>
        string.Join(
            ',',
            Nodes.Select(node =>
                new UriBuilder(account) { Port = Wires.GetValueOrDefault("broker")?.Port ?? node.Port }.ToString()
            )
        );

    private void Launch(string service)
    {
        var info = Info(service);
        info.Environment["ASPNETCORE_URLS"] = this[service].ToString().TrimEnd('/');
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
            if (!_stopped && _ports.ContainsKey(service))
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
