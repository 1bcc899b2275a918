using Npgsql;

namespace SkillPlatform.Testing;

/// <summary>Where a text is found that should be gone.</summary>
public static class Traces
{
    /// <summary>The tables of a database, in all its schemas, with a row that holds the text anywhere.</summary>
    public static async Task<IReadOnlyList<string>> In(string connectionString, string text)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        var tables = new List<string>();
        await using (
            var all = source.CreateCommand(
                """
                select format('%I.%I', schemaname, tablename) from pg_tables
                where schemaname not in ('pg_catalog', 'information_schema')
                """
            )
        )
        await using (var reader = await all.ExecuteReaderAsync())
            while (await reader.ReadAsync())
                tables.Add(reader.GetString(0));
        var holding = new List<string>();
        foreach (var table in tables)
        {
            await using var command = source.CreateCommand(
                $"select exists (select from {table} t where strpos(t::text, $1) > 0)"
            );
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
            if ((bool)(await command.ExecuteScalarAsync())!)
                holding.Add(table.StartsWith("public.", StringComparison.Ordinal) ? table[7..] : table);
        }
        return holding;
    }
}
