using Microsoft.AspNetCore.Mvc;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Proposals;

/// <summary>Approve, ask for changes, or reject: of the revision that was on the page.</summary>
public static class ReviewProposal
{
    public static void Map(WebApplication app) =>
        app.MapPost("/proposals/{id:guid}/review", Post).RequireAuthorization();

    private static async Task<IResult> Post(
        Guid id,
        [FromForm] int revision,
        [FromForm] string verdict,
        [FromForm] string? comment,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var answer = await services.Send<object>(
            "proposals",
            HttpMethod.Post,
            $"/api/proposals/{id}/reviews",
            new
            {
                revision,
                verdict,
                comment = string.IsNullOrWhiteSpace(comment) ? null : comment,
            },
            ct
        );
        return answer.Ok
            ? TypedResults.Redirect(visit.To($"/proposals/{id}"))
            : await ShowProposal.Show(
                id,
                services,
                visit,
                comment,
                answer.Problem ?? visit.T["missing.proposals"],
                answer.Down ? 503 : answer.Status,
                ct
            );
    }
}
