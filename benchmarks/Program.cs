using System.Diagnostics;
using System.Globalization;
using SkillPlatform.Benchmarks;
using SkillPlatform.Testing;

if (args is ["serve", var bytes])
{
    await Floors.Serve(int.Parse(bytes, CultureInfo.InvariantCulture));
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
    Say("idle memory");
    Add(await Measures.IdleMemory(platform));
    Say("approve to mail");
    Add(await Measures.ApproveToMail(platform, people, smtp));
    Say("profile, hot");
    Add(await Measures.Profile(platform));
    Say("skill page, hot");
    Add(await Measures.Page(platform));
    Say("cost of one read and one proposal");
    var (read, propose) = await Measures.Costs(platform, people);
    Say("import");
    Add(await Measures.Import(people));
    Say("the same costs with the large catalogue");
    Add(await Measures.Growth(platform, people, read, propose));
    Say("proposals");
    Add(await Measures.Proposals(platform, people));
}

if (args is ["--json", var file])
    await File.WriteAllTextAsync(file, Measure.Json(measures));
Say(
    measures.Exists(m => m.Ok == false)
        ? $"not met: {string.Join("; ", measures.Where(m => m.Ok == false).Select(m => m.Name))}"
        : "every goal is met"
);
return 0;

void Say(string what) =>
    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{since.Elapsed:mm\\:ss}] {what}"));

void Add(params IEnumerable<Measure> measured)
{
    foreach (var measure in measured)
    {
        measures.Add(measure);
        Console.WriteLine(measure);
    }
}
