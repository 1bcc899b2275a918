using System.Net;
using System.Text;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>Skills are told by what they are in other systems: what is called otherwise there is renamed here, not doubled.</summary>
public sealed class ExternalIdTests(Servers servers) : IAsyncLifetime
{
    private CatalogService _catalog = null!;

    public async ValueTask InitializeAsync() => _catalog = await CatalogService.Start(servers);

    public ValueTask DisposeAsync() => _catalog.DisposeAsync();

    [Fact]
    public async Task A_skill_that_a_document_calls_otherwise_is_renamed_and_its_old_address_leads_to_it()
    {
        await _catalog.Import(Document(Skill("Knots", "1"), Skill("Tides", "2")));
        var id = (await _catalog.Get("/skills/knots")).GetProperty("id").GetGuid();
        var renamed = Document(Skill("Bends & hitches", "1"), Skill("Tides", "2"));
        var dry = await _catalog.Import(Encoding.UTF8.GetBytes(renamed), dryRun: true);
        Assert.Equal((0, 1, 1), Numbers(dry));
        Assert.Equal((0, 1, 1), Numbers(await _catalog.Import(renamed)));

        var now = await _catalog.Get("/skills/bends-and-hitches");
        Assert.Equal(id, now.GetProperty("id").GetGuid());
        var esco = now.GetProperty("externalIds")[0];
        Assert.Equal(("esco", "1"), (Text(esco, "system"), Text(esco, "id")));
        Assert.Equal("https://example.org/1", Text(esco, "uri"));
        using var client = _catalog.Anyone;
        // What was sent from memory until now is let go of a moment after.
        using var direct = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = client.BaseAddress,
        };
        var leads = await Eventually.Get(
            async () =>
            {
                using var old = await direct.GetAsync("/api/catalog/skills/knots");
                return old.StatusCode == HttpStatusCode.PermanentRedirect ? old.Headers.Location : null;
            },
            to => to is not null
        );
        Assert.Equal("/api/catalog/skills/bends-and-hitches", leads!.OriginalString);
        var history = (await _catalog.Get("/skills/bends-and-hitches/history")).GetProperty("items");
        Assert.Equal("skillRenamed", Text(history[0], "kind"));
        Assert.Equal(("externalIdsReplaced", "esco: 1"), (Text(history[1], "kind"), Text(history[1], "after")));
        // Once it is so, nothing is to be done, neither by that document nor by what is exported.
        var last = await _catalog.LastEvent();
        Assert.Equal((0, 0, 2), Numbers(await _catalog.Import(renamed)));
        Assert.Equal((0, 0, 2), Numbers(await _catalog.Import(await client.GetByteArrayAsync("/api/catalog/export"))));
        Assert.Equal(last, await _catalog.LastEvent());
    }

    [Theory]
    [InlineData("csv", "text/csv")]
    [InlineData("xlsx", Workbook.MediaType)]
    public async Task A_table_takes_along_what_a_skill_is_elsewhere_and_where_its_texts_are_from(
        string format,
        string type
    )
    {
        await _catalog.Import(
            """
            {"roles":["R"],"language":"fr","source":"Framework 1.2","licence":"CC-BY-4.0","attribution":"© *Somebody*\nand others",
             "domains":[{"name":"D","groups":[{"name":"G","skills":[
              {"name":"Knots","externalIds":[{"system":"esco","id":"1","uri":"https://example.org/1"},{"system":"a: b","id":"x <y>"}],"requirements":[]},
              {"name":"Tides","requirements":[{"role":"R","level":"Junior","mandatory":true,"description":"Knows."}]}]}]}]}
            """
        );
        var last = await _catalog.LastEvent();
        using var client = _catalog.Anyone;
        var table = await client.GetByteArrayAsync($"/api/catalog/export?format={format}&revisions=false");
        Assert.Equal((0, 0, 2), Numbers(await _catalog.Import(table, type)));
        Assert.Equal(last, await _catalog.LastEvent());
        await using var fresh = await CatalogService.Start(servers);
        await fresh.Import(table, type);
        using var other = fresh.Anyone;
        var csv = await client.GetStringAsync("/api/catalog/export?format=csv");
        Assert.Contains("esco: 1 <https://example.org/1>", csv);
        Assert.Equal(csv, await other.GetStringAsync("/api/catalog/export?format=csv"));
        var skill = await fresh.Get("/skills/knots");
        Assert.Equal("x <y>", Text(skill.GetProperty("externalIds")[1], "id"));
        Assert.Equal("© *Somebody*\nand others", Text(skill, "attribution"));
    }

    [Fact]
    public async Task A_table_says_what_is_wrong_with_an_id_where_it_stands()
    {
        const string header = "domain,group,skill,keywords,role,level,mandatory,description,language,external ids\r\n";
        using var answer = await _catalog.Send(
            Encoding.UTF8.GetBytes(
                header + "D,G,S,,,,,,klingonisch,one\r\nD,G,T,,,,,,,esco: 1\r\nD,G,U,,,,,,,esco: 1\r\n"
            ),
            "text/csv"
        );
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var errors = await answer.Content.ReadAsStringAsync();
        Assert.Contains("/rows/0/language", errors);
        Assert.Contains("/rows/0/external ids", errors);
        Assert.Contains("/rows/2/external ids", errors);
    }

    [Fact]
    public async Task What_a_table_tells_by_ids_is_held_against_the_catalogue_too()
    {
        await _catalog.Import(
            Document(
                """{"name":"A","externalIds":[{"system":"esco","id":"1"},{"system":"onet","id":"x"}]}""",
                Skill("B", "2")
            )
        );
        const string header = "domain,group,skill,keywords,role,level,mandatory,description,external ids\r\n";
        using var answer = await _catalog.Send(
            Encoding.UTF8.GetBytes(
                header
                    + "D,G,A,,,,,,\r\nD,G,P,,,,,,\"esco: 1\nesco: 2\"\r\nD,G,Q,,,,,,onet: x\r\nD,G,R,,,,,,esco: 3\r\n"
            ),
            "text/csv"
        );
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(
            ["/rows/1/external ids", "/rows/2/external ids"],
            problem.GetProperty("errors").EnumerateObject().Select(e => e.Name)
        );
    }

    [Fact]
    public async Task Names_go_from_skill_to_skill_and_each_stays_what_it_is()
    {
        await _catalog.Import(Document(Skill("A", "1"), Skill("B", "2"), Skill("C", "3")));
        var ids = await Ids();
        // C gives up its name for B, B its for A, and what is new takes A's.
        var moved = Document(Skill("A", "4"), Skill("B", "1"), Skill("C", "2"), Skill("D", "3"));
        Assert.Equal((1, 3, 0), Numbers(await _catalog.Import(moved)));
        var now = await Ids();
        Assert.Equal((ids["A"], ids["B"], ids["C"]), (now["B"], now["C"], now["D"]));
        Assert.DoesNotContain(now["A"], ids.Values);
        Assert.Equal((0, 0, 4), Numbers(await _catalog.Import(moved)));
        // Two that change places at once keep their names, and the import says so.
        var swapped = await _catalog.Import(Document(Skill("B", "2"), Skill("C", "1")));
        Assert.Equal(
            ["B is C", "C is B"],
            swapped.GetProperty("recognised").EnumerateArray().Select(r => $"{Text(r, "called")} is {Text(r, "name")}")
        );
        Assert.Equal(now, await Ids());
    }

    [Fact]
    public async Task What_was_known_by_its_name_gets_its_ids_and_those_of_other_systems_stay()
    {
        await _catalog.Import(Document("""{"name":"Knots"}"""));
        Assert.Equal((0, 1, 0), Numbers(await _catalog.Import(Document(Skill("Knots", "1")))));
        Assert.Equal((0, 1, 0), Numbers(await _catalog.Import(Document(Skill("Knots", "x-7", "onet")))));
        var ids = (await _catalog.Get("/skills/knots")).GetProperty("externalIds").EnumerateArray();
        Assert.Equal(["esco 1", "onet x-7"], ids.Select(i => $"{Text(i, "system")} {Text(i, "id")}"));
        // Whoever says nothing of them leaves them alone.
        Assert.Equal((0, 0, 1), Numbers(await _catalog.Import(Document("""{"name":"Knots"}"""))));
    }

    [Fact]
    public async Task What_keeps_its_name_and_place_under_another_id_is_the_same_skill()
    {
        await _catalog.Import(Document(Skill("Knots", "1"), Skill("Tides", "2")));
        var ids = await Ids();
        var numbered = Document(Skill("Knots", "2026-1"), Skill("Tides", "2"));
        Assert.Equal((0, 1, 1), Numbers(await _catalog.Import(Encoding.UTF8.GetBytes(numbered), dryRun: true)));
        Assert.Equal((0, 1, 1), Numbers(await _catalog.Import(numbered)));
        Assert.Equal(ids, await Ids());
        var esco = Assert.Single((await _catalog.Get("/skills/knots")).GetProperty("externalIds").EnumerateArray());
        Assert.Equal("2026-1", Text(esco, "id"));
        Assert.Equal((0, 0, 2), Numbers(await _catalog.Import(numbered)));
    }

    [Fact]
    public async Task Two_skills_with_one_id_and_one_with_two_are_refused_at_their_place()
    {
        await _catalog.Import(Document(Skill("A", "1"), Skill("B", "2")));
        const string first = "/domains/0/groups/0/skills/";
        Assert.Equal([$"{first}1/externalIds/0"], await Refused(Document(Skill("X", "9"), Skill("Y", "9"))));
        var both = """{"name":"A","externalIds":[{"system":"esco","id":"1"},{"system":"esco","id":"2"}]}""";
        Assert.Equal([$"{first}0/externalIds/1"], await Refused(Document(both)));
        var twice = """{"name":"A","externalIds":[{"system":"esco","id":"3"},{"system":"esco","id":"3"}]}""";
        Assert.Equal([$"{first}0/externalIds/1"], await Refused(Document(twice)));
        var wrong = """{"name":"A","externalIds":[{"system":"","id":"3","uri":"here"},{"id":7}]}""";
        Assert.Equal(
            [
                $"{first}0/externalIds/0/system",
                $"{first}0/externalIds/0/uri",
                $"{first}0/externalIds/1/id",
                $"{first}0/externalIds/1/system",
            ],
            await Refused(Document(wrong))
        );
    }

    private async Task<string[]> Refused(string document)
    {
        using var answer = await _catalog.Send(Encoding.UTF8.GetBytes(document));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        return [.. problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal)];
    }

    private async Task<Dictionary<string, Guid>> Ids() =>
        (await _catalog.Get("/skills"))
            .GetProperty("items")
            .EnumerateArray()
            .ToDictionary(s => Text(s, "name")!, s => s.GetProperty("id").GetGuid(), StringComparer.Ordinal);

    private static string Skill(string name, string id, string system = "esco") =>
        $$"""{"name":"{{name}}","externalIds":[{"system":"{{system}}","id":"{{id}}","uri":"https://example.org/{{id}}"}]}""";

    private static string Document(params string[] skills) =>
        $$"""{"roles":[],"domains":[{"name":"Sea","groups":[{"name":"Deck","skills":[{{string.Join(',', skills)}}]}]}]}""";

    private static (int Added, int Changed, int Unchanged) Numbers(JsonElement import) =>
        (
            import.GetProperty("added").GetInt32(),
            import.GetProperty("changed").GetInt32(),
            import.GetProperty("unchanged").GetInt32()
        );

    private static string? Text(JsonElement of, string member) => of.GetProperty(member).GetString();
}
