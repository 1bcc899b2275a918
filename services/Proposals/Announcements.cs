using JasperFx.Events;
using Marten;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals;

/// <summary>The only place where a stored event of this service becomes a public message.</summary>
public static class Announcements
{
    public static async Task<object?> Of(IEvent @event, Around around, CancellationToken ct)
    {
        switch (@event.Data)
        {
            case CommentPosted:
                return await Comment(@event, around, ct);
            case ProposalSubmitted:
                return await Asking(null, Proposal.Fold(null, @event.StreamId, @event.Data)!, @event, around, ct);
            case ProposalRevised
            or ProposalApproved
            or ChangesRequested
            or ProposalRejected
            or ProposalAccepted
            or ProposalConflicted
            or ProposalMerged
            or ProposalReminded
            or ProposalWithdrawn:
                // The proposal as it was then: the same message whenever it is asked for.
                Proposal? before = null,
                    then = null;
                foreach (var e in await around.Stream(@event, ct))
                    (before, then) = (then, Proposal.Fold(then, e.StreamId, e.Data));
                return await Asking(before, then!, @event, around, ct);
            default:
                return null;
        }
    }

    // Names whom the event asks for a verdict, of those who review at the moment.
    private static async Task<object?> Asking(
        Proposal? before,
        Proposal proposal,
        IEvent @event,
        Around around,
        CancellationToken ct
    )
    {
        var message = Of(proposal, @event.Data, @event.EndsCommit());
        return message is ProposalActivity activity && AsksAnew(before, proposal, @event.Data)
            ? activity with
            {
                Reviewers = (await around.Once(Deciders.Load, ct)).Turn(proposal),
            }
            : message;
    }

    /// <summary>True where it is the reviewers' turn by this event, or again. Pure.</summary>
    public static bool AsksAnew(Proposal? before, Proposal proposal, object @event) =>
        proposal.State == State.Open
        && @event switch
        {
            ProposalSubmitted { IsQuiet: true } => false,
            ProposalSubmitted or ProposalRevised or ProposalReminded => true,
            // Nobody is asked while another waits for changes; that one has come round.
            ProposalApproved => before?.State == State.ChangesRequested,
            _ => false,
        };

    /// <summary>The message for an event that left the proposal as given. Pure.</summary>
    /// <param name="proposal">The proposal right after the event.</param>
    /// <param name="event">The event.</param>
    /// <param name="isLast">True unless another event of the same commit follows.</param>
    public static object? Of(Proposal proposal, object @event, bool isLast) =>
        @event switch
        {
            ProposalSubmitted e => Activity("submitted", proposal, e.Author, e.Rationale, e.At),
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
            ProposalReminded e => Activity("reminder", proposal, null, null, e.At),
            _ => null,
        };

    private static ProposalActivity Activity(
        string kind,
        Proposal proposal,
        string? actor,
        string? text,
        DateTimeOffset at
    ) =>
        Activity(kind, proposal.Id, proposal.Revision, proposal.Skill, proposal.Author, actor, text, at) with
        {
            Roles = Proposal.RolesOf(proposal.Changes),
            // Of a skill, the catalogue tells what has changed.
            Changes =
                kind is "submitted" or "revised" || kind is "merged" && proposal.Skill.Part is not null
                    ? proposal.Changes
                    : null,
        };

    private static ProposalActivity Activity(
        string kind,
        Guid id,
        int revision,
        Subject skill,
        string author,
        string? actor,
        string? text,
        DateTimeOffset at
    ) =>
        new(id, kind, revision, skill.Id, skill.Slug, skill.Name, skill.Domain, skill.Group, author, actor, text, at)
        {
            Taxonomy = skill.Part,
            Domains = skill.Domains,
        };

    // A comment that was removed before anybody was told of it is not told.
    private static async Task<object?> Comment(IEvent @event, Around around, CancellationToken ct)
    {
        var e = (CommentPosted)@event.Data;
        if (await around.Load<CommentText>(@event.StreamId, ct) is not { } said)
            return null;
        var answered = e.ReplyTo is { } reply ? (await around.Load<Comment>(reply, ct))?.Author : null;
        if (e.On == On.Proposal)
            return await around.Load<ProposalPage>(e.Subject, ct) is { Submitted: true } page
                ? Activity("commented", page.Id, page.Revision, page.Skill, page.Author, e.Author, null, e.At) with
                {
                    CommentId = @event.StreamId,
                    Roles = page.Roles,
                    Mentioned = await Mentioned(
                        said.Text,
                        e.Subject,
                        [page.Author, .. page.Reviewers, .. (await around.Once(Deciders.Load, ct)).Of(page.Domains)],
                        around,
                        ct
                    ),
                    Answered = answered,
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
                e.At,
                await Mentioned(said.Text, e.Subject, [], around, ct),
                answered
            )
            : null;
    }

    private static async Task<string[]?> Mentioned(
        string text,
        Guid subject,
        IEnumerable<string> takePart,
        Around around,
        CancellationToken ct
    )
    {
        if (!text.Contains('@', StringComparison.Ordinal))
            return null;
        IQueryable<string> commenters = around
            .Session.Query<Comment>()
            .Where(c => c.Subject == subject)
            .Select(c => c.Author)
            .Distinct();
        var people = await People.Load(around.Session, takePart.Concat(await commenters.ToListAsync(ct)), ct);
        return Mentions.In(text, people.Known.Values) is { Length: > 0 } named ? named : null;
    }
}
