using Marten;
using SkillPlatform.Changes;
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
                    Tallies tallies,
                    TimeProvider time
                ) =>
                {
                    body = body with { Comment = Form.Said(body.Comment) };
                    var caller = Caller.Of(http);
                    var deciders = await Deciders.Load(session, id, http.RequestAborted);
                    var now = time.GetUtcNow();
                    return await commands.Handle<Proposal>(
                        http,
                        id,
                        body,
                        proposal => Decide(proposal, body, caller, deciders, now),
                        done => new Answer(204, Version: done.Version),
                        quota: await tallies.For(http, Act.Review, TextForm.Length(body.Comment ?? ""))
                    );
                }
            )
            .Produces(204)
            .WithSummary(
                "Approves, asks for changes or rejects, by a reviewer of the skill's domain, or of the one it is to move to."
            );

    /// <summary>Takes a verdict; the approval that completes what each domain's policy asks for accepts the proposal.</summary>
    /// <param name="proposal">The proposal.</param>
    /// <param name="body">The verdict.</param>
    /// <param name="caller">Who, as the token says.</param>
    /// <param name="deciders">Whose word counts.</param>
    /// <param name="now">When.</param>
    public static Decision Decide(Proposal? proposal, Review body, Caller caller, Deciders deciders, DateTimeOffset now)
    {
        if (proposal is null || proposal.IsHiddenFrom(caller.Id))
            return Refusal.NoSuch("proposal");
        if (caller.IsService)
            return Refusal.Forbidden("service-account", "A service account decides on no proposal.");
        if (proposal.Author == caller.Id)
            return Refusal.Forbidden("own-proposal", "Nobody reviews a proposal of their own.");
        if (!proposal.Domains.Any(domain => deciders.May(caller, domain)))
            return Refusal.Forbidden("not-reviewer", "You are not a reviewer of the skill's domain.");
        if (Errors(body) is { Count: > 0 } errors)
            return Refusal.Fields(errors);
        // Repeating an approval is harmless, even when it was the last one needed; it may have become the last one meanwhile.
        if (body.Verdict == "approve" && body.Revision == proposal.Revision && IsGiven(proposal, caller.Id))
            return State.CanBeReviewed(proposal.State) && Completes(proposal, caller, deciders)
                ? Decision.Of(new ProposalAccepted(body.Revision, caller.Id, now))
                : Decision.Nothing;
        if (!State.CanBeReviewed(proposal.State))
            return SubmitProposal.Closed(proposal);
        if (body.Revision != proposal.Revision)
            return Refusal.Conflicting(
                "stale-revision",
                $"The proposal is at revision {proposal.Revision}; read that one first."
            );
        return body.Verdict switch
        {
            "approve" => Approve(proposal, body, caller, deciders, now),
            "requestChanges" => Decision.Of(new ChangesRequested(body.Revision, caller.Id, body.Comment!, now)),
            _ => Decision.Of(new ProposalRejected(body.Revision, caller.Id, body.Comment!, now)),
        };
    }

    private static bool IsGiven(Proposal proposal, string reviewer) =>
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
        Caller caller,
        Deciders deciders,
        DateTimeOffset now
    )
    {
        var approved = new ProposalApproved(body.Revision, caller.Id, body.Comment, now);
        return Completes(proposal, caller, deciders)
            ? Decision.Of(approved, new ProposalAccepted(body.Revision, caller.Id, now))
            : Decision.Of(approved);
    }

    // As long as another reviewer waits for changes, no number of approvals goes over their head.
    private static bool Completes(Proposal proposal, Caller caller, Deciders deciders)
    {
        var domains = proposal.Domains;
        return deciders.Of(domains, proposal.Approvals, caller).All(d => d.Has >= d.Needs)
            && !proposal.Requests.Remove(caller.Id).Any(reviewer => deciders.Count(reviewer, domains));
    }
}
