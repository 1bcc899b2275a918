using Npgsql;

namespace SkillPlatform.Proposals;

/// <summary>Statements that give rows.</summary>
internal static class Rows
{
    /// <param name="sql">The statement, its parameters <c>$1</c> and on.</param>
    /// <param name="row">Makes of a row what it is.</param>
    /// <param name="values">Of the parameters.</param>
    public static async Task<List<T>> Read<T>(
        this NpgsqlDataSource source,
        string sql,
        Func<NpgsqlDataReader, T> row,
        CancellationToken ct,
        params object[] values
    )
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct))
            rows.Add(row(reader));
        return rows;
    }
}
