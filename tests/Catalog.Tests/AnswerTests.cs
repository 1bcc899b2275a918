using System.Net.Http.Json;
using System.Text.Json;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>What others read of the catalogue has the approved members, which those who stand in for it keep to.</summary>
[Collection(nameof(Catalogue))]
public sealed class AnswerTests(Catalogue catalogue)
{
    [Fact]
    public async Task Answers_have_the_approved_members()
    {
        // In a domain that says where its texts are from, with an id of elsewhere.
        var name = $"Told {Guid.NewGuid():N}";
        const string elsewhere = """
            "externalIds":[{"system":"elsewhere","id":"told","uri":"https://example.org/told"}]
            """;
        await catalogue.Service.Import(
            $$"""
            {"language":"en","source":"made for tests","licence":"same as the project","attribution":"Whoever made it",
             "roles":[{"name":"DEVELOPER","description":"Writes it.",{{elsewhere}}},"TESTER"],
             "domains":[{"name":"Answers",{{elsewhere}},"levels":[{"name":"Junior","description":"Begins.",{{elsewhere}}},"Senior"],
             "groups":[{"name":"Basics",{{elsewhere}},"skills":[{"name":"{{name}}","keywords":["one","two"],
              "externalIds":[{"system":"elsewhere","id":"{{name}}","uri":"https://example.org/told"}]}]}]}]}
            """
        );
        var slug = name.Replace(' ', '-').ToLowerInvariant();
        var id = (await catalogue.Service.Get($"/skills/{slug}")).GetProperty("id").GetGuid();
        await catalogue.Accept(
            Given.Accepted(
                id,
                new StateRequirement("developer", "junior", true, "Knows it."),
                new StateRequirement("developer", "senior", false, "Teaches it."),
                new StateRequirement("tester", "junior", true, "Breaks it.")
            )
        );
        var from = (await catalogue.Service.Get($"/skills/{slug}")).GetProperty("version");
        using var administrator = catalogue.Service.Administrator;
        using var before = await administrator.PostAsJsonAsync("/api/catalog/editions", new { name = "Before" });
        await catalogue.Accept(
            Given.Accepted(
                id,
                new RewordRequirement("developer", "junior", "Knows it.", "Knows it well."),
                new MakeMandatory("developer", "senior"),
                new MakeOptional("developer", "junior"),
                new RenameSkill(name, $"{name} now"),
                new ReplaceKeywords(["one", "two"], ["two", "three"]),
                new DescribeSkill("", "What it is about.")
            )
        );
        await catalogue.Accept(
            Given.Accepted(
                id,
                new DropRequirement("tester", "junior", "Breaks it."),
                new StateRequirement("tester", "senior", true, "Mends it.")
            )
        );
        using var after = await administrator.PostAsJsonAsync(
            "/api/catalog/editions",
            new { name = "After", notes = "What *else*?" }
        );
        slug = (await catalogue.Service.Get($"/skills/by-id/{id}")).GetProperty("slug").GetString()!;
        var wrong = new List<string>();
        foreach (
            var (shape, path) in new[]
            {
                ("catalog.domains", "/domains"),
                ("catalog.roles", "/roles"),
                ("catalog.role", "/roles/developer"),
                ("catalog.skills", $"/skills?q={Uri.EscapeDataString(name)}"),
                ("catalog.skill", $"/skills/{slug}"),
                ("catalog.history", $"/skills/{slug}/history"),
                ("catalog.cell", $"/skills/{slug}/requirements/developer/junior/history"),
                ("catalog.diff", $"/skills/{slug}/diff?from={from}"),
                ("catalog.changes", "/changes?limit=200"),
                ("catalog.change-lines", "/changes/lines?limit=200"),
                ("catalog.editions", "/editions"),
                ("catalog.edition", "/editions/after"),
                ("catalog.edition-diff", "/editions/before/compare/after?limit=200"),
            }
        )
            wrong.Add(Shape.Approve(shape, Own(shape, await catalogue.Service.Get(path))));
        Assert.Equal("", string.Join('\n', wrong.Where(line => line.Length > 0)));

        // Other tests change the catalogue at the same time.
        JsonElement Own(string shape, JsonElement answer) =>
            shape is "catalog.changes"
                ? JsonSerializer.SerializeToElement(
                    new
                    {
                        items = answer
                            .GetProperty("items")
                            .EnumerateArray()
                            .Where(c => !c.TryGetProperty("taxonomy", out _))
                            .Where(c => c.GetProperty("skill").GetProperty("slug").GetString() == slug),
                    }
                )
            : shape is "catalog.change-lines"
                ? JsonSerializer.SerializeToElement(
                    new
                    {
                        items = answer
                            .GetProperty("items")
                            .EnumerateArray()
                            .Where(line =>
                                line.GetProperty("items")
                                    .EnumerateArray()
                                    .Any(c =>
                                        c.GetProperty("skill") is { ValueKind: JsonValueKind.Object } skill
                                        && skill.GetProperty("slug").GetString() == slug
                                    )
                            ),
                    }
                )
            : shape is "catalog.edition-diff"
                ? JsonSerializer.SerializeToElement(
                    new
                    {
                        from = answer.GetProperty("from"),
                        to = answer.GetProperty("to"),
                        counts = new
                        {
                            barRaised = answer.GetProperty("counts").GetProperty("barRaised"),
                            reworded = 1,
                        },
                        items = answer
                            .GetProperty("items")
                            .EnumerateArray()
                            .Where(line => line.GetProperty("skill").GetProperty("slug").GetString() == slug),
                        nextCursor = answer.GetProperty("nextCursor"),
                    }
                )
            : answer;
    }
}
