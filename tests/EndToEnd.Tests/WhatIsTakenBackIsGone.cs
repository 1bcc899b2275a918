using RabbitMQ.Client;
using SkillPlatform.Testing;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>Words that are taken back, and people who leave: searched for in every database, queue and log.</summary>
public sealed class WhatIsTakenBackIsGone(RunningPlatform running)
{
    private static readonly string[] Databases = ["catalog", "proposals", "notifications", "identity", "web"];
    private const string Discussion = "/api/proposals/discussions/serverless-functions/comments";
    private readonly string _mark = Guid.NewGuid().ToString("N")[..12];
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    private string Name => $"Zora {_mark}";

    private string Address => $"zora-{_mark}@example.org";

    private string Words(string which) => $"{which} words {_mark}";

    [Fact]
    public async Task Who_is_erased_leaves_what_was_decided_and_nothing_else()
    {
        await running.Admin.Send(
            HttpMethod.Put,
            "/api/notifications/watches/skill/serverless-functions",
            new { follow = "all" }
        );
        using var zora = await running.Registered(Name, Address);
        // First: what is said after it in the same place waits for its turn.
        await zora.Post(Discussion, new { text = Words("kept") });
        await Eventually.Holds(() =>
            Task.FromResult(running.Mails.Received.Any(m => (m.Message.TextBody ?? "").Contains(Words("kept"))))
        );
        var (_, _, removed) = await zora.Post(
            Discussion,
            new { text = Words("edited") },
            ("Idempotency-Key", Guid.NewGuid().ToString())
        );
        var comment = removed.Location!.ToString();
        var (_, _, edited) = await zora.Send(
            HttpMethod.Put,
            comment,
            new { text = Words("removed") },
            ("If-Match", removed.ETag!.Tag)
        );
        await zora.Send(HttpMethod.Delete, comment, null, ("If-Match", edited.ETag!.Tag));
        await Propose(zora, Words("drafted"), draft: true);
        var stands = await Propose(zora, Words("standing"), draft: false);
        var (marked, _, _) = await zora.Send(
            HttpMethod.Put,
            "/api/notifications/me/marks/serverless-functions/cloud-engineer/middle",
            new { version = 1, note = Words("noted") }
        );
        Assert.Equal(200, marked);
        await GiveUp(zora.Id);

        // While they are there, the streams already know none of it: only what was sent to be decided on.
        foreach (var database in Databases)
        foreach (var text in new[] { Name, Address, Words("edited"), Words("removed"), Words("kept"), Words("noted") })
            Assert.DoesNotContain(
                await Tables(database, text),
                table => table.StartsWith("mt_events", StringComparison.Ordinal)
            );
        Assert.Contains(await Tables("proposals", Words("kept")), table => table == "mt_doc_comment_text");
        Assert.Contains(await Tables("notifications", Address), table => table == "mt_doc_account");
        Assert.Equal(["mt_doc_mark"], await Tables("notifications", Words("noted")));
        Assert.Empty(await Found(Words("removed")));

        var (gone, body, _) = await zora.Send(
            HttpMethod.Delete,
            "/api/identity/me",
            new { password = SignIn.Password },
            ("If-Match", "*")
        );
        Assert.True(gone == 204, $"{gone} {body}");
        foreach (
            var text in new[]
            {
                Name,
                Address,
                Words("edited"),
                Words("removed"),
                Words("kept"),
                Words("drafted"),
                Words("noted"),
            }
        )
            await Eventually.Get(() => Found(text), found => found.Count == 0, TimeSpan.FromMinutes(1));
        await Eventually.Get(() => running.Platform.Rabbit.Queues(), queues => !queues.Any(Refused));

        // Left standing on purpose: what was proposed, by somebody who is no longer named.
        Assert.Contains(
            await Tables("proposals", Words("standing")),
            table => table.StartsWith("mt_events", StringComparison.Ordinal)
        );
        var proposal = await running.Nobody.Get(stands);
        Assert.Equal(Words("standing"), proposal.GetProperty("rationale").GetString());
        Assert.True(proposal.GetProperty("author").GetProperty("erased").GetBoolean());
        Assert.Null(proposal.GetProperty("author").GetProperty("name").GetString());
    }

    private static async Task<string> Propose(Api who, string why, bool draft)
    {
        var (status, body, headers) = await who.Post(
            "/api/proposals",
            new
            {
                skill = "serverless-functions",
                rationale = why,
                draft,
                changes = new[] { new { op = "retireSkill" } },
            }
        );
        Assert.True(status == 201, $"{status} {body}");
        return headers.Location!.ToString();
    }

    // A message that says who they are, and that no service can take.
    private async Task GiveUp(string user)
    {
        var factory = new ConnectionFactory { Uri = running.Platform.Rabbit.Address };
        await using var connection = await factory.CreateConnectionAsync(_ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: _ct);
        foreach (
            var queue in new[] { "catalog", "proposals", "notifications" }.Select(s => $"{s}-when-account-changed")
        )
        {
            var message = $$"""
                {
                  "messageId": "{{Guid.NewGuid()}}",
                  "messageType": ["urn:message:SkillPlatform.Contracts:AccountChanged"],
                  "message": { "userId": "{{user}}", "version": "none", "name": "{{Name}}", "email": "{{Address}}" }
                }
                """;
            await channel.BasicPublishAsync(
                "",
                queue,
                mandatory: true,
                new BasicProperties { ContentType = "application/vnd.masstransit+json" },
                System.Text.Encoding.UTF8.GetBytes(message),
                _ct
            );
        }
        await Eventually.Holds(async () => (await running.Platform.Rabbit.Queues()).Count(Refused) == 3);
    }

    private static bool Refused(KeyValuePair<string, long> queue) =>
        queue.Value == 1 && queue.Key.EndsWith("when-account-changed_error", StringComparison.Ordinal);

    private Task<IReadOnlyList<string>> Tables(string database, string text) =>
        Traces.In(running.Platform.Database(database), text);

    private async Task<IReadOnlyList<string>> Found(string text)
    {
        var found = new List<string>();
        foreach (var database in Databases)
            found.AddRange((await Tables(database, text)).Select(table => $"{database}: {table}"));
        foreach (var service in Platform.Services)
            if (running.Platform.Log(service, int.MaxValue).Contains(text, StringComparison.Ordinal))
                found.Add($"log of {service}");
        return found;
    }
}
