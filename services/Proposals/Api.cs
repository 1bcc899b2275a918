using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>Everything that can be called, in the order in which a proposal meets it.</summary>
public static class Api
{
    /// <summary>The queues of the consumers that Program registers.</summary>
    public static readonly string[] Endpoints =
    [
        "proposals-when-skill-changed",
        "proposals-when-taxonomy-changed",
        "proposals-when-account-changed",
        "proposals-when-account-erased",
        "proposals-when-proposal-applied",
        "proposals-when-proposal-conflicted",
    ];

    public static void Map(RouteGroupBuilder api)
    {
        SubmitProposal.Map(api);
        ProposalList.Map(api);
        ReadProposal.Map(api);
        PreviewProposal.Map(api);
        ReviseProposal.Map(api);
        ReviewProposal.Map(api);
        WithdrawProposal.Map(api);
        RevertChange.Map(api);
        CommentList.Map(api);
        PostComment.Map(api);
        EditComment.Map(api);
        RemoveComment.Map(api);
        ReviewPolicyPage.Map(api);
        SetReviewPolicy.Map(api);
        api.MapErrorQueues(Endpoints);
    }
}
