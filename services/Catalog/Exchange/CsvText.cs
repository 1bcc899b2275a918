using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using CsvHelper;
using SkillPlatform.Changes;

namespace SkillPlatform.Catalog;

/// <summary>How a table was written, as far as it could be seen.</summary>
/// <param name="Format"><c>csv</c> or <c>xlsx</c>.</param>
/// <param name="Encoding">Of a text: <c>utf-8</c>, <c>utf-16</c> or <c>windows-1252</c>, which is assumed where it is no other.</param>
/// <param name="Separator">Between the cells of a text.</param>
public sealed record TableForm(string Format, string? Encoding = null, string? Separator = null);

/// <summary>
/// A table as spreadsheets save it: comma, semicolon, tab or bar between the cells, or what a first line <c>sep=</c> says;
/// UTF-8 or UTF-16 with or without a mark, else Windows-1252.
/// </summary>
public static class CsvText
{
    /// <summary>Those that show in a text's bytes, the one that is assumed otherwise, and those that somebody can say it is in.</summary>
    public static readonly string[] Encodings =
    [
        "utf-8",
        "utf-16",
        "windows-1252",
        "windows-1250",
        "windows-1251",
        "windows-1256",
        "shift_jis",
    ];

    /// <summary>What can stand between cells.</summary>
    public static readonly string[] Separators = [",", ";", "\t", "|"];

    /// <summary>The most that one record may take, in bytes of UTF-8: more than all that can be said in one.</summary>
    public const int LargestRecord = 16 * 1024 * 1024;

    // The line of headings ends within.
    private const int Beginning = 1024 * 1024;

    /// <param name="file">Its bytes, which are read again with each reading of the rows; by one at a time.</param>
    /// <param name="said">The encoding; null to guess.</param>
    /// <param name="between">The separator; null to guess.</param>
    public static (Sheet Sheet, TableForm Form) Read(Stream file, string? said = null, string? between = null)
    {
        var (from, encoding, name) = EncodingOf(file);
        if (said is not null && said != name)
            (from, encoding, name) = (0, Named(said), said);
        var beginning = new byte[Beginning];
        int length;
        using (var text = Utf8())
            length = text.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
        var (separator, start) = SeparatorOf(beginning.AsSpan(0, length));
        separator = between?[0] ?? separator;
        return (
            new Sheet("", null, Rows(Utf8, start, separator)),
            new TableForm("csv", name, separator.ToString(CultureInfo.InvariantCulture))
        );

        Stream Utf8()
        {
            file.Position = from;
            return Encoding.CreateTranscodingStream(file, encoding, Encoding.UTF8, leaveOpen: true);
        }
    }

    private static (int From, Encoding Encoding, string Name) EncodingOf(Stream file)
    {
        var first = new byte[4];
        file.Position = 0;
        var read = file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        return first.AsSpan(0, read) switch
        {
            [0xEF, 0xBB, 0xBF, ..] when IsUtf8(file) => (3, Encoding.UTF8, "utf-8"),
            [0xFF, 0xFE, ..] => (2, Encoding.Unicode, "utf-16"),
            [0xFE, 0xFF, ..] => (2, Encoding.BigEndianUnicode, "utf-16"),
            // A header begins with a letter, which leaves a zero beside it.
            [not 0, 0, not 0, 0, ..] => (0, Encoding.Unicode, "utf-16"),
            [0, not 0, 0, not 0, ..] => (0, Encoding.BigEndianUnicode, "utf-16"),
            _ when IsUtf8(file) => (0, Encoding.UTF8, "utf-8"),
            _ => (0, Named("windows-1252"), "windows-1252"),
        };
    }

    private static bool IsUtf8(Stream file)
    {
        var buffer = new byte[64 * 1024];
        file.Position = 0;
        for (var kept = 0; ; )
        {
            var read = file.Read(buffer.AsSpan(kept));
            var piece = buffer.AsSpan(0, kept + read);
            // What the next piece goes on with.
            kept = read == 0 ? 0 : Begun(piece);
            if (!Utf8.IsValid(piece[..^kept]))
                return false;
            if (read == 0)
                return true;
            piece[^kept..].CopyTo(buffer);
        }
    }

    private static int Begun(ReadOnlySpan<byte> utf8) =>
        Rune.DecodeLastFromUtf8(utf8, out _, out var length) == OperationStatus.NeedMoreData ? length : 0;

    private static Encoding Named(string encoding) =>
        CodePagesEncodingProvider.Instance.GetEncoding(encoding) ?? Encoding.GetEncoding(encoding);

    private static (char Separator, int Start) SeparatorOf(ReadOnlySpan<byte> utf8)
    {
        var end = utf8.IndexOf((byte)'\n');
        var first = Encoding.UTF8.GetString(end < 0 ? utf8 : utf8[..end]).Trim('\r', '"');
        if (end >= 0 && first.Length == 5 && first.StartsWith("sep=", StringComparison.OrdinalIgnoreCase))
            return (first[4], end + 1);
        // The most frequent one outside quotes, up to the end of the first line that says anything.
        var counts = new Dictionary<char, int>
        {
            [','] = 0,
            [';'] = 0,
            ['\t'] = 0,
            ['|'] = 0,
        };
        var (quoted, begun) = (false, false);
        foreach (var character in utf8)
        {
            if (character == '"')
                quoted = !quoted;
            else if (!quoted && counts.TryGetValue((char)character, out var count))
                counts[(char)character] = count + 1;
            else if (!quoted && begun && character is (byte)'\n' or (byte)'\r')
                break;
            begun |= character > ' ' && !counts.ContainsKey((char)character);
        }
        return (counts.MaxBy(c => c.Value) is { Value: > 0 } most ? most.Key : ',', 0);
    }

    private static IEnumerable<Row> Rows(Func<Stream> utf8, int start, char separator)
    {
        string? bad = null;
        using var text = utf8();
        text.ReadExactly(new byte[start]);
        using var csv = CsvReader.Create(
            text,
            new CsvReaderOptions
            {
                Separator = separator,
                HasHeader = false,
                TrackLineNumbers = true,
                MaxRecordSize = LargestRecord,
                OnMalformedRecord = found =>
                    bad = $"The quotes are wrong in the record that begins in line {found.LineNumber}.",
            }
        );
        while (Next() is { } row)
        {
            yield return row;
            if (row.Problem == TooLong)
                yield break;
        }

        Row? Next()
        {
            bad = null;
            try
            {
                return !csv.Read() ? null
                    : bad is null ? new Row([.. csv.Current.ToArray().Select(SheetCell.Restored)])
                    : new Row([], bad);
            }
            catch (CsvFormatException)
            {
                return new Row([], TooLong);
            }
        }
    }

    private static string TooLong { get; } =
        $"A record has at most {LargestRecord >> 20} MB. Is a quotation mark in it not closed?";
}
