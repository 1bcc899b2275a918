using CsvHelper;

namespace SkillPlatform.Catalog;

/// <summary>
/// A table as a text with commas (RFC 4180, UTF-8, a header). A cell that a spreadsheet would take for a formula, or that
/// begins with an apostrophe, gets an apostrophe in front.
/// </summary>
public static class CatalogCsv
{
    public static string Lines(IEnumerable<string> entries) => string.Join('\n', entries);

    internal static string Neutral(string cell) => cell.Length > 0 && IsRisky(cell[0]) ? "'" + cell : cell;

    internal static string Restored(string cell) =>
        cell.Length > 1 && cell[0] == '\'' && IsRisky(cell[1]) ? cell[1..] : cell;

    // Where Japanese or Chinese is typed, a spreadsheet takes the full-width signs for the others.
    private static bool IsRisky(char first) =>
        first
            is '='
                or '+'
                or '-'
                or '@'
                or '\uFF1D'
                or '\uFF0B'
                or '\uFF0D'
                or '\uFF20'
                or '\t'
                or '\r'
                or '\n'
                or '\'';
}

/// <summary>Where the rows of a table go, one after the other.</summary>
public interface ITableRows : IAsyncDisposable
{
    Task Header(params string[] names);

    /// <summary>One row; what is left out at its end stays empty.</summary>
    Task Row(params string[] cells);

    /// <summary>All rows are written.</summary>
    Task Finish();
}

/// <summary>Writes CSV.</summary>
public sealed class CsvRows(Stream to) : ITableRows
{
    private readonly CsvWriter _csv = CsvWriter.Create(to, null, leaveOpen: true);
    private int _columns;

    public Task Header(params string[] names)
    {
        _columns = names.Length;
        _csv.WriteRecord(names);
        return Task.CompletedTask;
    }

    public async Task Row(params string[] cells)
    {
        for (var i = 0; i < _columns; i++)
            _csv.WriteField(i < cells.Length ? CatalogCsv.Neutral(cells[i]) : "");
        await _csv.EndRecordAsync(default);
    }

    public Task Finish() => Task.CompletedTask;

    public ValueTask DisposeAsync() => _csv.DisposeAsync();
}
