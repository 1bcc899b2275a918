using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SkillPlatform.Testing;

namespace SkillPlatform.Benchmarks;

/// <summary>The same work without us, and the load that both get.</summary>
public static partial class Floors
{
    /// <summary>Kestrel answering a constant of the size given: what no service on it can beat.</summary>
    public static async Task Serve(int bytes)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var app = builder.Build();
        var body = new byte[bytes];
        Array.Fill(body, (byte)'x');
        app.Run(http =>
        {
            http.Response.ContentType = "application/json; charset=utf-8";
            http.Response.ContentLength = body.Length;
            return http.Response.Body.WriteAsync(body).AsTask();
        });
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await app.WaitForShutdownAsync();
    }

    /// <summary>Starts <see cref="Serve"/> as a process and gives its address.</summary>
    public static async Task<(Process Process, Uri Address)> StartConstant(int bytes)
    {
        var process = Start(
            "dotnet",
            [typeof(Floors).Assembly.Location, "serve", bytes.ToString(CultureInfo.InvariantCulture)]
        );
        return (process, new Uri((await process.StandardOutput.ReadLineAsync())!));
    }

    /// <summary>Requests per second that wrk gets; every answer must be 2xx.</summary>
    public static async Task<double> Wrk(Uri url, int clients, int seconds, string? script = null)
    {
        var output = await Output(
            "wrk",
            [
                "-t1",
                string.Create(CultureInfo.InvariantCulture, $"-c{clients}"),
                string.Create(CultureInfo.InvariantCulture, $"-d{seconds}s"),
                .. script is null ? Array.Empty<string>() : ["-s", script],
                url.ToString(),
            ]
        );
        return output.Contains("Non-2xx", StringComparison.Ordinal)
            ? throw new InvalidOperationException($"{url} answered errors under load:\n{output}")
            : double.Parse(PerSecond().Match(output).Groups["n"].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Transactions per second of pgbench: one insert and one upsert of JSON, prepared.</summary>
    public static async Task<double> Pgbench(LocalPostgres postgres, int clients, int seconds)
    {
        var folder = Directory.CreateTempSubdirectory("skillplatform-bench-").FullName;
        await File.WriteAllTextAsync(
            $"{folder}/tables.sql",
            """
            create table if not exists events(seq bigserial primary key, stream uuid, data jsonb, at timestamptz default now());
            create table if not exists pages(id int primary key, data jsonb);
            """
        );
        await File.WriteAllTextAsync(
            $"{folder}/floor.sql",
            """
            \set id random(1, 100000)
            begin;
            insert into events(stream, data) values (gen_random_uuid(), '{"rationale":"because","changes":[{"op":"rewordRequirement","role":"a","level":"b","was":"c","description":"d"}]}');
            insert into pages values (:id, '{"state":"open","rationale":"because","changes":[]}') on conflict (id) do update set data = excluded.data;
            commit;
            """
        );
        string[] where =
        [
            "-h",
            "127.0.0.1",
            "-p",
            postgres.Port.ToString(CultureInfo.InvariantCulture),
            "-U",
            "postgres",
        ];
        await Output($"{LocalPostgres.Bin}/psql", [.. where, "-q", "-f", $"{folder}/tables.sql", "postgres"]);
        var (c, t) = (clients.ToString(CultureInfo.InvariantCulture), seconds.ToString(CultureInfo.InvariantCulture));
        var output = await Output(
            $"{LocalPostgres.Bin}/pgbench",
            [.. where, "-n", "-M", "prepared", "-c", c, "-j", "2", "-T", t, "-f", $"{folder}/floor.sql", "postgres"]
        );
        Directory.Delete(folder, recursive: true);
        return double.Parse(PerTransaction().Match(output).Groups["n"].Value, CultureInfo.InvariantCulture);
    }

    private static Process Start(string file, IEnumerable<string> arguments) =>
        Process.Start(
            new ProcessStartInfo(file, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;

    private static async Task<string> Output(string file, IEnumerable<string> arguments)
    {
        using var process = Start(file, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{file}: {await errors}{output}");
    }

    [GeneratedRegex(@"Requests/sec:\s+(?<n>[\d.]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PerSecond();

    [GeneratedRegex(@"tps = (?<n>[\d.]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PerTransaction();
}
