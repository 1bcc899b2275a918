using SkillPlatform.Contracts;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Comments;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;
using SkillPlatform.Web.Suggest;
using SkillPlatform.Web.Watching;

namespace SkillPlatform.Web.Proposals;

/// <summary>What its reader may do with a proposal. The services decide; this only saves pointless buttons.</summary>
public sealed record May(bool Review, bool Revise, bool Submit, bool Withdraw, bool Watch);

/// <summary>What was asked for or written when the page is shown: a review, a comment, two revisions to compare.</summary>
public sealed record Shown(
    string? Review = null,
    string? Problem = null,
    Writing? Writing = null,
    int Status = 200,
    int? From = null,
    int? To = null,
    string? Done = null,
    string? Cursor = null
);

/// <summary>The skill is null where it does not exist yet or the catalogue is down.</summary>
/// <param name="Queue">What waits for its reader, where that is a reviewer.</param>
/// <param name="Into">What would become of the skill that it is merged into; null where it is not to be, or is already.</param>
public sealed record ProposalModel(
    Proposal Proposal,
    Skill? Skill,
    Names Names,
    May May,
    bool Mine,
    bool? Watched,
    bool? Muted,
    Conversation Conversation,
    Shown Shown,
    OpenProposal[]? Queue,
    MergeImpact? Into = null
);

public static class ShowProposal
{
    public static void Map(WebApplication app) => app.MapGet("/proposals/{id:guid}", Get).AllowAnonymous();

    private static Task<IResult> Get(
        Guid id,
        int? from,
        int? to,
        Guid? reply,
        Guid? edit,
        string? done,
        string? cursor,
        Services services,
        Visit visit,
        CancellationToken ct
    ) =>
        Show(
            id,
            services,
            visit,
            new Shown(Writing: new Writing(reply, edit), From: from, To: to, Done: done, Cursor: cursor),
            ct
        );

    public static async Task<IResult> Show(Guid id, Services services, Visit visit, Shown shown, CancellationToken ct)
    {
        var watched = visit.Watched(services, "proposal", $"{id}", ct);
        var muted = visit.Muted(services, id, ct);
        var tree = Tree.Read(services, ct);
        var queue = visit.Caller?.Is(Roles.Reviewer) == true ? ProposalsPage.Waiting(services, null, ct) : null;
        var answer = await services.Get<Proposal>("proposals", $"/api/proposals/{id}", ct);
        if (answer.Value is not { } proposal)
            return Page.Error(answer.Status);
        var skill = proposal.Skill is { } slug
            ? (await services.Get<Skill>("catalog", $"/api/catalog/skills/{slug}", ct)).Value
            : null;
        var into = proposal.Changes is [MergeSkill]
            ? (await services.Get<Impact>("proposals", $"/api/proposals/{id}/preview", ct)).Value?.Into
            : null;
        var mine = visit.Caller is { } caller && caller.Id == proposal.Author?.Id;
        var page = visit.To($"/proposals/{id}");
        proposal = await WithRevisions(proposal, services, [shown.From, shown.To], ct);
        // It comes with as many as most have.
        var enough = string.IsNullOrEmpty(shown.Cursor) && proposal.Older?.Comments != true;
        var comments = enough
            ? Task.FromResult<PageList<Comment>?>(new PageList<Comment>(proposal.Comments ?? [], null))
            : ReadComments.From(services, $"/api/proposals/{id}/comments", shown.Cursor, ct);
        return Page.Of<ProposalPage>(
            new ProposalModel(
                proposal,
                skill,
                new Names(skill, await tree),
                Of(proposal, mine, visit),
                mine,
                await watched,
                await muted,
                new Conversation(
                    page,
                    $"{page}/comments",
                    await comments,
                    shown.Writing ?? new Writing(),
                    shown.Cursor,
                    [proposal.Author, .. (proposal.Reviews ?? []).Select(review => review.Reviewer)]
                ),
                shown,
                queue is null ? null : (await queue)?.Items,
                into
            ),
            shown.Status
        );
    }

    // Old ones do not come with it.
    private static async Task<Proposal> WithRevisions(
        Proposal proposal,
        Services services,
        int?[] wanted,
        CancellationToken ct
    )
    {
        var revisions = (proposal.Revisions ?? []).ToList();
        foreach (var number in wanted.OfType<int>().Distinct())
            if (
                number > 0
                && number < proposal.Revision
                && !revisions.Exists(revision => revision.Number == number)
                && (
                    await services.Get<Revision>("proposals", $"/api/proposals/{proposal.Id}/revisions/{number}", ct)
                ).Value
                    is { } old
            )
                revisions.Add(old);
        return proposal with { Revisions = [.. revisions.OrderBy(revision => revision.Number)] };
    }

    private static May Of(Proposal proposal, bool mine, Visit visit)
    {
        var unfinished = proposal.State is "draft" or "open" or "changesRequested" or "conflicted";
        return new May(
            Review: !mine
                && proposal.State is "open" or "changesRequested"
                && visit.Caller is { } caller
                && proposal.Domains.Any(caller.Reviews),
            Revise: mine && unfinished,
            Submit: mine && proposal.State is "draft",
            Withdraw: mine && unfinished,
            Watch: visit.SignedIn && proposal.State is not "draft"
        );
    }
}
