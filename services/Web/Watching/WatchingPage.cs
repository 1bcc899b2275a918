using SkillPlatform.Web.Pages;

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

/// <summary>What I watch.</summary>
public static class WatchingPage
{
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
        return Page.Of<WatchingView>(list.Value ?? (object)Nothing, list.Value is null ? 503 : 200);
    }

    /// <summary>Stands for a list that did not come.</summary>
    public static readonly PageList<Watch> Nothing = new([], null);
}
