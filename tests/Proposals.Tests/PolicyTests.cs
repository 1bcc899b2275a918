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
    public void Without_a_policy_one_approval_is_enough() =>
        Assert.Equal(1, new ReviewPolicies([]).For("anything").Approvals);
}
