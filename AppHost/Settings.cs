using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SkillPlatform.AppHost;

/// <summary>
/// Ports, secrets and the state folder. A port is what the environment or an argument says, else what the last start
/// used, else the default; generated secrets are kept beside the data they open.
/// </summary>
internal sealed class Settings
{
    /// <summary>What can be moved, by which variable, and where it is unless moved.</summary>
    public static readonly (string Name, string Variable, int Default, int Width)[] Ports =
    [
        ("web", "SKILLPLATFORM_WEB_PORT", 8080, 1),
        ("identity", "SKILLPLATFORM_IDENTITY_PORT", 8081, 1),
        ("catalog", "SKILLPLATFORM_CATALOG_PORT", 8082, 1),
        ("proposals", "SKILLPLATFORM_PROPOSALS_PORT", 8083, 1),
        ("notifications", "SKILLPLATFORM_NOTIFICATIONS_PORT", 8084, 1),
        ("mail", "SKILLPLATFORM_MAIL_PORT", 8025, 1),
        ("smtp", "SKILLPLATFORM_SMTP_PORT", 1025, 1),
        ("postgres", "SKILLPLATFORM_POSTGRES_PORT", 15432, 1),
        // Its name server and its node take the two after its own.
        ("rabbitmq", "SKILLPLATFORM_RABBITMQ_PORT", 15673, 3),
        // Where there are several (--Servers=cluster): PostgreSQL's other server, and two for each of RabbitMQ's other nodes.
        (Standby, "SKILLPLATFORM_STANDBY_PORT", 15433, 1),
        (Nodes, "SKILLPLATFORM_RABBITMQ_NODES_PORT", 15676, 4),
        // Where telemetry comes in and where the dashboard asks for what runs, likewise.
        ("dashboard", "SKILLPLATFORM_DASHBOARD_PORT", 18888, 3),
    ];
    public const string Standby = "standby";
    public const string Nodes = "rabbitmq-nodes";
    private readonly IConfiguration _configuration;
    private readonly Dictionary<string, string> _secrets;
    private static readonly List<FileStream> Locks = [];

    public Settings(string[] args)
    {
        _configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
        State = Path.GetFullPath(_configuration["State"] ?? Path.Combine(ProjectFolder, "..", ".run"));
        Directory.CreateDirectory(State);
        _secrets = Read("secrets");
    }

    /// <summary>Data, logs, secrets and remembered ports.</summary>
    public string State { get; }

    /// <summary>An argument such as <c>--Servers=containers</c>, or the variable of that name.</summary>
    public string? this[string name] => _configuration[name] is { Length: > 0 } value ? value : null;

    /// <summary>True for several of each server, as where one machine may fail (decision 0034).</summary>
    public bool IsCluster => this["Servers"] is "cluster";

    public bool HasDashboard => this["Dashboard"] is not "false";

    /// <summary>Release or Debug, as we were built ourselves.</summary>
    public static string Configuration { get; } =
        typeof(Settings).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>Where <c>dotnet build --artifacts-path</c> put what it built; null where each project keeps its own.</summary>
    public static string? Artifacts { get; } = Metadata("Artifacts") is { Length: > 0 } path ? path : null;

    public int? Replicas =>
        this["SKILLPLATFORM_REPLICAS"] is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var replicas)
        && replicas is > 0 and < 10
            ? replicas
        : throw new SettingException($"SKILLPLATFORM_REPLICAS must be a number from 1 to 9, not '{text}'.");

    /// <summary>A builder with everything around the model: dashboard, restarts, logs, what a terminal shows.</summary>
    public IDistributedApplicationBuilder CreateBuilder(string[] args)
    {
        OrSayWhyNot(() => _ = (Replicas, Ports.Select(p => Port(p.Name)).ToArray()));
        // Read by the orchestrator and inherited by every process, which is found by the last one even if its parent is gone.
        foreach (
            var (name, value) in new[]
            {
                ("DOTNET_ENVIRONMENT", "Development"),
                ("ASPNETCORE_URLS", $"http://localhost:{Port("dashboard")}"),
                ("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", $"http://localhost:{Port("dashboard") + 1}"),
                ("ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL", $"http://localhost:{Port("dashboard") + 2}"),
                ("ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN", Secret("dashboard_token")),
                ("ASPIRE_ALLOW_UNSECURED_TRANSPORT", "true"),
                ("ASPIRE_VERSION_CHECK_DISABLED", "true"),
            }
        )
            if (Environment.GetEnvironmentVariable(name) is null)
                Environment.SetEnvironmentVariable(name, value);
        Environment.SetEnvironmentVariable("SKILLPLATFORM_RUN", State);
        var builder = DistributedApplication.CreateBuilder(
            new DistributedApplicationOptions { Args = args, DisableDashboard = !HasDashboard }
        );
        builder.Services.AddLogging(logging =>
            logging
                .AddFilter("Microsoft", LogLevel.Warning)
                // Of Aspire's own channel to its dashboard, which protects nothing with the key that it makes.
                .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error)
                // Kept in the state folder, and shown by the dashboard.
                .AddFilter("AppHost.Resources", LogLevel.None)
                // What is not ready yet is shown as such.
                .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None)
                .AddFilter("Aspire.Hosting", LogLevel.Warning)
                // Says at each start that there is no certificate for addresses that do not use one.
                .AddFilter("Aspire.Hosting.Dcp.DcpHost", LogLevel.Error)
        );
        if (builder.ExecutionContext.IsRunMode)
        {
            OrSayWhyNot(Lock);
            Leftovers.End(this);
            OrSayWhyNot(ClaimPorts);
            builder.RestartWhatFails();
            Progress.Tell(builder, this);
        }
        return builder;
    }

    public int Port(string name)
    {
        var (_, variable, fallback, _) = Ports.Single(p => p.Name == name);
        var text = _configuration[variable] ?? Read("ports").GetValueOrDefault(variable);
        return string.IsNullOrEmpty(text) ? fallback
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and < 65536
                ? port
            : throw new SettingException($"{variable} must be a port number, not '{text}'.");
    }

    /// <summary>Does what may fail for reasons that a person can mend, and ends with those.</summary>
    public static void OrSayWhyNot(Action claim)
    {
        try
        {
            claim();
        }
        catch (SettingException e)
        {
            Console.Error.WriteLine(e.Message);
            Environment.Exit(1);
        }
    }

    /// <summary>Held until the process ends, however it ends; ./run asks for it.</summary>
    public void Lock()
    {
        try
        {
            Locks.Add(
                new FileStream(Path.Combine(State, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)
            );
        }
        catch (IOException)
        {
            throw new SettingException($"It already runs, with its state in {State}.");
        }
        File.WriteAllText(Path.Combine(State, "host"), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The process that holds the lock; null where nothing runs.</summary>
    public string? Host()
    {
        var file = Path.Combine(State, "lock");
        try
        {
            if (File.Exists(file))
                File.OpenRead(file).Dispose();
            return null;
        }
        catch (IOException)
        {
            // Not in the file that is locked, which nobody else can read.
            return File.ReadAllText(Path.Combine(State, "host"));
        }
    }

    /// <summary>Refuses ports that are given out twice or taken by another program, then remembers them.</summary>
    private void ClaimPorts()
    {
        var given = new HashSet<int>();
        foreach (var (name, variable, _, width) in Ports.Where(p => IsCluster || p.Name is not (Standby or Nodes)))
        foreach (var port in Enumerable.Range(Port(name), width))
        {
            if (!given.Add(port))
                throw new SettingException($"Port {port} ({name}) is given out twice; move it with {variable}=<port>.");
            if (IsTaken(port))
                throw new SettingException(
                    $"Port {port} ({name}) is in use by another program; move it with {variable}=<port>."
                );
        }
        Write(
            "ports",
            Ports.ToDictionary(
                p => p.Variable,
                p => Port(p.Name).ToString(CultureInfo.InvariantCulture),
                StringComparer.Ordinal
            )
        );
    }

    /// <summary>A secret that is made up once and kept, readable to its owner only.</summary>
    public string Secret(string name)
    {
        if (_secrets.TryGetValue(name, out var secret))
            return secret;
        secret = _secrets[name] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        Write("secrets", _secrets);
        return secret;
    }

    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(State, name)).FullName;

    /// <summary>
    /// PostgreSQL's data. Root hands it to the user of its package, and keeps it in /var/lib when that user may not enter
    /// the folder of this clone.
    /// </summary>
    public string PostgresHome(string name = "postgres")
    {
        var inside = Path.Combine(State, name);
        if (!Environment.IsPrivilegedProcess || Directory.Exists(Path.Combine(inside, "data")) || IsOpenToOthers(State))
            return inside;
        return name == "postgres" ? $"/var/lib/{Ours}" : $"/var/lib/{Ours}-{name}";
    }

    /// <summary>Throws the data away, and the passwords that open them.</summary>
    public void Forget()
    {
        Lock();
        Console.WriteLine("Throwing the data away.");
        string[] servers = ["rabbitmq", "rabbitmq-2", "rabbitmq-3", "mailbox", "postgres", "postgres-2"];
        foreach (var folder in servers)
            Delete(Path.Combine(State, folder));
        Delete($"/var/lib/{Ours}");
        Delete($"/var/lib/{Ours}-postgres-2");
        File.Delete(Path.Combine(State, "secrets"));
    }

    public static void Delete(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>A name for what stands outside of the state folder and belongs to it.</summary>
    public string Ours =>
        $"skillplatform-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(State)))[..10]}";

    private static bool IsOpenToOthers(string folder) =>
        OperatingSystem.IsWindows()
        || folder == "/"
        || (
            File.GetUnixFileMode(folder).HasFlag(UnixFileMode.OtherExecute)
            && IsOpenToOthers(Path.GetDirectoryName(folder)!)
        );

    private static bool IsTaken(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public static string ProjectFolder { get; } = Path.GetDirectoryName(Metadata("AppHostSource"))!;

    private static string? Metadata(string key) =>
        typeof(Settings)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(m => m.Key == key)
            ?.Value;

    private Dictionary<string, string> Read(string file) =>
        File.Exists(Path.Combine(State, file))
            ? File.ReadLines(Path.Combine(State, file))
                .Select(line => line.Split('=', 2))
                .Where(parts => parts.Length == 2)
                .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal)
            : [];

    private void Write(string file, Dictionary<string, string> values)
    {
        var path = Path.Combine(State, file);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(path + ".new", options))
            foreach (var (name, value) in values)
                writer.WriteLine($"{name}={value}");
        File.Move(path + ".new", path, overwrite: true);
    }
}

/// <summary>What the person who starts us can mend: told in one line, without a stack.</summary>
internal sealed class SettingException(string message) : Exception(message);
