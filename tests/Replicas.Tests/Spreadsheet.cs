using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml.Linq;
using ExcelDataReader;

namespace SkillPlatform.Replicas.Tests;

/// <summary>
/// A workbook opened, changed and saved as spreadsheet programs do: texts in one shared list, cells with addresses, what is
/// empty left out, and nothing of how it was written before.
/// </summary>
internal sealed class Spreadsheet
{
    private static readonly XNamespace Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private static readonly XNamespace Relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    public List<(string Name, List<string?[]> Rows)> Sheets { get; } = [];

    public static Spreadsheet Open(byte[] file)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        using var reader = ExcelReaderFactory.CreateOpenXmlReader(new MemoryStream(file));
        var book = new Spreadsheet();
        do
        {
            var rows = new List<string?[]>();
            while (reader.Read())
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i)?.ToString())]);
            book.Sheets.Add((reader.Name, rows));
        } while (reader.NextResult());
        return book;
    }

    public byte[] Save()
    {
        var (texts, saved) = (new List<string>(), new MemoryStream());
        using (var zip = new ZipArchive(saved, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (i, sheet) in Sheets.Index())
                Write(zip, $"xl/worksheets/sheet{Number(i + 1)}.xml", Sheet(sheet.Rows, texts));
            Write(
                zip,
                "xl/workbook.xml",
                new XElement(
                    Main + "workbook",
                    new XElement(
                        Main + "sheets",
                        Sheets.Select(
                            (sheet, i) =>
                                new XElement(
                                    Main + "sheet",
                                    new XAttribute("name", sheet.Name),
                                    new XAttribute("sheetId", i + 1),
                                    new XAttribute(Relation + "id", $"rId{Number(i + 1)}")
                                )
                        )
                    )
                )
            );
            Write(
                zip,
                "xl/sharedStrings.xml",
                new XElement(
                    Main + "sst",
                    texts.Select(text => new XElement(
                        Main + "si",
                        new XElement(Main + "t", new XAttribute(XNamespace.Xml + "space", "preserve"), text)
                    ))
                )
            );
            Write(
                zip,
                "xl/_rels/workbook.xml.rels",
                Relations([
                    .. Sheets.Select((_, i) => ("worksheet", $"worksheets/sheet{Number(i + 1)}.xml")),
                    ("sharedStrings", "sharedStrings.xml"),
                ])
            );
            Write(zip, "_rels/.rels", Relations([("officeDocument", "xl/workbook.xml")]));
            Write(zip, "[Content_Types].xml", Types());
        }
        return saved.ToArray();
    }

    private static XElement Sheet(List<string?[]> rows, List<string> texts)
    {
        var known = texts.Index().ToDictionary(t => t.Item, t => t.Index, StringComparer.Ordinal);
        return new XElement(
            Main + "worksheet",
            new XElement(
                Main + "sheetData",
                rows.Select(
                    (row, i) =>
                        new XElement(
                            Main + "row",
                            new XAttribute("r", i + 1),
                            row.Index()
                                .Where(cell => !string.IsNullOrEmpty(cell.Item))
                                .Select(cell => new XElement(
                                    Main + "c",
                                    new XAttribute("r", $"{(char)('A' + cell.Index)}{Number(i + 1)}"),
                                    new XAttribute("t", "s"),
                                    new XElement(Main + "v", Shared(cell.Item!))
                                ))
                        )
                )
            )
        );

        int Shared(string text)
        {
            if (known.TryGetValue(text, out var at))
                return at;
            texts.Add(text);
            return known[text] = texts.Count - 1;
        }
    }

    private static XElement Relations(IEnumerable<(string Type, string Target)> of)
    {
        XNamespace package = "http://schemas.openxmlformats.org/package/2006/relationships";
        return new XElement(
            package + "Relationships",
            of.Select(
                (to, i) =>
                    new XElement(
                        package + "Relationship",
                        new XAttribute("Id", $"rId{Number(i + 1)}"),
                        new XAttribute("Type", $"{Relation.NamespaceName}/{to.Type}"),
                        new XAttribute("Target", to.Target)
                    )
            )
        );
    }

    private XElement Types()
    {
        XNamespace types = "http://schemas.openxmlformats.org/package/2006/content-types";
        const string office = "application/vnd.openxmlformats-officedocument.spreadsheetml.";
        return new XElement(
            types + "Types",
            Default("rels", "application/vnd.openxmlformats-package.relationships+xml"),
            Default("xml", "application/xml"),
            Override("/xl/workbook.xml", "sheet.main+xml"),
            Override("/xl/sharedStrings.xml", "sharedStrings+xml"),
            Sheets.Select((_, i) => Override($"/xl/worksheets/sheet{Number(i + 1)}.xml", "worksheet+xml"))
        );

        XElement Default(string ending, string type) =>
            new(types + "Default", new XAttribute("Extension", ending), new XAttribute("ContentType", type));

        XElement Override(string part, string type) =>
            new(types + "Override", new XAttribute("PartName", part), new XAttribute("ContentType", office + type));
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Write(ZipArchive zip, string name, XElement content)
    {
        using var entry = zip.CreateEntry(name).Open();
        new XDocument(content).Save(entry, SaveOptions.DisableFormatting);
    }
}
