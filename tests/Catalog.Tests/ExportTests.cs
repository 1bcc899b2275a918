using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

public sealed class ExportTests(Servers servers) : IAsyncLifetime
{
    private CatalogService _catalog = null!;

    public async ValueTask InitializeAsync() => _catalog = await CatalogService.Start(servers);

    public ValueTask DisposeAsync() => _catalog.DisposeAsync();

    [Fact]
    public async Task The_real_catalogues_side_by_side_make_the_round_trip_in_both_formats()
    {
        foreach (var name in new[] { "seed-serverless.json", "ft-engineering-progression.json", "esco-ict.json" })
            Assert.Equal("done", (await _catalog.Import(CatalogService.Data(name))).GetProperty("state").GetString());
        var last = await _catalog.LastEvent();
        var (json, csv) = (await Export("json"), await Export("csv"));

        foreach (var (document, type) in new[] { (json, "application/json"), (csv, "text/csv") })
        {
            var again = await _catalog.Import(document, type);
            Assert.Equal("done", again.GetProperty("state").GetString());
            Assert.Equal(1388, again.GetProperty("unchanged").GetInt32());
        }
        Assert.Equal(last, await _catalog.LastEvent());

        await using var fromCsv = await CatalogService.Start(servers);
        await fromCsv.Import(csv, "text/csv");
        Assert.Equal(csv, await Export("csv", fromCsv));
        Assert.Equal(Catalogue(json), Catalogue(await Export("json", fromCsv)));
    }

    [Fact]
    public async Task Who_reads_the_catalogue_slowly_keeps_a_few_others_from_it_and_nobody_from_anything_else()
    {
        await _catalog.Import(
            """{"roles":[],"domains":[{"name":"D","groups":[{"name":"G","skills":[{"name":"S"}]}]}]}"""
        );
        var exports = _catalog.Services.GetRequiredService<ExportsAtOnce>();
        for (var i = 0; i < ExportsAtOnce.Most; i++)
            Assert.True(await exports.Begin(TestContext.Current.CancellationToken));
        using var client = _catalog.Anyone;
        using var refused = await client.GetAsync("/api/catalog/export", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal("S", (await _catalog.Get("/skills/s")).GetProperty("name").GetString());
        exports.End();
        // Each gives its place back.
        for (var i = 0; i < 3; i++)
            Assert.Contains("\"S\"", Encoding.UTF8.GetString(await Export("json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_hard_to_write_down_survives_both_formats()
    {
        string[] nasty =
        [
            "=1+1",
            "'tis",
            "- a list\n- of two",
            "a \"b\", c",
            "line\r\nline",
            "🚀 Größe\tΩ",
            "''=x",
            "<b>&amp;</b>",
        ];
        var skills = nasty.Select(
            (text, i) =>
                new CatalogDocument.Skill(
                    $"@{i} {(i % 2 == 0 ? "a" : "A")}",
                    ["=k", "'q", "x,y"],
                    [new("-R", "+L", true, text)]
                )
        );
        var document = new CatalogDocument(
            "test",
            "MIT",
            null,
            ["Unused", "-R"],
            [
                new("=D", ["+M", "+L"], [new("Empty", []), new("@G", [.. skills, new("Bare", [], [])])]),
                new("Without groups", null, []),
            ]
        );
        var bytes = JsonSerializer.SerializeToUtf8Bytes(document, JsonSerializerOptions.Web);
        Assert.Equal(nasty.Length + 1, (await _catalog.Import(bytes)).GetProperty("added").GetInt32());
        var last = await _catalog.LastEvent();
        var (json, csv) = (await Export("json"), await Export("csv"));
        await _catalog.Import(json);
        await _catalog.Import(csv, "text/csv");
        Assert.Equal(last, await _catalog.LastEvent());
        Assert.DoesNotContain("\n=", Encoding.UTF8.GetString(csv), StringComparison.Ordinal);
        Assert.DoesNotContain(",=", Encoding.UTF8.GetString(csv), StringComparison.Ordinal);

        await using var fresh = await CatalogService.Start(servers);
        await fresh.Import(csv, "text/csv");
        Assert.Equal(Catalogue(json), Catalogue(await Export("json", fresh)));
        await using var other = await CatalogService.Start(servers);
        await other.Import(json);
        Assert.Equal(csv, await Export("csv", other));
        Assert.Equal(json, await Export("json", other));
    }

    [Fact]
    public async Task An_export_has_a_name_a_tag_and_its_origin()
    {
        await _catalog.Import(
            """{"source":"here","licence":"MIT","roles":[],"domains":[{"name":"D","groups":[{"name":"G","skills":[{"name":"S"}]}]}]}"""
        );
        using var client = _catalog.Anyone;
        using var answer = await client.GetAsync("/api/catalog/export");
        Assert.Equal("catalogue.json", answer.Content.Headers.ContentDisposition?.FileName);
        var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement;
        Assert.Equal("here", document.GetProperty("source").GetString());
        Assert.Equal("MIT", document.GetProperty("licence").GetString());
        client.DefaultRequestHeaders.IfNoneMatch.Add(answer.Headers.ETag!);
        using var again = await client.GetAsync("/api/catalog/export");
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        using var other = await client.GetAsync("/api/catalog/export?format=xml");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
    }

    // Without language, source, licence and attribution, which CSV has no place for.
    private static string Catalogue(byte[] json)
    {
        var document = JsonNode.Parse(json)!;
        foreach (var domain in document["domains"]!.AsArray())
        foreach (var member in new[] { "language", "source", "licence", "attribution" })
            domain!.AsObject().Remove(member);
        return document["roles"]!.ToJsonString() + document["domains"]!.ToJsonString();
    }

    private async Task<byte[]> Export(string format, CatalogService? from = null)
    {
        using var client = (from ?? _catalog).Anyone;
        return await client.GetByteArrayAsync($"/api/catalog/export?format={format}");
    }
}
