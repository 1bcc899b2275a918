using System.Globalization;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Proposals;

/// <summary>What a list of proposals is narrowed to.</summary>
public sealed record ProposalsAsked(string? State, string? Domain, string? Author, string? Age, string? Cursor);

/// <param name="List">Null if the proposals do not answer.</param>
/// <param name="Tree">What roles and levels are called.</param>
/// <param name="State">What the list is narrowed to; empty for all.</param>
public sealed record ProposalsModel(
    string Which,
    PageList<OpenProposal>? List,
    Tree Tree,
    ProposalsAsked Asked,
    string? State = null
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

    /// <summary>How long ago they were begun.</summary>
    public static readonly string[] Ages = ["week", "month", "older", "oldest"];

    public static void Map(WebApplication app)
    {
        app.MapGet("/proposals", All).AllowAnonymous();
        app.MapGet("/proposals/mine", Mine).RequireAuthorization();
        app.MapGet("/queue", Queue).RequireAuthorization();
        // As people name one to each other.
        app.MapGet("/proposals/{number:long}", Numbered).AllowAnonymous();
    }

    // What is open is what most come for; "all" is a choice like the others.
    private static Task<IResult> All(
        [AsParameters] ProposalsAsked asked,
        Services services,
        TimeProvider time,
        CancellationToken ct
    ) =>
        Show(
            "all",
            asked,
            asked.State is null ? "open"
                : States.Contains(asked.State, StringComparer.Ordinal) ? asked.State
                : "",
            services,
            time,
            ct
        );

    private static Task<IResult> Mine(
        [AsParameters] ProposalsAsked asked,
        Services services,
        TimeProvider time,
        CancellationToken ct
    ) =>
        Show(
            "mine",
            asked with
            {
                Author = null,
            },
            asked.State is "draft" || States.Contains(asked.State, StringComparer.Ordinal) ? asked.State! : "",
            services,
            time,
            ct
        );

    private static async Task<IResult> Show(
        string which,
        ProposalsAsked asked,
        string state,
        Services services,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var tree = await Tree.Read(services, ct);
        asked = asked with { Domain = Pick.Slug(asked.Domain, tree.Choices) };
        var (after, before) = Between(asked.Age, time.GetUtcNow());
        FormattableString address = $"/api/proposals?limit={50}";
        var list = await services.Get<PageList<OpenProposal>>(
            "proposals",
            address
                .With("author", which == "mine" ? "me" : asked.Author?.Trim())
                .With("state", state)
                .With("domain", asked.Domain)
                .With("createdAfter", after)
                .With("createdBefore", before)
                .With("cursor", asked.Cursor),
            ct
        );
        return list.Status is 400 or 422
            ? Page.Error(400)
            : Page.Of<ProposalsView>(
                new ProposalsModel(which, list.Value, tree, asked, state),
                list.Value is null ? 503 : 200
            );
    }

    private static (string? After, string? Before) Between(string? age, DateTimeOffset now) =>
        age switch
        {
            "week" => (Day(now.AddDays(-7)), null),
            "month" => (Day(now.AddDays(-30)), null),
            "older" => (null, Day(now.AddDays(-30))),
            "oldest" => (null, Day(now.AddDays(-180))),
            _ => (null, null),
        };

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static async Task<IResult> Queue(string? cursor, Services services, CancellationToken ct)
    {
        var tree = Tree.Read(services, ct);
        var oldest = await Waiting(services, cursor, ct);
        return Page.Of<ProposalsView>(
            new ProposalsModel("queue", oldest, await tree, new ProposalsAsked(null, null, null, null, cursor)),
            oldest is null ? 503 : 200
        );
    }

    /// <summary>What waits for the reader. Whoever waits longest comes first; the service lists the newest first.</summary>
    public static async Task<PageList<OpenProposal>?> Waiting(Services services, string? cursor, CancellationToken ct)
    {
        var list = await services.Get<PageList<OpenProposal>>(
            "proposals",
            ((FormattableString)$"/api/proposals?turn=me&limit={200}").With("cursor", cursor),
            ct
        );
        return list.Value is { } found
            ? found with
            {
                Items = [.. found.Items.OrderBy(p => p.UpdatedAt ?? p.CreatedAt)],
            }
            : null;
    }

    private static async Task<IResult> Numbered(long number, Services services, Visit visit, CancellationToken ct)
    {
        var list = await services.Get<PageList<OpenProposal>>(
            "proposals",
            $"/api/proposals?number={number}&limit={1}",
            ct
        );
        return list.Value switch
        {
            { Items: [var one] } => TypedResults.Redirect(visit.To($"/proposals/{one.Id}"), permanent: true),
            null => Page.Error(list.Status),
            _ => Page.Error(404),
        };
    }
}
