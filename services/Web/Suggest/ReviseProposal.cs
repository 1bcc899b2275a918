using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Proposals;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Suggest;

/// <summary>Another revision of a proposal of one's own: the same form, with what was proposed so far.</summary>
public static class ReviseProposal
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/proposals/{id:guid}/revise", Get).RequireAuthorization();
        app.MapPost("/proposals/{id:guid}/revise", Post).RequireAuthorization();
    }

    private static async Task<IResult> Get(Guid id, Services services, Visit visit, CancellationToken ct)
    {
        var (about, status) = await Find(id, services, visit, ct);
        return about is null
            ? Page.Error(status)
            : await SuggestForm.Show(
                about,
                Suggestion.From(about.Skill, about.Proposal!.Changes, about.Proposal.Rationale),
                services,
                ct
            );
    }

    private static async Task<IResult> Post(
        Guid id,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var (about, status) = await Find(id, services, visit, ct);
        return about is null ? Page.Error(status) : await SuggestForm.Take(about, form, services, visit, ct);
    }

    private static async Task<(Suggesting?, int)> Find(Guid id, Services services, Visit visit, CancellationToken ct)
    {
        var answer = await services.Get<Proposal>("proposals", $"/api/proposals/{id}", ct);
        if (answer.Value is not { } proposal)
            return (null, answer.Status);
        if (proposal.Author?.Id != visit.Caller?.Id)
            return (null, 403);
        if (proposal.Skill is not { } slug)
            return (new Suggesting(SuggestSkill.Blank(), IsNew: true, proposal, answer.Tag), 200);
        var skill = await services.Get<Skill>("catalog", $"/api/catalog/skills/{slug}", ct);
        return skill.Value is { } now
            ? (new Suggesting(now, IsNew: false, proposal, answer.Tag), 200)
            : (null, skill.Status);
    }
}
