using System.Globalization;
using System.Text.Json;
using Npgsql;
using SkillPlatform.Testing;

namespace SkillPlatform.Benchmarks;

/// <summary>
/// What it costs that proposals on one skill are applied in the order of their acceptance (decision 0016): a backlog of proposals on ten
/// skills, accepted as fast as they can be, with one replica of Catalog and with three, beside as many commits one after the other.
/// </summary>
public static class Order
{
    private const int Skills = 10;

    public static async Task<Measure[]> Run(Platform platform, People people, Func<Task> idle)
    {
        // The first backlog warms everything up.
        await Backlog(platform, people, "Warm");
        await idle();
        var one = await Backlog(platform, people, "One");
        await idle();
        await platform.Replicate("Catalog", 3);
        await idle();
        var three = await Backlog(platform, people, "Three");
        await idle();
        // What a single connection commits, a small transaction each time.
        var floor = await Floors.Pgbench(platform.Postgres, 1, 5);
        return [Rate("1 replica", one), Rate("3 replicas", three)];

        Measure Rate(string replicas, double rate) =>
            new(
                $"backlog on {Skills} skills merged in order, {replicas} of Catalog",
                rate,
                "prop/s",
                floor,
                rate / floor
            );
    }

    /// <summary>Proposals a second, from the first approval to the last merge.</summary>
    private static async Task<double> Backlog(Platform platform, People people, string mark)
    {
        var proposals = new List<string>();
        for (var number = 1; number <= Skills; number++)
        {
            var skill = string.Create(CultureInfo.InvariantCulture, $"skill-{number}");
            foreach (var (n, requirement) in (await Measures.Requirements(people, skill)).Index())
                proposals.Add(await Propose(people, skill, requirement, $"{mark} {n} of {skill}."));
        }
        await using var source = NpgsqlDataSource.Create(platform.Database("proposals"));
        var before = await Merged(source);
        var start = TimeProvider.System.GetTimestamp();
        await Parallel.ForEachAsync(
            proposals,
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (proposal, _) =>
            {
                var (status, body, _) = await people.Reviewer.Post(
                    $"{proposal}/reviews",
                    new { revision = 1, verdict = "approve" }
                );
                if (status is < 200 or >= 300)
                    throw new InvalidOperationException($"review: {status} {body}");
            }
        );
        await Eventually.Holds(async () => await Merged(source) == before + proposals.Count, TimeSpan.FromMinutes(2));
        return proposals.Count / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<string> Propose(People people, string skill, JsonElement requirement, string text)
    {
        var (status, body, headers) = await people.Contributor.Post(
            "/api/proposals",
            Measures.Proposal(skill, requirement, text)
        );
        return status == 201
            ? headers.Location!.OriginalString
            : throw new InvalidOperationException($"propose: {status} {body}");
    }

    private static async Task<long> Merged(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("select count(*) from mt_events where type = 'proposal_merged'");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
