using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using SkillPlatform.Changes;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>Files as spreadsheets and people write them.</summary>
public sealed class TablesAsPeopleHaveThemTests
{
    private const string Header = "domain,group,skill,keywords,role,level,mandatory,description\r\n";
    private static readonly string[] Languages = ["en", "de", "es", "fr", "ru", "ja", "ar"];

    public static TheoryData<string, string> Dialects =>
        new()
        {
            { "comma", Header + "Tides,Coast,Reading,,Pilot,Senior,true,Über alles\r\n" },
            {
                "semicolon, German",
                "Domäne;Gruppe;FÄHIGKEIT;Schlagwörter;Rolle;Stufe;Pflicht;Beschreibung\r\nTides;Coast;Reading;;Pilot;Senior;WAHR;Über alles\r\n"
            },
            {
                "tab, French",
                "domaine\tgroupe\tcompétence\tmots-clés\trôle\tNIVEAU\tobligatoire\texigence\nTides\tCoast\tReading\t\tPilot\tSenior\tVRAI\tÜber alles\n"
            },
            {
                "sep=, Spanish",
                "sep=;\r\nDominio;Grupo;Habilidad;Palabras clave;Rol;Nivel;Obligatorio;Descripción\r\nTides;Coast;Reading;;Pilot;Senior;Sí;Über alles\r\n"
            },
            {
                "Japanese",
                "ドメイン,グループ,スキル,キーワード,役割,レベル,必須,説明\nTides,Coast,Reading,,Pilot,Senior,はい,Über alles\n"
            },
            {
                "Russian",
                "Домен;Группа;Навык;Ключевые слова;Роль;Уровень;Обязательно;Описание\nTides;Coast;Reading;;Pilot;Senior;ИСТИНА;Über alles\n"
            },
            {
                "Arabic",
                "المجال,المجموعة,المهارة,الكلمات المفتاحية,الدور,المستوى,إلزامي,الوصف\nTides,Coast,Reading,,Pilot,Senior,نعم,Über alles\n"
            },
            {
                "blank rows and columns",
                "\r\n;;\r\ndomain;;group;skill;keywords;role;level;mandatory;description;;\r\n;;;;;;;;;;\r\nTides;;Coast;Reading;;Pilot;Senior;x;Über alles;;\r\n\r\n"
            },
        };

    [Theory]
    [MemberData(nameof(Dialects))]
    public void A_table_says_the_same_however_it_is_written(string how, string csv)
    {
        // Only where all its letters are in the set can it have been written in it.
        var windows = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
        var encodings = new Encoding[] { new UTF8Encoding(false), new UTF8Encoding(true), Encoding.Unicode, windows };
        foreach (
            var encoding in encodings.Where(e => !e.Equals(windows) || windows.GetString(windows.GetBytes(csv)) == csv)
        )
        {
            byte[] file = [.. encoding.GetPreamble(), .. encoding.GetBytes(csv)];
            var (sheet, form) = CsvText.Read(new MemoryStream(file));
            var (document, errors) = WholeDocument.Read(sheet, null, _ => null);
            Assert.True(document is not null, $"{how}, {encoding.WebName}: {string.Join(' ', errors.All)}");
            var skill = Assert.Single(Assert.Single(Assert.Single(document.Domains).Groups).Skills);
            Assert.Equal([new("Pilot", "Senior", true, "Über alles")], skill.Requirements);
            Assert.Equal(
                encoding.WebName switch
                {
                    "utf-8" => "utf-8",
                    "utf-16" => "utf-16",
                    _ => "windows-1252",
                },
                form.Encoding
            );
        }
    }

    [Theory]
    [InlineData("x;", true, false)]
    [InlineData("1;0", true, false)]
    [InlineData("M;O", true, false)]
    [InlineData("WAHR;FALSCH", true, false)]
    [InlineData("Verdadero;Falso", true, false)]
    [InlineData("vrai;faux", true, false)]
    [InlineData("ИСТИНА;ЛОЖЬ", true, false)]
    [InlineData("ja;nein", true, false)]
    [InlineData("Ｙｅｓ;Ｎｏ", true, false)]
    [InlineData("必須;任意", true, false)]
    [InlineData("نعم;لا", true, false)]
    public void Yes_and_no_are_what_spreadsheets_write(string words, params bool[] mandatory)
    {
        var rows = words.Split(';').Select((word, i) => $"T,C,S,,R,{(i == 0 ? "Junior" : "Senior")},{word},\n");
        var (document, errors) = Read(Header + string.Concat(rows));
        Assert.Empty(errors);
        Assert.Equal(mandatory, document!.Domains[0].Groups[0].Skills[0].Requirements.Select(r => r.Mandatory));
    }

    [Fact]
    public void A_forgotten_mark_is_said_where_both_are_marked() =>
        Assert.Equal(
            ["/rows/2/mandatory"],
            Read(Header + "T,C,S,,R,Junior,yes,\nT,C,S,,R,Middle,no,\nT,C,S,,R,Senior,,\n").Errors
        );

    [Fact]
    public void An_error_says_what_stands_there_and_what_may_have_been_meant()
    {
        var csv = Header + "T,C,S,,R,Snior,perhaps,\n";
        var (_, errors) = WholeDocument.Read(
            CsvText.Read(new MemoryStream(Encoding.UTF8.GetBytes(csv))).Sheet,
            null,
            _ => null
        );
        Assert.Equal(
            [
                ("/rows/0/mandatory", "“perhaps” is neither yes nor no: true or false is meant."),
                ("/rows/0/level", "“Snior” is not among the levels of its domain. Did you mean “Senior”?"),
            ],
            errors.All
        );
    }

    [Fact]
    public void A_skill_may_have_a_namesake_in_another_group_and_a_keyword_twice_is_one()
    {
        var (document, errors) = Read(Header + "T,C,S,\"a\nA\na\",R,Junior,yes,\nT,D,S,,R,Junior,no,\n");
        Assert.Empty(errors);
        Assert.Equal(["C", "D"], document!.Domains[0].Groups.Select(g => g.Name));
        Assert.Equal(TextForm.Keywords(["a", "A", "a"]), document.Domains[0].Groups[0].Skills[0].Keywords!);
    }

    [Fact]
    public void What_somebody_says_of_a_table_goes_before_what_is_guessed()
    {
        // In Russian letters of an old encoding, with tabs, a column of notes, and levels for columns.
        const string csv = "область\tгруппа\tдело\tlevel\tмастер\tзаметка\nSea\tDeck\tУзлы\tда\tВяжет.\tx\n";
        var file = CodePagesEncodingProvider.Instance.GetEncoding(1251)!.GetBytes(csv);
        var reading = TableReading.Of(
            """
            {"columns":{"Дело":"skill","level":"cell","заметка":"none"},"sheets":{"":"Боцман"},"encoding":"windows-1251","separator":"\t"}
            """
        )!;
        var (sheet, form) = CsvText.Read(new MemoryStream(file), reading.Encoding, reading.Separator);
        Assert.Equal(new TableForm("csv", "windows-1251", "\t"), form);
        var (document, errors) = WholeDocument.Read(sheet, null, _ => ["level", "мастер"], reading);
        Assert.Empty(errors.All);
        var skill = Assert.Single(document!.Domains[0].Groups[0].Skills);
        Assert.Equal("Узлы", skill.Name);
        Assert.Equal([new("Боцман", "level", true, ""), new("Боцман", "мастер", false, "Вяжет.")], skill.Requirements);
        var left = WholeDocument.Read(sheet, null, _ => null, TableReading.Of("""{"sheets":{"":""}}"""));
        Assert.Empty(left.Document!.Domains);
    }

    [Theory]
    [InlineData("""{"columns":{"a":"b"}}""", "a column cannot mean “b”")]
    [InlineData("""{"columns":{"a\u0000":"skill"}}""", "no heading")]
    [InlineData("""{"encoding":"ebcdic"}""", "encoding must be one of")]
    [InlineData("""{"separator":"x"}""", "separator must be")]
    [InlineData("""{"colums":{}}""", "colums")]
    [InlineData("""{"columns":{"a":"skill","a":"role"}}""", "reading: ")]
    [InlineData("[]", "reading: ")]
    public void A_reading_that_is_none_says_why(string text, string why)
    {
        var said = Assert
            .Throws<Microsoft.AspNetCore.Http.BadHttpRequestException>(() => TableReading.Of(text))
            .Message;
        Assert.Contains(why, said, StringComparison.Ordinal);
        Assert.DoesNotContain("SkillPlatform", said, StringComparison.Ordinal);
    }

    [Fact]
    public void What_may_have_been_meant_is_looked_for_a_few_times_only()
    {
        var errors = new DocumentErrors();
        for (var i = 0; i < 100; i++)
            errors.NotAmong($"/roles/{i}", "Pilt", ["Pilot"], "roles");
        Assert.Equal(
            50,
            errors.All.Count(e => e.Message.EndsWith("Did you mean \u201cPilot\u201d?", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void A_long_header_costs_nothing_in_rows_that_end_before()
    {
        const int many = 60_000;
        var csv = new StringBuilder("Role,Pilot\ndomain,group,skill");
        for (var i = 0; i < many; i++)
            csv.Append(CultureInfo.InvariantCulture, $",l{i}");
        for (var i = 0; i < many; i++)
            csv.Append(CultureInfo.InvariantCulture, $"\nD,G,S{i}");
        var began = TimeProvider.System.GetTimestamp();
        var (document, errors) = Read(csv.ToString());
        Assert.Empty(errors);
        Assert.Equal(many, document!.Domains[0].Groups[0].Skills.Length);
        // A tenth of a second; every column of every row took minutes.
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(15));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("""<mergeCells><mergeCell ref="A1:B2"/></mergeCells>""", true)]
    [InlineData("large", false)]
    [InlineData("merged", false)]
    public async Task A_workbook_that_is_more_than_it_looks_is_not_read(string more, bool isRead)
    {
        using var file = new MemoryStream();
        await using (var rows = new WorkbookRows(file))
        {
            await rows.Header("domain", "group", "skill");
            for (var i = 0; i < 1_000; i++)
                await rows.Row([.. Enumerable.Repeat("x", 100)]);
            await rows.Finish();
        }
        using (var zip = new ZipArchive(file, ZipArchiveMode.Update, leaveOpen: true))
            if (more == "large")
                zip.CreateEntry("docProps/more.xml");
            else
            {
                if (more == "merged")
                    more =
                        $"<mergeCells>{string.Concat(Enumerable.Repeat("<mergeCell ref=\"A1:CV1000\"/>", 60))}</mergeCells>";
                var sheet = zip.Entries.Single(entry =>
                    entry.FullName.StartsWith("xl/worksheets/", StringComparison.Ordinal)
                );
                var name = sheet.FullName;
                string xml;
                using (var reader = new StreamReader(sheet.Open()))
                    xml = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
                sheet.Delete();
                await using var writer = new StreamWriter(zip.CreateEntry(name).Open());
                await writer.WriteAsync(xml.Replace("</sheetData>", "</sheetData>" + more, StringComparison.Ordinal));
            }
        var bytes = file.ToArray();
        // The list of parts says of the last one that it is half a gigabyte, unpacked.
        if (more == "large")
            BinaryPrimitives.WriteInt32LittleEndian(
                bytes.AsSpan(bytes.AsSpan().LastIndexOf("PK\x01\x02"u8) + 24),
                512 << 20
            );
        Assert.Equal(isRead, Workbook.Read(new MemoryStream(bytes)) is not null);
    }

    [Fact]
    public void Every_language_names_every_column_and_yes_and_no()
    {
        using var json = typeof(TableWords).Assembly.GetManifestResourceStream("table-words.json")!;
        var words = JsonDocument.Parse(json).RootElement;
        foreach (var column in TableWords.Columns)
        foreach (var language in Languages)
            Assert.All(
                words.GetProperty("columns").GetProperty(column).GetProperty(language).EnumerateArray(),
                word => Assert.Equal(column, TableWords.Column(word.GetString()!))
            );
        foreach (var (name, says) in new[] { ("yes", true), ("no", false) })
        foreach (var language in Languages)
            Assert.All(
                words.GetProperty(name).GetProperty(language).EnumerateArray(),
                word => Assert.Equal(says, TableWords.Says(word.GetString()!))
            );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void The_encoding_of_a_long_table_is_that_of_all_of_it(int shift)
    {
        // Letters of several bytes, across the borders of whatever pieces it is read in.
        var long_ = Header + new string('x', shift) + string.Concat(Enumerable.Repeat("\u4e16,", 100_000)) + "\n";
        byte[] utf8 = Encoding.UTF8.GetBytes(long_);
        Assert.Equal("utf-8", CsvText.Read(new MemoryStream(utf8)).Form.Encoding);
        Assert.Equal("windows-1252", CsvText.Read(new MemoryStream([.. utf8, 0xE4])).Form.Encoding);
        Assert.Equal("windows-1252", CsvText.Read(new MemoryStream([.. utf8, 0xE4, (byte)'\n'])).Form.Encoding);
    }

    [Fact]
    public void A_quotation_mark_that_never_ends_does_not_take_the_whole_table()
    {
        var csv = Header + "T,C,S,,R,Junior,yes,\nT,C,S,,R,\"Senior,yes,\n" + new string('x', 40 << 20);
        var (sheet, _) = CsvText.Read(new MemoryStream(Encoding.UTF8.GetBytes(csv)));
        var (_, errors) = WholeDocument.Read(sheet, null, _ => null);
        var (pointer, message) = Assert.Single(errors.All);
        Assert.Equal("/rows/1", pointer);
        Assert.Contains("16 MB", message, StringComparison.Ordinal);
    }

    private static (CatalogDocument? Document, string[] Errors) Read(string csv)
    {
        var (sheet, _) = CsvText.Read(new MemoryStream(Encoding.UTF8.GetBytes(csv)));
        var (document, errors) = WholeDocument.Read(sheet, "test", _ => null);
        return (document, [.. errors.All.Select(e => e.Pointer)]);
    }
}

/// <summary>Workbooks and parts of the catalogue, out and in again.</summary>
public sealed class WorkbooksTests(Servers servers) : IAsyncLifetime
{
    private CatalogService _catalog = null!;

    public async ValueTask InitializeAsync() => _catalog = await CatalogService.Start(servers);

    public ValueTask DisposeAsync() => _catalog.DisposeAsync();

    private const string Document = """
        {"source":"here","licence":"MIT","roles":["Pilot","A role whose name is far longer than a sheet's may be: [x]"],"domains":[
          {"name":"Tides","groups":[
            {"name":"Coast","skills":[
              {"name":"Reading","keywords":["a, b","=c"],"requirements":[
                {"role":"Pilot","level":"Junior","mandatory":true,"description":"M"},
                {"role":"Pilot","level":"Senior","mandatory":false,"description":"- one\n- two  three"},
                {"role":"Pilot","level":"Lead","mandatory":true,"description":""},
                {"role":"A role whose name is far longer than a sheet's may be: [x]","level":"Junior","mandatory":true,"description":"=1+1"}]},
              {"name":"Bare","requirements":[]}]},
            {"name":"Open sea","skills":[{"name":"Reading","requirements":[{"role":"Pilot","level":"Junior","mandatory":true,"description":"true"}]}]}]},
          {"name":"Winds","levels":["Low","High"],"groups":[{"name":"Coast","skills":[
              {"name":"Knots","requirements":[{"role":"Pilot","level":"High","mandatory":true,"description":"😀 'x"}]}]}]}]}
        """;

    [Theory]
    [InlineData("format=xlsx", 4)]
    [InlineData("format=xlsx&role=pilot", 3)]
    [InlineData("format=csv&role=pilot", 3)]
    [InlineData("format=json&role=pilot", 3)]
    [InlineData("format=json&domain=winds", 1)]
    [InlineData("format=xlsx-matrix", 3)]
    [InlineData("format=xlsx-matrix&domain=tides&role=pilot", 2)]
    public async Task What_was_exported_changes_nothing(string asked, int skills)
    {
        await _catalog.Import(Document);
        var last = await _catalog.LastEvent();
        var (file, type) = await Export(asked);
        var import = await _catalog.Import(file, type);
        Assert.Equal(skills, import.GetProperty("unchanged").GetInt32());
        Assert.Equal(last, await _catalog.LastEvent());
    }

    [Fact]
    public async Task A_workbook_alone_makes_the_catalogue_again()
    {
        await _catalog.Import(Document);
        var (file, type) = await Export("format=xlsx");
        await using var fresh = await CatalogService.Start(servers);
        await fresh.Import(file, type);
        using var client = fresh.Anyone;
        Assert.Equal(
            await client.GetStringAsync("/api/catalog/export?format=csv"),
            Encoding.UTF8.GetString((await Export("format=csv")).File)
        );
    }

    [Fact]
    public async Task What_no_workbook_is_is_refused()
    {
        foreach (var file in new[] { "no workbook"u8.ToArray(), [.. "PK\x03\x04"u8, .. new byte[100]], [] })
        {
            using var answer = await _catalog.Send(file, Workbook.MediaType);
            Assert.Equal(400, (int)answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task Namesakes_of_two_groups_stay_two_and_one_alone_moves_with_its_document()
    {
        await _catalog.Import(Document);
        var import = await _catalog.Import(Document);
        Assert.Equal((0, 4), (import.GetProperty("added").GetInt32(), import.GetProperty("unchanged").GetInt32()));
        var moved = await _catalog.Import(
            """
            {"roles":["Pilot"],"domains":[{"name":"Winds","groups":[{"name":"Harbour","skills":[
            {"name":"Knots","requirements":[{"role":"Pilot","level":"High","mandatory":true,"description":"😀 'x"}]}]}]}]}
            """
        );
        Assert.Equal((0, 1), (moved.GetProperty("added").GetInt32(), moved.GetProperty("changed").GetInt32()));
        Assert.Equal(
            "harbour",
            (await _catalog.Get("/skills/knots")).GetProperty("group").GetProperty("slug").GetString()
        );
    }

    [Fact]
    public async Task An_export_as_of_a_time_is_what_was_then()
    {
        await _catalog.Import(Document);
        var (then, _) = await Export("format=csv");
        var at = (await _catalog.Get("/changes?limit=1")).GetProperty("items")[0].GetProperty("at").GetString();
        await _catalog.Import(
            """{"roles":["Pilot"],"domains":[{"name":"Winds","groups":[{"name":"Coast","skills":[{"name":"Knots"}]}]}]}"""
        );
        Assert.NotEqual(then, (await Export("format=csv")).File);
        Assert.Equal(then, (await Export($"format=csv&asOf={at}")).File);
        Assert.Equal(0, (await Export("format=csv&asOf=2020-01-01T00:00:00Z")).File.AsSpan().Count("Knots"u8));
    }

    private async Task<(byte[] File, string Type)> Export(string asked)
    {
        using var client = _catalog.Anyone;
        using var answer = await client.GetAsync($"/api/catalog/export?{asked}");
        Assert.Equal(200, (int)answer.StatusCode);
        return (await answer.Content.ReadAsByteArrayAsync(), answer.Content.Headers.ContentType!.MediaType!);
    }
}
