using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Proposals;

namespace SkillPlatform.Web.Comments;

/// <summary>Take over the wording that a comment suggests, by one click of the proposal's author.</summary>
public static class AdoptWording
{
    public static void Map(WebApplication app) =>
        app.MapPost("/proposals/{id:guid}/comments/{comment:guid}/adoption", Post).RequireAuthorization();

    private static async Task<IResult> Post(
        Guid id,
        Guid comment,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var answer = await services.Send<object>(
            "proposals",
            HttpMethod.Post,
            $"/api/proposals/{id}/comments/{comment}/adoption",
            null,
            ct,
            form["tag"]
        );
        return answer.Ok
            ? TypedResults.Redirect($"{visit.To($"/proposals/{id}")}?done=adopted#{Spot.Of(form["spot"])?.Anchor}")
            : await ShowProposal.Show(
                id,
                services,
                visit,
                new Shown(Problem: visit.Why(answer), Status: answer.Shown()),
                ct
            );
    }
}
