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

    /// <param name="file">Its bytes.</param>
    /// <param name="said">The encoding; null to guess.</param>
    /// <param name="between">The separator; null to guess.</param>
    public static (Sheet Sheet, TableForm Form) Read(
        ReadOnlyMemory<byte> file,
        string? said = null,
        string? between = null
    )
    {
        var (utf8, encoding) = Utf8Of(file);
        if (said is not null && said != encoding)
            (utf8, encoding) = (From(Named(said), file), said);
        var (separator, start) = SeparatorOf(utf8.Span);
        separator = between?[0] ?? separator;
        return (
            new Sheet("", null, Rows(utf8[start..], separator)),
            new TableForm("csv", encoding, separator.ToString(CultureInfo.InvariantCulture))
        );
    }

    private static (ReadOnlyMemory<byte> Utf8, string Encoding) Utf8Of(ReadOnlyMemory<byte> file) =>
        file.Span switch
        {
            [0xEF, 0xBB, 0xBF, ..] when Utf8.IsValid(file.Span) => (file[3..], "utf-8"),
            [0xFF, 0xFE, ..] => (From(Encoding.Unicode, file[2..]), "utf-16"),
            [0xFE, 0xFF, ..] => (From(Encoding.BigEndianUnicode, file[2..]), "utf-16"),
            // A header begins with a letter, which leaves a zero beside it.
            [not 0, 0, not 0, 0, ..] => (From(Encoding.Unicode, file), "utf-16"),
            [0, not 0, 0, not 0, ..] => (From(Encoding.BigEndianUnicode, file), "utf-16"),
            _ when Utf8.IsValid(file.Span) => (file, "utf-8"),
            _ => (From(Named("windows-1252"), file), "windows-1252"),
        };

    private static Encoding Named(string encoding) =>
        CodePagesEncodingProvider.Instance.GetEncoding(encoding) ?? Encoding.GetEncoding(encoding);

    private static byte[] From(Encoding encoding, ReadOnlyMemory<byte> text) =>
        Encoding.Convert(encoding, Encoding.UTF8, text.ToArray());

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

    private static IEnumerable<Row> Rows(ReadOnlyMemory<byte> utf8, char separator)
    {
        string? bad = null;
        using var csv = CsvReader.Create(
            utf8,
            new CsvReaderOptions
            {
                Separator = separator,
                HasHeader = false,
                TrackLineNumbers = true,
                OnMalformedRecord = found =>
                    bad = $"The quotes are wrong in the record that begins in line {found.LineNumber}.",
            }
        );
        while (csv.Read())
        {
            yield return new Row(bad is null ? [.. csv.Current.ToArray().Select(SheetCell.Restored)] : [], bad);
            bad = null;
        }
    }
}
