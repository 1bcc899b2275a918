using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals.Tests;

public sealed class RevertTests
{
    private static readonly SkillState V1 = Given.Skill();
    private static readonly SkillState V2 = Effects.Of(V1, [Given.Reword], Given.Taxonomy).After!;
    private static readonly SkillState V3 = Effects.Of(V2, [Given.Mandatory], Given.Taxonomy).After!;

    private static Decision Revert(SkillState now, SkillState made, SkillState? before, bool restore = false) =>
        RevertChange.Decide(
            new Revert("functions", 2, restore, "It was better."),
            Given.Known with
            {
                State = now,
            },
            made,
            before,
            Given.Taxonomy,
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
        var since = Effects
            .Of(
                V2,
                [new RewordRequirement("engineer", "junior", "Deploys and watches a function.", "Else.")],
                Given.Taxonomy
            )
            .After!;
        Assert.Equal("changed", Assert.IsType<Decision.Refused>(Revert(since, V2, V1)).Refusal.Code);
    }
}
