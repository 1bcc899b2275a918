using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Proposals;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Watching;

/// <summary>One thing that is watched, and why: by hand, or because one took part.</summary>
public sealed record Watch(
    string Scope,
    string Key,
    string Name,
    string Reason,
    DateTimeOffset? Since,
    string? Frequency = null,
    string? Follow = null
);

/// <param name="List">Null if it did not come.</param>
/// <param name="Proposals">Those among it, as far as they are told: of one skill there may be many.</param>
public sealed record WatchingModel(PageList<Watch>? List, OpenProposal[] Proposals, Names Names);

/// <summary>What I watch.</summary>
public static class WatchingPage
{
    private const int AtOnce = 50;

    public static readonly string[] Scopes = ["catalogue", "domain", "group", "role", "skill", "proposal"];

    public static readonly string[] Follows = ["changes", "all"];

    public static void Map(WebApplication app) => app.MapGet("/watching", Get).RequireAuthorization();

    private static async Task<IResult> Get(string? cursor, Services services, CancellationToken ct)
    {
        var list = await services.Get<PageList<Watch>>(
            "notifications",
            string.IsNullOrEmpty(cursor)
                ? (FormattableString)$"/api/notifications/watches?limit={200}"
                : $"/api/notifications/watches?limit={200}&cursor={cursor}",
            ct
        );
        var proposals = (list.Value?.Items ?? []).Where(watch => watch.Scope == "proposal").Select(watch => watch.Key);
        var told = await Task.WhenAll(proposals.Chunk(AtOnce).Select(some => Told(some, services, ct)));
        var tree = told.Length == 0 ? new Tree(null, null) : await Tree.Read(services, ct);
        return Page.Of<WatchingView>(
            new WatchingModel(list.Value, [.. told.SelectMany(some => some)], new Names(null, tree)),
            list.Value is null ? 503 : 200
        );
    }

    private static async Task<OpenProposal[]> Told(string[] ids, Services services, CancellationToken ct)
    {
        FormattableString address = $"/api/proposals?limit={AtOnce}";
        var list = await services.Get<PageList<OpenProposal>>(
            "proposals",
            ids.Aggregate(address, (asked, id) => asked.With("id", id)),
            ct
        );
        return list.Value?.Items ?? [];
    }
}
