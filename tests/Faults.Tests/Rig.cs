using Npgsql;
using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

/// <summary>One platform for those who kill what the others need, one after the other.</summary>
[CollectionDefinition("faults")]
public sealed class OnePlatform : ICollectionFixture<Rig>;

/// <summary>The platform as processes on servers of its own, a catalogue with a thousand cells, everyone signed in.</summary>
public sealed class Rig : IAsyncLifetime
{
    public SmtpSink Smtp { get; } = new();

    public Platform Platform { get; private set; } = null!;
    public Api Admin { get; private set; } = null!;
    public Api Contributor { get; private set; } = null!;
    public Api Reviewer { get; private set; } = null!;
    public Api Reader { get; private set; } = null!;

    // Twenty requirements each.
    private static readonly int Skills = Math.Max(60, Math.Max(Soak.Proposals, PastOneMachine.Proposals) / 20 + 1);
    private readonly Queue<(string Skill, string Role, string Level, string Text)> _cells = [];

    /// <summary>Small disks under the servers, so that they can be filled; null where there are none.</summary>
    public string? Disk { get; private set; }

    /// <summary>The release before; null unless asked for, or where the clone does not have it.</summary>
    public Build? Before { get; private set; }

    public async ValueTask InitializeAsync()
    {
        await Smtp.Start();
        if (Upgrade.IsAsked || Soak.IsAsked)
            Before = await Build.Of(Release.Before);
        if (Soak.IsAsked && Environment.IsPrivilegedProcess)
            Disk = await SmallDisks();
        // Synced: what was acknowledged must survive the crash of the database.
        Platform = new Platform(("127.0.0.1", Smtp.Port), durable: true, Disk, PastOneMachine.IsAsked);
        if (Soak.IsAsked)
            Platform.Rig();
        if (Upgrade.IsAsked && Before is not null)
        {
            Platform.Build = Before;
            Platform.Balance();
        }
        await Platform.Start();
        Admin = await SignedIn("admin");
        Contributor = await SignedIn("contributor");
        Reviewer = await SignedIn("reviewer");
        Reader = await SignedIn("reader");
        await Admin.Import(SampleCatalogue.Of(Skills));
        for (var skill = 1; skill <= Skills; skill++)
        {
            var profile = await Admin.Get($"/api/catalog/skills/skill-{skill}");
            foreach (var r in profile.GetProperty("requirements").EnumerateArray())
                _cells.Enqueue(
                    (
                        $"skill-{skill}",
                        r.GetProperty("role").GetString()!,
                        r.GetProperty("level").GetString()!,
                        r.GetProperty("description").GetString()!
                    )
                );
        }
        await Eventually.Holds(async () =>
            (await Reader.Send(HttpMethod.Put, "/api/notifications/watches/catalogue/all")).Status is >= 200 and < 300
        );
    }

    /// <summary>Requirements that nobody else rewords.</summary>
    public IReadOnlyList<(string Skill, string Role, string Level, string Text)> Cells(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => _cells.Dequeue())];

    /// <summary>
    /// Some events' transactions commit later than the three seconds after which a relay that goes by the clock would pass
    /// them over, while later ones commit before them.
    /// </summary>
    public async Task SlowSomeCommits(string database)
    {
        await using var source = NpgsqlDataSource.Create(Platform.Database(database));
        await using var command = source.CreateCommand(
            """
            create or replace function hold_back() returns trigger language plpgsql as $$
              begin perform pg_sleep(5); return null; end $$;
            create or replace trigger hold_back after insert on mt_events
              for each row when (new.seq_id % 400 = 0) execute function hold_back();
            """
        );
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string> SmallDisks()
    {
        var disk = Local.NewFolder("disk");
        // Whoever runs the servers enters it.
        await Local.Run("chmod", ["755", disk]);
        foreach (var server in new[] { "postgres", "rabbitmq" })
        {
            var folder = Directory.CreateDirectory(Path.Combine(disk, server)).FullName;
            await Local.Run("mount", ["-t", "tmpfs", "-o", "size=3000m", "tmpfs", folder]);
        }
        return disk;
    }

    private async Task<Api> SignedIn(string name)
    {
        var api = await Api.SignedIn(Platform.Web, Platform.Authority, $"{name}@example.org");
        // As a proxy asks: whoever is taken out of its balancer is asked no more.
        api.Http.DefaultRequestHeaders.ConnectionClose = Upgrade.IsAsked;
        return api;
    }

    public async ValueTask DisposeAsync()
    {
        await Platform.DisposeAsync();
        await Smtp.DisposeAsync();
        if (Disk is null)
            return;
        foreach (var server in Directory.GetDirectories(Disk))
            await Local.Run("umount", [server]);
        Directory.Delete(Disk, recursive: true);
    }
}
