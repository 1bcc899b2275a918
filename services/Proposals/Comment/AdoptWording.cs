using Marten;
using SkillPlatform.Changes;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>A new revision with the wording that a comment suggests, by the proposal's author.</summary>
public static class AdoptWording
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/{id:guid}/comments/{commentId:guid}/adoption", Post)
            .Produces(204)
            .WithSummary("Takes over the wording that a comment suggests: a new revision, by the proposal's author.");

    private static async Task<IResult> Post(
        Discussion discussion,
        Guid id,
        Guid commentId,
        HttpContext http,
        Commands commands,
        IQuerySession session,
        ProposalLog log,
        Catalogue catalogue,
        Tallies tallies,
        TimeProvider time
    )
    {
        if (discussion.Subject is null)
            return discussion.Missing;
        var ct = http.RequestAborted;
        var page = (await session.LoadAsync<ProposalPage>(id, ct))!;
        var comment = await session.LoadAsync<Comment>(commentId, ct);
        // Gone with its comment, or with its author's account.
        var suggestion = (await session.LoadAsync<CommentText>(commentId, ct))?.Suggestion;
        var read = comment?.About is { } about ? await log.Revision(page, about.Revision, ct) : null;
        var suggested = new Suggested(discussion.Holds(comment) ? comment : null, suggestion, read?.Changes);
        var current = (await log.Revision(page, page.Revision, ct))!.Changes;
        var body = new Proposed(null, page.Rationale, suggested.In(page.Revision, current));
        var (skill, around) = await catalogue.Find(page.Skill.Id.ToString(), body.Changes, ct);
        var (author, now) = (Caller.Of(http).Id, time.GetUtcNow());
        var most = (await tallies.LimitsOf(Caller.Of(http), ct))?.RevisionsOfOne;
        return await commands.Handle<Proposal>(
            http,
            id,
            null,
            proposal => Decide(proposal, suggested, skill, around, author, now, most),
            done => new Answer(204, Version: done.Version),
            requireMatch: true,
            quota: await tallies.For(http, Act.Revision, Form.Characters(body))
        );
    }

    /// <summary>Revises a proposal by nothing but the suggested words.</summary>
    /// <param name="proposal">The proposal.</param>
    /// <param name="suggested">What is suggested.</param>
    /// <param name="skill">The proposal's skill as known here; null if it is yet to be added.</param>
    /// <param name="around">The rest of the catalogue, as known here.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="now">When.</param>
    /// <param name="mostRevisions">How many one proposal may have; null for any number.</param>
    public static Decision Decide(
        Proposal? proposal,
        Suggested suggested,
        KnownSkill? skill,
        Surroundings around,
        string caller,
        DateTimeOffset now,
        int? mostRevisions = null
    )
    {
        if (proposal is null || proposal.IsHiddenFrom(caller))
            return Refusal.NoSuch("proposal");
        if (suggested.Comment is not { } comment)
            return Refusal.NoSuch("comment");
        if (proposal.Author != caller)
            return Refusal.Forbidden("not-author", "Only its author takes over a wording.");
        if (comment.Removed is not null)
            return Refusal.Conflicting("removed", "The comment was removed.");
        if (comment.About is not { } about || suggested is not { Wording: { } wording, Read: { } read })
            return Refusal.Conflicting("no-suggestion", "The comment suggests no wording.");
        if (!State.CanBeRevised(proposal.State))
            return SubmitProposal.Closed(proposal);
        var says = about.Wording(proposal.Revision, proposal.Changes);
        if (says == wording)
            return Decision.Nothing;
        if (says is null || says != about.Wording(about.Revision, read))
            return Refusal.Conflicting(
                "stale-suggestion",
                "The wording that this was suggested for has changed since. Read what is proposed now."
            );
        var body = new Proposed(null, proposal.Rationale, suggested.In(proposal.Revision, proposal.Changes));
        var decision = ReviseProposal.Decide(proposal, body, skill, null, around, caller, now, mostRevisions);
        return decision is Decision.Accepted { Items: [ProposalRevised revised] }
            ? Decision.Of(revised with { Comment = comment.Id })
            : decision;
    }
}

/// <summary>A wording that a comment suggests.</summary>
/// <param name="Comment">Null where there is no such comment on the proposal.</param>
/// <param name="Wording">Null where it suggests none, or its words are gone.</param>
/// <param name="Read">The changes of the revision that it was written on.</param>
public sealed record Suggested(Comment? Comment, string? Wording, Contracts.Change[]? Read)
{
    /// <summary>The changes with this wording.</summary>
    public Contracts.Change[] In(int revision, Contracts.Change[] changes) =>
        Comment?.About is { } about && Wording is { } wording ? about.With(revision, changes, wording) : changes;
}
