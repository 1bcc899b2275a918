using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using RabbitMQ.Client;

namespace SkillPlatform.Testing;

/// <summary>
/// A server process that ends with us: a shell holds it and ends it when our end of the pipe closes, so that a test run
/// that is killed leaves nothing behind.
/// </summary>
internal sealed class Held : IAsyncDisposable
{
    private readonly Process _shell;

    public Held(string start, string stop, string log, IDictionary<string, string> environment)
    {
        var info = new ProcessStartInfo("bash") { RedirectStandardInput = true, UseShellExecute = false };
        info.ArgumentList.Add("-c");
        info.ArgumentList.Add($"{{ {start}; }} >>'{log}' 2>&1 </dev/null & pid=$!; read -r _; {stop}; wait $pid");
        foreach (var (name, value) in environment)
            info.Environment[name] = value;
        Local.IsOfNoAppHost(info);
        _shell = Process.Start(info)!;
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await _shell.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _shell.Kill(entireProcessTree: true);
        }
        _shell.Dispose();
    }
}

public static class Local
{
    private const int Parts = 24;
    private const int PortsOfPart = 500;

    // A part for each process that tests at the same time, held as long as it lives; and within it a port after the other:
    // what is found free and not yet listened at is given to nobody else.
    private static readonly (int First, FileStream Held) Part = TakePart();
    private static int _given = Random.Shared.Next(PortsOfPart);

    /// <param name="width">How many ports in a row.</param>
    public static int FreePort(int width = 1)
    {
        while (true)
        {
            var after = Interlocked.Add(ref _given, width) % PortsOfPart;
            if (after < width)
                continue;
            var port = Part.First + after - width;
            if (Enumerable.Range(port, width).All(IsFree))
                return port;
        }
    }

    // Below what the system itself gives out, else a client's connection may take one before its server does.
    private static (int First, FileStream Held) TakePart()
    {
        foreach (var part in Enumerable.Range(0, Parts))
            try
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"skillplatform-ports-{part}.lock");
                var held = File.Open(
                    Path.Combine(Path.GetTempPath(), name),
                    FileMode.OpenOrCreate,
                    FileAccess.ReadWrite,
                    FileShare.None
                );
                return (20_000 + part * PortsOfPart, held);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another's.
            }
        throw new InvalidOperationException($"More than {Parts} processes test at the same time.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>One that starts in this process ends at first what bears its mark, which would be inherited.</summary>
    internal static void IsOfNoAppHost(ProcessStartInfo info) => info.Environment.Remove("SKILLPLATFORM_RUN");

    /// <summary>True while the process lives whose number a file holds in its first line.</summary>
    public static bool Lives(string pidFile) =>
        File.Exists(pidFile) && Directory.Exists($"/proc/{File.ReadLines(pidFile).FirstOrDefault("none").Trim()}");

    public static string NewFolder(string name) => Directory.CreateTempSubdirectory($"skillplatform-{name}-").FullName;

    public static async Task<string> Run(
        string file,
        IEnumerable<string> arguments,
        IDictionary<string, string>? environment = null,
        string? input = null
    )
    {
        var info = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = input is not null,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            info.Environment[name] = value;
        IsOfNoAppHost(info);
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException(
                $"{file} {string.Join(' ', arguments)}: {await errors}{await output}"
            );
    }

    /// <summary>Tries until it works; two minutes are the bound of what a server's start may take on a busy machine.</summary>
    public static async Task Until(Func<Task> works, string what)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await works();
                return;
            }
            catch (Exception e) when (since.Elapsed < TimeSpan.FromMinutes(2))
            {
                _ = e;
                await Task.Delay(50);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{what} does not come up.", e);
            }
        }
    }
}

/// <summary>A private PostgreSQL from the machine's packages. Root runs it as the packages' user, since it refuses root.</summary>
public sealed class LocalPostgres : IPostgres
{
    private readonly string _folder;
    private readonly int _port = Local.FreePort();
    private readonly bool _durable;
    private Held? _server;

    /// <param name="durable">True to sync to disk, for measuring; tests do without.</param>
    /// <param name="folder">For its data, where that matters.</param>
    public LocalPostgres(bool durable = false, string? folder = null)
    {
        _durable = durable;
        _folder = folder ?? Local.NewFolder("postgres");
    }

    public int Port => _port;

    public string Admin =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;Include Error Detail=true"
        );

    public static string Bin { get; } =
        Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(d => int.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture))
                .Select(d => Path.Combine(d, "bin"))
                .First(d => File.Exists(Path.Combine(d, "postgres")))
            : throw new InvalidOperationException("PostgreSQL is not installed: ./test installs it.");

    private static string As =>
        Environment.IsPrivilegedProcess ? "setpriv --reuid=postgres --regid=postgres --init-groups " : "";

    public async Task Start()
    {
        if (!Directory.Exists(Path.Combine(_folder, "data")))
        {
            if (Environment.IsPrivilegedProcess)
                await Local.Run("chown", ["postgres", _folder]);
            await Local.Run(
                "bash",
                [
                    "-c",
                    $"cd / && {As}{Bin}/initdb -D {_folder}/data -U postgres --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync",
                ]
            );
        }
        var safety = _durable ? "" : "-c fsync=off -c synchronous_commit=off -c full_page_writes=off ";
        _server = new Held(
            $"cd / && exec {As}{Bin}/postgres -D {_folder}/data -p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= "
                + $"-c max_connections=400 -c shared_buffers=256MB {safety}",
            "kill -INT $pid",
            $"{_folder}/log",
            new Dictionary<string, string>(StringComparer.Ordinal)
        );
        await Local.Until(Connect, "PostgreSQL");
    }

    private string PidFile => $"{_folder}/data/postmaster.pid";

    private async Task Connect()
    {
        await using var connection = new NpgsqlConnection(Admin + ";Pooling=false;Timeout=5");
        await connection.OpenAsync();
    }

    /// <summary>Where its data are.</summary>
    public string Data => $"{_folder}/data";

    /// <summary>Ends it at once, and everything it held is gone.</summary>
    public async Task Lose()
    {
        await Kill();
        Directory.Delete(Data, recursive: true);
    }

    /// <summary>
    /// Copies another and follows it from then on; each commit there is acknowledged once it is here, too.
    /// </summary>
    public async Task Follow(LocalPostgres primary)
    {
        if (Environment.IsPrivilegedProcess)
            await Local.Run("chown", ["postgres", _folder]);
        await Local.Run(
            "bash",
            [
                "-c",
                $"cd / && {As}{Bin}/pg_basebackup -D {Data} -d 'host=127.0.0.1 port={primary.Port} user=postgres' -c fast -X stream -R",
            ]
        );
        await Start();
        await primary.Do("alter system set synchronous_standby_names = '*'");
        await primary.Do("select pg_reload_conf()");
        await Local.Until(
            async () =>
            {
                if (await primary.Do("select count(*) from pg_stat_replication where sync_state = 'sync'") is not 1L)
                    throw new InvalidOperationException("Nobody follows.");
            },
            "What follows"
        );
    }

    /// <summary>What an operator does once the primary is gone for good. It acknowledges alone until another follows it.</summary>
    public async Task Promote()
    {
        await Do("alter system set synchronous_standby_names = ''");
        await Do("select pg_promote()");
    }

    private async Task<object?> Do(string sql)
    {
        await using var connection = new NpgsqlConnection(Admin + ";Pooling=false;Timeout=5");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Starts it again if it has ended by itself.</summary>
    public async Task Revive()
    {
        await Local.Until(
            async () =>
            {
                if (!Local.Lives(PidFile))
                {
                    await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
                    await Start();
                }
                await Connect();
            },
            "What was revived"
        );
    }

    /// <summary>Ends every process of the server at once, as a crash would.</summary>
    public async Task Kill()
    {
        var pid = (await File.ReadAllLinesAsync(PidFile))[0];
        await Local.Run("kill", ["-QUIT", pid]);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _server = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A private RabbitMQ from the machine's packages, with a name service of its own that ends with it.</summary>
public sealed class LocalRabbit : IRabbit
{
    private readonly string _folder;
    private readonly int _port = Local.FreePort();
    private readonly Dictionary<string, string> _environment;
    private string[] _control = [];
    private string[] _cookie = [];
    private Held? _server;

    private string Node => _environment["RABBITMQ_NODENAME"];

    /// <summary>Nodes of one cluster. The part of it that does not see most of the others pauses, so that there are never two.</summary>
    public static LocalRabbit[] Cluster(int size, string definitions)
    {
        var names = Local.FreePort();
        LocalRabbit[] nodes =
        [
            .. Enumerable.Range(0, size).Select(_ => new LocalRabbit(definitions: definitions, names: names)),
        ];
        foreach (var node in nodes)
        {
            File.AppendAllLines(
                $"{node._folder}/rabbitmq.conf",
                [
                    "cluster_partition_handling = pause_minority",
                    "cluster_formation.peer_discovery_backend = classic_config",
                    .. nodes.Select(
                        (other, at) =>
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"cluster_formation.classic_config.nodes.{at + 1} = {other.Node}"
                            )
                    ),
                ]
            );
            // Who says nothing for that long is away.
            node._environment["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] += " -setcookie together -kernel net_ticktime 10";
            node._control = ["--erlang-cookie", "together"];
            node._cookie = ["-c", "together"];
        }
        return nodes;
    }

    /// <summary>Cuts it off from other nodes, both ways: neither lets the other in until mended.</summary>
    public async Task CutOff(IReadOnlyCollection<LocalRabbit> others)
    {
        // Each expects another cookie of the other than that gives.
        foreach (var other in others)
            await Task.WhenAll(
                Control("eval", $"erlang:set_cookie('{other.Node}', node())."),
                other.Control("eval", $"erlang:set_cookie('{Node}', node()).")
            );
        await Control("eval", "[erlang:disconnect_node(Node) || Node <- nodes()].");
    }

    /// <summary>They let each other in again, and connect by themselves.</summary>
    public async Task Mend(IReadOnlyCollection<LocalRabbit> others)
    {
        foreach (var other in others)
            await Task.WhenAll(
                Control("eval", $"erlang:set_cookie('{other.Node}', together)."),
                other.Control("eval", $"erlang:set_cookie('{Node}', together).")
            );
    }

    /// <summary>Waits until it sees as many nodes at work, itself among them.</summary>
    public Task Sees(int nodes) =>
        Eventually.Holds(
            async () =>
                (await Control("eval", "length(rabbit_nodes:all_running()).")).Trim()
                == nodes.ToString(CultureInfo.InvariantCulture),
            TimeSpan.FromMinutes(2)
        );

    /// <param name="folder">For its data, where that matters.</param>
    /// <param name="definitions">Accounts that it makes at each start; without, there is the administrator alone.</param>
    /// <param name="names">Port of a name service that it shares with others; null for one of its own.</param>
    public LocalRabbit(string? folder = null, string? definitions = null, int? names = null)
    {
        _folder = folder ?? Local.NewFolder("rabbitmq");
        names ??= Local.FreePort();
        _environment = new(StringComparer.Ordinal)
        {
            ["HOME"] = _folder,
            ["RABBITMQ_NODENAME"] = string.Create(CultureInfo.InvariantCulture, $"test{_port}@localhost"),
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = _port.ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_DIST_PORT"] = Local.FreePort().ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_MNESIA_BASE"] = $"{_folder}/data",
            ["RABBITMQ_PID_FILE"] = $"{_folder}/pid",
            ["RABBITMQ_LOG_BASE"] = $"{_folder}/log",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = $"{_folder}/plugins",
            ["RABBITMQ_CONF_ENV_FILE"] = $"{_folder}/none",
            ["RABBITMQ_CONFIG_FILE"] = $"{_folder}/rabbitmq",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
                "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}",
            ["ERL_EPMD_PORT"] = names.Value.ToString(CultureInfo.InvariantCulture),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["LANG"] = "C.UTF-8",
        };
        File.WriteAllText($"{_folder}/plugins", "[].");
        File.WriteAllText(
            $"{_folder}/rabbitmq.conf",
            "vm_memory_high_watermark.absolute = 1GB\ndisk_free_limit.absolute = 50MB\n"
                + (definitions is null ? "" : $"load_definitions = {_folder}/accounts.json\n")
        );
        if (definitions is not null)
            File.WriteAllText($"{_folder}/accounts.json", definitions);
    }

    public static string Bin =>
        Directory.Exists("/usr/lib/rabbitmq/bin")
            ? "/usr/lib/rabbitmq/bin"
            : throw new InvalidOperationException("RabbitMQ is not installed: ./test installs it.");

    public int Port => _port;

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"amqp://guest:guest@127.0.0.1:{_port}/"));

    public async Task Start()
    {
        _server = new Held(
            $"exec {Bin}/rabbitmq-server",
            "kill -TERM $pid; wait $pid; epmd -kill >/dev/null 2>&1",
            $"{_folder}/out",
            _environment
        );
        await Local.Until(Connect, "RabbitMQ");
    }

    private string PidFile => $"{_folder}/pid";

    private async Task Connect()
    {
        var factory = new ConnectionFactory { Uri = Address, AutomaticRecoveryEnabled = false };
        await using var connection = await factory.CreateConnectionAsync();
    }

    /// <summary>Ends it at once, and everything it held is gone.</summary>
    public async Task Lose()
    {
        await Kill();
        Directory.Delete($"{_folder}/data", recursive: true);
    }

    /// <summary>Starts it again if it has ended by itself.</summary>
    public async Task Revive()
    {
        await Local.Until(
            async () =>
            {
                if (!Local.Lives(PidFile))
                {
                    await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
                    await Start();
                }
                await Connect();
            },
            "What was revived"
        );
    }

    /// <summary>Sends a signal, STOP and CONT for example.</summary>
    public async Task Signal(string signal) =>
        await Local.Run("kill", [$"-{signal}", (await File.ReadAllTextAsync(PidFile)).Trim()]);

    /// <summary>Ends the broker at once, as a crash would.</summary>
    public async Task Kill()
    {
        await Local.Run("kill", ["-KILL", (await File.ReadAllTextAsync(PidFile)).Trim()]);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _server = null;
    }

    public async Task<Uri> NewVirtualHost()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"t{Guid.CreateVersion7():N}");
        await Ask(
            $"rabbit_vhost:add(<<\"{name}\">>, <<\"test\">>), "
                + $"rabbit_auth_backend_internal:set_permissions(<<\"guest\">>, <<\"{name}\">>, <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"test\">>)"
        );
        return new Uri(Address, name);
    }

    /// <summary>As it is now: what the control tool says of a queue with a leader was counted seconds ago. -1 where that does not answer.</summary>
    public async Task<IReadOnlyDictionary<string, long>> Queues(string virtualHost = "/") =>
        IRabbit.Counted(
            await Ask(
                """
                Count = fun(Queue) ->
                  case amqqueue:get_pid(Queue) of
                    {_, _} = Leader ->
                      case ra:local_query(Leader, fun rabbit_fifo:query_messages_total/1) of {ok, {_, Total}, _} -> Total; _ -> -1 end;
                    _ -> [{messages, Total}] = rabbit_amqqueue:info(Queue, [messages]), Total
                  end
                end,
                [io:format("~ts\t~b\n", [element(4, amqqueue:get_name(Queue)), Count(Queue)]) ||
                """ + $"Queue <- rabbit_amqqueue:list(<<\"{virtualHost}\">>)]"
            )
        );

    public Task<string> Control(params string[] arguments) =>
        Local.Run($"{Bin}/rabbitmqctl", ["-q", .. _control, .. arguments], _environment);

    /// <summary>
    /// Has the broker itself evaluate something, and gives what that prints. The control tool, which starts a machine of its own
    /// each time, takes half a second of a processor for it.
    /// </summary>
    private async Task<string> Ask(string erlang)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"t{Guid.CreateVersion7():N}");
        var address = $"localhost:{_environment["RABBITMQ_DIST_PORT"]}";
        const string done = "\ndone{ok, ok}";
        // Its exit code says nothing of what was evaluated.
        var said = await Local.Run(
            "erl_call",
            ["-h", name, .. _cookie, "-address", address, "-fetch_stdout", "-e"],
            _environment,
            $"{erlang}, io:format(\"~ndone\").\n"
        );
        return said.EndsWith(done, StringComparison.Ordinal)
            ? said[..^done.Length]
            : throw new InvalidOperationException($"{erlang}: {said}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
