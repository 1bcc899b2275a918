using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Proposals;

/// <param name="List">Null if the proposals do not answer.</param>
/// <param name="State">What the list is narrowed to; empty for all.</param>
public sealed record ProposalsModel(
    string Which,
    PageList<OpenProposal>? List,
    string? State = null,
    PageList<OpenProposal>? Waiting = null
);

/// <summary>All proposals, mine, and those that wait for me.</summary>
public static class ProposalsPage
{
    public static readonly string[] States =
    [
        "open",
        "changesRequested",
        "conflicted",
        "accepted",
        "merged",
        "rejected",
        "withdrawn",
    ];

    public static void Map(WebApplication app)
    {
        app.MapGet("/proposals", All).AllowAnonymous();
        app.MapGet("/proposals/mine", Mine).RequireAuthorization();
        app.MapGet("/queue", Queue).RequireAuthorization();
    }

    private static async Task<IResult> All(
        string? state,
        string? cursor,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        // What is open is what most come for; "all" is a choice like the others.
        var narrowed =
            state is null ? "open"
            : States.Contains(state, StringComparer.Ordinal) ? state
            : "";
        var list = await services.Get<PageList<OpenProposal>>("proposals", Query(null, narrowed, cursor), ct);
        return Page.Of<ProposalsView>(new ProposalsModel("all", list.Value, narrowed), list.Value is null ? 503 : 200);
    }

    private static async Task<IResult> Mine(string? state, string? cursor, Services services, CancellationToken ct)
    {
        var narrowed = state is "draft" || States.Contains(state, StringComparer.Ordinal) ? state! : "";
        var list = await services.Get<PageList<OpenProposal>>("proposals", Query("author", narrowed, cursor), ct);
        return Page.Of<ProposalsView>(new ProposalsModel("mine", list.Value, narrowed), list.Value is null ? 503 : 200);
    }

    private static async Task<IResult> Queue(string? cursor, Services services, CancellationToken ct)
    {
        // Whoever waits longest comes first; the service lists the newest first.
        var list = await services.Get<PageList<OpenProposal>>(
            "proposals",
            ((FormattableString)$"/api/proposals?turn=me&limit={200}").With("cursor", cursor),
            ct
        );
        var oldest = list.Value is { } found
            ? found with
            {
                Items = [.. found.Items.OrderBy(p => p.UpdatedAt ?? p.CreatedAt)],
            }
            : null;
        return Page.Of<ProposalsView>(new ProposalsModel("queue", oldest), oldest is null ? 503 : 200);
    }

    private static FormattableString Query(string? me, string state, string? cursor)
    {
        var path = me is null ? "/api/proposals?limit={0}" : "/api/proposals?author=me&limit={0}";
        if (state.Length > 0)
            path += "&state={1}";
        if (!string.IsNullOrEmpty(cursor))
            path += "&cursor={2}";
        return System.Runtime.CompilerServices.FormattableStringFactory.Create(path, 50, state, cursor ?? "");
    }
}
