using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals.Tests;

public sealed class RevertTests
{
    private static readonly SkillState V1 = Given.Skill();
    private static readonly SkillState V2 = Given.After(V1, Given.Reword);
    private static readonly SkillState V3 = Given.After(V2, Given.Mandatory);

    private static Decision Revert(SkillState now, SkillState made, SkillState? before, bool restore = false) =>
        RevertChange.Decide(
            new Revert("functions", 2, restore, "It was better."),
            Given.Known with
            {
                State = now,
            },
            made,
            before,
            Given.Around,
            Given.Author,
            Given.Now
        );

    private static ProposalSubmitted Submitted(Decision decision) =>
        Assert.IsType<ProposalSubmitted>(Assert.Single(Assert.IsType<Decision.Accepted>(decision).Items));

    [Fact]
    public void Exactly_the_change_of_a_version_is_undone()
    {
        var submitted = Submitted(Revert(V3, V2, V1));
        Assert.Equal(
            [new RewordRequirement("engineer", "junior", "Deploys and watches a function.", "Deploys a function.")],
            submitted.Changes
        );
        Assert.Equal("Reverts version 2 of Functions.\n\nIt was better.", submitted.Rationale);
    }

    [Fact]
    public void A_whole_version_is_restored() =>
        Assert.Equal(2, Submitted(Revert(V3, V1, null, restore: true)).Changes.Length);

    [Fact]
    public void The_first_version_is_undone_by_retiring() =>
        Assert.IsType<RetireSkill>(Assert.Single(Submitted(Revert(V1, V1, null)).Changes));

    [Fact]
    public void What_is_undone_already_cannot_be_undone() =>
        Assert.Equal("nothing-to-revert", Assert.IsType<Decision.Refused>(Revert(V1, V2, V1)).Refusal.Code);

    [Fact]
    public void What_has_changed_since_is_shown()
    {
        var since = Given.After(
            V2,
            new RewordRequirement("engineer", "junior", "Deploys and watches a function.", "Else.")
        );
        Assert.Equal("changed", Assert.IsType<Decision.Refused>(Revert(since, V2, V1)).Refusal.Code);
    }

    [Fact]
    public void What_the_platform_proposes_is_not_bound_by_what_a_person_may()
    {
        Named[] roles = [.. Enumerable.Range(0, 120).Select(i => new Named($"role-{i}", $"Role {i}"))];
        var good = V1 with
        {
            Roles = roles,
            Requirements = [.. roles.Select(r => new Requirement(r.Slug, "junior", true, "Good."))],
        };
        var broken = good with
        {
            Requirements = [.. good.Requirements.Select(r => r with { Description = "Broken." })],
        };
        var around = Given.Around with { Places = Given.Taxonomy.With(good) };
        var known = Given.Known with { State = broken };
        var restored = Submitted(
            RevertChange.Decide(
                new Revert("functions", 2, Restore: true),
                known,
                good,
                null,
                around,
                Given.Author,
                Given.Now
            )
        );
        Assert.Equal(120, restored.Changes.Length);
        // Its author may say better why, and is not told to propose less.
        var revised = ReviseProposal.Decide(
            Given.Proposal(restored),
            new Proposed(null, "Because.", restored.Changes),
            known,
            null,
            around,
            Given.Author,
            Given.Now
        );
        Assert.True(Assert.IsType<ProposalRevised>(Assert.Single(((Decision.Accepted)revised).Items)).KeepsApprovals);
    }

    [Fact]
    public void Keywords_that_were_joined_are_parted_again()
    {
        var parted = V1 with { Keywords = ["alerting", "monitoring"] };
        var joined = V1 with { Keywords = ["alerting, monitoring"] };
        Assert.Equivalent(
            new[] { new ReplaceKeywords(["alerting, monitoring"], ["alerting", "monitoring"]) },
            Submitted(Revert(joined, joined, parted)).Changes
        );
        Assert.Single(Submitted(Revert(joined, parted, null, restore: true)).Changes);
    }

    [Fact]
    public void What_a_skill_was_about_comes_back()
    {
        var (before, made) = (V1 with { Description = "About it." }, V1 with { Description = null });
        var change = Assert.Single(Submitted(Revert(made, made, before)).Changes);
        Assert.Equal(new DescribeSkill("", "About it."), change);
    }

    [Fact]
    public void A_requirement_without_a_text_comes_back_without_one()
    {
        Requirement[] empty = [V1.Requirements[0] with { Description = "" }, .. V1.Requirements[1..]];
        var change = Assert.Single(Submitted(Revert(V1, V1, V1 with { Requirements = empty })).Changes);
        Assert.Equal("", Assert.IsType<RewordRequirement>(change).Description);
    }
}
