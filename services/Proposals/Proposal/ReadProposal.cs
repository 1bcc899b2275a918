using System.Text.Json.Serialization;
using Marten;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>One verdict, as read.</summary>
public sealed record ReviewAnswer(
    Person Reviewer,
    int Revision,
    string Verdict,
    string? Comment,
    bool Counts,
    DateTimeOffset At
);

/// <summary>One thing that happened, as read. The actor is null where the platform did it.</summary>
/// <param name="Comment">The comment whose wording a revision took over.</param>
public sealed record TimelineAnswer(string Kind, int Revision, Person? Actor, DateTimeOffset At, Guid? Comment = null);

/// <summary>Where there is more than a proposal is answered with, and has to be asked for.</summary>
/// <param name="Revisions">True where <c>GET /{id}/revisions</c> has older ones.</param>
/// <param name="Comments">True where <c>GET /{id}/comments</c> has older ones.</param>
/// <param name="Timeline">True where <c>GET /{id}/timeline</c> and <c>GET /{id}/reviews</c> have older ones.</param>
public sealed record Older(bool Revisions, bool Comments, bool Timeline);

/// <summary>A proposal with the newest of what was said and done to it: all there is, of most.</summary>
public sealed record ProposalAnswer(
    Guid Id,
    string? Skill,
    Guid SkillId,
    string SkillName,
    string Domain,
    string Group,
    Person Author,
    string State,
    int Revision,
    string Rationale,
    Change[] Changes,
    Conflict[] Conflicts,
    IEnumerable<RevisionEntry> Revisions,
    IEnumerable<ReviewAnswer> Reviews,
    IEnumerable<DomainApprovals> Approvals,
    IEnumerable<CommentAnswer> Comments,
    IEnumerable<TimelineAnswer> Timeline,
    long? SkillVersion,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    Older Older,
    long? Number,
    Guid? Batch = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaxonomyPart? Taxonomy = null
);

public static class ReadProposal
{
    private const int Comments = 50;
    private const int Steps = 100;
    private const int Revisions = 20;

    // Compressed, as they are stored: of what people may write, the current one and two more fit in any case.
    private const int BytesOfRevisions = 1_000_000;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/{id:guid}", Get)
            .AllowAnonymous()
            .Produces<ProposalAnswer>()
            .WithSummary(
                "One proposal, with the newest revisions, reviews and comments; `older` says of which there are more."
            );

    private static async Task<IResult> Get(Guid id, HttpContext http, IQuerySession session, ProposalLog log)
    {
        var ct = http.RequestAborted;
        var page = await session.LoadAsync<ProposalPage>(id, ct);
        if (page?.IsVisibleTo(http) != true)
            return Refusal.NoSuch("proposal").AsProblem();
        var revisions = await log.Newest(page, Revisions, BytesOfRevisions, ct);
        var steps = await log.Happened(page, null, Steps + 1, ct);
        var conflicts = await log.Conflicts(page, ct);
        var comments = await CommentList.Newest(session, log, On.Proposal, id, null, Comments + 1, ct);
        var people = await People.Load(
            session,
            [page.Author, .. page.Reviewers, .. steps.Select(t => t.Actor), .. comments.Select(c => c.Comment.Author)],
            ct
        );
        var deciders = new Deciders(await ReviewPolicies.Load(session, ct), people.Known);
        var approvals = deciders.Of(page.Domains, page.Approvals).ToArray();
        var tag = Tag.Of(
            page.Version,
            people,
            [.. approvals, .. comments.Select(c => $"{c.Comment.Id}/{c.Comment.Version}/{c.Said is null}")]
        );
        var newest = steps.Take(Steps).Reverse().ToArray();
        return Reading.Tagged(
            http,
            tag,
            new ProposalAnswer(
                page.Id,
                page.Skill.Slug,
                page.Skill.Id,
                page.Skill.Name,
                page.Skill.Domain,
                page.Skill.Group,
                people[page.Author]!,
                page.State,
                page.Revision,
                page.Rationale,
                revisions[^1].Changes,
                conflicts,
                revisions,
                newest.Where(s => s.Verdict is not null).Select(s => s.AsReview(page, people, deciders)),
                approvals,
                comments.Take(Comments).Reverse().Select(c => CommentList.Answer(c, people)),
                newest.Select(s => s.AsStep(people)),
                page.SkillVersion,
                page.CreatedAt,
                page.UpdatedAt,
                new Older(revisions[0].Revision > 1, comments.Count > Comments, steps.Count > Steps),
                (await log.Numbers([id], ct)).TryGetValue(id, out var number) ? number : null,
                page.Batch,
                page.Skill.Part
            )
        );
    }

    /// <summary>A verdict as it is read.</summary>
    public static ReviewAnswer AsReview(this TimelineEntry step, ProposalPage page, People people, Deciders deciders) =>
        new(
            people[step.Actor]!,
            step.Revision,
            step.Verdict!,
            step.Reason,
            page.Verdicts.Exists(v => v.At == step.Version) && deciders.Count(step.Actor!, page.Domains),
            step.At
        );

    /// <summary>What happened, as it is read.</summary>
    public static TimelineAnswer AsStep(this TimelineEntry step, People people) =>
        new(step.Kind, step.Revision, people[step.Actor], step.At, step.Comment);
}
