using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using JasperFx;
using Marten;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>What skills stand in, changed by accepted proposals: applied, remembered, and known again by old documents.</summary>
[Collection(nameof(Catalogue))]
public sealed class TaxonomyTests(Catalogue catalogue, Servers servers)
{
    private readonly string _own = $"{Guid.NewGuid():N}"[..12];

    [Fact]
    public async Task A_role_is_renamed_and_everything_that_names_it_says_so()
    {
        var role = await Own(slug => new RoleAdded(slug, $"Pilot {slug}"));
        var (id, slug, _) = await catalogue.Skill(new Requirement(role, "junior", true, "Steers."));
        var accepted = Given.Accepted(Part.Taxonomy, new RenameRole(role, $"Pilot {role}", $"Helmsman {role}"));
        var applied = Assert.IsType<ProposalApplied>(await catalogue.Accept(accepted));
        Assert.Equal((Part.Taxonomy, role, 1), (applied.SkillId, applied.Slug, applied.Version - applied.FromVersion));

        await catalogue.Hears<TaxonomyChanged>(m => m.Roles.Any(r => r == new Named(role, $"Helmsman {role}")));
        // The slug is what requirements, watches and reviewers know it by: it stays.
        Assert.Equal($"Helmsman {role}", Text(await catalogue.Service.Get($"/roles/{role}"), "name"));
        var profile = await catalogue.Service.Get($"/skills/{slug}");
        Assert.Contains($"Helmsman {role}", profile.GetProperty("roles").EnumerateArray().Select(r => Text(r, "name")));
        Assert.Equal(role, Text(profile.GetProperty("requirements")[0], "role"));

        var change = Items(await catalogue.Service.Get($"/changes?role={role}")).First();
        Assert.Equal(
            ("roleRenamed", $"Pilot {role}", $"Helmsman {role}"),
            (Text(change, "kind"), Text(change, "before"), Text(change, "after"))
        );
        Assert.Equal(JsonValueKind.Null, change.GetProperty("skill").ValueKind);
        Assert.Equal(
            ("role", role),
            (Text(change.GetProperty("taxonomy"), "kind"), Text(change.GetProperty("taxonomy"), "slug"))
        );
        Assert.Equal(accepted.ProposalId, change.GetProperty("proposal").GetGuid());
        Assert.Equal(accepted.Rationale, Text(change, "reason"));

        // Again, it changes nothing; with what somebody saw before, it goes over nobody's head.
        var again = Assert.IsType<ProposalApplied>(
            await catalogue.Accept(
                Given.Accepted(Part.Taxonomy, new RenameRole(role, $"Pilot {role}", $"Helmsman {role}"))
            )
        );
        Assert.Equal(again.FromVersion, again.Version);
        var late = Assert.IsType<ProposalConflicted>(
            await catalogue.Accept(
                Given.Accepted(Part.Taxonomy, new RenameRole(role, $"Pilot {role}", $"Steersman {role}"))
            )
        );
        Assert.Equal($"Helmsman {role}", Assert.Single(late.Conflicts).Now);
        Assert.Equal(
            id,
            Assert.Single(Items(await catalogue.Service.Get($"/skills?role={role}"))).GetProperty("id").GetGuid()
        );
    }

    [Fact]
    public async Task What_a_role_is_about_stands_on_its_page_and_in_no_list()
    {
        var role = await Own(slug => new RoleAdded(slug, $"Pilot {slug}"));
        var (_, slug, _) = await catalogue.Skill(new Requirement(role, "junior", true, "Steers."));
        await catalogue.Accept(Given.Accepted(Part.Taxonomy, new DescribeRole(role, "", "Steers *ships*.")));
        Assert.Equal("Steers *ships*.", Text(await catalogue.Service.Get($"/roles/{role}"), "description"));
        var profile = await catalogue.Service.Get($"/skills/{slug}");
        Assert.False(profile.GetProperty("roles")[0].TryGetProperty("description", out _));
        var change = Items(await catalogue.Service.Get($"/changes?role={role}"))
            .Single(c => c.TryGetProperty("taxonomy", out _));
        Assert.Equal(
            ("roleDescribed", null, "Steers *ships*."),
            (Text(change, "kind"), Text(change, "before"), Text(change, "after"))
        );
        var told = await catalogue.Hears<TaxonomyChanged>(m =>
            m.Roles.Any(r => r.Slug == role && r.Description is not null)
        );
        Assert.Equal("Steers *ships*.", told.Roles.Single(r => r.Slug == role).Description);
        // A later rename keeps it.
        await catalogue.Accept(
            Given.Accepted(Part.Taxonomy, new RenameRole(role, $"Pilot {role}", $"Helmsman {role}"))
        );
        Assert.Equal("Steers *ships*.", Text(await catalogue.Service.Get($"/roles/{role}"), "description"));
    }

    [Fact]
    public async Task Parts_of_a_domain_are_renamed_together_or_not_at_all_and_stand_among_its_changes()
    {
        var domain = await Own(slug => new DomainAdded(slug, $"Sea {slug}", [new("low", "Low"), new("high", "High")]));
        await Own(_ => new GroupAdded(domain, "deck", "Deck"));
        var refused = await catalogue.Accept(
            Given.Accepted(
                Part.Taxonomy,
                new RenameGroup(domain, "deck", "Deck", "On deck"),
                new RenameLevel(domain, "low", "Low", "High")
            )
        );
        Assert.Equal("name-taken", Assert.Single(Assert.IsType<ProposalConflicted>(refused).Conflicts).Code);
        Assert.Equal("Deck", (await Domain(domain)).Groups.Single().Name);
        Assert.IsType<ProposalApplied>(
            await catalogue.Accept(
                Given.Accepted(
                    Part.Taxonomy,
                    new RenameDomain(domain, $"Sea {domain}", $"Ocean {domain}"),
                    new RenameGroup(domain, "deck", "Deck", "On deck"),
                    new RenameLevel(domain, "low", "Low", "Lower")
                )
            )
        );
        var now = await Domain(domain);
        Assert.Equal(($"Ocean {domain}", "On deck", "Lower"), (now.Name, now.Groups[0].Name, now.Levels[0].Name));
        var first = await catalogue.Service.Get($"/changes?domain={domain}&limit=2");
        var next = await catalogue.Service.Get(
            $"/changes?domain={domain}&limit=2&cursor={Uri.EscapeDataString(Text(first, "nextCursor")!)}"
        );
        Assert.Equal(
            ["levelRenamed low", "groupRenamed deck", $"domainRenamed {domain}"],
            Items(first).Concat(Items(next)).Select(c => $"{Text(c, "kind")} {Text(c.GetProperty("taxonomy"), "slug")}")
        );
    }

    [Fact]
    public async Task Levels_stand_in_their_new_order_wherever_they_stand()
    {
        var domain = await Own(slug => new DomainAdded(
            slug,
            $"Sea {slug}",
            [new("low", "Low"), new("mid", "Mid") { Description = "In between." }, new("high", "High")]
        ));
        await Own(_ => new GroupAdded(domain, "deck", "Deck"));
        await Own(_ => new GroupAdded(domain, "hull", "Hull"));
        var role = await Own(slug => new RoleAdded(slug, $"Pilot {slug}"));
        var add = new AddSkill(
            domain,
            "deck",
            $"Knots {_own}",
            [],
            [new(role, "low", true, "One."), new(role, "mid", true, "Two."), new(role, "high", true, "Three.")]
        );
        var skill = Assert.IsType<ProposalApplied>(await catalogue.Accept(Given.Accepted(Guid.CreateVersion7(), add)));
        Assert.IsType<ProposalApplied>(
            await catalogue.Accept(
                Given.Accepted(
                    Part.Taxonomy,
                    new ReorderLevels(domain, ["low", "mid", "high"], ["high", "low", "mid"]),
                    new ReorderGroups(domain, ["deck", "hull"], ["hull", "deck"])
                )
            )
        );
        string[] order = ["high", "low", "mid"];
        var profile = await catalogue.Service.Get($"/skills/{skill.Slug}");
        Assert.Equal(order, profile.GetProperty("levels").EnumerateArray().Select(l => Text(l, "slug")));
        Assert.Equal(order, profile.GetProperty("requirements").EnumerateArray().Select(r => Text(r, "level")));
        Assert.Equal("In between.", Text(profile.GetProperty("levels")[2], "description"));
        Assert.Equal(
            order,
            Items(await catalogue.Service.Get($"/roles/{role}")).Select(i => Text(i.GetProperty("level"), "slug"))
        );
        var told = await catalogue.Hears<TaxonomyChanged>(m =>
            m.Domains.Any(d => d.Slug == domain && d.Levels[0].Slug == "high")
        );
        Assert.Equal(["Hull", "Deck"], told.Domains.Single(d => d.Slug == domain).Groups.Select(g => g.Name));
        var exported = (await catalogue.Service.Get($"/export?format=json&domain={domain}")).GetProperty("domains")[0];
        Assert.Equal(
            ["High", "Low", "Mid"],
            exported
                .GetProperty("levels")
                .EnumerateArray()
                .Select(l => l.ValueKind == JsonValueKind.Object ? Text(l, "name") : l.GetString())
        );
        Assert.Equal(
            ["groupsReordered Deck, Hull: Hull, Deck", "levelsReordered Low, Mid, High: High, Low, Mid"],
            Items(await catalogue.Service.Get($"/changes?domain={domain}&limit=2"))
                .Select(c => $"{Text(c, "kind")} {Text(c, "before")}: {Text(c, "after")}")
        );
        // What came meanwhile has no place in what somebody else wants.
        await Own(_ => new LevelsReplaced(
            domain,
            [new("high", "High"), new("low", "Low"), new("mid", "Mid"), new("top", "Top")]
        ));
        var late = Assert.IsType<ProposalConflicted>(
            await catalogue.Accept(
                Given.Accepted(Part.Taxonomy, new ReorderLevels(domain, order, ["low", "mid", "high"]))
            )
        );
        Assert.Equal(("changed", "High, Low, Mid, Top"), (late.Conflicts[0].Code, late.Conflicts[0].Now));
    }

    [Fact]
    public async Task A_document_that_is_older_than_the_names_brings_nothing_back()
    {
        await using var catalog = await CatalogService.Start(servers);
        const string document = """
            {"levels":["Low","High"],"roles":["Pilot","Mate"],"domains":[
              {"name":"Sea","groups":[{"name":"Deck","skills":[{"name":"Knots","keywords":[],"requirements":[
                {"role":"Pilot","level":"Low","mandatory":true,"description":"Ties one."}]}]}]},
              {"name":"Air","groups":[{"name":"Wings","skills":[{"name":"Flaps","keywords":[],"requirements":[
                {"role":"Mate","level":"Low","mandatory":true,"description":"Sets them."}]}]}]}]}
            """;
        await catalog.Import(document);
        await using (var session = catalog.Store.LightweightSession())
        {
            await session.Decide<Taxonomy>(
                Taxonomy.StreamId,
                _ =>
                    Decision.Of(
                        new RoleRenamed("pilot", "Pilot", "Helmsman"),
                        new DomainRenamed("sea", "Sea", "Ocean"),
                        new GroupRenamed("sea", "deck", "Deck", "On deck"),
                        new LevelRenamed("sea", "low", "Low", "Lower"),
                        new LevelDescribed("sea", "low", "", "Begins.")
                    )
            );
            await session.SaveChangesAsync();
        }
        var again = await catalog.Import(document);
        Assert.Equal(
            (0, 0, 2),
            (
                again.GetProperty("added").GetInt32(),
                again.GetProperty("changed").GetInt32(),
                again.GetProperty("unchanged").GetInt32()
            )
        );
        Assert.Equal(
            ["domain Sea: Ocean", "group Deck: On deck", "level Low: Lower", "role Pilot: Helmsman"],
            again
                .GetProperty("recognised")
                .EnumerateArray()
                .Select(r => $"{Text(r, "kind")} {Text(r, "called")}: {Text(r, "name")}")
                .Order(StringComparer.Ordinal)
        );
        var roles = Items(await catalog.Get("/roles")).Select(r => $"{Text(r, "slug")} {Text(r, "name")}");
        Assert.Equal(["pilot Helmsman", "mate Mate"], roles);
        var levels = (await catalog.Get("/skills/knots")).GetProperty("levels");
        Assert.Equal(("Lower", "Begins."), (Text(levels[0], "name"), Text(levels[0], "description")));
        // What the document calls by both names are two.
        await catalog.Import("""{"roles":["Helmsman","Pilot"],"domains":[]}""");
        roles = Items(await catalog.Get("/roles")).Select(r => $"{Text(r, "slug")} {Text(r, "name")}");
        Assert.Equal(["pilot Helmsman", "mate Mate", "pilot-2 Pilot"], roles);
    }

    [Fact]
    public async Task What_nothing_stands_in_any_more_is_retired_and_its_past_still_speaks_of_it()
    {
        var domain = await Own(slug => new DomainAdded(slug, $"Sea {slug}", [new("low", "Low"), new("high", "High")]));
        await Own(_ => new GroupAdded(domain, "deck", "Deck"));
        await Own(_ => new GroupAdded(domain, "hull", "Hull"));
        var role = await Own(slug => new RoleAdded(slug, $"Pilot {slug}"));
        var id = Guid.CreateVersion7();
        var add = new AddSkill(domain, "deck", $"Knots {_own}", [], [new(role, "high", true, "Ties.")]);
        var skill = Assert.IsType<ProposalApplied>(await catalogue.Accept(Given.Accepted(id, add)));
        Change[] retire = [new RetireGroup(domain, "deck", "Deck"), new RetireLevel(domain, "high", "High")];
        var early = Assert.IsType<ProposalConflicted>(
            await catalogue.Accept(Given.Accepted(Part.Taxonomy, [.. retire]))
        );
        Assert.Equal(["in-use 1", "in-use 1"], early.Conflicts.Select(c => $"{c.Code} {c.Now}"));
        Assert.IsType<ProposalConflicted>(await catalogue.Accept(Given.Accepted(Part.Taxonomy, new RetireRole(role))));
        var then = DateTimeOffset.UtcNow;
        await catalogue.Accept(
            Given.Accepted(
                id,
                new MoveSkill(new(domain, "deck"), domain, "hull"),
                new DropRequirement(role, "high", "Ties.")
            )
        );
        var accepted = Given.Accepted(Part.Taxonomy, [.. retire]);
        Assert.IsType<ProposalApplied>(await catalogue.Accept(accepted));
        var ofRole = Given.Accepted(Part.Taxonomy, new RetireRole(role));
        Assert.IsType<ProposalApplied>(await catalogue.Accept(ofRole));

        var now = await Domain(domain);
        Assert.Equal(("low", "hull"), (Assert.Single(now.Levels).Slug, Assert.Single(now.Groups).Slug));
        var told = await catalogue.Hears<TaxonomyChanged>(m => m.Retired?.Any(p => p.Slug == role) == true);
        Assert.DoesNotContain(role, told.Roles.Select(r => r.Slug));
        Assert.Contains(new TaxonomyPart("group", "deck", "Deck", domain), told.Retired!);
        Assert.Equal(
            ["level high High", "group deck Deck"],
            Items(await catalogue.Service.Get($"/retired?domain={domain}"))
                .Select(r => $"{Text(r, "kind")} {Text(r, "slug")} {Text(r, "name")}")
        );
        Assert.Equal(
            ["levelRetired High", "groupRetired Deck"],
            Items(await catalogue.Service.Get($"/changes?domain={domain}&limit=2"))
                .Select(c => $"{Text(c, "kind")} {Text(c, "before")}")
        );
        // Its page says so; the past is as it was, by name.
        var page = await catalogue.Service.Get($"/roles/{role}");
        Assert.Equal(ofRole.ProposalId, page.GetProperty("retired").GetProperty("proposal").GetGuid());
        Assert.Empty(Items(page));
        var asOf = Uri.EscapeDataString(then.ToString("O"));
        var item = Assert.Single(Items(await catalogue.Service.Get($"/roles/{role}?asOf={asOf}")));
        Assert.Equal(
            ("High", "Deck"),
            (Text(item.GetProperty("level"), "name"), Text(item.GetProperty("group"), "name"))
        );
        var profile = await catalogue.Service.Get($"/skills/{skill.Slug}?version=2");
        Assert.Equal($"Pilot {role}", Text(profile.GetProperty("roles")[0], "name"));
        var document = await catalogue.Service.Get($"/export?format=json&domain={domain}&asOf={asOf}");
        Assert.Contains("\"High\"", document.GetRawText());
        Assert.Contains("\"Deck\"", document.GetRawText());
        Assert.DoesNotContain(
            "\"High\"",
            (await catalogue.Service.Get($"/export?format=json&domain={domain}")).GetRawText()
        );
        // Nothing comes to stand there again.
        var late = Assert.IsType<ProposalConflicted>(
            await catalogue.Accept(Given.Accepted(id, new MoveSkill(new(domain, "hull"), domain, "deck")))
        );
        Assert.Equal("unknown-place", Assert.Single(late.Conflicts).Code);
        using var gone = await catalogue.Service.Anyone.GetAsync($"/api/catalog/export?domain={domain}&role={role}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.IsType<ProposalConflicted>(
            await catalogue.Accept(Given.Accepted(Part.Taxonomy, new RetireDomain(domain)))
        );
    }

    [Fact]
    public async Task A_document_that_is_older_brings_back_nothing_that_was_retired()
    {
        await using var catalog = await CatalogService.Start(servers);
        const string sea = """
            {"levels":["Low","High"],"roles":["Pilot","Mate"],"domains":[{"name":"Sea","groups":[{"name":"Hull","skills":[]},
              {"name":"Deck","skills":[{"name":"Knots","keywords":[],"requirements":[
                {"role":"Pilot","level":"Low","mandatory":true,"description":"Ties one."}]}]}]}]}
            """;
        await catalog.Import(sea);
        await Retire(
            catalog,
            new RoleRenamed("mate", "Mate", "First mate"),
            new RoleRetired("mate", "First mate"),
            new GroupRetired("sea", "hull", "Hull"),
            new LevelRetired("sea", "high", "High")
        );
        // What nothing of it stands in is left out, and told; by a former name, too.
        var again = await catalog.Import(sea);
        Assert.Equal("done", Text(again, "state"));
        Assert.Equal(1, again.GetProperty("unchanged").GetInt32());
        Assert.Equal(
            ["group Hull: hull True", "level High: high True", "role Mate: mate True"],
            again
                .GetProperty("recognised")
                .EnumerateArray()
                .Select(r =>
                    $"{Text(r, "kind")} {Text(r, "called")}: {Text(r, "slug")} {r.GetProperty("retired").GetBoolean()}"
                )
                .Order(StringComparer.Ordinal)
        );
        // What its skills need is an error, with its pointer.
        var needs = sea.Replace("\"Pilot\",\"level\":\"Low\"", "\"Mate\",\"level\":\"High\"", StringComparison.Ordinal)
            .Replace(
                "\"skills\":[]",
                "\"skills\":[{\"name\":\"Planks\",\"requirements\":[]}]",
                StringComparison.Ordinal
            );
        using var refused = await catalog.Send(Encoding.UTF8.GetBytes(needs));
        Assert.Equal(422, (int)refused.StatusCode);
        var errors = (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors");
        Assert.Equal(
            ["/domains/0/groups/0/name", "/domains/0/levels", "/roles/1"],
            errors.EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal)
        );
        // A slug is never another's.
        await catalog.Import("""{"roles":["Mate!"],"domains":[]}""");
        Assert.Equal(["pilot", "mate-2"], Items(await catalog.Get("/roles")).Select(r => Text(r, "slug")));
    }

    [Fact]
    public async Task What_takes_the_place_of_something_is_where_its_address_and_documents_lead()
    {
        await using var catalog = await CatalogService.Start(servers);
        await catalog.Import(
            """{"levels":["Low","Mid","High"],"roles":["Pilot","Mate","Cook"],"domains":[{"name":"Sea","groups":[{"name":"Hull","skills":[]},{"name":"Deck","skills":[]}]}]}"""
        );
        await Retire(
            catalog,
            new RoleRenamed("mate", "Mate", "First mate"),
            new RoleRetired("mate", "First mate", new("cook", "Cook")),
            new RoleRetired("cook", "Cook", new("pilot", "Pilot")),
            new GroupRetired("sea", "hull", "Hull", new("deck", "Deck")),
            new LevelRetired("sea", "mid", "Mid", new("low", "Low"))
        );
        // One that was itself retired leads on.
        await LeadsTo("/roles/mate?level=low", "/roles/pilot?level=low");
        await LeadsTo("/skills?domain=sea&group=hull&q=x", "/skills?domain=sea&group=deck&q=x");
        await LeadsTo("/skills?domain=sea&level=mid&role=cook", "/skills?domain=sea&level=low&role=pilot");
        Assert.Equal("mate", Text(await catalog.Get("/roles/mate?asOf=2100-01-01T00:00:00Z"), "slug"));
        var retired = Items(await catalog.Get("/retired")).Select(r => $"{Text(r, "slug")} {Text(r, "into")}");
        Assert.Equal(["mid low", "hull deck", "cook pilot", "mate pilot"], retired);
        // A document from before, by either name.
        var import = await catalog.Import(
            """
            {"roles":["Mate"],"domains":[{"name":"Sea","groups":[{"name":"Hull","skills":[{"name":"Knots","requirements":[
              {"role":"Mate","level":"Mid","mandatory":true,"description":"Ties."}]}]}]}]}
            """
        );
        Assert.Equal("done", Text(import, "state"));
        var skill = await catalog.Get("/skills/knots");
        Assert.Equal(
            ("deck", "pilot", "low"),
            (
                Text(skill.GetProperty("group"), "slug"),
                Text(skill.GetProperty("requirements")[0], "role"),
                Text(skill.GetProperty("requirements")[0], "level")
            )
        );

        async Task LeadsTo(string from, string to)
        {
            using var direct = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
            using var any = catalog.Anyone;
            using var answer = await direct.GetAsync(new Uri(any.BaseAddress!, $"/api/catalog{from}"));
            Assert.Equal(HttpStatusCode.PermanentRedirect, answer.StatusCode);
            Assert.Equal($"/api/catalog{to}", answer.Headers.Location?.OriginalString);
        }
    }

    [Fact]
    public async Task What_is_retired_while_an_import_runs_has_no_skills_put_into_it()
    {
        await using var catalog = await CatalogService.Start(servers);
        await catalog.Import(
            """{"levels":["Low"],"roles":["Pilot"],"domains":[{"name":"Sea","groups":[{"name":"Hull","skills":[]}]}]}"""
        );
        await using var session = catalog.Store.LightweightSession();
        await session.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await session.QueryAsync<int>("select 1 from mt_doc_taxonomy where id = ? for update", Taxonomy.StreamId);
        using var sent = await catalog.Send(
            """
            {"levels":["Low"],"roles":["Pilot"],"domains":[{"name":"Sea","groups":[{"name":"Hull","skills":[
              {"name":"Planks","requirements":[{"role":"Pilot","level":"Low","mandatory":true,"description":""}]}]}]}]}
            """u8.ToArray()
        );
        using var administrator = catalog.Administrator;
        await Eventually.Holds(async () =>
            Text(await administrator.GetFromJsonAsync<JsonElement>(sent.Headers.Location!), "state") == "running"
        );
        await session.Decide<Taxonomy>(Taxonomy.StreamId, _ => Decision.Of(new GroupRetired("sea", "hull", "Hull")));
        await session.SaveChangesAsync();
        var import = await catalog.Ended(sent.Headers.Location!);
        Assert.Equal("failed", Text(import, "state"));
        Assert.Equal(
            "/domains/0/groups/0/name",
            Text(Assert.Single(import.GetProperty("errors").EnumerateArray()), "pointer")
        );
        Assert.Empty(Items(await catalog.Get("/skills")));
    }

    private static async Task Retire(CatalogService catalog, params object[] events)
    {
        await using var session = catalog.Store.LightweightSession();
        await session.Decide<Taxonomy>(Taxonomy.StreamId, _ => Decision.Of(events));
        await session.SaveChangesAsync();
    }

    // Added as imports do it, beside whoever else writes.
    private async Task<string> Own(Func<string, object> part)
    {
        var slug = $"own-{_own}";
        for (var tries = 0; ; tries++)
            try
            {
                await using var session = catalogue.Service.Store.LightweightSession();
                await session.Decide<Taxonomy>(Taxonomy.StreamId, _ => Decision.Of(part(slug)));
                await session.SaveChangesAsync();
                return slug;
            }
            catch (ConcurrencyException) when (tries < 20) { }
    }

    private async Task<DomainTaxonomy> Domain(string slug)
    {
        await using var session = catalogue.Service.Store.QuerySession();
        return (await session.LoadAsync<Taxonomy>(Taxonomy.StreamId))!.Domain(slug)!;
    }

    private static JsonElement[] Items(JsonElement page) => [.. page.GetProperty("items").EnumerateArray()];

    private static string? Text(JsonElement json, string member) => json.GetProperty(member).GetString();
}
