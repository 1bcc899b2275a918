using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Proposals;

/// <summary>What its author does with a proposal as it is: hand in a draft, or withdraw it.</summary>
public static class WithdrawProposal
{
    public static void Map(WebApplication app)
    {
        app.MapPost("/proposals/{id:guid}/submission", Submit).RequireAuthorization();
        app.MapPost("/proposals/{id:guid}/withdrawal", Withdraw).RequireAuthorization();
    }

    private static Task<IResult> Submit(
        Guid id,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    ) => Post(id, $"/api/proposals/{id}/submission", "submitted", services, visit, ct);

    private static Task<IResult> Withdraw(
        Guid id,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    ) => Post(id, $"/api/proposals/{id}/withdrawal", "withdrawn", services, visit, ct);

    private static async Task<IResult> Post(
        Guid id,
        FormattableString path,
        string done,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var answer = await services.Send<object>("proposals", HttpMethod.Post, path, null, ct);
        return answer.Ok
            ? TypedResults.Redirect(visit.To($"/proposals/{id}") + $"?done={done}")
            : await ShowProposal.Show(
                id,
                services,
                visit,
                new Shown(Problem: visit.Why(answer), Status: answer.Shown()),
                ct
            );
    }
}
