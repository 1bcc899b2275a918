using System.Collections.Immutable;
using System.Text.Json.Serialization;
using JasperFx.Events;
using Marten;
using Marten.Events.Aggregation;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>A verdict that counts: given on the current revision, or on an equal one, and not taken back since.</summary>
/// <param name="Reviewer">Who gave it.</param>
/// <param name="Given"><c>approve</c>, <c>requestChanges</c> or <c>reject</c>.</param>
/// <param name="At">Version of the stream with it.</param>
public sealed record Verdict(string Reviewer, string Given, long At);

/// <summary>
/// A proposal as lists read it: ids of people, no names, and nothing whose length its author or its reviewers decide. What it
/// changes, and what happened to it, stays in its stream, of which <see cref="ProposalLog"/> reads a part.
/// </summary>
/// <param name="Changes">How many there are.</param>
/// <param name="MovesTo">Another domain that decides, too.</param>
/// <param name="Roles">Whose requirements it is about.</param>
/// <param name="Cells">The requirements it is about.</param>
/// <param name="Verdicts">Those that count.</param>
/// <param name="Reviewers">Whoever has given a verdict at all.</param>
/// <param name="Batch">The batch that it came with; null where it came alone.</param>
/// <param name="ConflictAt">Version of the stream with the conflicts of the current revision.</param>
/// <param name="Head">What it is called by; null until an older version of this service has left the page.</param>
public sealed record ProposalPage(
    Guid Id,
    long Version,
    string State,
    Subject Skill,
    string Author,
    bool Submitted,
    int Revision,
    string Rationale,
    int Changes,
    string? MovesTo,
    string[] Roles,
    Cell[] Cells,
    ImmutableList<Verdict> Verdicts,
    string[] Reviewers,
    long? ConflictAt,
    long? SkillVersion,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? RemindedAt = null,
    Headline? Head = null,
    Guid? Batch = null
)
{
    /// <summary>Whose verdict counts; lists ask for it.</summary>
    public string[] Reviewed => [.. Verdicts.Select(v => v.Reviewer)];

    /// <summary>The domains that decide.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Domains => Deciders.Domains(Skill, MovesTo);

    /// <summary>Who has approved what is the current revision.</summary>
    [JsonIgnore]
    public string[] Approvals => [.. Verdicts.Where(v => v.Given == "approve").Select(v => v.Reviewer)];

    /// <summary>What was never submitted is its author's alone.</summary>
    public bool IsVisibleTo(HttpContext http) => Submitted || Author == Caller.Of(http.User)?.Id;

    public static ProposalPage? Fold(ProposalPage? page, Guid id, long version, object @event) =>
        @event switch
        {
            ProposalDrafted e => New(id, Proposals.State.Draft, e.Skill, e.Author, e.At).Says(e.Rationale, e.Changes),
            ProposalSubmitted e when page is null => New(id, Proposals.State.Open, e.Skill, e.Author, e.At)
                .Says(e.Rationale, e.Changes) with
            {
                Batch = e.Batch,
            },
            ProposalSubmitted e => page with { State = Proposals.State.Open, Submitted = true, UpdatedAt = e.At },
            _ => page?.Next(version, @event),
        }
            is { } next
            ? next with
            {
                Version = version,
            }
            : null;

    private ProposalPage Next(long version, object @event) =>
        @event switch
        {
            ProposalRevised e => Revise(e),
            ProposalApproved e => Review(e.Reviewer, "approve", version, e.At),
            ChangesRequested e => Review(e.Reviewer, "requestChanges", version, e.At),
            ProposalRejected e => Review(e.Reviewer, "reject", version, e.At) with { State = Proposals.State.Rejected },
            ProposalAccepted e => this with { State = Proposals.State.Accepted, UpdatedAt = e.At },
            ProposalConflicted e => this with
            {
                State = Proposals.State.Conflicted,
                ConflictAt = version,
                UpdatedAt = e.At,
            },
            ProposalMerged e => this with
            {
                State = Proposals.State.Merged,
                Skill = Skill.Merged(e.Slug),
                SkillVersion = e.SkillVersion,
                UpdatedAt = e.At,
            },
            ProposalWithdrawn e => this with { State = Proposals.State.Withdrawn, UpdatedAt = e.At },
            // Nothing that changes it.
            ProposalReminded e => this with { RemindedAt = e.At },
            _ => this,
        };

    private static ProposalPage New(Guid id, string state, Subject skill, string author, DateTimeOffset at) =>
        new(
            id,
            0,
            state,
            skill,
            author,
            state != Proposals.State.Draft,
            1,
            "",
            0,
            null,
            [],
            [],
            [],
            [],
            null,
            null,
            at,
            at
        );

    private ProposalPage Says(string rationale, Change[] changes) =>
        this with
        {
            Rationale = rationale,
            Changes = changes.Length,
            Head = Headline.Of(changes),
            MovesTo = Proposal.Target(changes),
            Roles = Proposal.RolesOf(changes),
            Cells = [.. changes.Select(Cell.Of).OfType<Cell>().Distinct()],
        };

    private ProposalPage Revise(ProposalRevised e) =>
        Says(e.Rationale, e.Changes) with
        {
            State = State == Proposals.State.Draft ? State : Proposals.State.Open,
            Skill = e.Skill,
            Revision = e.Revision,
            Verdicts = e.KeepsApprovals ? Verdicts.RemoveAll(v => v.Given != "approve") : [],
            ConflictAt = null,
            UpdatedAt = e.At,
        };

    private ProposalPage Review(string reviewer, string given, long version, DateTimeOffset at)
    {
        var verdicts = Verdicts.RemoveAll(v => v.Reviewer == reviewer).Add(new Verdict(reviewer, given, version));
        return this with
        {
            State = verdicts.Exists(v => v.Given == "requestChanges")
                ? Proposals.State.ChangesRequested
                : Proposals.State.Open,
            Verdicts = verdicts,
            Reviewers = [.. Reviewers.Append(reviewer).Distinct(StringComparer.Ordinal)],
            UpdatedAt = at,
        };
    }

    /// <summary>
    /// Makes the pages anew that an older version of this service has left: those had every revision in them, or no
    /// headline. Before the service serves.
    /// </summary>
    public static async Task Renew(IServiceProvider services, CancellationToken ct)
    {
        var store = services.GetRequiredService<IDocumentStore>();
        IReadOnlyList<Guid> old;
        do
        {
            await using var session = store.LightweightSession();
            old = await session.AdvancedSql.QueryAsync<Guid>(
                "select id from mt_doc_proposal_page where jsonb_exists(data, 'revisions') or data ->> 'head' is null limit 50",
                ct
            );
            foreach (var id in old)
                if (
                    (await session.Events.FetchStreamAsync(id, token: ct)).Aggregate(
                        (ProposalPage?)null,
                        (page, e) => Fold(page, id, e.Version, e.Data)
                    ) is
                    { } page
                )
                    session.Store(page);
            await session.SaveChangesAsync(ct);
        } while (old.Count > 0);
    }
}

public sealed class ProposalPageFold : SingleStreamProjection<ProposalPage, Guid>
{
    public override ProposalPage? Evolve(ProposalPage? snapshot, Guid id, IEvent e) =>
        ProposalPage.Fold(snapshot, id, e.Version, e.Data);
}
