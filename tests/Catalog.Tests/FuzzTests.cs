using System.Text;
using Microsoft.AspNetCore.Http;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>Whatever is sent is taken, or turned down with a reason.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Csv =
    [
        "domain,group,skill,keywords,role,level,mandatory,description\r\nSea,Coast,Tides,a;b,Pilot,Junior,true,\"Knows, it.\"\r\n",
        "domain,group,skill,keywords,role,level,mandatory,description\nSea,Coast,Tides,,Pilot,Senior,false,'=SUM(1)\nSea,Coast,Winds,x,Pilot,Junior,true,\"two\nlines\"\n",
    ];

    private static readonly string[] Json =
    [
        SampleCatalogue.Of(1)[..2_000],
        """{"source":"s","licence":"l","levels":["Junior"],"roles":["Pilot"],"domains":[{"name":"Sea","groups":[{"name":"Coast","skills":[{"name":"Tides","keywords":["a"],"requirements":[{"role":"Pilot","level":"Junior","mandatory":true,"description":"Knows it."}]}]}]}]}""",
        """{"roles":[],"domains":[]}""",
    ];

    [Fact]
    public void A_csv_document_is_read_or_its_errors_are_named() =>
        Fuzz.Bytes(
            Csv,
            bytes =>
                ReadOrRefused(WholeDocument.Read(CsvText.Read(new MemoryStream(bytes)).Sheet, "made up", _ => null))
        );

    [Fact]
    public void A_json_document_is_read_or_its_errors_are_named() =>
        Fuzz.Bytes(Json, bytes => ReadOrRefused(WholeDocument.Read(bytes, _ => null)));

    [Fact]
    public void A_cursor_is_one_of_ours_or_a_bad_request() =>
        Fuzz.Texts(
            [
                .. new[] { "[]", """["a"]""", """["2026-03-01T00:00:00Z","01990000"]""", "[null]", "{}" }.Select(json =>
                    Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=')
                ),
                "",
            ],
            cursor =>
            {
                var http = new DefaultHttpContext();
                http.Request.QueryString = QueryString
                    .Create("cursor", cursor)
                    .Add("limit", cursor.Length % 2 == 0 ? "7" : cursor);
                try
                {
                    var paging = Paging.BindAsync(http).AsTask().GetAwaiter().GetResult()!;
                    Assert.InRange(paging.Limit, 1, 200);
                    Assert.All(paging.After ?? [], part => Assert.DoesNotContain('\0', part));
                }
                catch (BadHttpRequestException bad)
                {
                    Assert.Equal(400, bad.StatusCode);
                }
            }
        );

    [Fact]
    public void If_match_names_a_version_or_none_that_is_there() =>
        Fuzz.Texts(
            ["\"1\"", "\"12-abc\"", "*", "W/\"3\"", "W/  ", "\"1\", \"2\"", ""],
            tag =>
            {
                var http = new DefaultHttpContext();
                http.Request.Headers.IfMatch = tag;
                var (expected, refused) = Match.Of(http, required: true);
                Assert.True(expected is null or >= 0);
                Assert.True(refused is null || refused.Kind is RefusalKind.Stale or RefusalKind.PreconditionRequired);
            }
        );

    private static void ReadOrRefused((CatalogDocument? Document, DocumentErrors Errors) read)
    {
        Assert.NotEqual(read.Document is null, !read.Errors.Any);
        if (read.Document is null)
            Assert.InRange(read.Errors.AsRefusal().AsProblem().StatusCode, 400, 422);
    }
}
