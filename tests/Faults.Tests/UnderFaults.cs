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
        Platform = new Platform(("127.0.0.1", Smtp.Port));
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

    private async Task<Api> SignedIn(string name) =>
        new(Platform.Web, (await SignIn.As(Platform.Authority, $"{name}@example.org")).AccessToken);

    public async ValueTask DisposeAsync()
    {
        await Platform.DisposeAsync();
        await Smtp.DisposeAsync();
    }
}

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

    [Fact(Skip = "Not seen to hold yet: see README, what is not there yet.")]
    public async Task Nothing_is_lost_and_nothing_happens_twice()
    {
        await Platform.Ready();
        await SlowSomeCommits("proposals");
        await SlowSomeCommits("catalog");
        await using var multiplier = await Multiplier.Start(Platform.Rabbit);
        var poison = await Poison();
        var load = new Load(rig.Contributor, rig.Reviewer, rig.Cells);
        using var stop = new CancellationTokenSource();
        var running = load.Run(perSecond: 5, stop.Token);

        var random = new Random(20261122);
        for (var round = 0; round < 10; round++)
            foreach (var service in Testing.Platform.Services.OrderBy(_ => random.Next()).ToArray())
            {
                Platform.Kill(service);
                // A beat, so that the kills fall into work and not into the start before.
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(800, 1800)));
            }
        await Platform.Rabbit.Kill();
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
        await Drained(sent.Length, poison);

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

        await Platform.DisposeServices();
        await Invariants.ProjectionsEqualTheirRebuild(
            Platform.Database("catalog"),
            catalog::SkillPlatform.Catalog.Store.Configure
        );
        await Invariants.ProjectionsEqualTheirRebuild(
            Platform.Database("proposals"),
            proposals::SkillPlatform.Proposals.Store.Configure
        );
    }

    /// <summary>Every 25th event's transaction commits late, while later ones commit before it.</summary>
    private async Task SlowSomeCommits(string database)
    {
        await using var source = NpgsqlDataSource.Create(Platform.Database(database));
        await using var command = source.CreateCommand(
            """
            create or replace function hold_back() returns trigger language plpgsql as $$
              begin perform pg_sleep(1.2); return null; end $$;
            create trigger hold_back after insert on mt_events for each row when (new.seq_id % 25 = 0) execute function hold_back();
            """
        );
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A message that is not JSON, one that lacks its content, and one of a type nobody knows; gives the queues they must end in.</summary>
    private async Task<string[]> Poison()
    {
        await using var connection = await new ConnectionFactory
        {
            Uri = Platform.Rabbit.Address,
        }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        const string endpoint = "catalog-when-proposal-accepted";
        var properties = new BasicProperties { ContentType = "application/vnd.masstransit+json" };
        await channel.BasicPublishAsync(endpoint, "", true, properties, Encoding.UTF8.GetBytes("{ this is no JSON"));
        await channel.BasicPublishAsync(
            endpoint,
            "",
            true,
            properties,
            Encoding.UTF8.GetBytes(
                $$$"""{"messageId":"{{{Guid.NewGuid()}}}","messageType":["urn:message:SkillPlatform.Contracts:SomethingOfTomorrow"],"message":{"v":9}}"""
            )
        );
        return [$"{endpoint}_error", $"{endpoint}_skipped"];
    }

    private async Task Drained(int sent, string[] poison)
    {
        await Eventually.Holds(
            async () =>
            {
                var queues = await ((IRabbit)Platform.Rabbit).Queues();
                return queues.All(q => poison.Contains(q.Key) ? q.Value == 1 : q.Value == 0)
                    && await Platform.RelayIsDone("catalog")
                    && await Platform.RelayIsDone("proposals")
                    && (await All(rig.Admin, $"/api/proposals?author={rig.Contributor.Id}&state=merged")).Count >= sent
                    && (await All(rig.Admin, "/api/notifications/deliveries?state=pending")).Count == 0;
            },
            TimeSpan.FromMinutes(2)
        );
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
