using System.Globalization;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Replicas.Tests;

/// <summary>
/// First accepted, first applied. SKILLPLATFORM_TEST_ORDER=20 does it twenty times with 200 proposals on ten skills, each
/// circumstance in its turn; else the first two once, with few.
/// </summary>
public sealed class OrderOfAcceptance(Servers servers)
{
    private static readonly int Rounds = int.Parse(
        Environment.GetEnvironmentVariable("SKILLPLATFORM_TEST_ORDER") ?? "0",
        CultureInfo.InvariantCulture
    );
    private static readonly int Skills = Rounds > 0 ? 10 : 3;
    private static readonly int Each = Rounds > 0 ? 20 : 8;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Proposals_on_a_skill_are_merged_in_the_order_they_were_accepted(int count)
    {
        await using var replicas = await Replicas.Start(servers, count);
        Func<Func<Task>, Task>[] circumstances =
        [
            accept => BehindAnImport(replicas, accept),
            accept => WhileCatalogIsAway(replicas, count, accept),
            accept => WhileReplicasComeAndGo(replicas, accept),
            accept => accept(),
        ];
        for (
            var round = 0;
            round
                < (
                    Rounds > 0 ? Rounds
                    : count == 1 ? 1
                    : 2
                );
            round++
        )
            await Merge(replicas, $"Round {round}", circumstances[round % circumstances.Length]);
    }

    private static async Task BehindAnImport(Replicas replicas, Func<Task> accept)
    {
        var import = Import(replicas, $"Beside {Guid.NewGuid():N}", Rounds > 0 ? 300 : 40);
        await accept();
        await import;
    }

    // Cold, and behind a backlog of its own.
    private static async Task WhileCatalogIsAway(Replicas replicas, int count, Func<Task> accept)
    {
        await replicas.StopCatalog();
        await accept();
        await replicas.StartCatalog(count);
    }

    private static async Task WhileReplicasComeAndGo(Replicas replicas, Func<Task> accept)
    {
        var accepting = accept();
        while (!accepting.IsCompleted)
        {
            await replicas.StartCatalog(1);
            await replicas.StopCatalog(1);
        }
        await accepting;
    }

    private static async Task Merge(Replicas replicas, string domain, Func<Func<Task>, Task> during)
    {
        var skills = await Import(replicas, domain);
        var proposals = new List<(Known Skill, int Number)>();
        for (var n = 0; n < Each; n++)
            proposals.AddRange(skills.Select(skill => (skill, n)));
        var paths = new System.Collections.Concurrent.ConcurrentBag<(string Skill, string Id)>();
        await Parallel.ForEachAsync(
            proposals,
            async (p, _) => paths.Add((p.Skill.Slug, await Propose(replicas, p.Skill, p.Number)))
        );
        await during(() =>
            Parallel.ForEachAsync(
                paths,
                new ParallelOptions { MaxDegreeOfParallelism = 4 },
                async (p, _) => await Approve(replicas, p.Id)
            )
        );
        var accepted = await replicas.Accepted();
        foreach (var skill in paths.ToLookup(p => p.Skill, p => p.Id, StringComparer.Ordinal))
        {
            var order = accepted.Where(skill.Contains).ToArray();
            Assert.Equal(Each, order.Length);
            var ended = await Eventually.Get(
                () => Ended(replicas, skill.Key, order),
                found => found is not null,
                TimeSpan.FromSeconds(60)
            );
            // The last two proposed are on one requirement: whichever was accepted first merges.
            Assert.Single(ended!.Conflicted);
            Assert.True(
                order.Except(ended.Conflicted).SequenceEqual(ended.Merged, StringComparer.Ordinal),
                $"{domain}, accepted: {string.Join(' ', order)}; merged: {string.Join(' ', ended.Merged)}"
            );
            var rivals = order.Where(id => ended.Rivals.Contains(id)).ToArray();
            Assert.Equal(rivals[^1], ended.Conflicted[0]);
        }
    }

    private static async Task Approve(Replicas replicas, string proposal)
    {
        using var reviewer = replicas.Proposals("reviewer", "reviewer");
        var (status, body, _) = await reviewer.Post(
            $"/api/proposals/{proposal}/reviews",
            new { revision = 1, verdict = "approve" }
        );
        Assert.True(status == 204, $"{status} {body}");
    }

    private sealed record Outcome(string[] Merged, string[] Conflicted, string[] Rivals);

    /// <summary>What became of a skill's proposals; null while one of them is still on its way.</summary>
    private static async Task<Outcome?> Ended(Replicas replicas, string skill, string[] proposals)
    {
        using var reviewer = replicas.Proposals("reviewer", "reviewer");
        var all = new List<JsonElement>();
        foreach (var id in proposals)
        {
            all.Add(await reviewer.Get($"/api/proposals/{id}"));
            if (Text(all[^1], "state") is not ("merged" or "conflicted"))
                return null;
        }
        return new Outcome(
            await Merged(replicas, skill),
            [.. all.Where(p => Text(p, "state") == "conflicted").Select(p => Text(p, "id"))],
            [.. all.Where(p => Text(p, "rationale") is "Rival 1" or "Rival 2").Select(p => Text(p, "id"))]
        );
    }

    private sealed record Known(string Slug, IReadOnlyList<(string Role, string Level, string Text)> Cells);

    private static async Task<IReadOnlyList<Known>> Import(Replicas replicas, string domain, int? count = null)
    {
        using var admin = replicas.Catalog();
        var import = await admin.Import(SampleCatalogue.Of(count ?? Skills, domain));
        Assert.Equal("done", import.GetProperty("state").GetString());
        if (count is not null)
            return [];
        var domains = (await admin.Get("/api/catalog/domains")).GetProperty("items").EnumerateArray();
        var slug = domains.Single(d => d.GetProperty("name").GetString() == domain).GetProperty("slug").GetString();
        var skills = (await admin.Get($"/api/catalog/skills?domain={slug}")).GetProperty("items").EnumerateArray();
        var known = new List<Known>();
        foreach (var skill in skills.Select(s => s.GetProperty("slug").GetString()!))
            known.Add(
                new(
                    skill,
                    [
                        .. (await admin.Get($"/api/catalog/skills/{skill}"))
                            .GetProperty("requirements")
                            .EnumerateArray()
                            .Select(r => (Text(r, "role"), Text(r, "level"), Text(r, "description"))),
                    ]
                )
            );
        return known;
    }

    private static async Task<string> Propose(Replicas replicas, Known skill, int n)
    {
        var (role, level, text) = skill.Cells[Math.Min(n, Each - 2)];
        var change = new
        {
            op = "rewordRequirement",
            role,
            level,
            was = text,
            description = $"Reworded as number {n}.",
        };
        using var author = replicas.Proposals("author");
        // Proposals hears of a new skill a moment after the import.
        var (_, body, _) = await Eventually.Get(
            () =>
                author.Post(
                    "/api/proposals",
                    new
                    {
                        skill = skill.Slug,
                        rationale = n < Each - 2 ? $"Number {n}." : $"Rival {n - Each + 3}",
                        changes = new[] { change },
                    }
                ),
            answer => answer.Status == 201
        );
        return Text(body, "id");
    }

    /// <summary>The proposals that the skill's versions come from, oldest first.</summary>
    private static async Task<string[]> Merged(Replicas replicas, string skill)
    {
        using var catalog = replicas.Catalog();
        var history = await catalog.Get($"/api/catalog/skills/{skill}/history?limit=200");
        return
        [
            .. history
                .GetProperty("items")
                .EnumerateArray()
                .OrderBy(h => h.GetProperty("version").GetInt64())
                .Where(h => h.GetProperty("proposal").ValueKind == JsonValueKind.String)
                .Select(h => Text(h, "proposal")),
        ];
    }

    private static string Text(JsonElement of, string name) =>
        of.GetProperty(name) is { ValueKind: JsonValueKind.Object } named
            ? named.GetProperty("slug").GetString()!
            : of.GetProperty(name).GetString()!;
}
