using CsvHelper;
using SkillPlatform.Changes;

namespace SkillPlatform.Catalog;

/// <summary>
/// A table as a text with commas (RFC 4180, UTF-8, a header), each cell as a <see cref="SheetCell"/>.
/// </summary>
public static class CatalogCsv
{
    public static string Lines(IEnumerable<string> entries) => string.Join('\n', entries);
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
            _csv.WriteField(i < cells.Length ? SheetCell.Neutral(cells[i]) : "");
        await _csv.EndRecordAsync(default);
    }

    public Task Finish() => Task.CompletedTask;

    public ValueTask DisposeAsync() => _csv.DisposeAsync();
}
