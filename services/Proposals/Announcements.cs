using JasperFx.Events;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals;

/// <summary>The only place where a stored event of this service becomes a public message.</summary>
public static class Announcements
{
    public static async Task<object?> Of(IEvent @event, Around around, CancellationToken ct) =>
        @event.Data switch
        {
            CommentPosted => await Comment(@event, around, ct),
            ProposalSubmitted e => Activity(
                "submitted",
                @event.StreamId,
                e.Revision,
                e.Skill,
                e.Author,
                e.Author,
                e.Rationale,
                e.At
            ),
            ProposalRevised
            or ProposalApproved
            or ChangesRequested
            or ProposalRejected
            or ProposalAccepted
            or ProposalConflicted
            or ProposalMerged
            or ProposalWithdrawn =>
            // The proposal as it was then: the same message whenever it is asked for.
            Of(
                (await around.Stream(@event, ct)).Aggregate(
                    (Proposal?)null,
                    (p, e) => Proposal.Fold(p, e.StreamId, e.Data)
                )!,
                @event.Data,
                @event.EndsCommit()
            ),
            _ => null,
        };

    /// <summary>The message for an event that left the proposal as given. Pure.</summary>
    /// <param name="proposal">The proposal right after the event.</param>
    /// <param name="event">The event.</param>
    /// <param name="isLast">True unless another event of the same commit follows.</param>
    public static object? Of(Proposal proposal, object @event, bool isLast) =>
        @event switch
        {
            // Nobody else knows of a draft.
            ProposalRevised or ProposalWithdrawn when !proposal.Submitted => null,
            ProposalRevised e => Activity("revised", proposal, proposal.Author, e.Rationale, e.At),
            // The approval that completes it says that it is accepted, so that people are told once.
            ProposalApproved e => Activity(isLast ? "approved" : "accepted", proposal, e.Reviewer, e.Reason, e.At),
            ChangesRequested e => Activity("changesRequested", proposal, e.Reviewer, e.Reason, e.At),
            ProposalRejected e => Activity("rejected", proposal, e.Reviewer, e.Reason, e.At),
            // First accepted, first applied: the order of a skill's acceptances is that of this log.
            ProposalAccepted e => new Ordered(
                proposal.Skill.Id,
                new Contracts.ProposalAccepted(
                    proposal.Id,
                    e.Revision,
                    proposal.Skill.Id,
                    proposal.Author,
                    e.Reviewer,
                    proposal.Rationale,
                    proposal.Changes,
                    e.At
                )
            ),
            ProposalConflicted e => Activity("conflicted", proposal, null, null, e.At),
            ProposalMerged e => Activity("merged", proposal, null, null, e.At),
            ProposalWithdrawn e => Activity("withdrawn", proposal, proposal.Author, null, e.At),
            _ => null,
        };

    private static ProposalActivity Activity(
        string kind,
        Proposal proposal,
        string? actor,
        string? text,
        DateTimeOffset at
    ) => Activity(kind, proposal.Id, proposal.Revision, proposal.Skill, proposal.Author, actor, text, at);

    private static ProposalActivity Activity(
        string kind,
        Guid id,
        int revision,
        Subject skill,
        string author,
        string? actor,
        string? text,
        DateTimeOffset at
    ) => new(id, kind, revision, skill.Id, skill.Slug, skill.Name, skill.Domain, skill.Group, author, actor, text, at);

    // A comment that was removed before anybody was told of it is not told.
    private static async Task<object?> Comment(IEvent @event, Around around, CancellationToken ct)
    {
        var e = (CommentPosted)@event.Data;
        if (await around.Load<CommentText>(@event.StreamId, ct) is null)
            return null;
        if (e.On == On.Proposal)
            return await around.Load<ProposalPage>(e.Subject, ct) is { Submitted: true } page
                ? Activity("commented", page.Id, page.Revision, page.Skill, page.Author, e.Author, null, e.At) with
                {
                    CommentId = @event.StreamId,
                }
                : null;
        return await around.Load<KnownSkill>(e.Subject, ct) is { Subject: var skill }
            ? new SkillCommented(
                @event.StreamId,
                skill.Id,
                skill.Slug!,
                skill.Name,
                skill.Domain,
                skill.Group,
                e.Author,
                Text: null,
                e.At
            )
            : null;
    }
}
