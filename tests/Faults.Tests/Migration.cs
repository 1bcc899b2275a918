using Npgsql;
using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

/// <summary>A deployment brings the databases up to date before anything serves.</summary>
public sealed class Migration
{
    [Fact]
    public async Task Each_service_makes_its_schema_and_ends_without_a_broker_also_when_the_database_comes_late()
    {
        await using var platform = new Platform(("127.0.0.1", 1));
        var running = Platform.Services.Select(service => platform.Run(service, "migrate")).ToArray();
        await platform.Postgres.Start();
        foreach (var (service, (code, output)) in Platform.Services.Zip(await Task.WhenAll(running)))
        {
            Assert.True(code == 0, $"{service}: {code}\n{output}");
            Assert.True(await Tables(platform, service) > 0, service);
        }

        // Again: nothing to do.
        Assert.All(
            await Task.WhenAll(Platform.Services.Select(service => platform.Run(service, "migrate"))),
            again => Assert.True(again.Code == 0, again.Output)
        );
    }

    private static async Task<long> Tables(Platform platform, string service)
    {
        await using var source = NpgsqlDataSource.Create(platform.Database(service.ToLowerInvariant()));
        await using var command = source.CreateCommand(
            "select count(*) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
        );
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
