using System.Globalization;
using System.Text.RegularExpressions;
using SkillPlatform.Web.Languages;

namespace SkillPlatform.Web.Uploads;

/// <summary>
/// What the catalogue says of a file, in the reader's language. It says it in English, like all of the API: its sentences are
/// known by the English texts; one that is not is shown as it came.
/// </summary>
public static partial class FileErrors
{
    private const string Near = "wrong.near";

    // The one with most words of its own first, so that no other takes it for its own.
    private static readonly (string Key, Regex Sentence)[] Known =
    [
        .. Texts
            .In("en")
            .Keys.Where(key => key.StartsWith("wrong.", StringComparison.Ordinal) && key != Near)
            .OrderByDescending(key => Texts.In("en")[key].Length)
            .Select(key => (key, Sentence($"^{Pattern(key)}$"))),
    ];

    // What holds names of columns.
    private static readonly (string, string)[] Columns = [("wrong.column-unknown", "v1"), ("wrong.no-header", "v0")];

    // What holds a number, as English writes it.
    private static readonly string[] Numbers = ["wrong.too-long", "wrong.entries", "wrong.skills", "wrong.roles"];
    private static readonly Regex Meant = Sentence($"^(?<said>.*?) {Pattern(Near)}$");

    public static string In(Texts t, string message)
    {
        if (Meant.Match(message) is { Success: true } meant)
            return $"{In(t, meant.Groups["said"].Value)} {t[Near, meant.Groups["v0"].Value]}";
        foreach (var (key, sentence) in Known)
            if (sentence.Match(message) is { Success: true } said)
                return t[
                    key,
                    [
                        .. said
                            .Groups.Values.Where(v => v.Name.StartsWith('v'))
                            .OrderBy(v => v.Name, StringComparer.Ordinal)
                            .Select(v =>
                                Columns.Contains((key, v.Name)) ? t.List(v.Value.Split(',').Select(c => Column(t, c)))
                                : Numbers.Contains(key)
                                && int.TryParse(
                                    v.Value,
                                    NumberStyles.AllowThousands,
                                    CultureInfo.InvariantCulture,
                                    out var number
                                )
                                    ? t.Number(number)
                                : v.Value
                            ),
                    ]
                ];
        return message;
    }

    /// <summary>Where in a table it is; null for a pointer into JSON, which says so itself.</summary>
    /// <param name="t">The reader's language.</param>
    /// <param name="pointer">Where.</param>
    /// <param name="table">Where it is at hand: its rows are counted as its reader's program does, its columns called as it does.</param>
    public static string? Place(Texts t, string pointer, SentTable? table = null)
    {
        if (InTable().Match(pointer) is not { Success: true } at)
            return null;
        var (sheet, row, column) = (at.Groups["sheet"], at.Groups["row"], at.Groups["column"]);
        var places = new List<string>();
        if (sheet.Success)
            places.Add(t["place.sheet", Unescaped(sheet.Value)]);
        places.Add(
            !row.Success ? t["place.header"]
            : table?.Sheets.FirstOrDefault(s => s.At == (sheet.Success ? $"/{sheet.Value}" : "")) is { } read
                ? t["place.row-at", t.Number(read.Header + 1 + Counted(row.Value))]
            : t["place.row", t.Number(Counted(row.Value))]
        );
        if (column.Success)
            places.Add(
                t[
                    "place.column",
                    int.TryParse(column.Value, CultureInfo.InvariantCulture, out var n)
                        ? Letters(n)
                        : table?.Headings.FirstOrDefault(h => h.Means == column.Value)?.Heading
                            ?? Column(t, Unescaped(column.Value))
                ]
            );
        return t.List(places);
    }

    private static string Column(Texts t, string name) => t.Has($"column.{name}") ? t[$"column.{name}"] : name;

    // As every spreadsheet does: A to Z, then AA.
    private static string Letters(int column) =>
        (column < 26 ? "" : Letters(column / 26 - 1)) + (char)('A' + column % 26);

    // People count from one.
    private static long Counted(string number) =>
        (long.TryParse(number, CultureInfo.InvariantCulture, out var n) ? n : 0) + 1;

    private static string Unescaped(string name) =>
        name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    private static string Pattern(string key) =>
        Hole().Replace(Regex.Escape(Texts.In("en")[key]), hole => $"(?<v{hole.Groups["n"].Value}>.+?)");

    private static Regex Sentence(string pattern) =>
        new(
            pattern,
            RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline,
            TimeSpan.FromSeconds(1)
        );

    [GeneratedRegex(@"\\\{(?<n>\d)}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Hole();

    [GeneratedRegex(
        @"^(/(?<sheet>[^/]+))?/(rows/(?<row>\d{1,9})|header)(/(?<column>.+))?$",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking,
        1000
    )]
    private static partial Regex InTable();
}
