extern alias catalog;
extern alias notifications;
extern alias proposals;
using Marten;
using Npgsql;
using SkillPlatform.EventSourcing;
using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

/// <summary>The checks that read the databases themselves.</summary>
public static class Invariants
{
    /// <summary>I2: in every stream the versions are 1, 2, 3 … without a gap. Tombstones fill what rolled back, in no stream of ours.</summary>
    public static async Task StreamsAreContiguous(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            """
            select string_agg(stream_id || ': ' || events, '; ') from (
              select stream_id, string_agg(version || ' ' || type, ', ' order by seq_id) events from mt_events
              where type <> 'tombstone' group by stream_id having count(*) <> max(version) or count(distinct version) <> max(version) or min(version) <> 1) broken
            """
        );
        Assert.Equal(DBNull.Value, await command.ExecuteScalarAsync());
    }

    /// <summary>I4: what the projections hold is what a rebuild from the events gives, row by row.</summary>
    public static async Task ProjectionsEqualTheirRebuild(string database, Action<StoreOptions> configure)
    {
        await using var source = EventStore.DataSource(database);
        using var store = DocumentStore.For(options =>
        {
            options.Connection(source);
            EventStore.Defaults(options);
            configure(options);
        });
        var before = await Hashes(source);
        using var daemon = await store.BuildProjectionDaemonAsync();
        // They come in quotes.
        foreach (var projection in store.Options.Projections.AllProjectionNames().Select(name => name.Trim('\'')))
            if (projection != "relay")
                await daemon.RebuildProjectionAsync(projection, CancellationToken.None);
        var after = await Hashes(source);
        Assert.Equal(before, after);
    }

    private static async Task<SortedDictionary<string, string>> Hashes(NpgsqlDataSource source)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var tables = new List<string>();
        await using (var command = source.CreateCommand("select tablename from pg_tables where schemaname = 'public'"))
        await using (var reader = await command.ExecuteReaderAsync())
            while (await reader.ReadAsync())
                tables.Add(reader.GetString(0));
        foreach (var table in tables.Where(t => t != "mt_event_progression"))
        {
            await using var command = source.CreateCommand(
                $"select md5(coalesce(string_agg(r, '|' order by r), '')) from (select (to_jsonb(t) - 'mt_last_modified' - 'mt_version')::text r from \"{table}\" t) rows"
            );
            hashes[table] = (string)(await command.ExecuteScalarAsync())!;
        }
        return hashes;
    }
}
