using System.Collections.Immutable;
using System.Text.Json.Serialization;
using JasperFx.Events;
using Marten.Events.Aggregation;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals;

/// <summary>
/// What a proposal is about, as it was when the author wrote. <c>Slug</c> is null for a skill yet to be added, and for what is
/// no skill.
/// </summary>
/// <param name="Part">What it is about where that is no skill; then the id is that of the taxonomy.</param>
/// <param name="Domains">All that decide, where there may be several.</param>
public sealed record Subject(
    Guid Id,
    string? Slug,
    string Name,
    string Domain,
    string Group,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaxonomyPart? Part = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? Domains = null
)
{
    /// <summary>Once it is merged, with the slug of the skill.</summary>
    public Subject Merged(string slug) => Part is null ? this with { Slug = slug } : this;
}

public sealed record ProposalDrafted(
    Subject Skill,
    string Author,
    string Rationale,
    Change[] Changes,
    DateTimeOffset At,
    string? Effect = null
);

/// <param name="Batch">The batch that it came with; null where it came alone.</param>
/// <param name="IsQuiet">True where another of its batch asks the same reviewers, or it cannot be reviewed yet.</param>
public sealed record ProposalSubmitted(
    Subject Skill,
    string Author,
    int Revision,
    string Rationale,
    Change[] Changes,
    DateTimeOffset At,
    string? Effect = null,
    Guid? Batch = null,
    bool IsQuiet = false
);

/// <param name="Comment">The comment whose wording it takes over; null where its author wrote it.</param>
public sealed record ProposalRevised(
    Subject Skill,
    int Revision,
    string Rationale,
    Change[] Changes,
    bool KeepsApprovals,
    DateTimeOffset At,
    string? Effect = null,
    Guid? Comment = null
);

public sealed record ProposalApproved(int Revision, string Reviewer, string? Reason, DateTimeOffset At);

public sealed record ChangesRequested(int Revision, string Reviewer, string Reason, DateTimeOffset At);

public sealed record ProposalRejected(int Revision, string Reviewer, string Reason, DateTimeOffset At);

public sealed record ProposalAccepted(int Revision, string Reviewer, DateTimeOffset At);

public sealed record ProposalConflicted(int Revision, Conflict[] Conflicts, DateTimeOffset At);

public sealed record ProposalMerged(int Revision, string Slug, long SkillVersion, DateTimeOffset At);

public sealed record ProposalWithdrawn(int Revision, DateTimeOffset At);

/// <summary>Whoever it waits for was reminded. <c>State</c> says for whom: reviewers while open, else the author.</summary>
public sealed record ProposalReminded(int Revision, string State, DateTimeOffset At);

/// <summary>The states of a proposal, as the API names them.</summary>
public static class State
{
    public const string Draft = "draft";
    public const string Open = "open";
    public const string ChangesRequested = "changesRequested";
    public const string Conflicted = "conflicted";
    public const string Accepted = "accepted";
    public const string Merged = "merged";
    public const string Rejected = "rejected";
    public const string Withdrawn = "withdrawn";

    public static readonly string[] All =
    [
        Draft,
        Open,
        ChangesRequested,
        Conflicted,
        Accepted,
        Merged,
        Rejected,
        Withdrawn,
    ];

    /// <summary>The author can still revise or withdraw it.</summary>
    public static bool CanBeRevised(string state) => state is Draft or Open or ChangesRequested or Conflicted;

    /// <summary>Others can still review it.</summary>
    public static bool CanBeReviewed(string state) => state is Open or ChangesRequested;
}

/// <summary>What decisions on a proposal need to know. <c>Effect</c> is what reviewers see it do; null where it is not known.</summary>
public sealed record Proposal(
    Guid Id,
    string State,
    Subject Skill,
    string Author,
    int Revision,
    string Rationale,
    Change[] Changes,
    bool Submitted,
    ImmutableHashSet<string> Approvals,
    ImmutableHashSet<string> Requests,
    string? Effect
)
{
    /// <summary>The domain that its changes bring the skill to; null if it stays where it is.</summary>
    public static string? Target(IEnumerable<Change> changes) => changes.OfType<MoveSkill>().LastOrDefault()?.Domain;

    /// <summary>The roles whose requirements the changes are about.</summary>
    public static string[] RolesOf(IEnumerable<Change> changes) =>
        [
            .. changes
                .SelectMany(change =>
                    change is AddSkill add ? add.Requirements.Select(r => r.Role)
                    : Part.Of(change) is { Kind: Part.OfRoles } role ? [role.Slug]
                    : Cell.Of(change) is { } cell ? [cell.Role]
                    : Enumerable.Empty<string>()
                )
                .Distinct(StringComparer.Ordinal),
        ];

    public string? MovesTo => Target(Changes);

    /// <summary>The domains that decide.</summary>
    public IReadOnlyList<string> Domains => Deciders.Domains(Skill, MovesTo);

    /// <summary>What was never submitted is its author's alone.</summary>
    public bool IsHiddenFrom(string caller) => !Submitted && Author != caller;

    public static Proposal? Fold(Proposal? state, Guid id, object @event) =>
        @event switch
        {
            ProposalDrafted e => New(id, Proposals.State.Draft, e.Skill, e.Author, 1, e.Rationale, e.Changes, e.Effect),
            ProposalSubmitted e => New(
                id,
                Proposals.State.Open,
                e.Skill,
                e.Author,
                e.Revision,
                e.Rationale,
                e.Changes,
                e.Effect
            ),
            _ => state?.Next(@event),
        };

    private Proposal Next(object @event) =>
        @event switch
        {
            ProposalRevised e => Revise(e),
            ProposalApproved e => Reopened(Approvals.Add(e.Reviewer), Requests.Remove(e.Reviewer)),
            ChangesRequested e => Reopened(Approvals.Remove(e.Reviewer), Requests.Add(e.Reviewer)),
            ProposalRejected => this with { State = Proposals.State.Rejected },
            ProposalAccepted => this with { State = Proposals.State.Accepted },
            ProposalConflicted => this with { State = Proposals.State.Conflicted },
            ProposalMerged e => this with { State = Proposals.State.Merged, Skill = Skill.Merged(e.Slug) },
            ProposalWithdrawn => this with { State = Proposals.State.Withdrawn },
            _ => this,
        };

    private static Proposal New(
        Guid id,
        string state,
        Subject skill,
        string author,
        int revision,
        string why,
        Change[] changes,
        string? effect
    ) => new(id, state, skill, author, revision, why, changes, state != Proposals.State.Draft, [], [], effect);

    private Proposal Revise(ProposalRevised e) =>
        this with
        {
            // A draft stays one until its author submits it.
            State = State == Proposals.State.Draft ? State : Proposals.State.Open,
            Skill = e.Skill,
            Revision = e.Revision,
            Rationale = e.Rationale,
            Changes = e.Changes,
            Approvals = e.KeepsApprovals ? Approvals : [],
            Requests = [],
            Effect = e.Effect,
        };

    private Proposal Reopened(ImmutableHashSet<string> approvals, ImmutableHashSet<string> requests) =>
        this with
        {
            State = requests.IsEmpty ? Proposals.State.Open : Proposals.State.ChangesRequested,
            Approvals = approvals,
            Requests = requests,
        };
}

public sealed class ProposalFold : SingleStreamProjection<Proposal, Guid>
{
    public override Proposal? Evolve(Proposal? snapshot, Guid id, IEvent e) => Proposal.Fold(snapshot, id, e.Data);
}
