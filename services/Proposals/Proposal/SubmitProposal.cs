using System.Collections.Immutable;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>What someone proposes.</summary>
/// <param name="Skill">Slug, current or former, or id; absent where the change is <c>addSkill</c>, or one of the taxonomy.</param>
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

/// <summary>A proposal that can be reviewed, in its form.</summary>
/// <param name="Effect">What it does to what was seen: see <see cref="Difference.Mark"/>.</param>
public sealed record Sound(Subject Subject, string Rationale, Change[] Changes, string Effect);

public static class SubmitProposal
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost(
                "/",
                async (
                    Proposed body,
                    HttpContext http,
                    Commands commands,
                    Catalogue catalogue,
                    Tallies tallies,
                    TimeProvider time
                ) =>
                {
                    var (skill, around) = await catalogue.Find(body.Skill, body.Changes, http.RequestAborted);
                    var author = Caller.Of(http).Id;
                    var now = time.GetUtcNow();
                    return await commands.Handle<Proposal>(
                        http,
                        Guid.CreateVersion7(now),
                        body,
                        _ => Decide(body, skill, around, author, Guid.CreateVersion7(now), now),
                        Created,
                        starts: true,
                        quota: await tallies.For(http, Act.Proposal, Form.Characters(body))
                    );
                }
            )
            .Produces<ProposalWritten>(201)
            .WithSummary("Proposes changes to a skill, a new skill, or changes to a domain or role.");
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
        Surroundings around,
        string author,
        Guid newSkill,
        DateTimeOffset now,
        Most? most = null
    )
    {
        var (sound, refusal) = Check(body, skill, around, newSkill, most);
        return sound is not var (subject, why, changes, effect) ? refusal!
            : body.Draft ? Decision.Of(new ProposalDrafted(subject, author, why, changes, now, effect))
            : Decision.Of(new ProposalSubmitted(subject, author, 1, why, changes, now, effect));
    }

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
                    now,
                    proposal.Effect
                )
            ),
            { State: State.Open } => Decision.Nothing,
            _ => Closed(proposal),
        };

    /// <summary>Everything that can be said of a proposal before anybody reviews it: it in its form, or why not.</summary>
    /// <param name="body">What was sent.</param>
    /// <param name="skill">The skill it names, as known here.</param>
    /// <param name="around">The rest of the catalogue, as known here.</param>
    /// <param name="newSkill">Id for a skill it adds.</param>
    /// <param name="most">How much it may hold; null for what a person may propose.</param>
    public static (Sound? Proposal, Refusal? Refusal) Check(
        Proposed body,
        KnownSkill? skill,
        Surroundings around,
        Guid newSkill,
        Most? most = null
    )
    {
        var why = TextForm.Text(body.Rationale ?? "");
        var changes = body.Changes?.Select(change => change is null ? null : Normal.Of(change)).ToArray();
        var errors = new List<(string, string)>(Form.Errors(changes, most ?? Most.ByPeople));
        errors.Text("/rationale", why, Form.MaxText);
        var add = changes?.OfType<AddSkill>().FirstOrDefault();
        var isOfSkills = changes?.Any(change => Part.Of(change) is not null) != true;
        if (body.Skill is null && add is null && isOfSkills)
            errors.Add(("/skill", "Required, unless the change is addSkill."));
        if (body.Skill is not null && add is not null)
            errors.Add(("/skill", "addSkill adds a skill; it names none."));
        if (errors.Count > 0)
            return (null, Refusal.Fields(errors) with { IsLate = IsTooLong(changes, most) });
        if (!isOfSkills)
            return ChangeTaxonomy.Check(body, why, changes!, around);
        if (add is null && skill is null)
            return (null, Refusal.NoSuch("skill"));
        if (skill?.State.Retired == true)
            return (null, Refusal.Conflicting("retired", "The skill is retired."));
        var course = Course.Of(skill?.Says, changes!, around);
        if (course.Unknown(around.Places) is { Count: > 0 } unknown)
            return (null, Refusal.Fields([.. unknown.Select(u => ($"/changes{u.Pointer}", u.Message))]));
        if (course.Conflicts.Count > 0)
            return (null, Changed(course.Conflicts));
        if (Difference.Between(course.Before, course.After!).Length == 0)
            return (null, AlreadySo);
        return (
            new Sound(
                skill?.Subject ?? new Subject(newSkill, null, add!.Name, add.Domain, add.Group),
                why,
                // What changes nothing now must not change something later, unseen by all.
                [.. course.Steps.Where(step => step.HasEffect).Select(step => step.Change)],
                Difference.Mark(course)
            ),
            null
        );
    }

    private static bool IsTooLong(Change?[]? changes, Most? most) =>
        Form.Characters(changes ?? []) > (most ?? Most.ByPeople).Characters;

    /// <summary>The refusal of what would change nothing.</summary>
    public static Refusal AlreadySo { get; } =
        Refusal.Field("/changes", "The skill already is as these changes want it.");

    /// <summary>The code of the refusal where somebody was faster.</summary>
    public const string ChangedCode = "changed";

    /// <summary>The refusal of what would go over somebody's head.</summary>
    public static Refusal Changed(IReadOnlyList<Conflict> conflicts) =>
        new(
            RefusalKind.Conflict,
            ChangedCode,
            "It no longer says what the changes say it said. See conflicts.",
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
