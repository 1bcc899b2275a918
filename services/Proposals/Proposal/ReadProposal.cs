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
public sealed record TimelineAnswer(string Kind, int Revision, Person? Actor, DateTimeOffset At);

/// <summary>A proposal, whole.</summary>
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
    DateTimeOffset UpdatedAt
);

public static class ReadProposal
{
    private const int Comments = 200;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/{id:guid}", Get)
            .AllowAnonymous()
            .Produces<ProposalAnswer>()
            .WithSummary("One proposal, with its first 200 comments.");

    private static async Task<IResult> Get(Guid id, HttpContext http, IQuerySession session)
    {
        var ct = http.RequestAborted;
        var page = await session.LoadAsync<ProposalPage>(id, ct);
        if (page?.IsVisibleTo(http) != true)
            return Refusal.NoSuch("proposal").AsProblem();
        var comments = await CommentList.Load(session, On.Proposal, id, null, Comments, ct);
        var people = await People.Load(
            session,
            [
                page.Author,
                .. page.Reviews.Select(r => r.Reviewer),
                .. page.Timeline.Select(t => t.Actor),
                .. comments.Select(c => c.Comment.Author),
            ],
            ct
        );
        var deciders = new Deciders(await ReviewPolicies.Load(session, ct), people.Known);
        var approvals = deciders.Of(page.Skill.Domain, page.MovesTo, page.Approvals).ToArray();
        var tag = Tag.Of(
            page.Version,
            people,
            [.. approvals, .. comments.Select(c => $"{c.Comment.Id}/{c.Comment.Version}/{c.Text is null}")]
        );
        return Reading.Tagged(http, tag, Answer(page, comments, people, deciders, approvals));
    }

    private static ProposalAnswer Answer(
        ProposalPage page,
        IReadOnlyList<(Comment, string?)> comments,
        People people,
        Deciders deciders,
        DomainApprovals[] approvals
    ) =>
        new(
            page.Id,
            page.Skill.Slug,
            page.Skill.Id,
            page.Skill.Name,
            page.Skill.Domain,
            page.Skill.Group,
            people[page.Author]!,
            page.State,
            page.Revision,
            page.Current.Rationale,
            page.Current.Changes,
            page.Conflicts,
            page.Revisions,
            page.Reviews.Select(r => new ReviewAnswer(
                people[r.Reviewer]!,
                r.Revision,
                r.Verdict,
                r.Comment,
                r.Counts && deciders.Count(r.Reviewer, page.Skill.Domain, page.MovesTo),
                r.At
            )),
            approvals,
            comments.Select(c => CommentList.Answer(c, people)),
            page.Timeline.Select(t => new TimelineAnswer(t.Kind, t.Revision, people[t.Actor], t.At)),
            page.SkillVersion,
            page.CreatedAt,
            page.UpdatedAt
        );
}
