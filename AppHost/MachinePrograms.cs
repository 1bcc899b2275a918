using System.Diagnostics;
using System.Globalization;

namespace SkillPlatform.AppHost;

/// <summary>
/// A server from the packages of this machine: how it is started so that its parent holds the server itself, and nothing
/// of it listens beyond the loopback addresses.
/// </summary>
internal sealed record MachineProgram(
    string Command,
    IReadOnlyList<string> Arguments,
    string Folder,
    IReadOnlyDictionary<string, string> Environment
)
{
    private static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>(
        StringComparer.Ordinal
    );

    private static string FoundPostgres { get; } =
        Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .GetDirectories("/usr/lib/postgresql")
                .Where(d => File.Exists(Path.Combine(d, "bin", "initdb")))
                .OrderByDescending(d => int.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture))
                .Select(d => Path.Combine(d, "bin"))
                .FirstOrDefault("")
            : "";

    public static string PostgresBin =>
        FoundPostgres.Length > 0
            ? FoundPostgres
            : throw new SettingException("PostgreSQL is not installed on this machine.");

    /// <summary>PostgreSQL, its data folder made on the first start.</summary>
    /// <param name="home">Holds the folder <c>data</c>; must be one that the package's user may enter when we are root.</param>
    /// <param name="user">The superuser.</param>
    /// <param name="settings">Beyond its defaults, as <c>name=value</c>.</param>
    public static MachineProgram Postgres(string home, int port, string user, string password, string[] settings)
    {
        if (!Directory.Exists(Path.Combine(home, "data")))
            NewCluster(home, user, password);
        return AsPostgres(home, Serving(home, port, settings));
    }

    private static string[] Serving(string home, int port, string[] settings) =>
        [
            Path.Combine(PostgresBin, "postgres"),
            "-D",
            Path.Combine(home, "data"),
            "-p",
            Text(port),
            .. new[] { "listen_addresses=127.0.0.1", "unix_socket_directories=" }
                .Concat(settings)
                .SelectMany(s => new[] { "-c", s }),
        ];

    /// <summary>
    /// One of two PostgreSQLs, of which the one follows the other. Whichever has no data copies the other's, and is its standby
    /// from then on; <paramref name="isFirst"/> makes them where neither has any.
    /// </summary>
    public static MachineProgram OneOfTwo(
        (string Home, int Port) one,
        (string Home, int Port) other,
        bool isFirst,
        string user,
        string password,
        string[] settings
    )
    {
        var hasData = ((string Home, int) of) => Directory.Exists(Path.Combine(of.Home, "data"));
        if (isFirst && !hasData(one) && !hasData(other))
            NewCluster(one.Home, user, password);
        Directory.CreateDirectory(one.Home);
        if (System.Environment.IsPrivilegedProcess)
            Run(new("chown", ["-R", "postgres", one.Home], "/", Nothing));
        return AsPostgres(
            one.Home,
            [
                "bash",
                "-c",
                """
                while [ ! -d "$1/data" ]; do
                  rm -rf "$1/new"
                  "$2" -D "$1/new" -d "host=127.0.0.1 port=$3 user=$4" -c fast -X stream -R && mv "$1/new" "$1/data" || sleep 1
                done
                exec "${@:5}"
                """,
                "bash",
                one.Home,
                Path.Combine(PostgresBin, "pg_basebackup"),
                Text(other.Port),
                user,
                .. Serving(one.Home, one.Port, settings),
            ]
        ) with
        {
            // For whichever follows.
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PGPASSWORD"] = password },
        };
    }

    // Made beside its place and moved there when whole: what was interrupted is begun anew.
    private static void NewCluster(string home, string user, string password)
    {
        var (made, secret) = (Path.Combine(home, "new"), Path.Combine(home, "password"));
        Directory.CreateDirectory(home);
        Settings.Delete(made);
        File.WriteAllText(secret, password);
        OnlyForUs(secret);
        if (System.Environment.IsPrivilegedProcess)
            Run(new("chown", ["-R", "postgres", home], "/", Nothing));
        Run(
            AsPostgres(
                home,
                [
                    Path.Combine(PostgresBin, "initdb"),
                    "-D",
                    made,
                    "-U",
                    user,
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                    "--no-sync",
                    "--auth=scram-sha-256",
                    $"--pwfile={secret}",
                ]
            )
        );
        File.Delete(secret);
        Directory.Move(made, Path.Combine(home, "data"));
    }

    // PostgreSQL refuses to run as root, so root hands it to the user of its package. setpriv becomes the program; runuser would stay beside it.
    private static MachineProgram AsPostgres(string home, string[] words) =>
        System.Environment.IsPrivilegedProcess
            ? new("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", .. words], home, Nothing)
            : new(words[0], words[1..], home, Nothing);

    /// <summary>Erlang's name server, which a node would otherwise start for the whole machine and leave behind.</summary>
    public static MachineProgram Epmd(string home, int port) =>
        new("epmd", ["-port", Text(port), "-address", "127.0.0.1"], home, Nothing);

    /// <summary>RabbitMQ; its name server listens on the next port, and the node itself on the one after.</summary>
    /// <param name="home">Its data, configuration and log.</param>
    /// <param name="definitions">Accounts that it makes at each start.</param>
    /// <param name="settings">Lines of its configuration.</param>
    /// <param name="cookie">By which the nodes of a cluster know each other; null for a node by itself.</param>
    public static MachineProgram RabbitMq(
        string home,
        string node,
        int port,
        int names,
        int between,
        string definitions,
        string[] settings,
        string? cookie = null
    )
    {
        const string bin = "/usr/lib/rabbitmq/bin/rabbitmq-server";
        if (!File.Exists(bin))
            throw new InvalidOperationException("RabbitMQ is not installed on this machine.");
        Directory.CreateDirectory(home);
        var (configuration, accounts) = (Path.Combine(home, "rabbitmq.conf"), Path.Combine(home, "accounts.json"));
        File.WriteAllText(accounts, "");
        OnlyForUs(accounts);
        File.WriteAllText(accounts, definitions);
        File.WriteAllLines(
            configuration,
            [$"listeners.tcp.1 = 127.0.0.1:{Text(port)}", $"load_definitions = {accounts}", .. settings]
        );
        OnlyForUs(configuration);
        if (cookie is not null)
        {
            var file = Path.Combine(home, ".erlang.cookie");
            // The one that a node has made for itself may not be written to.
            File.Delete(file);
            File.WriteAllText(file, cookie);
            OnlyForUs(file);
        }
        File.WriteAllText(Path.Combine(home, "advanced.config"), "[].");
        File.WriteAllText(Path.Combine(home, "enabled_plugins"), "[].");
        return new(
            bin,
            [],
            home,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["HOME"] = home,
                ["LANG"] = "C.UTF-8",
                ["RABBITMQ_NODENAME"] = node,
                ["ERL_EPMD_PORT"] = Text(names),
                ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
                ["RABBITMQ_DIST_PORT"] = Text(between),
                // Its script becomes the node instead of waiting for it, so that the parent holds the node itself.
                ["RABBITMQ_ALLOW_INPUT"] = "yes",
                ["RABBITMQ_SERVER_START_ARGS"] = "-noinput",
                // Schedulers that find nothing to do sleep: the other processes need the machine.
                ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
                    "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}",
                ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
                ["RABBITMQ_CONFIG_FILE"] = configuration,
                ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(home, "advanced.config"),
                ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(home, "enabled_plugins"),
                ["RABBITMQ_MNESIA_BASE"] = home,
                ["RABBITMQ_LOG_BASE"] = home,
                ["RABBITMQ_LOGS"] = "-",
                ["RABBITMQ_PID_FILE"] = Path.Combine(home, "pid"),
            }
        );
    }

    private static void OnlyForUs(string file)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static void Run(MachineProgram program)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program.Command, program.Arguments)
            {
                WorkingDirectory = program.Folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{program.Command} {string.Join(' ', program.Arguments)}: {errors.Result}"
            );
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
