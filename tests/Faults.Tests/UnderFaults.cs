extern alias catalog;
extern alias notifications;
extern alias proposals;
using System.Text;
using System.Text.Json;
using Npgsql;
using RabbitMQ.Client;
using SkillPlatform.Testing;

[assembly: AssemblyFixture(typeof(SkillPlatform.Faults.Tests.Rig))]

namespace SkillPlatform.Faults.Tests;

/// <summary>The platform as processes on servers of its own, a catalogue with a thousand cells, everyone signed in.</summary>
public sealed class Rig : IAsyncLifetime
{
    public SmtpSink Smtp { get; } = new();
    public Platform Platform { get; private set; } = null!;
    public Api Admin { get; private set; } = null!;
    public Api Contributor { get; private set; } = null!;
    public Api Reviewer { get; private set; } = null!;
    public Api Reader { get; private set; } = null!;
    public IReadOnlyList<(string Skill, string Role, string Level, string Text)> Cells { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        await Smtp.Start();
        // Synced: what was acknowledged must survive the crash of the database.
        Platform = new Platform(("127.0.0.1", Smtp.Port), durable: true);
        await Platform.Start();
        Admin = await SignedIn("admin");
        Contributor = await SignedIn("contributor");
        Reviewer = await SignedIn("reviewer");
        Reader = await SignedIn("reader");
        await Admin.Import(SampleCatalogue.Of(60));
        var cells = new List<(string, string, string, string)>();
        for (var skill = 1; skill <= 60; skill++)
        {
            var profile = await Admin.Get($"/api/catalog/skills/skill-{skill}");
            foreach (var r in profile.GetProperty("requirements").EnumerateArray())
                cells.Add(
                    (
                        $"skill-{skill}",
                        r.GetProperty("role").GetString()!,
                        r.GetProperty("level").GetString()!,
                        r.GetProperty("description").GetString()!
                    )
                );
        }
        Cells = cells;
        await Eventually.Holds(async () =>
            (await Reader.Send(HttpMethod.Put, "/api/notifications/watches/catalogue/all")).Status is >= 200 and < 300
        );
    }

    private Task<Api> SignedIn(string name) => Api.SignedIn(Platform.Web, Platform.Authority, $"{name}@example.org");

    public async ValueTask DisposeAsync()
    {
        await Platform.DisposeAsync();
        await Smtp.DisposeAsync();
    }
}

// One after the other: each kills what the others need.
[Collection("faults")]
public sealed class UnderFaults(Rig rig)
{
    private Platform Platform => rig.Platform;

    [Fact]
    public async Task Ready_turns_red_within_5_s_of_a_fault_and_green_within_15_s_of_its_end()
    {
        await Platform.Ready();
        foreach (var fault in new[] { "broker", "database" })
        {
            await (fault == "broker" ? Platform.Rabbit.Kill() : Platform.Postgres.Kill());
            await Task.WhenAll(
                Testing.Platform.Services.Select(service =>
                    Eventually.Holds(async () => !await Platform.IsReady(service), TimeSpan.FromSeconds(5))
                )
            );
            await (fault == "broker" ? Platform.Rabbit.Start() : Platform.Postgres.Start());
            await Platform.Ready(TimeSpan.FromSeconds(15));
        }
    }

    [Fact]
    public async Task Nothing_is_lost_and_nothing_happens_twice()
    {
        await Platform.Ready();
        await SlowSomeCommits("proposals");
        await SlowSomeCommits("catalog");
        await using var multiplier = await Multiplier.Start(Platform.Rabbit);
        await Inject();
        var load = new Load(rig.Contributor, rig.Reviewer, rig.Cells);
        using var stop = new CancellationTokenSource();
        var running = load.Run(perSecond: 3, stop.Token);

        var random = new Random(20261122);
        for (var round = 0; round < 10; round++)
            foreach (var service in Testing.Platform.Services.OrderBy(_ => random.Next()).ToArray())
            {
                Platform.Kill(service);
                // A beat, so that the kills fall into work and not into the start before.
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(800, 1800)));
            }
        await Platform.Rabbit.Kill();
        // The bus waits up to half a minute between its own attempts to connect, and heeds no cancellation meanwhile.
        await Task.Delay(TimeSpan.FromSeconds(30));
        await Platform.Rabbit.Start();
        await Platform.Ready();
        await Platform.Postgres.Kill();
        await Platform.Postgres.Start();
        await Platform.Ready();
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromMinutes(3));

        var sent = load.History.ToArray();
        TestContext.Current.SendDiagnosticMessage($"{sent.Length} proposals under faults");
        await Drained(sent.Length);
        await PoisonIsSetAside();

        // I1 and I2: every proposal acknowledged is there once, and merged once.
        var all = await All(rig.Admin, $"/api/proposals?author={rig.Contributor.Id}");
        foreach (var s in sent)
        {
            var found = Assert.Single(all, p => p.GetProperty("rationale").GetString() == s.Rationale);
            Assert.Equal(s.Id, found.GetProperty("id").GetString());
            Assert.Equal("merged", found.GetProperty("state").GetString());
        }
        foreach (var name in new[] { "catalog", "proposals", "notifications", "identity" })
            await Invariants.StreamsAreContiguous(Platform.Database(name));

        // I3 and I6: the catalogue says what was asked for, once, with author, reviewer and reason.
        foreach (var s in sent)
        {
            var history = (
                await rig.Admin.Get($"/api/catalog/skills/{s.Skill}/requirements/{s.Role}/{s.Level}/history")
            ).GetProperty("items");
            var entry = Assert.Single(
                history.EnumerateArray(),
                h => h.GetProperty("kind").GetString() == "requirementReworded"
            );
            Assert.Equal(s.Id, entry.GetProperty("proposal").GetString());
            Assert.Equal(s.Rationale, entry.GetProperty("reason").GetString());
            Assert.Equal(rig.Contributor.Id, entry.GetProperty("author").GetProperty("id").GetString());
            Assert.Equal(rig.Reviewer.Id, entry.GetProperty("reviewer").GetProperty("id").GetString());
        }

        // I5: one notification and one mail for each watcher and change; a mail that came twice has the same Message-ID.
        var inbox = await All(rig.Reader, "/api/notifications/inbox");
        var mails = rig
            .Smtp.Received.Where(m => m.To.Contains("reader@example.org"))
            .GroupBy(m => m.Message.MessageId, StringComparer.Ordinal)
            .Select(m => m.First().Message.TextBody)
            .ToArray();
        foreach (var s in sent)
        {
            Assert.Single(
                inbox,
                n => n.TryGetProperty("proposal", out var p) && p.ToString().Contains(s.Id!, StringComparison.Ordinal)
            );
            Assert.Single(mails, text => text!.Contains(s.Description, StringComparison.Ordinal));
        }

        await Platform.StopServices();
        await Invariants.ProjectionsEqualTheirRebuild(
            Platform.Database("catalog"),
            catalog::SkillPlatform.Catalog.Store.Configure
        );
        await Invariants.ProjectionsEqualTheirRebuild(
            Platform.Database("proposals"),
            proposals::SkillPlatform.Proposals.Store.Configure
        );
        await Platform.StartServices();
    }

    /// <summary>
    /// Some events' transactions commit later than the three seconds after which a relay that goes by the clock would pass
    /// them over, while later ones commit before them.
    /// </summary>
    private async Task SlowSomeCommits(string database)
    {
        await using var source = NpgsqlDataSource.Create(Platform.Database(database));
        await using var command = source.CreateCommand(
            """
            create or replace function hold_back() returns trigger language plpgsql as $$
              begin perform pg_sleep(5); return null; end $$;
            create trigger hold_back after insert on mt_events for each row when (new.seq_id % 400 = 0) execute function hold_back();
            """
        );
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>By the queue it must end in: a message that is not JSON, and one of a type nobody knows.</summary>
    private static readonly Dictionary<string, string> Poison = new(StringComparer.Ordinal)
    {
        [$"{Poisoned}_error"] = "{ this is no JSON",
        [$"{Poisoned}_skipped"] = """
            {"messageId":"01890000-0000-7000-8000-000000000009","messageType":["urn:message:SkillPlatform.Contracts:SomethingOfTomorrow"],"message":{"v":9}}
            """,
    };

    private const string Poisoned = "catalog-when-proposal-accepted-in-turn";

    private async Task Inject()
    {
        var factory = new ConnectionFactory { Uri = Platform.Rabbit.Address };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var properties = new BasicProperties { ContentType = "application/vnd.masstransit+json", Persistent = true };
        foreach (var body in Poison.Values)
            await channel.BasicPublishAsync(Poisoned, "", true, properties, Encoding.UTF8.GetBytes(body));
    }

    /// <summary>I7: what was set aside is the poison and nothing else. Twice, where a process died between setting aside and saying so.</summary>
    private async Task PoisonIsSetAside()
    {
        var factory = new ConnectionFactory { Uri = Platform.Rabbit.Address };
        await using var connection = await factory.CreateConnectionAsync();
        foreach (var (queue, body) in Poison)
        {
            var held = new List<string>();
            // Closed, it gives back what was only looked at.
            await using (var channel = await connection.CreateChannelAsync())
                while (await channel.BasicGetAsync(queue, autoAck: false) is { } message)
                    held.Add(Encoding.UTF8.GetString(message.Body.Span));
            Assert.Equal(body, Assert.Single(held.Distinct(StringComparer.Ordinal)));

            // The operator's commands: it is listed, put back, and comes to lie there again.
            await Eventually.Holds(async () =>
                (await Platform.Run("Catalog", "errors", "list")).Output.Contains(queue, StringComparison.Ordinal)
            );
            var (code, output) = await Platform.Run("Catalog", "errors", "replay", queue);
            Assert.Equal((0, $"{queue}\t{held.Count} put back\n"), (code, output));
            await Eventually.Holds(async () =>
                (await ((IRabbit)Platform.Rabbit).Queues()).GetValueOrDefault(queue) == held.Count
            );
        }
    }

    // Acceptances are applied one after the other, each five times here, and each commit that is held back holds up all.
    private Task<string> Drained(int sent) =>
        Eventually.Get(() => Left(sent), left => left == "", TimeSpan.FromMinutes(5));

    /// <summary>What still has to happen, in words; empty when all of it has.</summary>
    private async Task<string> Left(int sent)
    {
        var left = new List<string>();
        foreach (var (queue, messages) in await ((IRabbit)Platform.Rabbit).Queues())
            if (Poison.ContainsKey(queue) ? messages == 0 : messages > 0)
                left.Add($"{queue} holds {messages}");
        foreach (var service in new[] { "catalog", "proposals" })
            if (!await Platform.RelayIsDone(service))
                left.Add($"relay of {service}");
        var merged = await All(rig.Admin, $"/api/proposals?author={rig.Contributor.Id}&state=merged");
        if (merged.Count < sent)
            left.Add($"{merged.Count} of {sent} merged");
        var mails = await All(rig.Admin, "/api/notifications/deliveries?state=pending");
        if (mails.Count > 0)
            left.Add($"{mails.Count} mails wait");
        return string.Join(", ", left);
    }

    private static async Task<List<JsonElement>> All(Api api, string path)
    {
        var items = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = await api.Get(
                $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=200{(cursor is null ? "" : $"&cursor={cursor}")}"
            );
            items.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        } while (cursor is not null);
        return items;
    }
}
