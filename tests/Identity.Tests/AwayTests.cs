using System.Diagnostics;
using System.Globalization;
using Npgsql;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

/// <summary>As processes, since what is asked is whether they end.</summary>
public sealed class AwayTests(Running running) : IAsyncLifetime
{
    private readonly LocalPostgres _postgres = new();
    private readonly List<Process> _processes = [];

    [Fact]
    public async Task Neither_a_running_nor_a_starting_process_ends_with_its_database()
    {
        var (runs, runsAt) = Start();
        await Ready(runsAt, runs);
        // Holds up the second in the middle of its preparations.
        await using (var holder = new NpgsqlConnection(Database + ";Pooling=false"))
        {
            await holder.OpenAsync();
            await Execute(holder, "begin; lock table identity.token_keys in access exclusive mode");
            var (starts, startsAt) = Start();
            await using var watcher = new NpgsqlConnection(Database + ";Pooling=false");
            await watcher.OpenAsync();
            await Eventually.Holds(
                async () => await Execute(watcher, "select count(*) from pg_locks where not granted") is > 0L,
                TimeSpan.FromSeconds(60)
            );

            await _postgres.Kill();
            await Eventually.Holds(async () => !await IsReady(runsAt), TimeSpan.FromSeconds(30));
            await _postgres.Start();

            await Ready(startsAt, starts);
            await Ready(runsAt, runs);
        }
        Assert.All(_processes, process => Assert.False(process.HasExited));
    }

    private string Database =>
        _postgres.Admin.Replace("Database=postgres", "Database=identity", StringComparison.Ordinal);

    private (Process, Uri) Start()
    {
        var at = $"http://localhost:{Local.FreePort().ToString(CultureInfo.InvariantCulture)}";
        var info = new ProcessStartInfo("dotnet", [Testing.Repository.Service("Identity")]) { UseShellExecute = false };
        foreach (var (name, value) in running.NewSettings("away"))
            info.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        info.Environment["ConnectionStrings__identity-db"] = Database;
        info.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        info.Environment["ASPNETCORE_URLS"] = info.Environment["Identity__Authority"] = at;
        info.Environment["Logging__LogLevel__Default"] = "Error";
        var process = Process.Start(info)!;
        _processes.Add(process);
        return (process, new Uri(at));
    }

    private static Task Ready(Uri at, Process process) =>
        Eventually.Holds(
            async () =>
            {
                Assert.False(process.HasExited, $"{at} has ended itself.");
                return await IsReady(at);
            },
            TimeSpan.FromSeconds(60)
        );

    private static async Task<bool> IsReady(Uri at)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var answer = await client.GetAsync(new Uri(at, "/health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private static async Task<object?> Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask InitializeAsync() => await _postgres.Start();

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
                process.Kill();
            process.Dispose();
        }
        await _postgres.DisposeAsync();
    }
}
