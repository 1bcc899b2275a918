using System.Globalization;
using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>All of what a proposal is answered with only the newest of, page by page, newest first.</summary>
public static class ProposalHistory
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/{id:guid}/revisions", Revisions)
            .AllowAnonymous()
            .Produces<Page<RevisionSummary>>()
            .WithSummary("The revisions of a proposal, newest first, without their changes.");
        api.MapGet("/{id:guid}/revisions/{revision:int}", Revision)
            .AllowAnonymous()
            .Produces<RevisionEntry>()
            .WithSummary("One revision of a proposal, whole.");
        api.MapGet("/{id:guid}/reviews", Reviews)
            .AllowAnonymous()
            .Produces<Page<ReviewAnswer>>()
            .WithSummary("The verdicts on a proposal, newest first.");
        api.MapGet("/{id:guid}/timeline", Timeline)
            .AllowAnonymous()
            .Produces<Page<TimelineAnswer>>()
            .WithSummary("What happened to a proposal, newest first.");
    }

    private static async Task<IResult> Revisions(
        Guid id,
        Paging paging,
        HttpContext http,
        IQuerySession session,
        ProposalLog log
    )
    {
        if (await Page(id, http, session) is not { } page)
            return Refusal.NoSuch("proposal").AsProblem();
        var before = (int?)paging.AfterNumber;
        var revisions = await log.Before(page, before, paging.Limit + 1, http.RequestAborted);
        return TypedResults.Ok(paging.Of(revisions, r => [Number(r.Revision)]));
    }

    private static async Task<IResult> Revision(
        Guid id,
        int revision,
        HttpContext http,
        IQuerySession session,
        ProposalLog log
    ) =>
        await Page(id, http, session) is { } page
        && await log.Revision(page, revision, http.RequestAborted) is { } found
            ? TypedResults.Ok(found)
            : Refusal.NoSuch("revision").AsProblem();

    private static async Task<IResult> Reviews(
        Guid id,
        Paging paging,
        HttpContext http,
        IQuerySession session,
        ProposalLog log
    )
    {
        var ct = http.RequestAborted;
        if (await Page(id, http, session) is not { } page)
            return Refusal.NoSuch("proposal").AsProblem();
        var found = paging.Of(
            await log.Happened(page, paging.AfterNumber, paging.Limit + 1, ct, verdicts: true),
            step => [Number(step.Version)]
        );
        var people = await People.Load(session, found.Items.Select(step => step.Actor), ct);
        var deciders = new Deciders(await ReviewPolicies.Load(session, ct), people.Known);
        return TypedResults.Ok(
            new Page<ReviewAnswer>(
                [.. found.Items.Select(step => step.AsReview(page, people, deciders))],
                found.NextCursor
            )
        );
    }

    private static async Task<IResult> Timeline(
        Guid id,
        Paging paging,
        HttpContext http,
        IQuerySession session,
        ProposalLog log
    )
    {
        var ct = http.RequestAborted;
        if (await Page(id, http, session) is not { } page)
            return Refusal.NoSuch("proposal").AsProblem();
        var found = paging.Of(
            await log.Happened(page, paging.AfterNumber, paging.Limit + 1, ct),
            step => [Number(step.Version)]
        );
        var people = await People.Load(session, found.Items.Select(step => step.Actor), ct);
        return TypedResults.Ok(
            new Page<TimelineAnswer>([.. found.Items.Select(step => step.AsStep(people))], found.NextCursor)
        );
    }

    private static async Task<ProposalPage?> Page(Guid id, HttpContext http, IQuerySession session) =>
        await session.LoadAsync<ProposalPage>(id, http.RequestAborted) is { } page && page.IsVisibleTo(http)
            ? page
            : null;

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
