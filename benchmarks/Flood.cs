using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Benchmarks;

/// <summary>
/// Eight clients that write as fast as they can, for a minute each way, and what readers see of it meanwhile and a watcher is
/// written. Before, what nobody signed in can fill memory with.
/// </summary>
public static class Flood
{
    private const int Clients = 8;
    private static readonly TimeSpan Lasting = TimeSpan.FromMinutes(1);
    private static readonly string[] Pages = ["/en/skills/skill-1", "/en/proposals", "/en"];

    /// <param name="platform">Running, idle.</param>
    /// <param name="people">Signed in.</param>
    /// <param name="smtp">Where mails go.</param>
    /// <param name="proposal">A proposal of so many texts of nine thousand characters each.</param>
    public static async Task<Measure[]> Run(Platform platform, People people, SmtpSink smtp, Func<int, object> proposal)
    {
        List<Measure> measures = [await Unread(platform)];
        // As they are in Production; in Development there are none.
        var set = await people.Admin.Send(
            HttpMethod.Put,
            "/api/proposals/quotas",
            new
            {
                proposals = new { hour = 30, day = 100 },
                revisions = new { hour = 60, day = 200 },
                comments = new { hour = 60, day = 300 },
                reviews = new { hour = 100, day = 500 },
                characters = new { hour = 500_000, day = 2_000_000 },
                openProposals = 50,
                revisionsOfOne = 100,
                reviewersTimes = 5,
            }
        );
        if (set.Status != 204)
            throw new InvalidOperationException($"quotas: {set.Status} {set.Body}");
        var begun = await people.Contributor.Post("/api/proposals", proposal(1));
        // Made once: what it costs to send is not what is measured.
        var bodies = new[] { 10, 28 }.ToDictionary(parts => parts, parts => JsonSerializer.Serialize(proposal(parts)));
        var id = begun.Body.GetProperty("id").GetString();
        var small = JsonSerializer.Serialize(proposal(1)).Split(new string('a', 9_000));
        // Who takes part watches, and can be named.
        var said = await people.Reader.Post($"/api/proposals/{id}/comments", new { text = "I am listening." });
        if (said.Status != 201)
            throw new InvalidOperationException($"comment: {said.Status} {said.Body}");
        await Task.Delay(TimeSpan.FromSeconds(2));
        using var reader = new HttpClient { BaseAddress = platform.Web };
        // The first round warms everything up.
        await Reads(reader, 500);
        var quiet = await Reads(reader, 1_000);
        foreach (
            var (name, write) in new (string, Func<int, Task<int>>)[]
            {
                ("half a megabyte each", n => Propose(n, parts: 28)),
                // Before that which leaves nothing of what one may write in an hour.
                ("small revisions", n => Revise(string.Join($"{n}", small))),
                (
                    "comments",
                    async n =>
                        (
                            await people.Contributor.Post(
                                $"/api/proposals/{id}/comments",
                                new { text = $"@Reader, again {n}." }
                            )
                        ).Status
                ),
                ("as much as is allowed", n => Propose(n, parts: 10)),
            }
        )
        {
            var before = Mails();
            var statuses = new ConcurrentDictionary<int, int>();
            using var over = new CancellationTokenSource(Lasting);
            var floods = Enumerable
                .Range(0, Clients)
                .Select(client =>
                    Task.Run(async () =>
                    {
                        for (var n = client; !over.IsCancellationRequested; n += Clients)
                            statuses.AddOrUpdate(await write(n), 1, (_, times) => times + 1);
                    })
                )
                .ToArray();
            var most = new Dictionary<string, long>(StringComparer.Ordinal);
            var meanwhile = await Reads(
                reader,
                1_000,
                () => over.IsCancellationRequested,
                () =>
                {
                    foreach (var service in Platform.Services)
                        most[service] = Math.Max(most.GetValueOrDefault(service), platform.Memory(service));
                }
            );
            await Task.WhenAll(floods);
            Console.Error.WriteLine(
                $"{name}: "
                    + string.Join(", ", statuses.OrderBy(s => s.Key).Select(s => $"{s.Value} times {s.Key}"))
                    + "; "
                    + string.Join(", ", most.Select(m => $"{m.Key} {m.Value / 1_000_000} MB"))
            );
            measures.Add(
                Measure.RatioAtMost(
                    $"anonymous pages p99 in a flood of {name}, beside quiet",
                    meanwhile,
                    "ms",
                    quiet,
                    2
                ) with
                {
                    Because = "the eight clients that flood have both cores of the machine as well",
                }
            );
            measures.Add(
                Measure.AtMost(
                    $"memory of the largest process in a flood of {name}",
                    most.Values.Max() / 1e6,
                    "MB",
                    400
                )
            );
            measures.Add(Measure.AtMost($"mails to one watcher in a flood of {name}", Mails() - before, "", 10));
            measures.Add(
                Measure.AtMost(
                    $"answers of 5xx in a flood of {name}",
                    statuses.Where(s => s.Key >= 500).Sum(s => s.Value),
                    "",
                    0
                )
            );
        }
        return [.. measures];

        int Mails() =>
            smtp.Received.Count(mail => mail.To.Contains("reader@example.org", StringComparer.OrdinalIgnoreCase));

        async Task<int> Propose(int n, int parts)
        {
            if (n % 2 == 1)
                return await Revise(bodies[parts]);
            using var body = Json(bodies[parts]);
            return (await people.Contributor.Post("/api/proposals", body)).Status;
        }

        async Task<int> Revise(string with)
        {
            using var body = Json(with);
            return (
                await people.Contributor.Send(HttpMethod.Put, $"/api/proposals/{id}", body, ("If-Match", "*"))
            ).Status;
        }

        static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
    }

    // 120 times four megabytes for who is not signed in.
    private static async Task<Measure> Unread(Platform platform)
    {
        using var client = new HttpClient { BaseAddress = new Uri(platform.Authority) };
        var most = 0L;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 120),
            new ParallelOptions { MaxDegreeOfParallelism = Clients },
            async (n, ct) =>
            {
                using var form = new StringContent(
                    "email=" + new string('x', 4 << 20),
                    Encoding.ASCII,
                    "application/x-www-form-urlencoded"
                );
                try
                {
                    using var answer = await client.PostAsync(n % 2 == 0 ? "/sign-in" : "/connect/token", form, ct);
                }
                catch (HttpRequestException)
                {
                    // Cut off while it was still sending.
                }
                most = Math.Max(most, platform.Memory("Identity"));
            }
        );
        return Measure.AtMost("memory of Identity in 120 posts of 4 MB by nobody", most / 1e6, "MB", 400);
    }

    // Fifty a second: the hundredth part that took longest.
    private static async Task<double> Reads(
        HttpClient client,
        int atLeast,
        Func<bool>? isOver = null,
        Action? each = null
    )
    {
        var took = new List<double>();
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (took.Count < atLeast || isOver?.Invoke() == false)
        {
            await beat.WaitForNextTickAsync();
            var start = TimeProvider.System.GetTimestamp();
            await client.GetByteArrayAsync(Pages[took.Count % Pages.Length]);
            took.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            if (took.Count % 25 == 0)
                each?.Invoke();
        }
        return Measure.Percentile(took, 0.99);
    }
}
