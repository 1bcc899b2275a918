using Marten;
using MassTransit;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals;

public sealed class WhenProposalConflicted(IDocumentSession session) : IConsumer<Contracts.ProposalConflicted>
{
    public Task Consume(ConsumeContext<Contracts.ProposalConflicted> context) =>
        session.Decide<Proposal>(
            context.Message.ProposalId,
            proposal => Decide(proposal, context.Message),
            ct: context.CancellationToken
        );

    /// <summary>Only the revision that was accepted can be in conflict; all else is late, repeated or not ours.</summary>
    public static Decision Decide(Proposal? proposal, Contracts.ProposalConflicted conflicted) =>
        proposal is { State: State.Accepted } && proposal.Revision == conflicted.Revision
            ? Decision.Of(new ProposalConflicted(conflicted.Revision, conflicted.Conflicts, conflicted.At))
            : Decision.Nothing;
}
