using System.Text.Json;
using MimeKit;
using SkillPlatform.Testing;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>The main job through every part: suggest, review, merge, mail, history.</summary>
public sealed class TheWayOfAChange(RunningPlatform running)
{
    private const string Skill = "/api/catalog/skills/serverless-functions";
    private const string Role = "ai-product-engineer";

    private static object Reword(string level, string was, string description, string role = Role) =>
        new
        {
            op = "rewordRequirement",
            role,
            level,
            was,
            description,
        };

    private async Task<JsonElement> Requirement(string level, string role = Role) =>
        (await running.Nobody.Get(Skill))
            .GetProperty("requirements")
            .EnumerateArray()
            .Single(r => r.GetProperty("role").GetString() == role && r.GetProperty("level").GetString() == level);

    private async Task<string> Text(string level, string role = Role) =>
        (await Requirement(level, role)).GetProperty("description").GetString()!;

    private static async Task<string> Propose(Api who, string rationale, params object[] changes)
    {
        var (status, body, headers) = await who.Post(
            "/api/proposals",
            new
            {
                skill = "serverless-functions",
                rationale,
                changes,
            }
        );
        Assert.True(status == 201, $"{status} {body}");
        return headers.Location!.ToString().Split('/')[^1];
    }

    private static Task<(int Status, JsonElement Body, System.Net.Http.Headers.HttpResponseHeaders)> Review(
        Api who,
        string proposal,
        string verdict = "approve",
        int revision = 1,
        string? comment = null
    ) =>
        who.Post(
            $"/api/proposals/{proposal}/reviews",
            new
            {
                revision,
                verdict,
                comment,
            }
        );

    private Task<JsonElement> Reaches(string proposal, string state) =>
        Eventually.Get(
            () => running.Nobody.Get($"/api/proposals/{proposal}"),
            p => p.GetProperty("state").GetString() == state
        );

    private MimeMessage[] MailsTo(string name, string containing) =>
        [
            .. running
                .Mails.Received.Select(mail => mail.Message)
                .Where(m =>
                    m.To.Mailboxes.Any(to => to.Address == $"{name}@example.org")
                    && (m.TextBody ?? "").Contains(containing, StringComparison.Ordinal)
                ),
        ];

    [Fact]
    public async Task A_suggested_change_is_reviewed_merged_mailed_and_traced()
    {
        var (watched, _, _) = await running.Reader.Send(
            HttpMethod.Put,
            "/api/notifications/watches/skill/serverless-functions"
        );
        Assert.InRange(watched, 200, 204);
        var before = await running.Nobody.Get(Skill);
        var mandatory = before.GetProperty("counts").GetProperty("mandatory").GetInt32();
        Assert.Equal(16, mandatory);
        var was = await Text("junior");
        const string wanted = "Deploys a function from a template and reads its log without help.";
        const string why = "Products ship functions from the first month on.";

        var proposal = await Propose(
            running.Contributor,
            why,
            new
            {
                op = "makeMandatory",
                role = Role,
                level = "junior",
            },
            Reword("junior", was, wanted)
        );
        await Eventually.Get(
            () => running.Reviewer.Get("/api/proposals?turn=me"),
            list => list.GetProperty("items").EnumerateArray().Any(p => p.GetProperty("id").GetString() == proposal)
        );
        var (approved, problem, _) = await Review(running.Reviewer, proposal);
        Assert.True(approved is >= 200 and < 300, $"{approved} {problem}");

        await Reaches(proposal, "merged");
        var after = await Eventually.Get(
            () => running.Nobody.Get(Skill),
            s => s.GetProperty("version").GetInt64() > before.GetProperty("version").GetInt64()
        );
        Assert.Equal(17, after.GetProperty("counts").GetProperty("mandatory").GetInt32());
        Assert.Equal(wanted, await Text("junior"));
        var since = (await Requirement("junior")).GetProperty("since");
        Assert.Equal(proposal, since.GetProperty("proposal").GetString());

        var history = (await running.Nobody.Get($"{Skill}/requirements/{Role}/junior/history")).GetProperty("items");
        var reworded = history.EnumerateArray().First(h => h.GetProperty("kind").GetString() == "requirementReworded");
        Assert.Equal(running.Contributor.Id, reworded.GetProperty("author").GetProperty("id").GetString());
        Assert.Equal(running.Reviewer.Id, reworded.GetProperty("reviewer").GetProperty("id").GetString());
        Assert.Equal(why, reworded.GetProperty("reason").GetString());
        Assert.Contains(was, reworded.GetProperty("before").ToString(), StringComparison.Ordinal);
        Assert.Contains(wanted, reworded.GetProperty("after").ToString(), StringComparison.Ordinal);

        var mails = await Eventually.Get(
            () =>
                Task.FromResult(
                    (Reader: MailsTo("reader", wanted), Author: MailsTo("contributor", "Serverless Functions"))
                ),
            m => m.Reader.Length >= 1 && m.Author.Length >= 1
        );
        var mail = Assert.Single(mails.Reader);
        Follows(mail);
        Assert.Contains(was, mail.TextBody ?? "", StringComparison.Ordinal);
        Assert.Contains(why, mail.TextBody ?? "", StringComparison.Ordinal);

        // One click, no cookie, no sign-in; twice is as good as once.
        var unsubscribe = new Uri(mail.Headers["List-Unsubscribe"]!.Trim('<', '>'));
        using var anyone = new HttpClient();
        for (var i = 0; i < 2; i++)
        {
            using var click = new StringContent(
                "List-Unsubscribe=One-Click",
                null,
                "application/x-www-form-urlencoded"
            );
            Assert.True((await anyone.PostAsync(unsubscribe, click)).IsSuccessStatusCode);
        }
        var next = await Propose(
            running.Contributor,
            "Says how.",
            Reword("junior", wanted, wanted + " Knows what a cold start is.")
        );
        await Review(running.Reviewer, next);
        await Reaches(next, "merged");
        await Eventually.Get(() => Task.FromResult(MailsTo("contributor", "cold start")), m => m.Length == 1);
        Assert.Empty(MailsTo("reader", "cold start"));
        Assert.Single(MailsTo("reader", wanted));
    }

    [Fact]
    public async Task Each_reviewer_hears_of_a_submission_once_and_of_nothing_more_after_one_has_decided()
    {
        var was = await Text("lead");
        var why = $"Asked {Guid.NewGuid():n}.";
        var proposal = await Propose(running.Contributor, why, Reword("lead", was, was + " And why."));
        foreach (var (name, reviewer) in new[] { ("reviewer", running.Reviewer), ("reviewer2", running.Reviewer2) })
        {
            var mail = Assert.Single(
                await Eventually.Get(() => Task.FromResult(MailsTo(name, why)), mails => mails.Length > 0)
            );
            Assert.Equal("review", mail.Headers["X-SkillPlatform-Reason"]);
            var entry = Assert.Single(
                (await reviewer.Get("/api/notifications/inbox?kind=proposalSubmitted&limit=200"))
                    .GetProperty("items")
                    .EnumerateArray(),
                item => item.GetProperty("proposal").GetString() == proposal
            );
            Assert.Equal("review", entry.GetProperty("reason").GetString());
            Assert.Equal(why, entry.GetProperty("text").GetString());
            Assert.True((await reviewer.Get("/api/proposals/turn")).GetProperty("count").GetInt32() > 0);
        }
        await Review(running.Reviewer2, proposal);
        await Reaches(proposal, "merged");
        await Eventually.Holds(() => Task.FromResult(MailsTo("contributor", why).Length > 0));
        Assert.DoesNotContain(
            (await running.Reviewer.Get("/api/proposals?turn=me&limit=200")).GetProperty("items").EnumerateArray(),
            waiting => waiting.GetProperty("id").GetString() == proposal
        );
        Assert.Single(MailsTo("reviewer", proposal));
        Assert.Single(MailsTo("reviewer2", proposal));
        // What others hear, they hear for what they watch.
        Assert.All(
            MailsTo("reader", proposal).Concat(MailsTo("admin", proposal)),
            mail => Assert.NotEqual("review", mail.Headers["X-SkillPlatform-Reason"])
        );
    }

    private static void Follows(MimeMessage mail)
    {
        var alternative = Assert.IsType<MultipartAlternative>(mail.Body);
        Assert.Equal("text/plain", alternative[0].ContentType.MimeType);
        Assert.Equal("text/html", alternative[1].ContentType.MimeType);
        Assert.Contains("Serverless Functions", mail.Subject, StringComparison.Ordinal);
        Assert.Equal("auto-generated", mail.Headers["Auto-Submitted"]);
        Assert.Equal("List-Unsubscribe=One-Click", mail.Headers["List-Unsubscribe-Post"]);
        Assert.NotNull(mail.Headers["List-Id"]);
        Assert.NotNull(mail.Headers["X-SkillPlatform-Reason"]);
        Assert.NotEmpty(mail.References);
        Assert.NotNull(mail.InReplyTo);
        Assert.NotNull(mail.MessageId);
    }

    [Fact]
    public async Task Changes_to_different_cells_both_merge_and_to_the_same_cell_one_conflicts_until_revised()
    {
        var senior = await Text("senior");
        var lead = await Text("lead");
        var one = await Propose(
            running.Contributor,
            "One.",
            Reword("senior", senior, "Designs with functions and their limits.")
        );
        var two = await Propose(running.Reader, "Two.", Reword("lead", lead, "Decides where functions fit."));
        var three = await Propose(running.Reader, "Three.", Reword("senior", senior, "Designs event flows."));
        await Review(running.Reviewer, two);
        await Review(running.Reviewer, one);
        await Reaches(one, "merged");
        await Reaches(two, "merged");

        await Review(running.Reviewer, three);
        var conflicted = await Reaches(three, "conflicted");
        var conflict = Assert.Single(conflicted.GetProperty("conflicts").EnumerateArray());
        Assert.Equal(senior, conflict.GetProperty("was").GetString());
        Assert.Equal("Designs with functions and their limits.", conflict.GetProperty("now").GetString());
        Assert.Equal("Designs event flows.", conflict.GetProperty("wanted").GetString());

        var (_, _, headers) = await running.Reader.Send(HttpMethod.Get, $"/api/proposals/{three}");
        var revision = new
        {
            rationale = "Three, again.",
            changes = new[]
            {
                Reword("senior", "Designs with functions and their limits.", "Designs event flows within limits."),
            },
        };
        Assert.Equal(428, (await running.Reader.Send(HttpMethod.Put, $"/api/proposals/{three}", revision)).Status);
        var (revised, body, _) = await running.Reader.Send(
            HttpMethod.Put,
            $"/api/proposals/{three}",
            revision,
            ("If-Match", headers.ETag!.Tag)
        );
        Assert.True(revised is >= 200 and < 300, $"{revised} {body}");
        Assert.Equal(409, (await Review(running.Reviewer, three, revision: 1)).Status);
        var (approved, problem, _) = await Review(running.Reviewer, three, revision: 2);
        Assert.True(approved is >= 200 and < 300, $"{approved} {problem}");
        await Reaches(three, "merged");
        Assert.Equal("Designs event flows within limits.", await Text("senior"));
    }

    [Fact]
    public async Task Only_who_may_decides()
    {
        var text = await Text("principal", "cloud-engineer");
        object[] change = [Reword("principal", text, text + " And says why.", "cloud-engineer")];
        var mine = await Propose(running.Reviewer, "Mine.", change);
        Assert.Equal(403, (await Review(running.Reviewer, mine)).Status);
        Assert.Equal(403, (await Review(running.Contributor, mine)).Status);
        Assert.Equal(401, (await Review(running.Nobody, mine)).Status);
        Assert.Equal(422, (await Review(running.Reviewer2, mine, "reject")).Status);
        Assert.Equal(401, (await running.Nobody.Post("/api/proposals", new { })).Status);
        Assert.Equal(403, (await running.Contributor.Post("/api/catalog/imports", new { })).Status);
        var (withdrawn, _, _) = await running.Reviewer.Post($"/api/proposals/{mine}/withdrawal");
        Assert.InRange(withdrawn, 200, 204);
        await Reaches(mine, "withdrawn");
    }

    [Fact]
    public async Task The_past_can_be_read_and_undone()
    {
        var versions = new List<long>();
        var text = await Text("middle", "platform-engineer");
        var first = text;
        for (var i = 0; i < 3; i++)
        {
            var changed = $"{first} Step {i}.";
            var id = await Propose(
                running.Contributor,
                $"Step {i}.",
                Reword("middle", text, changed, "platform-engineer")
            );
            await Review(running.Reviewer, id);
            await Reaches(id, "merged");
            text = changed;
            versions.Add(
                (await Requirement("middle", "platform-engineer"))
                    .GetProperty("since")
                    .GetProperty("version")
                    .GetInt64()
            );
        }
        var past = await running.Nobody.Get($"{Skill}?version={versions[0]}");
        Assert.Equal(
            $"{first} Step 0.",
            past.GetProperty("requirements")
                .EnumerateArray()
                .Single(r =>
                    r.GetProperty("role").GetString() == "platform-engineer"
                    && r.GetProperty("level").GetString() == "middle"
                )
                .GetProperty("description")
                .GetString()
        );
        var diff = await running.Nobody.Get($"{Skill}/diff?from={versions[0]}&to={versions[2]}");
        Assert.NotEqual(0, diff.GetProperty("reworded").GetArrayLength());

        var (status, body, headers) = await running.Contributor.Post(
            "/api/proposals/reverts",
            new { skill = "serverless-functions", version = versions[2] }
        );
        Assert.True(status == 201, $"{status} {body}");
        var undo = headers.Location!.ToString().Split('/')[^1];
        await Review(running.Reviewer, undo);
        await Reaches(undo, "merged");
        Assert.Equal($"{first} Step 1.", await Text("middle", "platform-engineer"));
    }
}
