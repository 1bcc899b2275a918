using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Proposals;

public sealed record ProposalsModel(PageList<OpenProposal>? Waiting, PageList<OpenProposal>? Open, string? Cursor);

/// <summary>What waits for me, and what is open.</summary>
public static class ProposalsPage
{
    public static void Map(WebApplication app) => app.MapGet("/proposals", Get).AllowAnonymous();

    private static async Task<IResult> Get(string? cursor, Services services, Visit visit, CancellationToken ct)
    {
        var open = services.Get<PageList<OpenProposal>>(
            "proposals",
            string.IsNullOrEmpty(cursor)
                ? (FormattableString)$"/api/proposals?state=open&limit={50}"
                : $"/api/proposals?state=open&limit={50}&cursor={cursor}",
            ct
        );
        var waiting = visit.SignedIn
            ? services.Get<PageList<OpenProposal>>("proposals", $"/api/proposals?turn=me&limit={50}", ct)
            : null;
        return Page.Of<ProposalsView>(
            new ProposalsModel(waiting is null ? null : (await waiting).Value, (await open).Value, cursor),
            (await open).Down ? 503 : 200
        );
    }
}
