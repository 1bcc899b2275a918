using System.Collections.Immutable;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>What someone proposes.</summary>
/// <param name="Skill">Slug, current or former, or id; absent where the change is <c>addSkill</c>.</param>
/// <param name="Rationale">Why: Markdown, 1 to 5,000 characters.</param>
/// <param name="Changes">1 to 100 operations, applied in order, all or none.</param>
/// <param name="Draft">True to keep it to oneself until <c>POST /{id}/submission</c>.</param>
public sealed record Proposed(
    string? Skill = null,
    string? Rationale = null,
    Change[]? Changes = null,
    bool Draft = false
);

/// <summary>What a write to a proposal answers.</summary>
public sealed record ProposalWritten(Guid Id, string? Skill, string State, int Revision);

public static class SubmitProposal
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost(
                "/",
                async (Proposed body, HttpContext http, Commands commands, Catalogue catalogue, TimeProvider time) =>
                {
                    var (skill, taxonomy) = await catalogue.Find(body.Skill, http.RequestAborted);
                    var author = Caller.Of(http).Id;
                    var now = time.GetUtcNow();
                    return await commands.Handle<Proposal>(
                        http,
                        Guid.CreateVersion7(now),
                        body,
                        _ => Decide(body, skill, taxonomy, author, Guid.CreateVersion7(now), now),
                        Created,
                        starts: true
                    );
                }
            )
            .Produces<ProposalWritten>(201)
            .WithSummary("Proposes changes to a skill, or a new skill.");
        api.MapPost(
                "/{id:guid}/submission",
                async (Guid id, HttpContext http, Commands commands, TimeProvider time) =>
                {
                    var author = Caller.Of(http).Id;
                    var now = time.GetUtcNow();
                    return await commands.Handle<Proposal>(
                        http,
                        id,
                        null,
                        proposal => Decide(proposal, author, now),
                        done => new Answer(204, Version: done.Version)
                    );
                }
            )
            .Produces(204)
            .WithSummary("Submits a draft.");
    }

    /// <summary>Starts a proposal.</summary>
    public static Decision Decide(
        Proposed body,
        KnownSkill? skill,
        KnownTaxonomy taxonomy,
        string author,
        Guid newSkill,
        DateTimeOffset now
    )
    {
        var (subject, refusal) = Check(body, skill, taxonomy, newSkill);
        if (refusal is not null)
            return refusal;
        var changes = WithEffect(body.Changes!, skill, taxonomy);
        return body.Draft
            ? Decision.Of(new ProposalDrafted(subject!, author, body.Rationale!, changes, now))
            : Decision.Of(new ProposalSubmitted(subject!, author, 1, body.Rationale!, changes, now));
    }

    /// <summary>
    /// What changes nothing is not proposed: else it is approved as doing nothing, and does something once the skill has
    /// changed.
    /// </summary>
    public static Change[] WithEffect(Change[] changes, KnownSkill? skill, KnownTaxonomy taxonomy) =>
        skill is null ? changes : Effects.WithEffect(skill.State, changes, taxonomy);

    /// <summary>Submits a draft.</summary>
    public static Decision Decide(Proposal? proposal, string author, DateTimeOffset now) =>
        proposal switch
        {
            null => Refusal.NoSuch("proposal"),
            _ when proposal.IsHiddenFrom(author) => Refusal.NoSuch("proposal"),
            _ when proposal.Author != author => Refusal.Forbidden("not-author", "Only its author submits a proposal."),
            { State: State.Draft } => Decision.Of(
                new ProposalSubmitted(
                    proposal.Skill,
                    author,
                    proposal.Revision,
                    proposal.Rationale,
                    proposal.Changes,
                    now
                )
            ),
            { State: State.Open } => Decision.Nothing,
            _ => Closed(proposal),
        };

    /// <summary>Everything that can be said of a proposal before anybody reviews it: what it is about, or why not.</summary>
    /// <param name="body">What was sent.</param>
    /// <param name="skill">The skill it names, as known here.</param>
    /// <param name="taxonomy">The taxonomy, as known here.</param>
    /// <param name="newSkill">Id for a skill it adds.</param>
    public static (Subject? Subject, Refusal? Refusal) Check(
        Proposed body,
        KnownSkill? skill,
        KnownTaxonomy taxonomy,
        Guid newSkill
    )
    {
        var errors = Form.Errors(body.Rationale, body.Changes);
        var add = body.Changes?.OfType<AddSkill>().FirstOrDefault();
        if (body.Skill is null && add is null)
            errors.Add(("/skill", "Required, unless the change is addSkill."));
        if (body.Skill is not null && add is not null)
            errors.Add(("/skill", "addSkill adds a skill; it names none."));
        if (errors.Count > 0)
            return (null, Refusal.Fields(errors));
        if (add is null && skill is null)
            return (null, Refusal.NoSuch("skill"));
        if (skill?.State.Retired == true)
            return (null, Refusal.Conflicting("retired", "The skill is retired."));
        var effects = Effects.Of(skill?.State, body.Changes!, taxonomy);
        if (effects.Unknown.Count > 0)
            return (null, Refusal.Fields([.. effects.Unknown.Select(u => ($"/changes{u.Pointer}", u.Message))]));
        if (effects.Conflicts.Count > 0)
            return (null, Changed(effects.Conflicts));
        if (skill is not null && Effect.Between(skill.State, effects.After!).Count == 0)
            return (null, Refusal.Field("/changes", "The skill already is as these changes want it."));
        return (skill?.Subject ?? new Subject(newSkill, null, add!.Name, add.Domain, add.Group), null);
    }

    private static Refusal Changed(IReadOnlyList<Conflict> conflicts) =>
        new(
            RefusalKind.Conflict,
            "changed",
            "The skill no longer says what the changes say it said. See conflicts.",
            Extensions: ImmutableDictionary<string, object?>.Empty.Add("conflicts", conflicts)
        );

    /// <summary>The refusal for something that the proposal's state does not allow.</summary>
    public static Refusal Closed(Proposal proposal) =>
        Refusal.Conflicting(
            "wrong-state",
            proposal.State switch
            {
                State.Accepted => "The proposal is accepted and being applied.",
                State.Merged => "The proposal is merged.",
                State.Rejected => "The proposal was rejected.",
                State.Withdrawn => "The proposal was withdrawn.",
                State.Draft => "The proposal is a draft.",
                State.Conflicted => "The proposal is in conflict with the skill; its author has to revise it.",
                _ => "The proposal is open.",
            }
        );

    /// <summary>The answer for a new proposal.</summary>
    public static Answer Created(Committed done)
    {
        var (skill, state) = done.Events[0] switch
        {
            ProposalDrafted e => (e.Skill.Slug, State.Draft),
            ProposalSubmitted e => (e.Skill.Slug, State.Open),
            var other => throw new InvalidOperationException($"{other} starts no proposal."),
        };
        return new Answer(
            201,
            new ProposalWritten(done.Id, skill, state, 1),
            $"/api/proposals/{done.Id}",
            done.Version
        );
    }
}
