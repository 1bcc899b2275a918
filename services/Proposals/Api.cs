using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>Everything that can be called, in the order in which a proposal meets it.</summary>
public static class Api
{
    public static void Map(RouteGroupBuilder api)
    {
        SubmitProposal.Map(api);
        ProposeBatch.Map(api);
        ReadBatch.Map(api);
        ProposalList.Map(api);
        ProposalsOverview.Map(api);
        ReadProposal.Map(api);
        ProposalHistory.Map(api);
        PreviewProposal.Map(api);
        ReviseProposal.Map(api);
        ReviewProposal.Map(api);
        WithdrawProposal.Map(api);
        RevertChange.Map(api);
        CommentList.Map(api);
        PostComment.Map(api);
        EditComment.Map(api);
        RemoveComment.Map(api);
        AdoptWording.Map(api);
        ReviewPolicyPage.Map(api);
        SetReviewPolicy.Map(api);
        SetQuotas.Map(api);
        api.MapErrorQueues(Consumers.Endpoints);
    }
}
