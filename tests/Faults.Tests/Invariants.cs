extern alias catalog;
extern alias notifications;
extern alias proposals;
using System.Text.Json.Nodes;
using JasperFx.Events.Projections;
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
        var before = await Rows(source);
        using var daemon = await store.BuildProjectionDaemonAsync();
        // Live ones are folded when asked for and hold nothing.
        foreach (var projection in store.Options.Projections.All.Where(p => p.Lifecycle != ProjectionLifecycle.Live))
            await daemon.RebuildProjectionAsync(projection.Name, CancellationToken.None);
        var after = await Rows(source);
        Assert.Equal([], before.Except(after, StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(3));
        Assert.Equal([], after.Except(before, StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(3));
        Assert.Equal(before.Count, after.Count);
    }

    /// <summary>
    /// Every row of every table as text, but for when and how often it was written. What an older release wrote may leave out what
    /// a newer one says is nothing.
    /// </summary>
    private static async Task<List<string>> Rows(NpgsqlDataSource source)
    {
        var tables = new List<string>();
        await using (var command = source.CreateCommand("select tablename from pg_tables where schemaname = 'public'"))
        await using (var reader = await command.ExecuteReaderAsync())
            while (await reader.ReadAsync())
                tables.Add(reader.GetString(0));
        var rows = new List<string>();
        foreach (var table in tables.Where(t => t != "mt_event_progression"))
        {
            await using var command = source.CreateCommand(
                $"select (to_jsonb(t) - 'mt_last_modified' - 'mt_version')::text from \"{table}\" t"
            );
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                rows.Add($"{table} {Said(JsonNode.Parse(reader.GetString(0)))?.ToJsonString()}");
        }
        return rows;
    }

    private static JsonNode? Said(JsonNode? node)
    {
        if (node is JsonObject members)
            foreach (var name in members.Select(m => m.Key).ToArray())
                if (Said(members[name]) is null or JsonArray { Count: 0 } || members[name]!.ToJsonString() == "0")
                    members.Remove(name);
        if (node is JsonArray items)
            foreach (var item in items)
                Said(item);
        return node;
    }
}
