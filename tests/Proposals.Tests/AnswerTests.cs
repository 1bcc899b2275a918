using System.Net.Http.Json;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Proposals.Tests;

/// <summary>What others read of the proposals has the approved members, which those who stand in for it keep to.</summary>
public sealed class AnswerTests(ProposalsHost host)
{
    private const string Root = "/api/proposals";

    [Fact]
    public async Task Answers_have_the_approved_members()
    {
        // In a domain whose policy no other test relies on.
        var skill = await host.Skill("trainees");
        using var author = host.As("answers-author");
        using var reviewer = host.Reviewer("answers-reviewer");
        using var administrator = host.As("answers-administrator", "administrator");
        var submitted = await author.PostAsJsonAsync(
            Root,
            new
            {
                skill = skill.Skill.Slug,
                rationale = "Because.",
                changes = new object[]
                {
                    new
                    {
                        op = "rewordRequirement",
                        role = "engineer",
                        level = "junior",
                        was = "Deploys a function.",
                        description = "Deploys and watches a function.",
                    },
                    new
                    {
                        op = "renameSkill",
                        was = skill.Skill.Name,
                        name = $"{skill.Skill.Name} now",
                    },
                    new
                    {
                        op = "replaceKeywords",
                        was = skill.Skill.Keywords,
                        keywords = new[] { "sun" },
                    },
                },
            }
        );
        var id = (await submitted.Json()).GetProperty("id").GetGuid();
        var comments = $"{Root}/{id}/comments";
        var first = await (await author.PostAsJsonAsync(comments, new { text = "First." })).Json();
        await reviewer.PostAsJsonAsync(
            comments,
            new
            {
                text = "Second.",
                replyTo = first.GetProperty("id").GetGuid(),
                change = 0,
                suggestion = "Other words.",
            }
        );
        await reviewer.PostAsJsonAsync(
            $"{Root}/{id}/reviews",
            new
            {
                revision = 1,
                verdict = "approve",
                comment = "Good.",
            }
        );
        var again = await (await author.PostAsJsonAsync(comments, new { text = "Third." })).Json();
        await administrator.DeleteAsync(new Uri($"{comments}/{again.GetProperty("id").GetGuid()}", UriKind.Relative));
        await host.Say(
            new Contracts.ProposalConflicted(id, 1, [new(1, "changed", "Old.", "Theirs.", "Mine.")], Given.Now)
        );
        await host.Say(
            new Contracts.AccountChanged(
                "answers-reviewer",
                1,
                "R",
                "r@example.org",
                "en",
                "UTC",
                ["reviewer"],
                ["*"],
                true
            )
        );
        await Eventually.Holds(async () =>
            (
                await administrator.PutAsJsonAsync(
                    $"{Root}/policies/{skill.Skill.Domain.Slug}",
                    new { approvals = 1, reviewers = new[] { "answers-reviewer" } }
                )
            ).IsSuccessStatusCode
        );
        await Eventually.Get(
            () => administrator.GetFromJsonAsync<JsonElement>($"{Root}/{id}"),
            proposal => proposal.GetProperty("conflicts").GetArrayLength() > 0
        );
        var wrong = new List<string>();
        foreach (
            var (shape, path) in new[]
            {
                ("proposals.list", $"{Root}?skill={skill.Skill.Slug}"),
                ("proposals.proposal", $"{Root}/{id}"),
                ("proposals.comments", comments),
                ("proposals.policies", $"{Root}/policies"),
            }
        )
            wrong.Add(Shape.Approve(shape, await administrator.GetFromJsonAsync<JsonElement>(path)));
        Assert.Equal("", string.Join('\n', wrong.Where(line => line.Length > 0)));
    }
}
