using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using SkillPlatform.Testing;

namespace SkillPlatform.Benchmarks;

/// <summary>Search, lists, pages and their sizes in a catalogue of a real framework's size, or of ten times that.</summary>
public static class Size
{
    private const int Clients = 8;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(4);

    private static readonly (string Kind, string Typed, string Floor)[] Searches =
    [
        ("exact", "calibrate kelvonix nurseries", "'calibrate' & 'kelvonix' & 'nurseries'"),
        ("two words", "optical sensors", "'optical' & 'sensors'"),
        ("typo", "calibrte kelvonix", "'calibrate' & 'kelvonix'"),
        ("no hit", "qwzzkxv", "'qwzzkxv'"),
        ("Japanese", "契約書の管理", "'契約' & '約書' & '書の' & 'の管' & '管理'"),
    ];

    private static readonly string[] Lists =
    [
        "/skills",
        "/domains",
        "/roles",
        "/changes",
        "/roles/acoustic-accounts-adviser",
        "/skills/facets/roles",
    ];

    private static readonly string[] Pages =
    [
        "/en/",
        "/en/?q=optical+sensors",
        "/en/roles",
        "/en/roles/acoustic-accounts-adviser",
        "/en/changes",
        "/en/by/roles",
    ];

    public static async Task<IEnumerable<Measure>> Run(Platform platform, People people, int times)
    {
        var measures = new List<Measure>();
        string[] documents = [.. MadeUpCatalogue.Documents(times)];
        var (seconds, rows) = (await Import(people, documents), await Count(platform, "requirement_versions"));
        if (times == 1)
            measures.Add(
                Measure.AtMost("import of all of it again, unchanged", await Import(people, documents), "s", 10) with
                {
                    Because = "each skill is folded from its events to see that nothing of it changes",
                }
            );
        await Eventually.Holds(() => platform.RelayIsDone("catalog"), TimeSpan.FromMinutes(10));
        await Eventually.Holds(
            async () => (await ((IRabbit)platform.Rabbit).Queues()).Values.All(n => n == 0),
            TimeSpan.FromMinutes(20)
        );
        await using var source = NpgsqlDataSource.Create(
            platform.Database("catalog") + ";Max Auto Prepare=10;Auto Prepare Min Usages=2"
        );
        await using (var analyze = source.CreateCommand("vacuum analyze"))
            await analyze.ExecuteNonQueryAsync();
        using var catalog = new HttpClient { BaseAddress = platform["Catalog"], Timeout = TimeSpan.FromMinutes(5) };
        var (copyIn, copyOut) = await Copied(source);
        measures.Add(
            Measure.AtLeast(
                Text($"import of {rows} made-up requirements in {documents.Length} parts"),
                rows / seconds,
                "req/s",
                10_000
            ) with
            {
                Floor = rows / copyIn,
                Ratio = copyIn / seconds,
                Because =
                    "of its half a millisecond of processor time a requirement, what the others keep of each skill meanwhile takes half",
            }
        );
        foreach (var format in (string[])["json", "csv", $"json&asOf={DateTimeOffset.UtcNow:yyyy-MM-dd'T'HH:mm:ss'Z'}"])
            measures.Add(
                Measure.RatioAtLeast(
                    $"export, {format.Split('=')[0]}, beside COPY to stdout",
                    rows / await Exported(catalog, format),
                    "req/s",
                    rows / copyOut,
                    0.3
                )
            );
        var (p50, p99, list) = times == 1 ? (10, 30, 10) : (25, 80, 20);
        foreach (var (kind, typed, floor) in Searches)
        {
            var path = $"/api/catalog/skills?q={Uri.EscapeDataString(typed)}";
            var ours = await Load(() => catalog.GetByteArrayAsync(path));
            var bare = await Load(() => Bare(source, floor));
            measures.Add(
                Measure.AtMost(Text($"search, {kind}, p50 of {Clients} clients"), Measure.Median(ours), "ms", p50) with
                {
                    Floor = Measure.Median(bare),
                    Ratio = Measure.Median(ours) / Measure.Median(bare),
                }
            );
            measures.Add(
                Measure.AtMost(Text($"search, {kind}, p99"), Measure.Percentile(ours, 0.99), "ms", p99) with
                {
                    Floor = Measure.Percentile(bare, 0.99),
                    Ratio = Measure.Percentile(ours, 0.99) / Measure.Percentile(bare, 0.99),
                }
            );
        }
        foreach (var path in Lists)
        {
            var body = await catalog.GetByteArrayAsync($"/api/catalog{path}");
            measures.Add(Measure.AtMost($"GET {path} without a limit", body.Length / 1000.0, "kB", 60));
            measures.Add(
                Measure.AtMost($"GET {path}, one client, p50", await One(catalog, $"/api/catalog{path}"), "ms", list)
            );
        }
        measures.AddRange(await OfPages(platform, list));
        if (times == 1)
        {
            measures.Add(await InOne(platform, people, "application/json", Json));
            measures.Add(await InOne(platform, people, "text/csv", Csv));
        }
        return measures;
    }

    // Ten times as much in one document.
    private static void Json(TextWriter text)
    {
        const string domains = "\"domains\":[";
        foreach (var (n, part) in MadeUpCatalogue.Documents(10).Index())
        {
            var at = part.IndexOf(domains, StringComparison.Ordinal) + domains.Length;
            text.Write(n == 0 ? part.AsSpan(0, at) : ",");
            // Each part has a domain of its own.
            text.Write(Text($"{{\"name\":\"{n} "));
            text.Write(part.AsSpan((at + "{\"name\":\"".Length)..^2));
        }
        text.Write("]}");
    }

    // The same as rows, those of one skill far from each other.
    private static void Csv(TextWriter text)
    {
        text.WriteLine("domain,levels,group,skill,keywords,role,level,mandatory,description");
        foreach (var (n, part) in MadeUpCatalogue.Documents(10).Index())
        {
            using var document = JsonDocument.Parse(part);
            var levels = string.Join('\n', document.RootElement.GetProperty("levels").EnumerateArray());
            foreach (var domain in document.RootElement.GetProperty("domains").EnumerateArray())
                text.WriteLine($"{n} {Cell(domain, "name")},\"{levels}\",,,,,,,");
            for (var turn = 0; turn < 3; turn++)
                foreach (var domain in document.RootElement.GetProperty("domains").EnumerateArray())
                foreach (var g in domain.GetProperty("groups").EnumerateArray())
                foreach (var skill in g.GetProperty("skills").EnumerateArray())
                foreach (var (i, r) in skill.GetProperty("requirements").EnumerateArray().Index())
                    if (i % 3 == turn)
                        text.WriteLine(
                            $"{n} {Cell(domain, "name")},,{Cell(g, "name")},{Cell(skill, "name")},,{Cell(r, "role")},"
                                + $"{Cell(r, "level")},{Cell(r, "mandatory")},{Cell(r, "description")}"
                        );
        }

        static string Cell(JsonElement of, string name) =>
            of.GetProperty(name).ToString() is var value && value.AsSpan().ContainsAny("\",\n")
                ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
                : value;
    }

    // It is only checked: what of it is in memory.
    private static async Task<Measure> InOne(Platform platform, People people, string type, Action<TextWriter> write)
    {
        var path = Path.GetTempFileName();
        try
        {
            await using (var text = new StreamWriter(path))
                write(text);
            await using var file = File.OpenRead(path);
            using var content = new StreamContent(file);
            content.Headers.ContentType = new(type);
            using var web = new HttpClient { BaseAddress = platform["Web"], Timeout = TimeSpan.FromMinutes(10) };
            web.DefaultRequestHeaders.Authorization = new("Bearer", await people.Admin.Token());
            var before = platform.Memory("Catalog");
            var (most, over) = (before, false);
            var sampled = Task.Run(async () =>
            {
                for (; !over; await Task.Delay(100))
                    most = Math.Max(most, platform.Memory("Catalog"));
            });
            using var answer = await web.PostAsync("/api/catalog/imports?dryRun=true", content);
            answer.EnsureSuccessStatusCode();
            await Eventually.Get(
                () => people.Admin.Get(answer.Headers.Location!.ToString()),
                import => import.GetProperty("state").GetString() == "done",
                TimeSpan.FromMinutes(10)
            );
            over = true;
            await sampled;
            return Measure.AtMost(
                Text(
                    $"memory that Catalog grew by while {file.Length >> 20} MB of {type} in one document were checked"
                ),
                (most - before) / 1e6,
                "MB",
                100
            );
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<IEnumerable<Measure>> OfPages(Platform platform, int list)
    {
        var measures = new List<Measure>();
        using var web = new HttpClient { BaseAddress = platform["Web"] };
        web.DefaultRequestHeaders.Add("Accept-Encoding", "br, gzip");
        foreach (var path in Pages)
        {
            var body = await web.GetByteArrayAsync(path);
            measures.Add(Measure.AtMost($"{path}, compressed", body.Length / 1000.0, "kB", 25));
            measures.Add(Measure.AtMost($"{path}, one client, p50", await One(web, path), "ms", list));
        }
        measures.Add(Measure.AtMost("site map: the index", await One(web, "/sitemap.xml"), "ms", 50));
        measures.Add(Measure.AtMost("site map: a part", await One(web, "/sitemap/20"), "ms", 300));
        return measures;
    }

    private static async Task<double> Import(People people, string[] documents)
    {
        var since = Stopwatch.StartNew();
        foreach (var document in documents)
            if ((await people.Admin.Import(document)).GetProperty("state").GetString() != "done")
                throw new InvalidOperationException("A made-up document was not imported.");
        return since.Elapsed.TotalSeconds;
    }

    private static async Task<double> Exported(HttpClient catalog, string format)
    {
        var times = new List<double>();
        for (var n = 0; n < 4; n++)
        {
            var since = Stopwatch.StartNew();
            await using var body = await catalog.GetStreamAsync($"/api/catalog/export?format={format}");
            await body.CopyToAsync(Stream.Null);
            times.Add(since.Elapsed.TotalSeconds);
        }
        // The first one warms everything up.
        return Measure.Median(times.Skip(1));
    }

    // The floors: the same rows out of their table, and into one like it with all of its indexes.
    private static async Task<(double In, double Out)> Copied(NpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        using var rows = new MemoryStream();
        var reading = Stopwatch.StartNew();
        await using (
            var all = await connection.BeginRawBinaryCopyAsync(
                "copy requirement_versions to stdout (format binary)",
                default
            )
        )
            await all.CopyToAsync(rows);
        reading.Stop();
        rows.Position = 0;
        await Do("create table copied (like requirement_versions including all)");
        var writing = Stopwatch.StartNew();
        await using (
            var copied = await connection.BeginRawBinaryCopyAsync("copy copied from stdin (format binary)", default)
        )
            await rows.CopyToAsync(copied);
        writing.Stop();
        await Do("drop table copied");
        return (writing.Elapsed.TotalSeconds, reading.Elapsed.TotalSeconds);

        async Task Do(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static async Task<long> Count(Platform platform, string table)
    {
        await using var source = NpgsqlDataSource.Create(platform.Database("catalog"));
        await using var count = source.CreateCommand($"select count(*) from {table}");
        return (long)(await count.ExecuteScalarAsync())!;
    }

    // The floor: the same words by the same index, and no more than where the skills are.
    private static async Task Bare(NpgsqlDataSource source, string words)
    {
        await using var command = source.CreateCommand(
            "select slug, name from skill_search where words @@ $1::tsquery limit 50"
        );
        command.Parameters.Add(new() { Value = words });
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync()) { }
    }

    private static async Task<double> One(HttpClient client, string path)
    {
        var times = new List<double>();
        for (var n = 0; n < 60; n++)
        {
            var since = Stopwatch.StartNew();
            await client.GetByteArrayAsync(path);
            times.Add(since.Elapsed.TotalMilliseconds);
        }
        // The first ones warm everything up.
        return Measure.Median(times.Skip(20));
    }

    /// <summary>Milliseconds of each, of several clients that ask again as soon as they are answered.</summary>
    private static async Task<List<double>> Load(Func<Task> ask)
    {
        var all = new List<double>();
        var until = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable
                .Range(0, Clients)
                .Select(async _ =>
                {
                    await Task.Yield();
                    while (until.Elapsed < Long)
                    {
                        var since = Stopwatch.StartNew();
                        await ask();
                        // The first second warms everything up.
                        if (until.Elapsed > TimeSpan.FromSeconds(1))
                            lock (all)
                                all.Add(since.Elapsed.TotalMilliseconds);
                    }
                })
        );
        return all;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
