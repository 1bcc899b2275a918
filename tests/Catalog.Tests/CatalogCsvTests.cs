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
        var (document, errors) = CatalogTable.Read([CsvText.Read(file.ToArray()).Sheet], "test", _ => null);
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

    private static (CatalogDocument? Document, string[] Errors) Read(string csv, KnownLevels? known = null)
    {
        var (sheet, _) = CsvText.Read(Encoding.UTF8.GetBytes(csv));
        var (document, errors) = CatalogTable.Read([sheet], "test", known ?? (_ => null));
        return (document, [.. errors.All.Select(e => e.Pointer)]);
    }
}
