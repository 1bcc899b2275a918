using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.Web.Catalogue;
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

    private static async Task<IResult> Get(Guid id, int? from, Services services, Visit visit, CancellationToken ct)
    {
        var tree = Tree.Read(services, ct);
        var (about, status) = await Find(id, services, visit, ct);
        if (about is not { Proposal: { } proposal, Skill: var skill })
            return Page.Error(status);
        if (proposal.Taxonomy is not null)
            return await SuggestTaxonomy.Revise(proposal, about.Tag, from, services, ct);
        if (proposal.Changes is [MergeSkill merge])
            return TypedResults.Redirect(
                visit.To($"/skills/{skill.Slug}/merge?into={merge.Into}&proposal={proposal.Id}")
            );
        var (now, changes) = (skill.Says with { Retired = false }, proposal.Changes);
        var suggestion = changes is [AddSkill add]
            ? Suggestion.Of(
                now,
                Said.Of(
                    add.Name,
                    add.Keywords,
                    new(add.Domain, add.Group),
                    add.Requirements,
                    description: add.Description
                ),
                proposal.Rationale
            )
            : Suggestion.Of(
                now,
                changes,
                (await tree).Places(skill, changes),
                await Seen(proposal, skill, services, ct),
                proposal.Rationale
            );
        return Page.Of<SuggestPage>(
            new SuggestModel(
                about,
                suggestion,
                await tree,
                Problem: skill.Retired ? visit.T["suggest.retired"] : null,
                Alike: await Alike.Find(about, suggestion.Name, services, ct)
            )
        );
    }

    // Only what was dropped meanwhile needs it: changes themselves say what they saw of the rest.
    private static async Task<Said?> Seen(Proposal proposal, Skill now, Services services, CancellationToken ct) =>
        proposal.Changes.Select(Cell.Of).OfType<Cell>().All(cell => now.At(cell.Role, cell.Level) is not null)
            ? null
            : (await services.SkillAt(now.Slug, proposal.Revisions?[^1].At ?? proposal.CreatedAt, ct)).Value?.Says;

    private static async Task<IResult> Post(
        Guid id,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var (about, status) = await Find(id, services, visit, ct);
        return about is null ? Page.Error(status)
            : about is { Proposal: { Taxonomy: not null } proposal }
                ? await SuggestTaxonomy.Take(proposal, about.Tag, form, services, visit, ct)
            : await SuggestForm.Take(about, form, services, visit, ct);
    }

    /// <summary>A proposal of one's own, with the skill that it is about.</summary>
    public static async Task<(Suggesting?, int)> Find(Guid id, Services services, Visit visit, CancellationToken ct)
    {
        var answer = await services.Get<Proposal>("proposals", $"/api/proposals/{id}", ct);
        if (answer.Value is not { } proposal)
            return (null, answer.Status);
        if (proposal.Author?.Id != visit.Caller?.Id)
            return (null, 403);
        // What cannot be shown must not be lost.
        if (proposal.Changes.Any(change => change is OtherChange))
            return (null, 503);
        if (proposal.Skill is not { } slug)
            return (new Suggesting(SuggestSkill.Blank(), IsNew: true, proposal, answer.Tag), 200);
        var skill = await SuggestForm.Last(slug, services, ct);
        return skill.Value is { } now
            ? (new Suggesting(now, IsNew: false, proposal, answer.Tag), 200)
            : (null, skill.Status);
    }
}
