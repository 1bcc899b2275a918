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
        if (verdict is not "approve" && string.IsNullOrWhiteSpace(comment))
            return await ShowProposal.Show(
                id,
                services,
                visit,
                new Shown(Review: comment, Problem: visit.T["review.say-why"], Status: 422),
                ct
            );
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
            ? TypedResults.Redirect(visit.To($"/proposals/{id}") + "?done=reviewed")
            : await ShowProposal.Show(
                id,
                services,
                visit,
                new Shown(Review: comment, Problem: visit.Why(answer), Status: answer.Shown()),
                ct
            );
    }
}
