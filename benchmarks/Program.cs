using System.Diagnostics;
using System.Globalization;
using SkillPlatform.Benchmarks;
using SkillPlatform.Testing;

if (args is ["serve", var bytes])
{
    await Floors.Serve(int.Parse(bytes, CultureInfo.InvariantCulture));
    return 0;
}

if (args is ["documents", var folder, ..])
{
    // To look at, or to import by hand: documents FOLDER [TIMES].
    Directory.CreateDirectory(folder);
    var times = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1;
    foreach (var (number, document) in MadeUpCatalogue.Documents(times).Index())
        await File.WriteAllTextAsync(Path.Combine(folder, $"{number:D3}.json"), document);
    return 0;
}

var since = Stopwatch.StartNew();
var measures = new List<Measure>();
await using var smtp = new SmtpSink();
await smtp.Start();
Say("starting the platform with twelve skills");
await using (var platform = new Platform(("127.0.0.1", smtp.Port), durable: true))
{
    await platform.Start();
    using var people = await People.SignIn(platform);
    await people.Admin.Import(SampleCatalogue.Of(12));
    (string Name, Func<Task<IEnumerable<Measure>>> Measure)[] all =
    [
        ("idle memory", async () => [await Measures.IdleMemory(platform)]),
        ("approve to mail", async () => await Measures.ApproveToMail(platform, people, smtp)),
        ("profile, hot", async () => [await Measures.Profile(platform)]),
        ("skill page, hot", async () => [await Measures.Page(platform)]),
        ("import and growth", async () => await Measures.ImportAndGrowth(platform, people)),
        ("proposals", async () => [await Measures.Proposals(platform, people)]),
        ("revocation", async () => await Revocation.Run(platform, people, smtp)),
        ("flood", async () => await Measures.Flood(platform, people, smtp)),
        // From then on there are three replicas of Catalog.
        ("order", async () => await Measures.Order(platform, people)),
        // Last: from then on there are ten thousand to tell of everything.
        ("fan-out", async () => await Measures.FanOut(platform, people, smtp)),
    ];
    // It takes minutes, and leaves a large catalogue: only where it is asked for.
    if (Option("--only") == "size")
        all =
        [
            (
                "size",
                () => Size.Run(platform, people, int.Parse(Option("--times") ?? "1", CultureInfo.InvariantCulture))
            ),
        ];
    foreach (var (name, measure) in all.Where(m => m.Name.Contains(Option("--only") ?? "", StringComparison.Ordinal)))
    {
        Say(name);
        foreach (var measured in await measure())
        {
            measures.Add(measured);
            Console.WriteLine(measured);
        }
    }
}

if (Option("--json") is { } file)
    await File.WriteAllTextAsync(file, Measure.Json(measures));
Say(
    measures.Exists(m => m.Ok == false)
        ? $"not met: {string.Join("; ", measures.Where(m => m.Ok == false).Select(m => m.Name))}"
        : "every goal is met"
);
return 0;

void Say(string what) =>
    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{since.Elapsed:mm\\:ss}] {what}"));

string? Option(string name) => args.SkipWhile(a => a != name).Skip(1).FirstOrDefault();
