using System.Text;
using SkillPlatform.Changes;

namespace SkillPlatform.Catalog.Tests;

public sealed class CatalogCsvTests
{
    private const string Header = "domain,levels,group,skill,keywords,role,level,mandatory,description\r\n";

    [Fact]
    public void Rows_become_the_document()
    {
        var (document, errors) = Read(
            Header
                + "Cloud,\"Low\nHigh\",Compute,Lambda,\"faas\nevents\",Engineer,Low,true,\"Says \"\"hi\"\",\r\nthen goes.\"\r\n"
                + "Cloud,,Compute,Lambda,,Engineer,High,FALSE,\r\n"
                + "Cloud,,Compute,Bare,,,,,\r\n"
                + "Cloud,,Empty,,,,,,\r\n"
                + ",,,,,Nobody,,,\r\n"
        );
        Assert.Empty(errors);
        Assert.Equal(["Engineer", "Nobody"], document!.Roles);
        var domain = Assert.Single(document.Domains);
        Assert.Equal(["Low", "High"], domain.Levels!);
        Assert.Equal(["Compute", "Empty"], domain.Groups.Select(g => g.Name));
        Assert.Equal(["Lambda", "Bare"], domain.Groups[0].Skills.Select(s => s.Name));
        Assert.Equal(["faas", "events"], domain.Groups[0].Skills[0].Keywords!);
        Assert.Equal(
            [new("Engineer", "Low", true, "Says \"hi\",\nthen goes."), new("Engineer", "High", false, "")],
            domain.Groups[0].Skills[0].Requirements
        );
    }

    [Theory]
    [InlineData("Cloud,,Compute,Lambda,,Engineer,Expert,true,x", "/rows/1/level")]
    [InlineData("Cloud,,Compute,Lambda,,Engineer,Middle,maybe,x", "/rows/1/mandatory")]
    [InlineData("Cloud,,Compute,Lambda,,Engineer,,true,x", "/rows/1/level")]
    [InlineData("Cloud,,Compute,Lambda,,Engineer,Junior,true,x", "/rows/1")]
    [InlineData("Cloud,,Compute,Lambda,other,Engineer,Middle,true,x", "/rows/1/keywords")]
    [InlineData(
        "Cloud,,Compute,,,Engineer,Middle,true,x",
        "/rows/1/role",
        "/rows/1/level",
        "/rows/1/mandatory",
        "/rows/1/description"
    )]
    [InlineData("Cloud,,Compute,Lambda,,Engineer,Middle,true,x,,beyond", "/rows/1/10")]
    [InlineData("Cloud,,Compute,A\"b,,Engineer,Middle,true,x", "/rows/1")]
    [InlineData("Cloud,,Compute,\"Lambda", "/rows/1")]
    [InlineData("Cloud,,\u200b,Lambda,,,,,", "/rows/1/skill")]
    [InlineData("Cloud,,Compute,Lambda\u200b,,Engineer,Junior,true,x", "/rows/1")]
    [InlineData("Cloud,,Compute,Lambda,,Engineer,Middle,true,a\0b", "/rows/1/description")]
    public void Each_error_has_its_row_and_column(string row, params string[] pointers) =>
        Assert.Equal(pointers, Read(Header + "Cloud,,Compute,Lambda,faas,Engineer,Junior,true,x\r\n" + row).Errors);

    [Theory]
    [InlineData("", "/header")]
    [InlineData(
        "domain;group;colour\r\n",
        "/header/2",
        "/header/skill",
        "/header/keywords",
        "/header/role",
        "/header/level",
        "/header/mandatory",
        "/header/description"
    )]
    [InlineData("domain,group,skill,keywords,role,level,mandatory,description,colour\r\n", "/header/8")]
    [InlineData("domain,group,skill,keywords,role,level,mandatory,description,role\r\n", "/header/8")]
    public void A_wrong_header_is_said(string csv, params string[] pointers) =>
        Assert.Equal(pointers, Read(csv).Errors);

    [Fact]
    public void The_levels_column_may_be_left_out_and_the_columns_stand_in_any_order()
    {
        const string csv =
            "skill,domain,group,keywords,level,role,mandatory,description\nLambda,Cloud,Compute,,Own,Engineer,true,x\n";
        Assert.Equal(["/rows/0/level"], Read(csv).Errors);
        Assert.Empty(Read(csv, _ => ["Own"]).Errors);
    }

    [Fact]
    public void What_no_text_holds_is_refused()
    {
        var (document, errors) = Read(Header + "Cloud,,Compute,Lam\0bda,,,,,");
        Assert.Null(document);
        Assert.Equal(["/rows/0/skill"], errors);
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("- a list\n- of two", "'- a list\n- of two")]
    [InlineData("@cmd", "'@cmd")]
    [InlineData("\uFF1D1+1", "'\uFF1D1+1")]
    [InlineData("\uFF0B1", "'\uFF0B1")]
    [InlineData("\uFF0D1", "'\uFF0D1")]
    [InlineData("\uFF20cmd", "'\uFF20cmd")]
    [InlineData("'\uFF1D1", "''\uFF1D1")]
    [InlineData("\tx", "'\tx")]
    [InlineData("\rx", "'\rx")]
    [InlineData("\nx", "'\nx")]
    [InlineData("'quoted'", "''quoted'")]
    [InlineData("'=1", "''=1")]
    [InlineData("'", "''")]
    [InlineData("plain = text", "plain = text")]
    [InlineData("", "")]
    public void Formulas_are_neutralised_and_restored(string cell, string neutral)
    {
        Assert.Equal(neutral, SheetCell.Neutral(cell));
        Assert.Equal(cell, SheetCell.Restored(neutral));
    }

    [Fact]
    public async Task What_is_written_is_read_again()
    {
        string[] nasty =
        [
            "=SUM(A1)",
            "'tis",
            "a\"b\"",
            "x,y",
            "line\nline",
            "line\r\nline",
            " spaces ",
            "- a",
            "😀",
            "\r",
            "''=x",
        ];
        using var file = new MemoryStream();
        await using (var csv = new CsvRows(file))
        {
            await csv.Header(TableWords.Columns);
            for (var i = 0; i < nasty.Length; i++)
                await csv.Row("=D", "-L\n@M", "+G", $"@S{i}", "=a,b\n'c", "'R", "-L", "true", nasty[i]);
        }
        var (document, errors) = WholeDocument.Read(CsvText.Read(file).Sheet, "test", _ => null);
        Assert.Empty(errors.All);
        var domain = Assert.Single(document!.Domains);
        Assert.Equal(("=D", "+G"), (domain.Name, domain.Groups[0].Name));
        Assert.Equal(["-L", "@M"], domain.Levels!);
        Assert.Equal(["=a,b", "'c"], domain.Groups[0].Skills[0].Keywords!);
        Assert.Equal(
            nasty.Select(TextForm.Text),
            domain.Groups[0].Skills.Select(s => s.Requirements.Single().Description)
        );
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Rows_may_come_in_any_order(int seed)
    {
        // More than is kept in memory of them.
        var random = new Random(seed);
        string[] levels = ["Junior", "Middle", "Senior", "Lead", "Principal"];
        var rows = (
            from skill in Enumerable.Range(0, 300)
            from level in levels
            select (
                Skill: $"Skill {skill}",
                Row: $"D{skill % 2},,G{skill % 7},Skill {skill},{(level == "Lead" ? $"word {skill}" : "")},Pilot,{level},"
                    + $"{(skill % 3 == 0 ? "true" : "false")},{level} of {skill}: {new string('x', random.Next(2_000))},"
                    + (level == "Middle" ? $"About {skill}\n" : "\n")
            )
        ).ToArray();
        const string header = "domain,levels,group,skill,keywords,role,level,mandatory,description,skill description\n";
        var (straight, none) = Read(header + string.Concat(rows.Select(r => r.Row)));
        Assert.Empty(none);
        var mixed = rows.ToArray();
        random.Shuffle(mixed);
        var (shuffled, still) = Read(header + string.Concat(mixed.Select(r => r.Row)));
        Assert.Empty(still);
        Assert.Equal(Said(straight!), Said(shuffled!));
        Assert.Equal(300, Said(straight!).Length);

        static string[] Said(CatalogDocument document) =>
            [
                .. ImportParts
                    .Placed(document)
                    .Select(s =>
                        $"{s.Domain}/{s.Group}/{s.Skill.Name} {string.Join(',', s.Skill.Keywords!)} {s.Skill.Description} "
                        + string.Join(
                            '\n',
                            s.Skill.Requirements.Select(r => r.ToString()).Order(StringComparer.Ordinal)
                        )
                    )
                    .Order(StringComparer.Ordinal),
            ];
    }

    [Fact]
    public void What_differs_from_an_earlier_row_is_told_however_far_that_is()
    {
        const string one = "D,,G,One,a,Pilot,Junior,true,x\n";
        const string other = "D,,G,Other,b,Pilot,Junior,true,x\n";
        Assert.Equal(
            ["/rows/2", "/rows/4/keywords"],
            Read(
                Header
                    + one
                    + other
                    + one
                    + other.Replace("Junior", "Lead", StringComparison.Ordinal)
                    + one.Replace(",a,", ",c,", StringComparison.Ordinal)
                        .Replace("Junior", "Lead", StringComparison.Ordinal)
            ).Errors
        );
    }

    [Fact]
    public void More_roles_than_there_may_be_end_the_reading()
    {
        var rows = Enumerable.Range(0, CatalogDocument.MostRoles + 10).Select(i => $",,,,,Role {i},,,\n");
        Assert.Equal([$"/rows/{CatalogDocument.MostRoles}/role"], Read(Header + string.Concat(rows)).Errors);
    }

    [Fact]
    public void As_many_skills_as_a_document_may_have_are_read_whatever_they_stand_in()
    {
        const int most = CatalogDocument.MostSkills;
        var rows = string.Concat(Enumerable.Range(0, most).Select(i => $"D,,G{i % 3},{i},,,,,\n"));
        Assert.Empty(Rows(rows));
        Assert.Equal([$"/rows/{most}"], Rows(rows + "D,,G,one more,,,,,\n"));

        static string[] Rows(string rows)
        {
            var (sheet, _) = CsvText.Read(new MemoryStream(Encoding.UTF8.GetBytes(Header + rows)));
            using var table = CatalogTable.Open([sheet], "test", _ => null);
            return [.. table.Errors.All.Select(e => e.Pointer)];
        }
    }

    [Fact]
    public void More_roles_than_there_may_be_are_not_covered()
    {
        var names = Enumerable.Range(0, CatalogDocument.MostRoles).Select(i => $"Role {i}");
        var csv = Header.TrimEnd() + $",covers\n,,,,,Pilot,,,,\"{string.Join('\n', names)}\"\n,,,,,Pilot,,,,one more\n";
        Assert.Equal(["/rows/1/covers"], Read(csv).Errors);
    }

    private static (CatalogDocument? Document, string[] Errors) Read(string csv, KnownLevels? known = null)
    {
        var (sheet, _) = CsvText.Read(new MemoryStream(Encoding.UTF8.GetBytes(csv)));
        var (document, errors) = WholeDocument.Read(sheet, "test", known ?? (_ => null));
        return (document, [.. errors.All.Select(e => e.Pointer)]);
    }
}
