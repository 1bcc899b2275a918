using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Replicas.Tests;

/// <summary>A workbook is exported, edited in a spreadsheet while others go on, and sent by somebody who may only propose.</summary>
public sealed class AWorkbookComesBack(Servers servers)
{
    private const string Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    private static readonly string[] Roles = ["Pilot", "Mate", "Cook"];
    private static readonly string[] Levels = ["Junior", "Middle", "Senior", "Lead", "Principal"];

    private readonly Dictionary<(int Skill, string Role, string Level), (bool Mandatory, string Text)?> _expected = [];

    [Fact]
    public async Task Twenty_cells_are_twenty_changes_three_conflicts_and_nothing_else()
    {
        await using var platform = await Replicas.Start(servers, 1);
        using var catalog = platform.Catalog("contributor");
        await Import(platform);
        var book = Spreadsheet.Open(await Export(catalog));

        // Three cells that will be edited, and two that will not, are changed by others before the file comes back.
        await Faster(platform, 1, "Pilot", "Junior");
        await Faster(platform, 2, "Mate", "Senior");
        await Faster(platform, 3, "Cook", "Principal");
        await Faster(platform, 4, "Pilot", "Lead");
        await Faster(platform, 30, "Cook", "Lead");

        foreach (
            var (skill, role, level) in new[]
            {
                (1, "Pilot", "Junior"),
                (2, "Mate", "Senior"),
                (3, "Cook", "Principal"),
            }
        )
            Edit(book, skill, role, level, $"O\nEdited in a spreadsheet: {level}.");
        // Beside one that somebody else changed, twice in one skill, on three sheets.
        for (var skill = 4; skill < 15; skill++)
            Expect(book, skill, Roles[skill % 3], "Middle", false, $"Reworded,\nin two lines: “{skill}”.");
        Expect(book, 5, "Pilot", "Principal", false, "=1+1");
        foreach (var skill in new[] { 15, 16 })
            Expect(book, skill, "Mate", "Lead", true, Text(skill, "Mate", "Lead"));
        foreach (var skill in new[] { 17, 18, 40 })
            Expect(book, skill, "Cook", "Junior", null, "");

        var set = await Upload(catalog, book.Save());
        var skills = set.GetProperty("skills").EnumerateArray().ToArray();
        Assert.Equal(20, skills.Sum(s => s.GetProperty("changes").GetArrayLength()));
        Assert.Equal(3, skills.Sum(s => s.GetProperty("conflicts").GetArrayLength()));
        Assert.Equal(19, skills.Length);
        Assert.Equal(21, set.GetProperty("unchanged").GetInt32());
        var conflict = skills.Single(s => s.GetProperty("skill").GetString() == "skill-1").GetProperty("conflicts")[0];
        Assert.Equal(
            (Text(1, "Pilot", "Junior"), "Somebody was faster.", "Edited in a spreadsheet: Junior."),
            (
                conflict.GetProperty("was").GetString(),
                conflict.GetProperty("now").GetString(),
                conflict.GetProperty("wanted").GetString()
            )
        );
        // It is nobody else's business.
        using var other = platform.Catalog("somebody");
        Assert.Equal(404, (await other.Send(HttpMethod.Get, set.GetProperty("address").GetString()!)).Status);

        using var contributor = platform.Proposals("contributor");
        var (status, batch, headers) = await contributor.Post(
            "/api/proposals/batches",
            new
            {
                rationale = "As the crews agreed in their workshop.",
                proposals = skills.Select(s => new
                {
                    skill = s.GetProperty("skill").GetString(),
                    changes = s.GetProperty("changes"),
                }),
            }
        );
        Assert.True(status == 201, $"{status} {batch}");
        Assert.Equal(19, batch.GetProperty("proposals").GetInt32());
        var address = headers.Location!.ToString();
        Assert.Equal((16, 3, 0), await States(contributor, address));

        // Reviewers take each.
        using var reviewer = platform.Proposals("reviewer", "reviewer");
        foreach (var proposal in await Proposals(contributor, address, "open"))
            await Approve(reviewer, proposal);
        await Eventually.Holds(async () => await States(contributor, address) == (0, 3, 16));
        await Eventually.Holds(async () =>
            (await Upload(catalog, book.Save())).GetProperty("skills").GetArrayLength() == 3
        );
        var now = Spreadsheet.Open(await Export(catalog));
        foreach (var (cell, expected) in _expected)
            Assert.Equal(
                (cell, expected is { } e ? $"{(e.Mandatory ? "M" : "O")}\n{e.Text}" : null),
                (cell, At(now, cell.Skill, cell.Role, cell.Level))
            );
    }

    private static string Text(int skill, string role, string level) =>
        $"What a {role} knows of skill {skill} as {level}.";

    private async Task Import(Replicas platform)
    {
        foreach (var skill in Enumerable.Range(1, 40))
        foreach (var role in Roles)
        foreach (var level in Levels)
            _expected[(skill, role, level)] = (false, Text(skill, role, level));
        using var administrator = platform.Catalog();
        var import = await administrator.Import(
            JsonSerializer.Serialize(
                new
                {
                    roles = Roles,
                    domains = new[]
                    {
                        new
                        {
                            name = "Sea",
                            groups = new[]
                            {
                                new
                                {
                                    name = "Crew",
                                    skills = Enumerable
                                        .Range(1, 40)
                                        .Select(skill => new
                                        {
                                            name = $"Skill {skill}",
                                            requirements = _expected
                                                .Where(cell => cell.Key.Skill == skill)
                                                .Select(cell => new
                                                {
                                                    role = cell.Key.Role,
                                                    level = cell.Key.Level,
                                                    mandatory = false,
                                                    description = cell.Value!.Value.Text,
                                                }),
                                        }),
                                },
                            },
                        },
                    },
                }
            )
        );
        Assert.Equal(40, import.GetProperty("added").GetInt32());
    }

    private async Task Faster(Replicas platform, int skill, string role, string level)
    {
        using var somebody = platform.Proposals("somebody");
        using var reviewer = platform.Proposals("reviewer", "reviewer");
        var change = new
        {
            op = "rewordRequirement",
            role = role.ToLowerInvariant(),
            level = level.ToLowerInvariant(),
            was = Text(skill, role, level),
            description = "Somebody was faster.",
        };
        var proposed = await Eventually.Get(
            () =>
                somebody.Post(
                    "/api/proposals",
                    new
                    {
                        skill = $"skill-{skill}",
                        rationale = "Because.",
                        changes = new[] { change },
                    }
                ),
            // Proposals hears of an imported skill a moment later.
            answer => answer.Status == 201
        );
        var id = proposed.Body.GetProperty("id").GetString()!;
        await Approve(reviewer, id);
        await Eventually.Holds(async () =>
            (await somebody.Get($"/api/proposals/{id}")).GetProperty("state").GetString() == "merged"
        );
        _expected[(skill, role, level)] = (false, "Somebody was faster.");
    }

    private static async Task Approve(Api reviewer, string proposal)
    {
        var (status, body, _) = await reviewer.Post(
            $"/api/proposals/{proposal}/reviews",
            new { revision = 1, verdict = "approve" }
        );
        Assert.True(status is >= 200 and < 300, $"{status} {body}");
    }

    private static async Task<byte[]> Export(Api catalog) =>
        await catalog.Http.GetByteArrayAsync(new Uri("/api/catalog/export?format=xlsx-matrix", UriKind.Relative));

    private static async Task<JsonElement> Upload(Api catalog, byte[] file)
    {
        using var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue(Workbook);
        var (status, body, headers) = await catalog.Post("/api/catalog/changesets?source=crews.xlsx", content);
        Assert.True(status == 202, $"{status} {body}");
        var address = headers.Location!.ToString();
        var set = await Eventually.Get(
            () => catalog.Get(address),
            s => s.GetProperty("state").GetString() is "done" or "failed"
        );
        Assert.Empty(set.GetProperty("errors").EnumerateArray());
        var told = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(set)!;
        told["address"] = JsonSerializer.SerializeToElement(address);
        return JsonSerializer.SerializeToElement(told);
    }

    private static async Task<(int Open, int Conflicted, int Merged)> States(Api who, string batch)
    {
        var states = (await who.Get(batch)).GetProperty("states");
        return (In("open"), In("conflicted"), In("merged"));

        int In(string state) => states.TryGetProperty(state, out var count) ? count.GetInt32() : 0;
    }

    private static async Task<string[]> Proposals(Api who, string batch, string state) =>
        [
            .. (await who.Get(batch))
                .GetProperty("proposals")
                .GetProperty("items")
                .EnumerateArray()
                .Where(p => p.GetProperty("state").GetString() == state)
                .Select(p => p.GetProperty("id").GetString()!),
        ];

    private void Expect(Spreadsheet book, int skill, string role, string level, bool? mandatory, string text)
    {
        (bool, string)? wanted = mandatory is { } must ? (must, text) : null;
        Edit(book, skill, role, level, mandatory is { } m ? $"{(m ? "M" : "O")}\n{text}" : "");
        _expected[(skill, role, level)] = wanted;
    }

    private static void Edit(Spreadsheet book, int skill, string role, string level, string text)
    {
        var (row, column) = Find(book, skill, role, level);
        row[column] = text;
    }

    private static string? At(Spreadsheet book, int skill, string role, string level)
    {
        var (row, column) = Find(book, skill, role, level);
        return string.IsNullOrEmpty(row[column]) ? null : row[column];
    }

    private static (string?[] Row, int Column) Find(Spreadsheet book, int skill, string role, string level)
    {
        var rows = book.Sheets.Single(sheet => sheet.Name == role).Rows;
        var header = rows.First(row => row.Contains("skill", StringComparer.Ordinal));
        var name = string.Create(CultureInfo.InvariantCulture, $"Skill {skill}");
        return (rows.Single(row => row[2] == name), Array.IndexOf(header, level));
    }
}
