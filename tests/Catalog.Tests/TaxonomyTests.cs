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
                        new LevelRenamed("sea", "low", "Low", "Lower")
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
        // What the document calls by both names are two.
        await catalog.Import("""{"roles":["Helmsman","Pilot"],"domains":[]}""");
        roles = Items(await catalog.Get("/roles")).Select(r => $"{Text(r, "slug")} {Text(r, "name")}");
        Assert.Equal(["pilot Helmsman", "mate Mate", "pilot-2 Pilot"], roles);
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
