using System.Net;
using System.Text;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>Where the texts of a domain are from, and in which language: kept with what was imported.</summary>
public sealed class OriginTests(Servers servers) : IAsyncLifetime
{
    private CatalogService _catalog = null!;

    public async ValueTask InitializeAsync() => _catalog = await CatalogService.Start(servers);

    public ValueTask DisposeAsync() => _catalog.DisposeAsync();

    private const string Two = """
        {"domains":[
          {"name":"Mer","groups":[{"name":"Pont","skills":[{"name":"Nœuds","requirements":[
            {"role":"Pilote","level":"Junior","mandatory":true,"description":"Fait un nœud."}]}]}]},
          {"language":"PT-br","licence":null,"name":"Sky","groups":[{"name":"Low","skills":[{"name":"Winds","requirements":[
            {"role":"Pilote","level":"Junior","mandatory":true,"description":"Voa."}]}]}]}],
         "roles":["Pilote"],"language":"fr","source":"Framework 1.2","licence":"CC-BY-4.0","attribution":"© *Somebody*"}
        """;

    [Fact]
    public async Task A_document_says_it_of_all_its_domains_and_a_domain_of_itself()
    {
        Assert.Equal(2, (await _catalog.Import(Two)).GetProperty("added").GetInt32());
        Assert.Equal("fr, Framework 1.2, CC-BY-4.0, © *Somebody*", Shown(await Domain("mer")));
        Assert.Equal("pt-BR, Framework 1.2, , © *Somebody*", Shown(await Domain("sky")));
        Assert.Equal("fr, Framework 1.2, CC-BY-4.0, © *Somebody*", Shown(await _catalog.Get("/skills/noeuds")));
        var role = await _catalog.Get("/roles/pilote");
        Assert.Equal(
            ["mer: fr, Framework 1.2, CC-BY-4.0, © *Somebody*", "sky: pt-BR, Framework 1.2, , © *Somebody*"],
            role.GetProperty("origins")
                .EnumerateArray()
                .Select(o => $"{o.GetProperty("domain").GetProperty("slug").GetString()}: {Shown(o)}")
        );
    }

    [Fact]
    public async Task It_goes_out_and_in_again_and_a_document_without_it_leaves_it_alone()
    {
        await _catalog.Import("""{"roles":[],"domains":[{"name":"Unknown","groups":[{"name":"G","skills":[]}]}]}""");
        await _catalog.Import(Two);
        var last = await _catalog.LastEvent();
        using var client = _catalog.Anyone;
        foreach (var (format, type) in new[] { ("json", "application/json"), ("csv", "text/csv") })
            await _catalog.Import(await client.GetByteArrayAsync($"/api/catalog/export?format={format}"), type);
        await _catalog.Import(
            """{"roles":["Pilote"],"domains":[{"name":"Mer","groups":[{"name":"Pont","skills":[{"name":"Nœuds","requirements":[{"role":"Pilote","level":"Junior","mandatory":true,"description":"Fait un nœud."}]}]}]}]}"""
        );
        Assert.Equal(last, await _catalog.LastEvent());
        var document = JsonDocument.Parse(await client.GetByteArrayAsync("/api/catalog/export")).RootElement;
        Assert.Equal("© *Somebody*", document.GetProperty("attribution").GetString());
        Assert.Equal(JsonValueKind.Null, document.GetProperty("domains")[0].GetProperty("source").ValueKind);

        await using var fresh = await CatalogService.Start(servers);
        await fresh.Import(JsonSerializer.SerializeToUtf8Bytes(document));
        using var other = fresh.Anyone;
        Assert.Equal(
            await client.GetStringAsync("/api/catalog/export"),
            await other.GetStringAsync("/api/catalog/export")
        );
        // What is empty takes it away, and nothing else.
        await _catalog.Import("""{"roles":[],"source":"","domains":[{"name":"Mer","groups":[]}]}""");
        Assert.Equal("fr, , CC-BY-4.0, © *Somebody*", Shown(await Domain("mer")));
        Assert.Equal("pt-BR, Framework 1.2, , © *Somebody*", Shown(await Domain("sky")));
    }

    [Theory]
    [InlineData("EN", "en")]
    [InlineData("zh-hant-tw", "zh-Hant-TW")]
    [InlineData("de-ch-1996", "de-CH-1996")]
    [InlineData("es-419", "es-419")]
    [InlineData("gsw", "gsw")]
    [InlineData("en-x-ab", "en-x-ab")]
    [InlineData("English", null)]
    [InlineData("en_GB", null)]
    [InlineData("jp", null)]
    [InlineData("deu", null)]
    [InlineData("e", null)]
    public void A_language_is_a_tag_in_its_usual_case(string written, string? tag)
    {
        var (form, problem) = LanguageTag.Of(written);
        Assert.Equal(tag, form);
        Assert.Equal(tag is null, problem is not null);
        if (written is "deu")
            Assert.Contains("“de”", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_language_is_said_where_it_stands()
    {
        using var answer = await _catalog.Send(
            Encoding.UTF8.GetBytes(
                """{"language":"English","roles":[],"domains":[{"name":"D","language":"jp","groups":[]}]}"""
            )
        );
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var errors = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("errors");
        Assert.Equal(["/domains/0/language", "/language"], errors.EnumerateObject().Select(e => e.Name).Order());
    }

    private async Task<JsonElement> Domain(string slug) =>
        (await _catalog.Get("/domains"))
            .GetProperty("items")
            .EnumerateArray()
            .Single(d => d.GetProperty("slug").GetString() == slug);

    private static string Shown(JsonElement of) =>
        string.Join(
            ", ",
            new[] { "language", "source", "licence", "attribution" }.Select(m =>
                of.TryGetProperty(m, out var value) ? value.GetString() : ""
            )
        );
}
