using System.Net;
using System.Text;
using System.Text.Json;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>What a skill is about: changed by proposals and by imports, kept for ever, found, and told apart.</summary>
[Collection(nameof(Catalogue))]
public sealed class DescriptionTests(Catalogue catalogue, Servers servers)
{
    [Fact]
    public async Task It_is_changed_like_a_text_and_its_history_stays()
    {
        var (id, slug, name) = await catalogue.Skill();
        Assert.False((await catalogue.Service.Get($"/skills/{slug}")).TryGetProperty("description", out _));
        await catalogue.Accept(
            Given.Accepted(id, new DescribeSkill("", "Runs code.\r\n"), new RenameSkill(name, $"{name} now"))
        );
        await catalogue.Accept(Given.Accepted(id, new DescribeSkill("Runs code.", "Runs code *elsewhere*.")));
        slug = (await catalogue.Service.Get($"/skills/by-id/{id}")).GetProperty("slug").GetString()!;
        var now = await catalogue.Service.Get($"/skills/{slug}");
        Assert.Equal("Runs code *elsewhere*.", Text(now, "description"));
        Assert.Equal(4, now.GetProperty("version").GetInt64());
        // Another change keeps it, and the past has what was said then.
        Assert.Equal("Runs code.", Text(await catalogue.Service.Get($"/skills/{slug}?version=3"), "description"));
        var history = (await catalogue.Service.Get($"/skills/{slug}/history"))
            .GetProperty("items")
            .EnumerateArray()
            .Where(item => Text(item, "kind") == "skillDescribed")
            .Select(item => $"{item.GetProperty("version")} {Text(item, "before")} > {Text(item, "after")}");
        Assert.Equal(["4 Runs code. > Runs code *elsewhere*.", "2  > Runs code."], history);
        var diff = (await catalogue.Service.Get($"/skills/{slug}/diff?from=3")).GetProperty("described");
        Assert.Equal("Runs code.", Text(diff, "before"));
        Assert.Contains(diff.GetProperty("words").EnumerateArray(), w => Text(w, "op") == "ins");

        var told = await catalogue.Hears<SkillChanged>(m => m.SkillId == id && m.Version == 4);
        Assert.Equal("Runs code *elsewhere*.", told.Skill.Description);
        var change = Assert.Single(told.Changes);
        Assert.Equal(("skillDescribed", "Runs code."), (change.Kind, change.Before));

        var late = Assert.IsType<ProposalConflicted>(
            await catalogue.Accept(Given.Accepted(id, new DescribeSkill("Runs code.", "Mine.")))
        );
        Assert.Equal("Runs code *elsewhere*.", Assert.Single(late.Conflicts).Now);
        await catalogue.Accept(Given.Accepted(id, new DescribeSkill("Runs code *elsewhere*.", "")));
        Assert.False((await catalogue.Service.Get($"/skills/{slug}")).TryGetProperty("description", out _));
    }

    [Fact]
    public async Task A_skill_is_added_with_it_and_found_by_it_after_those_that_are_called_so()
    {
        var word = $"zymurgy{Guid.NewGuid():N}"[..16];
        var added = new AddSkill("engineering", "basics", $"Skill {Guid.NewGuid():N}", [], [], $"All of {word}.");
        var (about, named) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await catalogue.Accept(Given.Accepted(about, added));
        await catalogue.Accept(
            Given.Accepted(named, new AddSkill("engineering", "basics", $"Brewing and {word}", [], []))
        );
        var found = (await catalogue.Service.Get($"/skills?q={word}")).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal([named, about], found.Select(item => item.GetProperty("id").GetGuid()));
        var snippet = found[1].GetProperty("snippet");
        Assert.Equal($"All of {word}.", Text(snippet, "text"));
        Assert.Null(Text(snippet, "role"));
        // Those that were indexed before descriptions counted are made anew by the form.
        Assert.Equal(2, SearchWords.Form);
    }

    [Fact]
    public async Task It_goes_out_and_in_again_in_every_format_and_old_documents_leave_it_alone()
    {
        await using var catalog = await CatalogService.Start(servers);
        const string described = """
            {"roles":["Pilot"],"domains":[{"name":"Sea","levels":["Low"],"groups":[{"name":"Deck","skills":[
              {"name":"Knots","description":"=How to **tie**;\n\n- one, or\n- \"two\"","keywords":[],"requirements":[
                {"role":"Pilot","level":"Low","mandatory":true,"description":"Ties one."}]},
              {"name":"Bare","description":"Alone."},
              {"name":"Mute"}]}]}]}
            """;
        Assert.Equal(3, (await catalog.Import(described)).GetProperty("added").GetInt32());
        var last = await catalog.LastEvent();
        foreach (
            var (format, type) in new[]
            {
                ("json", "application/json"),
                ("csv", "text/csv"),
                ("xlsx", Workbook.MediaType),
                ("xlsx-matrix", Workbook.MediaType),
            }
        )
        {
            var again = await catalog.Import(await Export(catalog, format), type);
            Assert.Equal("done", Text(again, "state"));
            Assert.Equal(0, again.GetProperty("changed").GetInt32());
        }
        // What was written before there were descriptions says nothing of them.
        var old = Encoding.UTF8.GetBytes(
            "domain,group,skill,keywords,role,level,mandatory,description\r\n"
                + "Sea,Deck,Knots,,Pilot,Low,true,Ties one.\r\nSea,Deck,Bare,,,,,\r\n"
        );
        Assert.Equal(2, (await catalog.Import(old, "text/csv")).GetProperty("unchanged").GetInt32());
        Assert.Equal(last, await catalog.LastEvent());

        await using var fresh = await CatalogService.Start(servers);
        await fresh.Import(await Export(catalog, "csv"), "text/csv");
        Assert.Equal(await Export(catalog, "csv"), await Export(fresh, "csv"));
        Assert.Equal("=How to **tie**;\n\n- one, or\n- \"two\"", Text(await fresh.Get("/skills/knots"), "description"));
        // A column for it that is empty says that there is nothing to say.
        var csv = Encoding.UTF8.GetBytes(
            "Domäne;Gruppe;Fähigkeit;Beschreibung der Fähigkeit;Schlagwörter;Rolle;Stufe;Pflicht;Beschreibung\r\nSea;Deck;Bare;;;;;;\r\n"
        );
        Assert.Equal(1, (await fresh.Import(csv, "text/csv")).GetProperty("changed").GetInt32());
        Assert.False((await fresh.Get("/skills/bare")).TryGetProperty("description", out _));
    }

    [Fact]
    public async Task One_that_is_too_long_or_differs_from_row_to_row_is_refused_at_its_place()
    {
        var json =
            """{"roles":[],"domains":[{"name":"Sea","groups":[{"name":"Deck","skills":[{"name":"S","description":"@"}]}]}]}""";
        json = json.Replace("@", new string('x', 10_001), StringComparison.Ordinal);
        using var long_ = await catalogue.Service.Send(Encoding.UTF8.GetBytes(json));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, long_.StatusCode);
        Assert.Contains(
            "/domains/0/groups/0/skills/0/description",
            await long_.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
        var csv =
            "domain,group,skill,keywords,role,level,mandatory,description,skill description\r\nSea,Deck,S,,,,,,one\r\nSea,Deck,S,,P,Junior,true,,two\r\n";
        using var differs = await catalogue.Service.Send(Encoding.UTF8.GetBytes(csv), "text/csv");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, differs.StatusCode);
        Assert.Contains(
            "/rows/1/skill description",
            await differs.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
    }

    private static async Task<byte[]> Export(CatalogService catalog, string format)
    {
        using var client = catalog.Anyone;
        return await client.GetByteArrayAsync($"/api/catalog/export?format={format}");
    }

    private static string? Text(JsonElement of, string member) => of.GetProperty(member).GetString();
}
