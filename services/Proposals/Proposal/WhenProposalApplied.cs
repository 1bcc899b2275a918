using Marten;
using MassTransit;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals;

public sealed class WhenProposalApplied(IDocumentSession session) : IConsumer<ProposalApplied>
{
    public Task Consume(ConsumeContext<ProposalApplied> context) =>
        session.Decide<Proposal>(
            context.Message.ProposalId,
            proposal => Decide(proposal, context.Message),
            ct: context.CancellationToken
        );

    /// <summary>Only the revision that was accepted can have been applied; all else is late, repeated or not ours.</summary>
    public static Decision Decide(Proposal? proposal, ProposalApplied applied) =>
        proposal is { State: State.Accepted } && proposal.Revision == applied.Revision
            ? Decision.Of(new ProposalMerged(applied.Revision, applied.Slug, applied.Version, applied.At))
            : Decision.Nothing;
}
