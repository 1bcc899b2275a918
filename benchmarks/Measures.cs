using System.Globalization;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Benchmarks;

/// <summary>Everyone who acts in a measurement.</summary>
public sealed record People(Api Admin, Api Contributor, Api Reviewer, Api Reader) : IDisposable
{
    public static async Task<People> SignIn(Platform platform)
    {
        Task<Api> As(string name) => Api.SignedIn(platform.Web, platform.Authority, $"{name}@example.org");
        return new People(await As("admin"), await As("contributor"), await As("reviewer"), await As("reader"));
    }

    public void Dispose()
    {
        Admin.Dispose();
        Contributor.Dispose();
        Reviewer.Dispose();
        Reader.Dispose();
    }
}

public static class Measures
{
    private const int Rounds = 3;
    private const string Profiled = "/api/catalog/skills/skill-1";
    private const string PageRead = "/en/skills/skill-1";

    /// <summary>After half a minute without work.</summary>
    public static async Task<Measure> IdleMemory(Platform platform)
    {
        await Task.Delay(TimeSpan.FromSeconds(30));
        return Measure.AtMost("idle memory of all .NET processes", platform.Memory() / 1e6, "MB", 700);
    }

    public static async Task<Measure> Profile(Platform platform)
    {
        using var client = new HttpClient { BaseAddress = platform["Catalog"] };
        var size = (await client.GetByteArrayAsync(Profiled)).Length;
        return await Hot("profile JSON over HTTP, hot", new Uri(platform["Catalog"], Profiled), size, null, 0.8);
    }

    /// <summary>As a browser gets it: compressed, whole, with every header.</summary>
    public static async Task<Measure> Page(Platform platform)
    {
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, "wrk.headers[\"Accept-Encoding\"] = \"br\"");
        using var client = new HttpClient { BaseAddress = platform["Web"] };
        client.DefaultRequestHeaders.Add("Accept-Encoding", "br");
        var size = (await client.GetByteArrayAsync(PageRead)).Length;
        return await Hot("skill page, anonymous, hot", new Uri(platform["Web"], PageRead), size, script, 0.7);
    }

    private static async Task<Measure> Hot(string name, Uri url, int size, string? script, double goal)
    {
        var (process, constant) = await Floors.StartConstant(size);
        using (process)
        {
            var ours = new List<double>();
            var floor = new List<double>();
            // The first round warms both up.
            for (var round = 0; round <= Rounds; round++)
            {
                ours.Add(await Floors.Wrk(url, 32, 5, script));
                floor.Add(await Floors.Wrk(constant, 32, 5, script));
            }
            process.Kill();
            return Measure.RatioAtLeast(
                $"{name}, {Text(size)} B",
                Measure.Median(ours.Skip(1)),
                "req/s",
                Measure.Median(floor.Skip(1)),
                goal
            );
        }
    }

    public static async Task<Measure> Proposals(Platform platform, People people)
    {
        await Idle(platform);
        var script = await Script(people, "skill-11");
        var url = new Uri(platform["Proposals"], "/api/proposals");
        var ours = new List<double>();
        var floor = new List<double>();
        // The second round still is a third slower than those after it: the compiler has one core less than it would like.
        for (var round = 0; round < 2 + Rounds; round++)
        {
            ours.Add(await Floors.Wrk(url, 16, 5, script));
            await Idle(platform);
            floor.Add(await Floors.Pgbench(platform.Postgres, 16, 5));
        }
        return Measure.RatioAtLeast(
            "POST /api/proposals at the service, 16 clients, with token",
            Measure.Median(ours.Skip(2)),
            "req/s",
            Measure.Median(floor.Skip(2)),
            0.15
        ) with
        {
            Because =
                "what was proposed is published and its author's watch stored while the next are proposed: on two cores, "
                + "broker, Notifications, its database and Web have 40 % of the time; pgbench has both to itself",
        };
    }

    /// <summary>From the reviewer's click to the mail server's 250, at five a second.</summary>
    public static async Task<Measure[]> ApproveToMail(Platform platform, People people, SmtpSink smtp)
    {
        var watched = await people.Reader.Send(HttpMethod.Put, "/api/notifications/watches/catalogue/all");
        if (watched.Status is < 200 or >= 300)
            throw new InvalidOperationException($"watch: {watched.Status} {watched.Body}");
        var cells = new List<(string Skill, JsonElement Requirement)>();
        for (var skill = 2; skill <= 9; skill++)
            foreach (var requirement in await Requirements(people, $"skill-{Text(skill)}"))
                cells.Add(($"skill-{Text(skill)}", requirement));
        await Idle(platform);
        var clicked = new Dictionary<string, long>(StringComparer.Ordinal);
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        foreach (var (number, (skill, requirement)) in cells.Index())
        {
            var mark = $"Mail measurement {Text(number)}.";
            var (status, body, _) = await people.Contributor.Post("/api/proposals", Proposal(skill, requirement, mark));
            if (status != 201)
                throw new InvalidOperationException($"propose: {status} {body}");
            await beat.WaitForNextTickAsync();
            clicked[mark] = TimeProvider.System.GetTimestamp();
            var review = await people.Reviewer.Post(
                $"/api/proposals/{body.GetProperty("id").GetString()}/reviews",
                new
                {
                    revision = 1,
                    verdict = "approve",
                    comment = (string?)null,
                }
            );
            if (review.Status is < 200 or >= 300)
                throw new InvalidOperationException($"review: {review.Status} {review.Body}");
        }
        (long At, string Text)[] Arrived() =>
            [
                .. smtp
                    .Received.Where(m => m.To.Contains("reader@example.org", StringComparer.Ordinal))
                    .Select(m => (m.At, m.Message.TextBody ?? "")),
            ];
        await Eventually.Holds(
            () =>
                Task.FromResult(
                    clicked.Keys.All(mark => Arrived().Any(m => m.Text.Contains(mark, StringComparison.Ordinal)))
                ),
            TimeSpan.FromSeconds(60)
        );
        var arrived = Arrived();
        // The first ones warm everything up.
        var latencies = clicked
            .Skip(20)
            .Select(c =>
                TimeProvider
                    .System.GetElapsedTime(
                        c.Value,
                        arrived.First(m => m.Text.Contains(c.Key, StringComparison.Ordinal)).At
                    )
                    .TotalMilliseconds
            )
            .ToArray();
        return
        [
            Measure.AtMost("approve → mail accepted, p50 at 5/s", Measure.Percentile(latencies, 0.50), "ms", 60),
            Measure.AtMost("approve → mail accepted, p99 at 5/s", Measure.Percentile(latencies, 0.99), "ms", 300),
        ];
    }

    /// <summary>What a read and a proposal cost beside twelve skills, the import of 1,370 after as many, and what they cost then.</summary>
    public static async Task<Measure[]> ImportAndGrowth(Platform platform, People people)
    {
        var small = await Costs(platform, people);
        // The first import warms everything up.
        await people.Admin.Import(SampleCatalogue.Of(1370, "Made up, to warm up"));
        await Idle(platform);
        var import = await Import(people);
        var large = await Costs(platform, people);
        return
        [
            import,
            Measure.RatioAtMost("profile read with 2,740 more skills, beside 12", large.Read, "ms", small.Read, 1.2),
            Measure.RatioAtMost("proposal with 2,740 more skills, beside 12", large.Propose, "ms", small.Propose, 1.2),
        ];
    }

    /// <summary>The ESCO catalogue where it stands beside the checkout, else one of the same number of skills.</summary>
    private static async Task<Measure> Import(People people)
    {
        var real = Repository.Data("esco-ict.json");
        var json = real is null ? SampleCatalogue.Of(1370, "Made up, large") : await File.ReadAllTextAsync(real);
        var requirements = JsonDocument
            .Parse(json)
            .RootElement.GetProperty("domains")
            .EnumerateArray()
            .SelectMany(d => d.GetProperty("groups").EnumerateArray())
            .SelectMany(g => g.GetProperty("skills").EnumerateArray())
            .Sum(s => s.GetProperty("requirements").GetArrayLength());
        var start = TimeProvider.System.GetTimestamp();
        var end = await people.Admin.Import(json);
        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        return end.GetProperty("state").GetString() == "done"
            ? Measure.AtLeast(
                $"import of {(real is null ? "a made-up catalogue" : "esco-ict")}, {Text(requirements)} requirements",
                requirements / seconds,
                "req/s",
                3000
            ) with
            {
                Because =
                    "each skill is published and stored by Proposals and Notifications while the next are imported: on two "
                    + "cores they, the broker and their databases have half of the time",
            }
            : throw new InvalidOperationException($"import: {end}");
    }

    /// <summary>Milliseconds of one profile read and of one proposal, as one client sees them.</summary>
    private static async Task<(double Read, double Propose)> Costs(Platform platform, People people)
    {
        var script = await Script(people, "skill-10");
        await Idle(platform);
        var read = new List<double>();
        var propose = new List<double>();
        // One client alone: what else happens on the machine shows more than elsewhere, so more rounds.
        for (var round = 0; round <= Rounds + 2; round++)
        {
            read.Add(1000 / await Floors.Wrk(new Uri(platform["Catalog"], "/api/catalog/skills/skill-10"), 1, 3));
            propose.Add(1000 / await Floors.Wrk(new Uri(platform["Proposals"], "/api/proposals"), 1, 3, script));
            await Idle(platform);
        }
        return (Measure.Median(read.Skip(1)), Measure.Median(propose.Skip(1)));
    }

    /// <summary>One merge that ten thousand watchers are told of.</summary>
    public static async Task<Measure[]> FanOut(Platform platform, People people, SmtpSink smtp)
    {
        await Idle(platform);
        return await Benchmarks.FanOut.Run(
            platform,
            people,
            smtp,
            async mark =>
            {
                var requirement = (await Requirements(people, "skill-12"))[0];
                var (status, body, _) = await people.Contributor.Post(
                    "/api/proposals",
                    Proposal("skill-12", requirement, mark)
                );
                if (status != 201)
                    throw new InvalidOperationException($"propose: {status} {body}");
                var review = await people.Reviewer.Post(
                    $"/api/proposals/{body.GetProperty("id").GetString()}/reviews",
                    new { revision = 1, verdict = "approve" }
                );
                if (review.Status is < 200 or >= 300)
                    throw new InvalidOperationException($"review: {review.Status} {review.Body}");
            }
        );
    }

    /// <summary>What it costs to keep the order of acceptance, in the rate of a backlog.</summary>
    public static async Task<Measure[]> Order(Platform platform, People people)
    {
        await Idle(platform);
        return await Benchmarks.Order.Run(platform, people, () => Idle(platform));
    }

    /// <summary>What readers see while others write as fast as they can.</summary>
    public static async Task<Measure[]> Flood(Platform platform, People people, SmtpSink smtp)
    {
        await Idle(platform);
        var requirement = (await Requirements(people, "skill-2"))[0];
        return await Benchmarks.Flood.Run(
            platform,
            people,
            smtp,
            parts => new
            {
                skill = "skill-2",
                rationale = "Flooded.",
                // One after the other of the same requirement: each within its bounds.
                changes = Enumerable
                    .Range(0, parts)
                    .Select(n => new
                    {
                        op = "rewordRequirement",
                        role = requirement.GetProperty("role").GetString(),
                        level = requirement.GetProperty("level").GetString(),
                        was = n == 0 ? requirement.GetProperty("description").GetString() : Long(n - 1),
                        description = Long(n),
                    }),
            }
        );

        static string Long(int n) => $"{Text(n)} {new string((char)('a' + (n % 26)), 9_000)}";
    }

    internal static async Task<JsonElement[]> Requirements(People people, string skill) =>
        [.. (await people.Admin.Get($"/api/catalog/skills/{skill}")).GetProperty("requirements").EnumerateArray()];

    internal static object Proposal(string skill, JsonElement requirement, string mark) =>
        new
        {
            skill,
            rationale = mark,
            changes = new[]
            {
                new
                {
                    op = "rewordRequirement",
                    role = requirement.GetProperty("role").GetString(),
                    level = requirement.GetProperty("level").GetString(),
                    was = requirement.GetProperty("description").GetString(),
                    description = mark,
                },
            },
        };

    private static async Task<string> Script(People people, string skill)
    {
        var path = Path.GetTempFileName();
        var body = JsonSerializer.Serialize(Proposal(skill, (await Requirements(people, skill))[0], "Measured."));
        await File.WriteAllTextAsync(
            path,
            $"""
            wrk.method = "POST"
            wrk.headers["Content-Type"] = "application/json"
            wrk.headers["Authorization"] = "Bearer {await people.Contributor.Token()}"
            wrk.body = [==[{body}]==]
            """
        );
        return path;
    }

    /// <summary>Waits until everything is published and consumed, so that one measure's tail is not in the next.</summary>
    private static async Task Idle(Platform platform)
    {
        foreach (var database in new[] { "catalog", "proposals" })
            await Eventually.Holds(() => platform.RelayIsDone(database), TimeSpan.FromMinutes(2));
        await Eventually.Holds(
            async () => (await ((IRabbit)platform.Rabbit).Queues()).Values.All(n => n == 0),
            TimeSpan.FromMinutes(2)
        );
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
