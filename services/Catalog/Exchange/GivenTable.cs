using System.Security.Cryptography;
using System.Text;
using Marten;
using SkillPlatform.Changes;

namespace SkillPlatform.Catalog;

/// <summary>A heading of a table, and what it is taken for.</summary>
/// <param name="Sample">What stands beneath it first.</param>
/// <param name="Guess">What it means by its name alone; null for a level, or where nobody knows.</param>
/// <param name="Means">What it is taken for.</param>
public sealed record HeadingRead(string Heading, string Sample, string? Guess, string? Means);

/// <summary>A sheet of a table, and what it is taken for.</summary>
/// <param name="Header">Which of its rows are the headings, counted from 0.</param>
/// <param name="Guess">The role it would be of by its name; null where its rows say theirs.</param>
/// <param name="Role">The role it is of; null where its rows say theirs.</param>
/// <param name="Read">False where it is left out.</param>
public sealed record SheetRead(string Name, string At, int Header, string? Guess, string? Role, bool Read);

/// <summary>A table as it came, and as it is read.</summary>
public sealed class GivenTable
{
    private const int Most = 200;
    private const int SampledRows = 50;
    private const int LongestSample = 60;

    private readonly string _key;

    private GivenTable(IReadOnlyList<Sheet> sheets, TableForm form, TableReading reading, string? key = null)
    {
        (Sheets, Form, Reading) = (sheets, form, reading);
        _key = key ?? KeyOf(Headings());
    }

    public IReadOnlyList<Sheet> Sheets { get; }
    public TableForm Form { get; }
    public TableReading Reading { get; }

    /// <summary>When it was said that it is to be read so; null where it is guessed, or said just now.</summary>
    public DateTimeOffset? ReadAs { get; private init; }

    /// <summary>Reads as is said, else as was said of such tables before; null where it is no table, or one too large.</summary>
    public static async Task<GivenTable?> Read(
        Stream file,
        string format,
        TableReading? said,
        string? by,
        IQuerySession session,
        CancellationToken ct
    )
    {
        if (Guess(file, format) is not { } guess)
            return null;
        var known =
            said is null && by is not null
                ? await session.LoadAsync<KnownTable>(KnownTable.IdOf(by, guess._key), ct)
                : null;
        return (said ?? known?.Reading) is { } reading ? guess.As(reading, file, known?.At) : guess;
    }

    private static GivenTable? Guess(Stream file, string format)
    {
        if (format == "xlsx")
            return Workbook.Read(file) is { } sheets
                ? new GivenTable(sheets, new TableForm("xlsx"), TableReading.Guessed)
                : null;
        var (sheet, form) = CsvText.Read(file);
        return new GivenTable([sheet], form, TableReading.Guessed);
    }

    private GivenTable As(TableReading reading, Stream file, DateTimeOffset? at)
    {
        // To say what is guessed is to say nothing.
        reading = reading with
        {
            Encoding = reading.Encoding == Form.Encoding ? null : reading.Encoding,
            Separator = reading.Separator == Form.Separator ? null : reading.Separator,
        };
        if (Form.Format == "xlsx" || reading is { Encoding: null, Separator: null })
            return new GivenTable(Sheets, Form, reading, _key) { ReadAs = at };
        var (sheet, form) = CsvText.Read(file, reading.Encoding, reading.Separator);
        return new GivenTable([sheet], form, reading, _key) { ReadAs = at };
    }

    /// <summary>Its sender can say how else it is to be read, without sending it again. Null where it is too large for that.</summary>
    public async Task<Guid?> Keep(
        IDocumentSession session,
        Guid id,
        SentBody file,
        string? source,
        string? by,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (by is null || file.Length > SentTable.LargestBytes)
            return null;
        session.DeleteWhere<SentTable>(t => t.By == by && t.Id != id);
        session.DeleteWhere<SentFile>(f => f.By == by && f.Id != id);
        session.Store(
            new SentTable
            {
                Id = id,
                By = by,
                At = now,
                Source = source,
                Form = Form,
                ReadAs = ReadAs,
                Headings = Headings(),
                Sheets = SheetsRead(),
            }
        );
        session.Store(new SentFile(id, by, now, Form.Format, await file.Bytes(ct)));
        return id;
    }

    /// <summary>The next table with these headings is read so, too; or is guessed again, where nothing else was said.</summary>
    public void Remember(IDocumentSession session, string? by, DateTimeOffset now)
    {
        if (by is null || ReadAs is not null)
            return;
        var id = KnownTable.IdOf(by, _key);
        if (Reading.SaysNothing)
            session.Delete<KnownTable>(id);
        else
        {
            session.QueueSqlCommand(
                """
                delete from mt_doc_known_table where id in (
                    select id from mt_doc_known_table where data ->> 'by' = ?
                    order by (data ->> 'at')::timestamptz desc offset ?)
                """,
                by,
                KnownTable.MostOfOne
            );
            session.Store(
                new KnownTable
                {
                    Id = id,
                    By = by,
                    At = now,
                    Reading = Reading,
                }
            );
        }
    }

    // By which the next table of the same source is known.
    private static string KeyOf(IEnumerable<HeadingRead> headings) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    string.Join('\n', headings.Select(h => TableWords.Plain(h.Heading)).Order(StringComparer.Ordinal))
                )
            )
        );

    // Of all sheets, each once.
    private HeadingRead[] Headings()
    {
        var all = new Dictionary<string, (string Heading, string Sample)>(StringComparer.Ordinal);
        foreach (var sheet in Sheets.Where(s => Reading.Role(s) is not ""))
        {
            using var rows = sheet.Rows.GetEnumerator();
            if (CatalogTable.Header(sheet, rows).Header is not { Problem: null } header)
                continue;
            var samples = new string?[header.Cells.Length];
            for (var row = 0; row < SampledRows && rows.MoveNext(); row++)
            for (var i = 0; i < samples.Length; i++)
                if (rows.Current[i] is var cell && !string.IsNullOrWhiteSpace(cell))
                    samples[i] ??= Shown(cell, LongestSample);
            foreach (var (i, heading) in header.Cells.Index())
                if (
                    all.Count < Most
                    && TableWords.Plain(heading) is { Length: > 0 } plain
                    && (!all.TryGetValue(plain, out var known) || known.Sample.Length == 0)
                )
                    all[plain] = (heading, samples[i] ?? "");
        }
        return
        [
            .. all.Values.Select(h => new HeadingRead(
                Shown(h.Heading, TextForm.LongestName),
                h.Sample,
                TableWords.Column(h.Heading),
                Reading.Column(h.Heading)
            )),
        ];
    }

    private SheetRead[] SheetsRead() =>
        [
            .. Sheets
                .Take(Most)
                .Select(sheet =>
                {
                    using var rows = sheet.Rows.GetEnumerator();
                    var (header, guess, at) = CatalogTable.Header(sheet, rows);
                    string?[] columns = [.. header?.Cells.Select(Reading.Column) ?? []];
                    var role = Reading.Role(sheet) ?? guess;
                    return new SheetRead(
                        sheet.Name ?? "",
                        sheet.At,
                        at,
                        CatalogTable.IsMatrix(guess, columns) ? guess : null,
                        CatalogTable.IsMatrix(role, columns) ? role : null,
                        role is not ""
                    );
                }),
        ];

    private static string Shown(string cell, int longest)
    {
        var text = TextForm.Name(cell.Replace("\0", "", StringComparison.Ordinal));
        return text.Length <= longest ? text : text[..longest] + "\u2026";
    }
}
