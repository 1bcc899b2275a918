using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Proposals;

/// <summary>By the author, who no longer wants it.</summary>
public static class WithdrawProposal
{
    public static void Map(WebApplication app) =>
        app.MapPost("/proposals/{id:guid}/withdrawal", Post).RequireAuthorization();

    private static async Task<IResult> Post(
        Guid id,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        _ = form;
        var answer = await services.Send<object>(
            "proposals",
            HttpMethod.Post,
            $"/api/proposals/{id}/withdrawal",
            null,
            ct
        );
        return answer.Ok
            ? TypedResults.Redirect(visit.To($"/proposals/{id}"))
            : await ShowProposal.Show(
                id,
                services,
                visit,
                null,
                answer.Problem ?? visit.T["missing.proposals"],
                answer.Down ? 503 : answer.Status,
                ct
            );
    }
}
