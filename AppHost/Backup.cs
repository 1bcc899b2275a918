using System.Diagnostics;
using System.Globalization;

namespace SkillPlatform.AppHost;

/// <summary>
/// What <c>scripts/backup</c>, <c>scripts/restore</c> and <c>scripts/republish</c> do, with PostgreSQL's own tools: docs/backup.md.
/// Of the server that <c>./run</c> has started, or of the one that <c>SKILLPLATFORM_POSTGRES</c> names, in those tools' own words.
/// </summary>
internal sealed class Backup(Settings settings)
{
    private readonly string? _elsewhere = settings["SKILLPLATFORM_POSTGRES"];

    /// <summary>Every database as it was at one moment, taken while everything runs.</summary>
    public void Take(string folder)
    {
        folder = Path.GetFullPath(folder);
        if (Path.Exists(folder))
            throw new SettingException($"{folder} is there already: a backup is never overwritten.");
        // Made beside its place and moved there when whole and checked: what has the name is a backup.
        var made = Anew(folder);
        // Whoever reads it could sign in as anybody.
        Must("install", "--directory", "--mode=700", made);
        var point = Ask("""select to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')""");
        File.WriteAllText($"{made}/about", $"point={point}\n");
        // The whole server, since dumps of single databases are as many moments as databases. The log that is written meanwhile comes
        // with it.
        PostgreSql(
            "pg_basebackup",
            "-d",
            Server(),
            "-D",
            $"{made}/postgres",
            "--format=plain",
            "--wal-method=stream",
            "--checkpoint=fast"
        );
        PostgreSql("pg_verifybackup", "--quiet", $"{made}/postgres");
        if (_elsewhere is null)
            File.Copy($"{settings.State}/secrets", $"{made}/secrets");
        Directory.Move(made, folder);
        Console.WriteLine($"{folder}: as of {point}, checked.");
    }

    /// <summary>Puts a backup where the next start looks for its data, and empties the broker; or just into another data folder.</summary>
    public void Restore(string folder, string? into)
    {
        folder = Path.GetFullPath(folder);
        into = into is null ? null : Path.GetFullPath(into);
        var point = Point(folder) ?? throw new SettingException($"{folder} is no backup of scripts/backup.");
        var data = into ?? Path.Combine(settings.PostgresHome(), "data");
        if (into is null)
        {
            settings.Lock();
            if (!File.Exists($"{folder}/secrets"))
                throw new SettingException(
                    $"{folder} is of another server than ./run's; name the data folder to restore it into."
                );
        }
        if (Path.Exists(data))
            throw new SettingException(
                $"There is data in {data}: move it away first, and keep it until this has worked."
            );
        var version = File.ReadAllText($"{folder}/postgres/PG_VERSION").Trim();
        var programs = $"/usr/lib/postgresql/{version}/bin";
        if (!File.Exists($"{programs}/postgres"))
            throw new SettingException($"The backup is of PostgreSQL {version}, which is not installed here.");
        if (Run($"{programs}/pg_verifybackup", "--quiet", $"{folder}/postgres") is null)
            throw new SettingException($"{folder} is damaged.");

        // Made beside its place and moved there when whole: what was interrupted is begun anew.
        var (made, home) = (Anew(data), Path.GetDirectoryName(data)!);
        Directory.CreateDirectory(home);
        Must("cp", "-a", $"{folder}/postgres", made);
        Must("chmod", "700", made);
        if (Environment.IsPrivilegedProcess)
        {
            Must("chown", "-R", "postgres:", made);
            Must("chown", "postgres:", home);
        }
        if (into is null)
        {
            File.Copy($"{folder}/secrets", $"{settings.State}/secrets", overwrite: true);
            Settings.Delete(Path.Combine(settings.State, "rabbitmq"));
        }
        Directory.Move(made, data);
        Console.WriteLine($"{data}: as of {point:u}.");
        if (into is not null)
            Console.WriteLine(
                $"Start the servers, the broker empty, then the services; once all are ready: scripts/republish {folder}"
            );
    }

    /// <summary>
    /// Everything since a time, or since a week before a backup. For a broker whose data are lost, once every service is ready: what is
    /// published before a queue is bound reaches nobody.
    /// </summary>
    public void Republish(string since)
    {
        var from =
            Point(Path.GetFullPath(since)) is { } point ? point.AddDays(-7)
            : DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time
            : throw new SettingException("scripts/republish SINCE: a time, as 2026-11-22T00:00:00Z, or a backup.");
        // Consumers know for thirty days what they have taken.
        if (from < DateTimeOffset.UtcNow.AddDays(-29))
            throw new SettingException("At most 29 days back: what is older might be taken twice.");
        foreach (
            var database in Ask("select datname from pg_database where datallowconn and not datistemplate").Split('\n')
        )
            PostgreSql(
                "psql",
                $"{Server()} dbname={database}",
                "-Xq",
                "-v",
                "ON_ERROR_STOP=1",
                "-v",
                $"since={from:O}",
                "-f",
                Path.Combine(Settings.ProjectFolder, "republish.sql")
            );
        Console.WriteLine($"Everything since {from:u} is published again.");
    }

    // Null where the folder is no backup.
    private static DateTimeOffset? Point(string folder) =>
        File.Exists($"{folder}/about") && Directory.Exists($"{folder}/postgres")
            ? DateTimeOffset.Parse(File.ReadAllText($"{folder}/about").Split('=')[1], CultureInfo.InvariantCulture)
            : null;

    private static string Anew(string place)
    {
        var made = place + ".new";
        Settings.Delete(made);
        return made;
    }

    private string Server() =>
        _elsewhere
        ?? (
            File.Exists($"{settings.State}/secrets")
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"host=127.0.0.1 port={settings.Port("postgres")} user={Servers.User}"
                )
                : throw new SettingException(
                    "Nothing has been started here; SKILLPLATFORM_POSTGRES names another server."
                )
        );

    private string Ask(string question) => PostgreSql("psql", $"{Server()} dbname=postgres", "-XAtq", "-c", question);

    private string PostgreSql(string program, params string[] words)
    {
        // Of the one that ./run has started; another's is where these tools look for it.
        if (_elsewhere is null)
            Environment.SetEnvironmentVariable("PGPASSWORD", settings.Secret("database_password"));
        return Must(Path.Combine(MachineProgram.PostgresBin, program), words);
    }

    private static string Must(string program, params string[] words) =>
        Run(program, words) ?? throw new SettingException($"{Path.GetFileName(program)} has failed.");

    // What it said, null where it failed and has said why.
    private static string? Run(string program, params string[] words)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, words) { RedirectStandardOutput = true, UseShellExecute = false }
        )!;
        var said = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? said : null;
    }
}
