using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>A reviewer's word on one revision.</summary>
/// <param name="Revision">The revision that was read; an older one is refused.</param>
/// <param name="Verdict"><c>approve</c>, <c>requestChanges</c> or <c>reject</c>.</param>
/// <param name="Comment">Markdown, at most 5,000 characters; required unless approving.</param>
public sealed record Review(int Revision, string Verdict, string? Comment = null);

public static class ReviewProposal
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost(
                "/{id:guid}/reviews",
                async (
                    Guid id,
                    Review body,
                    HttpContext http,
                    Commands commands,
                    IQuerySession session,
                    TimeProvider time
                ) =>
                {
                    var caller = Caller.Of(http);
                    var policies = await ReviewPolicies.Load(session, http.RequestAborted);
                    var account = await session.LoadAsync<Account>(caller.Id, http.RequestAborted);
                    var now = time.GetUtcNow();
                    return await commands.Handle<Proposal>(
                        http,
                        id,
                        body,
                        proposal => Decide(proposal, body, caller, account, policies, now),
                        done => new Answer(204, Version: done.Version)
                    );
                }
            )
            .Produces(204)
            .WithSummary("Approves, asks for changes or rejects, by a reviewer of the skill's domain.");

    /// <summary>Takes a verdict; the approval that completes what the domain's policy asks for accepts the proposal.</summary>
    /// <param name="proposal">The proposal.</param>
    /// <param name="body">The verdict.</param>
    /// <param name="caller">Who, as the token says.</param>
    /// <param name="account">The same person, as Identity has last announced; null if it has not yet.</param>
    /// <param name="policies">All review policies.</param>
    /// <param name="now">When.</param>
    public static Decision Decide(
        Proposal? proposal,
        Review body,
        Caller caller,
        Account? account,
        ReviewPolicies policies,
        DateTimeOffset now
    )
    {
        if (proposal is null || proposal.IsHiddenFrom(caller.Id))
            return Refusal.NoSuch("proposal");
        if (proposal.Author == caller.Id)
            return Refusal.Forbidden("own-proposal", "Nobody reviews a proposal of their own.");
        if (!MayReview(proposal, caller, account, policies))
            return Refusal.Forbidden("not-reviewer", "You are not a reviewer of the skill's domain.");
        if (Errors(body) is { Count: > 0 } errors)
            return Refusal.Fields(errors);
        // Repeating an approval that is already counted is harmless, even when it was the last one needed.
        if (body.Verdict == "approve" && body.Revision == proposal.Revision && IsCounted(proposal, caller.Id))
            return Decision.Nothing;
        if (!State.CanBeReviewed(proposal.State))
            return SubmitProposal.Closed(proposal);
        if (body.Revision != proposal.Revision)
            return Refusal.Conflicting(
                "stale-revision",
                $"The proposal is at revision {proposal.Revision}; read that one first."
            );
        return body.Verdict switch
        {
            "approve" => Approve(proposal, body, caller.Id, policies.For(proposal.Skill.Domain), now),
            "requestChanges" => Decision.Of(new ChangesRequested(body.Revision, caller.Id, body.Comment!, now)),
            _ => Decision.Of(new ProposalRejected(body.Revision, caller.Id, body.Comment!, now)),
        };
    }

    private static bool MayReview(Proposal proposal, Caller caller, Account? account, ReviewPolicies policies) =>
        caller.Reviews(proposal.Skill.Domain)
        && account?.StillReviews(proposal.Skill.Domain) != false
        && policies.For(proposal.Skill.Domain).Admits(caller.Id);

    private static bool IsCounted(Proposal proposal, string reviewer) =>
        proposal.Approvals.Contains(reviewer)
        && proposal.State is (State.Open or State.ChangesRequested or State.Accepted or State.Merged);

    private static List<(string, string)> Errors(Review body)
    {
        var errors = new List<(string, string)>();
        if (body.Verdict is not ("approve" or "requestChanges" or "reject"))
            errors.Add(("/verdict", "One of approve, requestChanges, reject."));
        else if (body.Verdict == "approve")
            errors.Optional("/comment", body.Comment, Form.MaxText);
        else
            errors.Text("/comment", body.Comment, Form.MaxText);
        return errors;
    }

    private static Decision Approve(
        Proposal proposal,
        Review body,
        string reviewer,
        ReviewPolicy policy,
        DateTimeOffset now
    )
    {
        var approved = new ProposalApproved(body.Revision, reviewer, body.Comment, now);
        var approvals = proposal.Approvals.Add(reviewer).Count(policy.Admits);
        // As long as another reviewer waits for changes, no number of approvals goes over their head.
        return approvals >= policy.Approvals && proposal.Requests.Remove(reviewer).IsEmpty
            ? Decision.Of(approved, new ProposalAccepted(body.Revision, reviewer, now))
            : Decision.Of(approved);
    }
}
