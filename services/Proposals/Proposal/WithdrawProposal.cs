using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

public static class WithdrawProposal
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost(
                "/{id:guid}/withdrawal",
                (Guid id, HttpContext http, Commands commands, TimeProvider time) =>
                {
                    var (caller, now) = (Caller.Of(http).Id, time.GetUtcNow());
                    return commands.Handle<Proposal>(
                        http,
                        id,
                        null,
                        proposal => Decide(proposal, caller, now),
                        done => new Answer(204, Version: done.Version)
                    );
                }
            )
            .Produces(204)
            .WithSummary("Withdraws a proposal, by its author.");

    public static Decision Decide(Proposal? proposal, string caller, DateTimeOffset now) =>
        proposal switch
        {
            null => Refusal.NoSuch("proposal"),
            _ when proposal.IsHiddenFrom(caller) => Refusal.NoSuch("proposal"),
            _ when proposal.Author != caller => Refusal.Forbidden(
                "not-author",
                "Only its author withdraws a proposal."
            ),
            { State: State.Withdrawn } => Decision.Nothing,
            _ when State.CanBeRevised(proposal.State) => Decision.Of(new ProposalWithdrawn(proposal.Revision, now)),
            _ => SubmitProposal.Closed(proposal),
        };
}
