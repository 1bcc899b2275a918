using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Proposals;

/// <summary>The skill is null where it does not exist yet or the catalogue is down.</summary>
public sealed record ProposalModel(
    Proposal Proposal,
    Skill? Skill,
    bool MayReview,
    bool MayWithdraw,
    string? Comment,
    string? Problem
);

public static class ShowProposal
{
    public static void Map(WebApplication app) => app.MapGet("/proposals/{id:guid}", Get).AllowAnonymous();

    private static Task<IResult> Get(Guid id, Services services, Visit visit, CancellationToken ct) =>
        Show(id, services, visit, null, null, 200, ct);

    public static async Task<IResult> Show(
        Guid id,
        Services services,
        Visit visit,
        string? comment,
        string? problem,
        int status,
        CancellationToken ct
    )
    {
        var answer = await services.Get<Proposal>("proposals", $"/api/proposals/{id}", ct);
        if (answer.Value is not { } proposal)
            return Page.Error(answer.Status);
        var skill = proposal.Skill is { } slug
            ? (await services.Get<Skill>("catalog", $"/api/catalog/skills/{slug}", ct)).Value
            : null;
        var mine = visit.Caller is { } caller && caller.Id == proposal.Author?.Id;
        return Page.Of<ProposalPage>(
            new ProposalModel(
                proposal,
                skill,
                MayReview: visit.Caller?.Is(Roles.Reviewer) == true
                    && !mine
                    && proposal.State is "open" or "changesRequested",
                MayWithdraw: mine && proposal.State is "draft" or "open" or "changesRequested" or "conflicted",
                comment,
                problem
            ),
            status
        );
    }
}
