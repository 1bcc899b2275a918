using System.Globalization;
using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>A watch, as its reader sees it.</summary>
/// <param name="Scope">One of the scopes.</param>
/// <param name="Key">As it is used in addresses now.</param>
/// <param name="Name">Of what is watched; empty for the catalogue.</param>
/// <param name="Reason"><c>manual</c>, or <c>author, reviewer, commenter</c>.</param>
/// <param name="Since">When it began; null in the answer to what just began it.</param>
/// <param name="Frequency">For this watch alone; null for as often as the reader's others.</param>
/// <param name="Follow"><c>changes</c> or <c>all</c>.</param>
public sealed record Watched(
    string Scope,
    string Key,
    string Name,
    string Reason,
    DateTimeOffset? Since,
    string? Frequency,
    string Follow
);

/// <summary>How many watch it.</summary>
public sealed record WatcherCount(int Count);

/// <summary><c>GET /watches</c>, <c>/watches/{scope}/{key}</c> and <c>/watches/{scope}/{key}/count</c></summary>
public static class ListWatches
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/watches", List);
        api.MapGet("/watches/{scope}/{key}", One).Produces<Watched>();
        api.MapGet("/watches/{scope}/{key}/count", Count).AllowAnonymous().Produces<WatcherCount>();
    }

    // By id, so that the list is stable while it is read; the order means nothing to the reader.
    private static async Task<Page<Watched>> List(HttpContext http, Paging paging, IQuerySession reads)
    {
        var (user, ct) = (Caller.Of(http).Id, http.RequestAborted);
        var query = reads.Query<Watch>().Where(w => w.User == user && w.Active);
        if (paging.After is [var after] && Guid.TryParse(after, out var last))
            query = query.Where(w => w.Id > last);
        var watches = await query.OrderBy(w => w.Id).Take(paging.Limit + 1).ToListAsync(ct);
        var page = paging.Of(watches, w => [w.Id.ToString()]);
        var found = await reads.Name([.. page.Items.Select(w => Topic.Parse(w.Topic))], ct);
        return new Page<Watched>([.. page.Items.Select(w => Of(w, found[Topic.Parse(w.Topic)]))], page.NextCursor);
    }

    private static async Task<IResult> One(
        HttpContext http,
        string scope,
        string key,
        IQuerySession reads,
        Unheard unheard
    )
    {
        var (user, ct) = (Caller.Of(http).Id, http.RequestAborted);
        var found = await reads.Find(scope, key, ct) ?? await unheard.Find(scope, key, ct);
        var watch = found is null ? null : await reads.LoadAsync<Watch>(Watch.IdOf(user, found.Topic), ct);
        return watch is { Active: true }
            ? await Tagged(http, reads, watch.Id, found!, Of(watch, found!))
            : Refusal.NoSuch("watch of yours").AsProblem();
    }

    /// <summary>With the version of the stream, which writes compare; what it is called changes without it.</summary>
    public static async Task<IResult> Tagged<T>(HttpContext http, IQuerySession reads, Guid watch, Found found, T value)
    {
        var state = await reads.Events.FetchStreamStateAsync(watch, http.RequestAborted);
        var name = Ids.Of(found.Key, found.Name).ToString()[..8];
        return Reading.Tagged(http, string.Create(CultureInfo.InvariantCulture, $"{state!.Version}-{name}"), value);
    }

    private static async Task<IResult> Count(string scope, string key, IQuerySession reads, CancellationToken ct)
    {
        if (await reads.Find(scope, key, ct) is not { } found)
            return Refusal.NoSuch("thing to watch").AsProblem();
        var topic = found.Topic.ToString();
        return TypedResults.Ok(
            new WatcherCount(await reads.Query<Watch>().CountAsync(w => w.Topic == topic && w.Active, ct))
        );
    }

    private static Watched Of(Watch watch, Found found) =>
        new(found.Topic.Scope, found.Key, found.Name, watch.Reason, watch.Since, watch.Frequency, watch.Follow);
}
