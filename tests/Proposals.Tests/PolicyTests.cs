using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals.Tests;

public sealed class PolicyTests
{
    private static Decision Set(int approvals, string[]? reviewers = null, ReviewPolicy? now = null) =>
        SetReviewPolicy.Decide(now, "cloud", new PolicyWanted(approvals, reviewers), "admin", Given.Now);

    [Fact]
    public void A_policy_is_set_once()
    {
        var set = Assert.IsType<ReviewPolicySet>(Assert.Single(Assert.IsType<Decision.Accepted>(Set(2)).Items));
        var policy = ReviewPolicy.Fold(null, Guid.Empty, set);
        Assert.IsType<Decision.AlreadySo>(Set(2, now: policy));
        Assert.IsType<Decision.Accepted>(Set(2, ["a", "b"], policy));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(2, "one")]
    [InlineData(2, "one", "one")]
    [InlineData(1, "")]
    public void A_policy_can_be_met(int approvals, params string[] reviewers) =>
        Assert.IsType<Decision.Refused>(Set(approvals, reviewers.Length == 0 ? null : reviewers));

    [Fact]
    public void When_to_remind_is_part_of_it()
    {
        var wanted = new PolicyWanted(1, null, 3);
        var set = Assert.IsType<Decision.Accepted>(SetReviewPolicy.Decide(null, "cloud", wanted, "admin", Given.Now));
        var policy = ReviewPolicy.Fold(null, Guid.Empty, set.Items[0])!;
        Assert.Equal(3, policy.RemindAfterDays);
        Assert.IsType<Decision.AlreadySo>(SetReviewPolicy.Decide(policy, "cloud", wanted, "admin", Given.Now));
        Assert.IsType<Decision.Refused>(
            SetReviewPolicy.Decide(policy, "cloud", wanted with { RemindAfterDays = 91 }, "admin", Given.Now)
        );
    }

    [Fact]
    public void Without_a_policy_one_approval_is_enough() =>
        Assert.Equal(1, new ReviewPolicies([]).For("anything").Approvals);
}
