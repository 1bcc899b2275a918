using System.Diagnostics;
using System.Globalization;
using Npgsql;
using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

/// <summary>
/// A backup while people are at work and consumers are behind; then more work; then everything is lost, and the backup is all
/// there is. Whatever was acknowledged before it began is there and comes to its end, once.
/// </summary>
[Collection("faults")]
public sealed class BackupAndRestore(Rig rig)
{
    private Platform Platform => rig.Platform;

    [Fact]
    public async Task What_was_acknowledged_before_a_backup_survives_the_loss_of_every_server_and_takes_effect_once()
    {
        await Platform.Ready();
        var aftermath = new Aftermath(rig);
        var load = new Load(rig.Contributor, rig.Reviewer, rig.Cells(250), "backup");
        using var stop = new CancellationTokenSource();
        var running = load.Run(perSecond: 5, stop.Token);
        await Eventually.Holds(() => Task.FromResult(load.History.Count > 30));
        var mailed = await Mailed(aftermath);

        // Behind: the broker has what they have not taken, and nothing else has it.
        var folder = Local.NewFolder("backup");
        string[] behind = ["Notifications", "Catalog"];
        foreach (var service in behind)
            await Platform.Signal(service, "STOP");
        await Eventually.Holds(async () => (await Platform.Rabbit.Queues()).Values.Sum() > 10);
        var began = DateTime.UtcNow;
        var took = Stopwatch.StartNew();
        var said = await Script("backup", $"{folder}/it");
        TestContext.Current.SendDiagnosticMessage($"backup: {took.Elapsed.TotalSeconds:0.0} s; {said.TrimEnd()}");
        foreach (var service in behind)
            await Platform.Signal(service, "CONT");
        await Eventually.Holds(
            () => Task.FromResult(load.History.Count(s => s.ApprovedAt != DateTime.MaxValue) > 90),
            TimeSpan.FromMinutes(1)
        );
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromMinutes(1));

        await Platform.StopServices();
        await Platform.Postgres.Lose();
        await Platform.Rabbit.Lose();
        took.Restart();
        await Script("restore", $"{folder}/it", Platform.Postgres.Data);
        var restored = took.Elapsed;
        await Task.WhenAll(Platform.Postgres.Start(), Platform.Rabbit.Start());
        await Platform.StartServices();
        await Script("republish", began.AddDays(-7).ToString("O", CultureInfo.InvariantCulture));
        TestContext.Current.SendDiagnosticMessage(
            $"restore: {restored.TotalSeconds:0.0} s, ready after {took.Elapsed.TotalSeconds:0.0} s"
        );

        var sent = load.History.ToArray();
        Sent[] proposed = [.. sent.Where(s => s.ProposedAt < began)];
        Sent[] approved = [.. sent.Where(s => s.ApprovedAt < began)];
        Assert.True(approved.Length > 20, $"{approved.Length} of {sent.Length} were approved before the backup.");
        await aftermath.Drained(approved);
        await aftermath.CommandsTookEffectOnce(approved);
        await aftermath.TheCatalogueRemembers(approved);
        await aftermath.WatchersWereTold(approved, await aftermath.AppliedSince(approved, began));
        var there = (await Aftermath.All(rig.Admin, $"/api/proposals?author={rig.Contributor.Id}"))
            .Select(p => p.GetProperty("id").GetString())
            .ToHashSet(StringComparer.Ordinal);
        Assert.All(proposed, s => Assert.Contains(s.Id, there));
        var lost = sent.Count(s => !there.Contains(s.Id));
        Assert.True(lost > 0, "Nothing was done after the backup, so nothing was restored.");

        // What was mailed and recorded before is not mailed again; what was mailed after it is, as the same mail.
        var after = aftermath.Mails();
        Assert.All(after.Where(m => mailed.ContainsKey(m.Key)), mail => Assert.Equal(mailed[mail.Key], mail.Count()));
        TestContext.Current.SendDiagnosticMessage(
            $"{approved.Length} merged of before the backup, {lost} lost of after it, {after.Sum(m => m.Count() - 1) - mailed.Values.Sum(n => n - 1)} mails twice"
        );
        await aftermath.ProjectionsEqualTheirRebuild();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_backup_overwrites_nothing_and_a_restore_takes_the_place_of_nothing()
    {
        var folder = Local.NewFolder("backup");
        var there = await Assert.ThrowsAsync<InvalidOperationException>(() => Script("backup", folder));
        Assert.Contains("is there already", there.Message, StringComparison.Ordinal);
        await Script("backup", $"{folder}/it");
        var data = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Script("restore", $"{folder}/it", Platform.Postgres.Data)
        );
        Assert.Contains("There is data in", data.Message, StringComparison.Ordinal);
        await File.AppendAllTextAsync($"{folder}/it/postgres/global/pg_control", "?");
        var damaged = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Script("restore", $"{folder}/it", $"{folder}/data")
        );
        Assert.Contains("is damaged", damaged.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"{folder}/data"));
        Directory.Delete(folder, recursive: true);
    }

    private Task<string> Script(string name, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists(Repository.AppHost), "The AppHost has not been built; the solution builds it.");
        return Local.Run(
            Path.Combine(Repository.Root, "scripts", name),
            arguments,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["SKILLPLATFORM_APPHOST"] = Repository.AppHost,
                ["SKILLPLATFORM_POSTGRES"] =
                    $"host=127.0.0.1 port={Platform.Postgres.Port.ToString(CultureInfo.InvariantCulture)} user=postgres",
            }
        );
    }

    /// <summary>How often each mail came that is recorded as sent.</summary>
    private async Task<IReadOnlyDictionary<string, int>> Mailed(Aftermath aftermath)
    {
        var recorded = new HashSet<string>(StringComparer.Ordinal);
        await using var source = NpgsqlDataSource.Create(Platform.Database("notifications"));
        await using var command = source.CreateCommand(
            "select replace(id::text, '-', '') from mail where state = 'sent'"
        );
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            recorded.Add(reader.GetString(0));
        return aftermath
            .Mails()
            .Where(m => recorded.Contains(m.Key.Split('@')[0]))
            .ToDictionary(m => m.Key, m => m.Count(), StringComparer.Ordinal);
    }
}
