using System.Collections.Immutable;
using JasperFx.Events;
using Marten;
using Marten.Events.Aggregation;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>One revision, as it was sent.</summary>
public sealed record RevisionEntry(
    int Revision,
    string Rationale,
    Change[] Changes,
    bool KeptApprovals,
    DateTimeOffset At
);

/// <summary>One verdict. It counts while the revision it was given on, or an equal one, is the current one.</summary>
public sealed record ReviewEntry(
    string Reviewer,
    int Revision,
    string Verdict,
    string? Comment,
    bool Counts,
    DateTimeOffset At
);

/// <summary>One thing that happened. The actor is null where the platform did it.</summary>
public sealed record TimelineEntry(string Kind, int Revision, string? Actor, DateTimeOffset At);

/// <summary>A proposal as it is stored for reading: ids of people, no names.</summary>
public sealed record ProposalPage(
    Guid Id,
    long Version,
    string State,
    Subject Skill,
    string Author,
    bool Submitted,
    int Revision,
    ImmutableList<RevisionEntry> Revisions,
    ImmutableList<ReviewEntry> Reviews,
    string[] Reviewed,
    Conflict[] Conflicts,
    ImmutableList<TimelineEntry> Timeline,
    long? SkillVersion,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? RemindedAt = null
)
{
    public RevisionEntry Current => Revisions[^1];

    /// <summary>Another domain that decides, too.</summary>
    public string? MovesTo => Proposal.Target(Current.Changes);

    /// <summary>Who has approved what is the current revision.</summary>
    public string[] Approvals =>
        [.. Reviews.Where(r => r is { Counts: true, Verdict: "approve" }).Select(r => r.Reviewer)];

    /// <summary>What was never submitted is its author's alone.</summary>
    public bool IsVisibleTo(HttpContext http) => Submitted || Author == Caller.Of(http.User)?.Id;

    public static ProposalPage? Fold(ProposalPage? page, Guid id, long version, object @event) =>
        @event switch
        {
            ProposalDrafted e => New(id, Proposals.State.Draft, e.Skill, e.Author, e.Rationale, e.Changes, e.At)
                .Then("drafted", e.Author, e.At),
            ProposalSubmitted e => (
                page is null
                    ? New(id, Proposals.State.Open, e.Skill, e.Author, e.Rationale, e.Changes, e.At)
                    : page with
                    {
                        State = Proposals.State.Open,
                        Submitted = true,
                    }
            ).Then("submitted", e.Author, e.At),
            _ => page?.Next(@event),
        }
            is { } next
            ? next with
            {
                Version = version,
            }
            : null;

    private ProposalPage Next(object @event) =>
        @event switch
        {
            ProposalRevised e => Revise(e).Then("revised", Author, e.At),
            ProposalApproved e => Review(e.Reviewer, "approve", e.Reason, e.At).Then("approved", e.Reviewer, e.At),
            ChangesRequested e => Review(e.Reviewer, "requestChanges", e.Reason, e.At)
                .Then("changesRequested", e.Reviewer, e.At),
            ProposalRejected e => (
                Review(e.Reviewer, "reject", e.Reason, e.At) with
                {
                    State = Proposals.State.Rejected,
                }
            ).Then("rejected", e.Reviewer, e.At),
            ProposalAccepted e => (this with { State = Proposals.State.Accepted }).Then("accepted", e.Reviewer, e.At),
            ProposalConflicted e => (this with { State = Proposals.State.Conflicted, Conflicts = e.Conflicts }).Then(
                "conflicted",
                null,
                e.At
            ),
            ProposalMerged e => (
                this with
                {
                    State = Proposals.State.Merged,
                    Skill = Skill with { Slug = e.Slug },
                    SkillVersion = e.SkillVersion,
                }
            ).Then("merged", null, e.At),
            ProposalWithdrawn e => (this with { State = Proposals.State.Withdrawn }).Then("withdrawn", Author, e.At),
            // Nothing that changes it.
            ProposalReminded e => this with { RemindedAt = e.At },
            _ => this,
        };

    private static ProposalPage New(
        Guid id,
        string state,
        Subject skill,
        string author,
        string rationale,
        Change[] changes,
        DateTimeOffset at
    ) =>
        new(
            id,
            0,
            state,
            skill,
            author,
            state != Proposals.State.Draft,
            1,
            [new RevisionEntry(1, rationale, changes, KeptApprovals: false, at)],
            [],
            [],
            [],
            [],
            null,
            at,
            at
        );

    private ProposalPage Then(string kind, string? actor, DateTimeOffset at) =>
        this with
        {
            Timeline = Timeline.Add(new TimelineEntry(kind, Revision, actor, at)),
            UpdatedAt = at,
        };

    private ProposalPage Revise(ProposalRevised e)
    {
        var reviews = Reviews.ConvertAll(r =>
            r with
            {
                Counts = r.Counts && e.KeepsApprovals && r.Verdict == "approve",
            }
        );
        return this with
        {
            State = State == Proposals.State.Draft ? State : Proposals.State.Open,
            Skill = e.Skill,
            Revision = e.Revision,
            Revisions = Revisions.Add(new RevisionEntry(e.Revision, e.Rationale, e.Changes, e.KeepsApprovals, e.At)),
            Reviews = reviews,
            Reviewed = [.. reviews.Where(r => r.Counts).Select(r => r.Reviewer)],
            Conflicts = [],
        };
    }

    private ProposalPage Review(string reviewer, string verdict, string? comment, DateTimeOffset at)
    {
        var reviews = Reviews
            .ConvertAll(r => r.Reviewer == reviewer ? r with { Counts = false } : r)
            .Add(new ReviewEntry(reviewer, Revision, verdict, comment, Counts: true, at));
        return this with
        {
            State = reviews.Exists(r => r is { Counts: true, Verdict: "requestChanges" })
                ? Proposals.State.ChangesRequested
                : Proposals.State.Open,
            Reviews = reviews,
            Reviewed = [.. reviews.Where(r => r.Counts).Select(r => r.Reviewer)],
        };
    }
}

public sealed class ProposalPageFold : SingleStreamProjection<ProposalPage, Guid>
{
    public override ProposalPage? Evolve(ProposalPage? snapshot, Guid id, IEvent e) =>
        ProposalPage.Fold(snapshot, id, e.Version, e.Data);
}
