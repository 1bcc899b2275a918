using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

public sealed class EditionTests(Servers servers) : IAsyncLifetime
{
    private CatalogService _catalog = null!;

    public async ValueTask InitializeAsync() => _catalog = await CatalogService.Start(servers);

    public ValueTask DisposeAsync() => _catalog.DisposeAsync();

    private const string First = """
        {"roles":["Pilot","Cook"],"domains":[{"name":"Sea","levels":["Low","High"],"groups":[
          {"name":"Deck","skills":[
            {"name":"Knots","keywords":["rope"],"requirements":[
              {"role":"Pilot","level":"Low","mandatory":false,"description":"Ties one."},
              {"role":"Pilot","level":"High","mandatory":true,"description":"Ties ten."},
              {"role":"Cook","level":"Low","mandatory":true,"description":"Ties an apron."},
              {"role":"Cook","level":"High","mandatory":false,"description":"Ties a roast."}]},
            {"name":"Tides","requirements":[{"role":"Pilot","level":"Low","mandatory":true,"description":"Reads."}]}]},
          {"name":"Galley","skills":[]}]}]}
        """;

    private const string Between = """
        {"roles":["Pilot","Cook"],"domains":[{"name":"Sea","levels":["Low","High"],"groups":[
          {"name":"Galley","skills":[{"name":"Tides","requirements":[{"role":"Pilot","level":"Low","mandatory":true,"description":"Something else."}]}]}]}]}
        """;

    private const string Second = """
        {"roles":["Pilot","Cook"],"domains":[{"name":"Sea","levels":["Low","High"],"groups":[
          {"name":"Deck","skills":[
            {"name":"Knots","description":"For sailors.","keywords":["rope","knot"],"requirements":[
              {"role":"Pilot","level":"Low","mandatory":true,"description":"Ties one, blind."},
              {"role":"Pilot","level":"High","mandatory":false,"description":"Ties ten."},
              {"role":"Cook","level":"Low","mandatory":true,"description":"Ties an apron well."}]},
            {"name":"Winds","requirements":[{"role":"Cook","level":"High","mandatory":false,"description":""}]}]},
          {"name":"Galley","skills":[{"name":"Tides","requirements":[{"role":"Pilot","level":"Low","mandatory":true,"description":"Reads."}]}]}]}]}
        """;

    [Fact]
    public async Task Two_editions_differ_by_what_changed_between_them_in_the_end()
    {
        await _catalog.Import(First);
        await Publish("2026.1", "The *first* one.");
        await _catalog.Import(Between);
        await _catalog.Import(Second);
        await Publish("2026.2");
        await _catalog.Import(First);

        var diff = await _catalog.Get("/editions/2026.1/compare/2026.2?limit=3");
        var lines = diff.GetProperty("items").EnumerateArray().ToList();
        while (diff.GetProperty("nextCursor").GetString() is { } cursor)
        {
            diff = await _catalog.Get($"/editions/2026.1/compare/2026.2?limit=3&cursor={cursor}");
            lines.AddRange(diff.GetProperty("items").EnumerateArray());
        }
        Assert.Equal(
            [
                "keywords keywordsReplaced knots  | rope > rope, knot",
                "reworded skillDescribed knots  |  > For sailors.",
                "retired requirementDropped knots cook/high | Ties a roast. > ",
                "barLowered requirementMadeOptional knots pilot/high | Ties ten. > Ties ten.",
                "barRaised requirementMadeMandatory knots pilot/low | Ties one. > Ties one, blind.",
                "reworded requirementReworded knots cook/low | Ties an apron. > Ties an apron well.",
                "reworded requirementReworded knots pilot/low | Ties one. > Ties one, blind.",
                "moved skillMoved tides  | sea/deck > sea/galley",
                "new skillAdded winds  |  > Winds",
                "new requirementStated winds cook/high |  > ",
            ],
            lines.Select(Shown)
        );
        Assert.All(lines, line => Assert.Equal("Import of a catalogue document", Text(line, "reason")));
        Assert.All(lines, line => Assert.NotNull(Text(line, "import")));
        Assert.Equal(3, diff.GetProperty("counts").GetProperty("reworded").GetInt32());
        Assert.Equal(2, diff.GetProperty("counts").GetProperty("new").GetInt32());
        var raised = await _catalog.Get("/editions/2026.1/compare/2026.2?kind=barRaised");
        Assert.Single(raised.GetProperty("items").EnumerateArray());
        Assert.Empty((await _catalog.Get("/editions/2026.2/compare/2026.2")).GetProperty("items").EnumerateArray());
        // What came after is no part of either, and is what the present differs by.
        Assert.NotEmpty((await _catalog.Get("/editions/2026.2/compare/current")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task The_lines_are_what_the_profiles_of_both_times_differ_by()
    {
        await _catalog.Import(First);
        var from = (await Publish("One")).GetProperty("asOf").GetString();
        await _catalog.Import(Second);
        var to = (await Publish("Two")).GetProperty("asOf").GetString();
        var expected = new List<string>();
        foreach (var slug in new[] { "knots", "tides", "winds" })
        {
            var (was, now) = (await Cells(slug, from!), await Cells(slug, to!));
            foreach (var cell in was.Keys.Union(now.Keys))
            {
                var (a, b) = (was.GetValueOrDefault(cell), now.GetValueOrDefault(cell));
                if (a is null != b is null || a?.Mandatory != b?.Mandatory)
                    expected.Add($"{slug} {cell} {a?.Text} > {b?.Text}");
                if (a is not null && b is not null && a.Text != b.Text)
                    expected.Add($"{slug} {cell} {a.Text} > {b.Text}");
            }
        }
        var diff = await _catalog.Get("/editions/one/compare/Two");
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            diff.GetProperty("items")
                .EnumerateArray()
                .Where(line => Text(line, "role") is not null)
                .Select(line =>
                    $"{line.GetProperty("skill").GetProperty("slug")} {Text(line, "role")}/{Text(line, "level")} {Text(line, "before")} > {Text(line, "after")}"
                )
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task An_edition_stays_as_it_was_and_its_name_is_taken()
    {
        await _catalog.Import(First);
        using var anyone = _catalog.Anyone;
        var then = await anyone.GetStringAsync("/api/catalog/export?format=csv");
        var edition = await Publish("2026.1", "The *first* one.");
        await _catalog.Import(Second);
        Assert.Equal(then, await anyone.GetStringAsync("/api/catalog/export?format=csv&edition=2026.1"));

        var one = await _catalog.Get("/editions/2026.1");
        Assert.Equal("The *first* one.", Text(one, "notes"));
        Assert.Equal(2, one.GetProperty("counts").GetProperty("skills").GetInt32());
        Assert.Equal(5, one.GetProperty("counts").GetProperty("requirements").GetInt32());
        Assert.Equal(3, one.GetProperty("counts").GetProperty("mandatory").GetInt32());
        await Publish("2026.2");
        Assert.Equal(
            ["2026.2", "2026.1"],
            (await _catalog.Get("/editions")).GetProperty("items").EnumerateArray().Select(e => Text(e, "name"))
        );
        Assert.Equal(Text(edition, "asOf"), Text(one, "asOf"));

        using var administrator = _catalog.Administrator;
        foreach (
            var (body, status) in new (object, HttpStatusCode)[]
            {
                (new { name = " 2026.1\u200b" }, HttpStatusCode.Conflict),
                (new { name = "" }, HttpStatusCode.UnprocessableEntity),
                (new { name = new string('x', 301) }, HttpStatusCode.UnprocessableEntity),
                (new { notes = "No name." }, HttpStatusCode.UnprocessableEntity),
            }
        )
        {
            using var answer = await administrator.PostAsJsonAsync("/api/catalog/editions", body);
            Assert.Equal(status, answer.StatusCode);
        }
        using var contributor = _catalog.Contributor;
        using var denied = await contributor.PostAsJsonAsync("/api/catalog/editions", new { name = "Mine" });
        Assert.Equal(HttpStatusCode.Forbidden, denied.StatusCode);
        foreach (var path in new[] { "/2030", "/2026.1/compare/2030", "/2030/compare/2026.1" })
            Assert.Equal(HttpStatusCode.NotFound, (await anyone.GetAsync("/api/catalog/editions" + path)).StatusCode);
        using var turned = await anyone.GetAsync("/api/catalog/editions/2026.2/compare/2026.1");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, turned.StatusCode);
    }

    private async Task<JsonElement> Publish(string name, string? notes = null)
    {
        using var client = _catalog.Administrator;
        using var answer = await client.PostAsJsonAsync("/api/catalog/editions", new { name, notes });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal($"/api/catalog/editions/{name}", answer.Headers.Location?.OriginalString);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private sealed record Cell(bool Mandatory, string Text);

    private async Task<Dictionary<string, Cell>> Cells(string slug, string asOf)
    {
        using var client = _catalog.Anyone;
        using var answer = await client.GetAsync($"/api/catalog/skills/{slug}?asOf={asOf}");
        return answer.StatusCode == HttpStatusCode.NotFound
            ? []
            : (await answer.Content.ReadFromJsonAsync<JsonElement>())
                .GetProperty("requirements")
                .EnumerateArray()
                .ToDictionary(
                    r => $"{Text(r, "role")}/{Text(r, "level")}",
                    r => new Cell(r.GetProperty("mandatory").GetBoolean(), Text(r, "description")!)
                );
    }

    private static string Shown(JsonElement line) =>
        $"{Text(line, "kind")} {Text(line, "change")} {line.GetProperty("skill").GetProperty("slug")} "
        + (Text(line, "role") is { } role ? $"{role}/{Text(line, "level")}" : "")
        + $" | {Text(line, "before")} > {Text(line, "after")}";

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
