using System.Net;
using System.Text;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>What documents say of roles, levels, groups and domains beyond their names, and that they are told by ids elsewhere.</summary>
public sealed class PartIdTests(Servers servers) : IAsyncLifetime
{
    private const string Framework = """
        {"levels":[{"name":"Low","description":"Begins."},"High"],
         "roles":[{"name":"Pilot","description":"Steers *ships*.","externalIds":[{"system":"esco","id":"r1","uri":"https://example.org/r1"}]},
                  {"name":"Mate","externalIds":[{"system":"esco","id":"r2"}]},"Cook"],
         "domains":[
           {"name":"Sea","externalIds":[{"system":"esco","id":"d1"}],
            "levels":[{"name":"Junior","externalIds":[{"system":"eqf","id":"4"}]},{"name":"Senior","description":"Leads."}],
            "groups":[{"name":"Deck","externalIds":[{"system":"esco","id":"g1"}],"skills":[{"name":"Knots","keywords":[],"requirements":[
              {"role":"Pilot","level":"Junior","mandatory":true,"description":"Ties one."}]}]},
              {"name":"Galley","externalIds":[{"system":"esco","id":"g2"}],"skills":[]}]},
           {"name":"Air","groups":[{"name":"Wings","skills":[{"name":"Flaps","keywords":[],"requirements":[
              {"role":"Mate","level":"Low","mandatory":true,"description":"Sets them."}]}]}]}]}
        """;

    private CatalogService _catalog = null!;

    public async ValueTask InitializeAsync() => _catalog = await CatalogService.Start(servers);

    public ValueTask DisposeAsync() => _catalog.DisposeAsync();

    [Fact]
    public async Task Answers_say_what_the_document_says()
    {
        await _catalog.Import(Framework);
        var role = await _catalog.Get("/roles/pilot");
        Assert.Equal(("Steers *ships*.", "esco: r1 https://example.org/r1"), (Text(role, "description"), Ids(role)));
        var roles = Items(await _catalog.Get("/roles"));
        Assert.Equal(
            ("Steers *ships*.", "esco: r1 https://example.org/r1"),
            (Text(roles[0], "description"), Ids(roles[0]))
        );
        Assert.Equal(("", ""), (Text(roles[2], "description"), Ids(roles[2])));
        var domains = Items(await _catalog.Get("/domains"));
        Assert.Equal(("esco: d1", ""), (Ids(domains[0]), Ids(domains[1])));
        Assert.Equal(["esco: g1", "esco: g2"], domains[0].GetProperty("groups").EnumerateArray().Select(Ids));
        Assert.Equal(
            ["Junior eqf: 4 ", "Senior  Leads."],
            domains[0]
                .GetProperty("levels")
                .EnumerateArray()
                .Select(l => $"{Text(l, "name")} {Ids(l)} {Text(l, "description")}")
        );
        // What the document says of the levels of all is said of each domain that has none of its own.
        Assert.Equal("Begins.", Text(domains[1].GetProperty("levels")[0], "description"));
        var skill = await _catalog.Get("/skills/knots");
        Assert.Equal(
            ["esco: d1", "esco: g1", "eqf: 4", "esco: r1 https://example.org/r1"],
            new[]
            {
                skill.GetProperty("domain"),
                skill.GetProperty("group"),
                skill.GetProperty("levels")[0],
                skill.GetProperty("roles")[0],
            }.Select(Ids)
        );
        Assert.Equal("Leads.", Text(skill.GetProperty("levels")[1], "description"));
    }

    [Fact]
    public async Task Out_and_in_again_nothing_changes_in_any_format()
    {
        await _catalog.Import(Framework);
        await _catalog.Import(Framework);
        var last = await _catalog.LastEvent();
        using var client = _catalog.Anyone;
        var json = await client.GetByteArrayAsync("/api/catalog/export");
        Assert.Contains("\"Cook\"", Encoding.UTF8.GetString(json));
        var tables = new[] { ("csv", "text/csv"), ("xlsx", Workbook.MediaType) };
        foreach (var (format, type) in tables.Prepend(("json", "application/json")))
        {
            var said = await client.GetByteArrayAsync($"/api/catalog/export?format={format}&revisions=false");
            Assert.Equal(2, (await _catalog.Import(said, type)).GetProperty("unchanged").GetInt32());
            await using var fresh = await CatalogService.Start(servers);
            await fresh.Import(said, type);
            using var other = fresh.Anyone;
            // A table has no name for where it is from: the import gives it that of the file.
            Assert.Equal(Parts(json), Parts(await other.GetByteArrayAsync("/api/catalog/export")));
            if (format == "json")
                Assert.Equal(json, await other.GetByteArrayAsync("/api/catalog/export"));
        }
        Assert.Equal(last, await _catalog.LastEvent());

        static string Parts(byte[] document)
        {
            var root = JsonDocument.Parse(document).RootElement;
            return $"{root.GetProperty("roles")} {root.GetProperty("domains")}";
        }
    }

    [Fact]
    public async Task What_is_told_by_an_id_and_called_otherwise_is_renamed_and_not_doubled()
    {
        await _catalog.Import(Framework);
        // Two roles change places; domain, group and level have other names, and levels need not be stated to be known.
        var next = Framework
            .Replace("\"Pilot\"", "\"§\"", StringComparison.Ordinal)
            .Replace("\"Mate\"", "\"Pilot\"", StringComparison.Ordinal)
            .Replace("\"§\"", "\"Mate\"", StringComparison.Ordinal)
            .Replace("\"Sea\"", "\"Ocean\"", StringComparison.Ordinal)
            .Replace("\"Deck\"", "\"On deck\"", StringComparison.Ordinal)
            .Replace("\"Junior\"", "\"Beginner\"", StringComparison.Ordinal);
        var before = await _catalog.LastEvent();
        var dry = await _catalog.Import(Encoding.UTF8.GetBytes(next), dryRun: true);
        Assert.Equal(before, await _catalog.LastEvent());
        using var administrator = _catalog.Administrator;
        var set = JsonDocument
            .Parse(await administrator.GetStringAsync($"/api/catalog/changesets/{dry.GetProperty("id").GetGuid()}"))
            .RootElement;
        string[] renamed =
        [
            "domainRenamed Ocean: Sea → Ocean",
            "groupRenamed On deck: Deck → On deck",
            "levelRenamed Beginner: Junior → Beginner",
            "roleRenamed Mate: Pilot → Mate",
            "roleRenamed Pilot: Mate → Pilot",
        ];
        Assert.Equal(renamed, set.GetProperty("taxonomy").EnumerateArray().Select(Words).Order(StringComparer.Ordinal));

        Assert.Equal(2, (await _catalog.Import(next)).GetProperty("unchanged").GetInt32());
        var roles = Items(await _catalog.Get("/roles")).Select(r => $"{Text(r, "slug")} {Text(r, "name")}");
        Assert.Equal(["pilot Mate", "mate Pilot", "cook Cook"], roles);
        var skill = await _catalog.Get("/skills/knots");
        Assert.Equal(
            "sea Ocean, deck On deck, junior Beginner, pilot",
            $"{Slug(skill.GetProperty("domain"))}, {Slug(skill.GetProperty("group"))}, {Slug(skill.GetProperty("levels")[0])}, {Text(skill.GetProperty("requirements")[0], "role")}"
        );
        var changes = Items(await _catalog.Get("/changes?limit=200"))
            .Where(c =>
                c.TryGetProperty("taxonomy", out _) && Text(c, "kind").EndsWith("Renamed", StringComparison.Ordinal)
            )
            .ToArray();
        Assert.Equal(renamed, changes.Select(Words).Order(StringComparer.Ordinal));
        Assert.All(changes, c => Assert.NotEqual(Guid.Empty, c.GetProperty("import").GetGuid()));
        var last = await _catalog.LastEvent();
        await _catalog.Import(next);
        Assert.Equal(last, await _catalog.LastEvent());

        static string Words(JsonElement change) =>
            $"{Text(change, "kind")} {Text(change.GetProperty("taxonomy"), "name")}: {Text(change, "before")} → {Text(change, "after")}";
        static string Slug(JsonElement named) => $"{Text(named, "slug")} {Text(named, "name")}";
    }

    [Fact]
    public async Task Silence_about_a_description_leaves_it_and_an_empty_one_takes_it_away()
    {
        await _catalog.Import(Framework);
        var last = await _catalog.LastEvent();
        await _catalog.Import(
            """{"roles":["Pilot",{"name":"Mate","description":null,"externalIds":[]}],"domains":[]}"""
        );
        Assert.Equal(last, await _catalog.LastEvent());
        await _catalog.Import(
            """{"roles":[{"name":"Pilot","description":"Steers.","externalIds":[{"system":"onet","id":"7"}]}],"domains":[]}"""
        );
        var change = Items(await _catalog.Get("/changes?role=pilot")).First(c => Text(c, "kind") == "roleDescribed");
        Assert.Equal(("Steers *ships*.", "Steers."), (Text(change, "before"), Text(change, "after")));
        Assert.Equal("pilot", Text(change.GetProperty("taxonomy"), "slug"));
        // Ids of other systems stay, as those of skills do.
        var ids = Items(await _catalog.Get("/changes?role=pilot")).First(c => Text(c, "kind") == "externalIdsReplaced");
        Assert.Equal(("esco: r1", "esco: r1, onet: 7"), (Text(ids, "before"), Text(ids, "after")));
        await _catalog.Import("""{"roles":[{"name":"Pilot","description":""}],"domains":[]}""");
        Assert.False((await _catalog.Get("/roles/pilot")).TryGetProperty("description", out _));
    }

    [Fact]
    public async Task A_group_that_stands_in_another_domain_takes_its_id_along()
    {
        await _catalog.Import(Framework);
        const string moved =
            """{"roles":[],"domains":[{"name":"Air","groups":[{"name":"Kitchen","externalIds":[{"system":"esco","id":"g2"}],"skills":[]}]}]}""";
        await _catalog.Import(moved);
        var domains = Items(await _catalog.Get("/domains"));
        Assert.Equal(["esco: g1", ""], domains[0].GetProperty("groups").EnumerateArray().Select(Ids));
        Assert.Equal(["", "esco: g2"], domains[1].GetProperty("groups").EnumerateArray().Select(Ids));
    }

    [Fact]
    public async Task What_cannot_be_is_refused_at_its_place()
    {
        await _catalog.Import(Framework);
        const string one = "\"externalIds\":[{\"system\":\"x\",\"id\":\"1\"}]";
        await Refused(
            $$"""{"roles":[{"name":"A",{{one}}},{"name":"B",{{one}}}],"domains":[]}""",
            "/roles/1/externalIds/0"
        );
        await Refused(
            """{"roles":["A",{"name":"a","description":"x"},{"name":"A","description":"x"}],"domains":[]}""",
            "/roles/2/name"
        );
        await Refused(
            """{"roles":[{"name":"A","externalIds":[{"system":"x","id":""},{"system":"x","id":"2","uri":"here"}]},7],"domains":[]}""",
            "/roles/0/externalIds/0/id",
            "/roles/0/externalIds/1/uri",
            "/roles/1"
        );
        await Refused(
            $$"""{"levels":[{"name":"L",{{one}}},{"name":"M",{{one}}}],"roles":[],"domains":[]}""",
            "/levels/1/externalIds/0"
        );
        await Refused(
            $$"""{"roles":[],"domains":[{"name":"D",{{one}},"groups":[{"name":"G",{{one}},"skills":[]}]},{"name":"E",{{one}},"groups":[{"name":"G",{{one}},"skills":[]}]}]}""",
            "/domains/1/externalIds/0",
            "/domains/1/groups/0/externalIds/0"
        );
        // Of the catalogue: two are one, one is two, and a name is another's, which the document does not tell.
        await Refused(
            """{"roles":[{"name":"X","externalIds":[{"system":"esco","id":"r1"}]},{"name":"Y","externalIds":[{"system":"esco","id":"r1"}]}],"domains":[]}""",
            "/roles/1/externalIds/0"
        );
        await Refused(
            """{"roles":[{"name":"X","externalIds":[{"system":"esco","id":"r1"},{"system":"esco","id":"r2"}]}],"domains":[]}""",
            "/roles/0/externalIds/1"
        );
        await Refused(
            """{"roles":[{"name":"Cook","externalIds":[{"system":"esco","id":"r1"}]}],"domains":[]}""",
            "/roles/0/name"
        );
    }

    private async Task Refused(string document, params string[] pointers)
    {
        using var answer = await _catalog.Send(Encoding.UTF8.GetBytes(document));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(
            pointers,
            problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal)
        );
    }

    private static JsonElement[] Items(JsonElement page) => [.. page.GetProperty("items").EnumerateArray()];

    private static string Text(JsonElement of, string member) =>
        of.TryGetProperty(member, out var text) ? text.GetString() ?? "" : "";

    private static string Ids(JsonElement of) =>
        of.TryGetProperty("externalIds", out var ids)
            ? string.Join(
                ", ",
                ids.EnumerateArray().Select(i => $"{Text(i, "system")}: {Text(i, "id")} {Text(i, "uri")}".Trim())
            )
            : "";
}
