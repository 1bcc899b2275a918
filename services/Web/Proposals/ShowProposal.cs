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
/// <param name="Looks">How often the page has looked by itself whether it is applied; null where it must not.</param>
public sealed record Shown(
    string? Review = null,
    string? Problem = null,
    Writing? Writing = null,
    int Status = 200,
    int? From = null,
    int? To = null,
    string? Done = null,
    string? Cursor = null,
    int? Looks = null
);

/// <summary>The skill is null where it does not exist yet or the catalogue is down.</summary>
/// <param name="Queue">What waits for its reader, where that is a reviewer.</param>
/// <param name="Tag">What was read, for what is written on it.</param>
/// <param name="LooksAgain">It is being applied, and the page waits for that.</param>
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
    string? Tag,
    bool LooksAgain,
    MergeImpact? Into = null
)
{
    /// <summary>Where what is merged is undone: one change at once, one of several from the history.</summary>
    public string Undo(Visit visit) =>
        Proposal.Changes.Length == 1
            ? visit.To($"/skills/{Proposal.Skill}/undo?version={Proposal.SkillVersion}")
            : visit.To($"/skills/{Proposal.Skill}/history");
}

public static class ShowProposal
{
    // With a second more each time, a good minute; what takes longer is nothing to wait for.
    private const int MostLooks = 10;

    public static void Map(WebApplication app) => app.MapGet("/proposals/{id:guid}", Get).AllowAnonymous();

    private static Task<IResult> Get(
        Guid id,
        int? from,
        int? to,
        Guid? reply,
        Guid? edit,
        string? about,
        string? done,
        string? cursor,
        int? look,
        bool? still,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var writing = new Writing(reply, edit, About: about);
        // Whatever is half written must not go.
        var waits = still != true && writing == new Writing();
        return Show(
            id,
            services,
            visit,
            new Shown(
                Writing: writing,
                From: from,
                To: to,
                Done: done,
                Cursor: cursor,
                Looks: waits ? Math.Clamp(look ?? 0, 0, MostLooks) : null
            ),
            ct
        );
    }

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
        var names = new Names(skill, await tree);
        var looks = proposal.State == "accepted" && shown.Looks < MostLooks ? shown.Looks : null;
        if (looks is { } times)
            visit.LookAgain(
                times + 2,
                // What was done stays said.
                $"{page}?look={Visit.Plain(times + 1)}{(shown.Done is { } done ? $"&done={Uri.EscapeDataString(done)}" : "")}"
            );
        return Page.Of<ProposalPage>(
            new ProposalModel(
                proposal,
                skill,
                names,
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
                    [proposal.Author, .. (proposal.Reviews ?? []).Select(review => review.Reviewer)],
                    comment =>
                        comment.About is { } on
                            ? new Whereabouts(
                                names.About(visit.T, on),
                                Spot.Of(on, proposal.Revision, proposal.Changes)
                            )
                            : null
                ),
                shown,
                queue is null ? null : (await queue)?.Items,
                answer.Tag,
                looks is not null,
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
