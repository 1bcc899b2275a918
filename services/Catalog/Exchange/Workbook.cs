using System.Globalization;
using System.IO.Compression;
using System.Text;
using ExcelDataReader;
using ExcelDataReader.Exceptions;
using SpreadCheetah;
using SpreadCheetah.Styling;
using SpreadCheetah.Worksheets;

namespace SkillPlatform.Catalog;

/// <summary>Reads a workbook (xlsx). Cells that were merged say the same, each.</summary>
public static class Workbook
{
    public const string MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    private const int MostCells = 5_000_000;

    // What its parts are written in takes up about as much as what they say.
    private const long LargestUnpacked = 2L * CatalogDocument.LargestWorkbook;

    // The reader asks for the one of old workbooks, whatever it reads.
    static Workbook() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>Its sheets that hold anything; null where it is no workbook.</summary>
    public static IReadOnlyList<Sheet>? Read(Stream file)
    {
        try
        {
            if (IsTooLarge(file))
                return null;
            using var reader = ExcelReaderFactory.CreateOpenXmlReader(file, new() { LeaveOpen = true });
            var sheets = new List<Sheet>();
            var cells = 0;
            do
            {
                var rows = new List<Row>();
                while (reader.Read())
                {
                    if ((cells += reader.FieldCount) > MostCells)
                        return null;
                    rows.Add(
                        new Row([.. Enumerable.Range(0, reader.FieldCount).Select(i => Text(reader.GetValue(i)))])
                    );
                }
                if ((cells += Spread(rows, reader.MergeCells, MostCells - cells)) > MostCells)
                    return null;
                if (rows.Exists(row => !row.IsBlank))
                    sheets.Add(new Sheet($"/{Escaped(reader.Name)}", reader.Name, rows));
            } while (reader.NextResult());
            // Nobody needs to be told which, where there is but one.
            return sheets is [var only] ? [only with { At = "" }] : sheets;
        }
        catch (Exception e)
            when (e
                    is ExcelReaderException
                        or InvalidDataException
                        or System.Xml.XmlException
                        or FormatException
                        or IndexOutOfRangeException
                        or ArgumentException
                        or NullReferenceException
            )
        {
            return null;
        }
    }

    private static string Text(object? value) =>
        value switch
        {
            null => "",
            bool yes => yes ? "true" : "false",
            double number => number.ToString("R", CultureInfo.InvariantCulture),
            IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };

    // A part may be packed a thousandfold, and the reader keeps all texts. No more comes of a part than it is said to hold.
    private static bool IsTooLarge(Stream packed)
    {
        packed.Position = 0;
        using var zip = new ZipArchive(packed, ZipArchiveMode.Read, leaveOpen: true);
        var unpacked = 0L;
        foreach (var part in zip.Entries)
            if (part.Length > LargestUnpacked || (unpacked += part.Length) > LargestUnpacked)
                return true;
        packed.Position = 0;
        return false;
    }

    // How many cells it wrote; it ends with the first one too many, since any number of ranges may cover the same.
    private static int Spread(List<Row> rows, CellRange[]? merged, int most)
    {
        var written = 0;
        foreach (var range in merged ?? [])
        {
            if (range.FromRow >= rows.Count || range.FromColumn >= rows[range.FromRow].Cells.Length)
                continue;
            var value = rows[range.FromRow].Cells[range.FromColumn];
            for (var row = range.FromRow; row <= range.ToRow && row < rows.Count; row++)
            for (var column = range.FromColumn; column <= range.ToColumn && column < rows[row].Cells.Length; column++)
            {
                if (++written > most)
                    return written;
                rows[row].Cells[column] = value;
            }
        }
        return written;
    }

    private static string Escaped(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}

/// <summary>Writes a workbook (xlsx): texts as texts, yes and no as such, so that each spreadsheet shows them in its language.</summary>
public sealed class WorkbookRows(Stream to) : ITableRows
{
    private const int LongestName = 31;
    private const int MostRows = 1_000_000;
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private Spreadsheet? _book;
    private StyleId? _bold;
    private string[] _header = [];
    private int _rows;

    public async Task Header(params string[] names)
    {
        _header = names;
        await Sheet("catalogue", frozen: true);
        await _book!.AddHeaderRowAsync(names, _bold);
    }

    /// <summary>Begins a sheet. Its name is cut to what a spreadsheet takes, and made unique.</summary>
    public async Task Sheet(string name, bool frozen = false)
    {
        if (_book is null)
        {
            _book = await Spreadsheet.CreateNewAsync(to, new SpreadCheetahOptions { PreserveStringWhitespace = true });
            _bold = _book.AddStyle(new Style { Font = { Bold = true } });
        }
        var plain = string.Concat(name.Where(c => c is not ('[' or ']' or ':' or '*' or '?' or '/' or '\\')))
            .Trim('\'', ' ');
        var unique = Cut(plain, "");
        for (var i = 2; unique.Length == 0 || !_names.Add(unique); i++)
            unique = Cut(plain, string.Create(CultureInfo.InvariantCulture, $" {i}"));
        await _book.StartWorksheetAsync(unique, frozen ? new WorksheetOptions { FrozenRows = 1 } : null);
        _rows = 0;
    }

    private static string Cut(string name, string end) => name[..Math.Min(name.Length, LongestName - end.Length)] + end;

    public async Task Row(params string[] cells)
    {
        // A sheet holds little more than a million rows.
        if (++_rows > MostRows)
        {
            await Header(_header);
            _rows = 1;
        }
        await _book!.AddRowAsync(
            Array.ConvertAll(
                cells,
                cell =>
                    cell switch
                    {
                        "true" => new DataCell(true),
                        "false" => new DataCell(false),
                        _ => new DataCell(cell),
                    }
            )
        );
    }

    public async Task Finish()
    {
        // A workbook has a sheet.
        if (_book is null)
            await Sheet("catalogue");
        await _book!.FinishAsync();
    }

    public ValueTask DisposeAsync() => _book?.DisposeAsync() ?? ValueTask.CompletedTask;
}
