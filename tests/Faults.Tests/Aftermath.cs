extern alias catalog;
extern alias proposals;
using System.Diagnostics;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

/// <summary>What must hold once the faults are over, by the history that the client itself has kept.</summary>
public sealed class Aftermath(Rig rig)
{
    private Platform Platform => rig.Platform;

    /// <summary>I7, and the end of all work. Acceptances are applied one after the other, and each commit that is held back holds up all.</summary>
    /// <param name="merged">What must have come to its end.</param>
    /// <param name="poisoned">True where poison must lie aside.</param>
    public async Task Drained(IReadOnlyCollection<Sent> merged, bool poisoned = false, TimeSpan? limit = null)
    {
        var told = Stopwatch.StartNew();
        await Eventually.Get(
            async () =>
            {
                var left = await Left(merged, poisoned);
                if (told.Elapsed > TimeSpan.FromSeconds(15))
                {
                    TestContext.Current.SendDiagnosticMessage($"left: {left}");
                    told.Restart();
                }
                return left;
            },
            left => left == "",
            limit ?? TimeSpan.FromMinutes(5),
            TimeSpan.FromMilliseconds(200)
        );
    }

    /// <summary>What still has to happen, in words; empty when all of it has.</summary>
    private async Task<string> Left(IReadOnlyCollection<Sent> sent, bool poisoned)
    {
        var left = new List<string>();
        foreach (var (queue, messages) in await Platform.Rabbit.Queues())
            if (Poison.EndsIn(queue) ? poisoned && messages == 0 : messages != 0)
                left.Add($"{queue} holds {messages}");
        foreach (var service in new[] { "catalog", "proposals", "identity" })
            if (!await Platform.RelayIsDone(service))
                left.Add($"relay of {service}");
        var merged = (await All(rig.Admin, $"/api/proposals?author={rig.Contributor.Id}&state=merged"))
            .Select(p => p.GetProperty("id").GetString())
            .ToHashSet(StringComparer.Ordinal);
        if (sent.Count(s => !merged.Contains(s.Id)) is > 0 and var open)
            left.Add($"{open} of {sent.Count} not merged");
        var accepted = await All(rig.Admin, $"/api/proposals?author={rig.Contributor.Id}&state=accepted");
        if (accepted.Count > 0)
            left.Add($"{accepted.Count} accepted and not merged");
        var mails = await All(rig.Admin, "/api/notifications/deliveries?state=pending");
        if (mails.Count > 0)
            left.Add($"{mails.Count} mails wait");
        return string.Join(", ", left);
    }

    /// <summary>I1 and I2: every proposal acknowledged is there once, and merged once.</summary>
    public async Task CommandsTookEffectOnce(IEnumerable<Sent> sent)
    {
        var all = (await All(rig.Admin, $"/api/proposals?author={rig.Contributor.Id}")).ToLookup(
            p => p.GetProperty("rationale").GetString(),
            StringComparer.Ordinal
        );
        foreach (var s in sent)
        {
            var found = Assert.Single(all[s.Rationale]);
            Assert.Equal(s.Id, found.GetProperty("id").GetString());
            Assert.Equal("merged", found.GetProperty("state").GetString());
        }
        foreach (var name in new[] { "catalog", "proposals", "notifications", "identity" })
            await Invariants.StreamsAreContiguous(Platform.Database(name));
    }

    /// <summary>I3 and I6: the catalogue says what was asked for, once, with author, reviewer and reason.</summary>
    public async Task TheCatalogueRemembers(IEnumerable<Sent> sent)
    {
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
    }

    /// <summary>Those that the catalogue took on at that time or later.</summary>
    public async Task<IReadOnlySet<string>> AppliedSince(IEnumerable<Sent> sent, DateTime time)
    {
        var since = new HashSet<string>(StringComparer.Ordinal);
        foreach (var s in sent)
            if (
                (await rig.Admin.Get($"/api/catalog/skills/{s.Skill}/requirements/{s.Role}/{s.Level}/history"))
                    .GetProperty("items")
                    .EnumerateArray()
                    .Any(h =>
                        h.GetProperty("kind").GetString() == "requirementReworded"
                        && h.GetProperty("at").GetDateTimeOffset().UtcDateTime >= time
                    )
            )
                since.Add(s.Id!);
        return since;
    }

    /// <summary>I5: one notification and one mail for each watcher and change; a mail that came twice has the same Message-ID. How many did.</summary>
    /// <param name="sent">What was merged.</param>
    /// <param name="anew">What happened a second time, the first being lost, and may have been told of both times.</param>
    public async Task<int> WatchersWereTold(IReadOnlyCollection<Sent> sent, IReadOnlySet<string>? anew = null)
    {
        var inbox = (await All(rig.Reader, "/api/notifications/inbox"))
            .Where(n => n.TryGetProperty("proposal", out _))
            .Select(n => n.GetProperty("proposal").ToString())
            .ToArray();
        var mails = Mails();
        var texts = mails.Select(m => m.First().Message.TextBody).ToArray();
        foreach (var s in sent)
        {
            Assert.Single(inbox, proposal => proposal.Contains(s.Id!, StringComparison.Ordinal));
            Assert.InRange(
                texts.Count(text => text!.Contains(s.Description, StringComparison.Ordinal)),
                1,
                anew?.Contains(s.Id!) == true ? 2 : 1
            );
        }
        return mails.Sum(m => m.Count() - 1);
    }

    /// <summary>What the reader was sent, by Message-ID.</summary>
    public IReadOnlyList<IGrouping<string, Received>> Mails() =>
        [
            .. rig
                .Smtp.Received.Where(m => m.To.Contains("reader@example.org"))
                .GroupBy(m => m.Message.MessageId!, StringComparer.Ordinal),
        ];

    /// <summary>I4. Nothing may be at work meanwhile.</summary>
    public async Task ProjectionsEqualTheirRebuild()
    {
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

    public static async Task<List<JsonElement>> All(Api api, string path)
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
