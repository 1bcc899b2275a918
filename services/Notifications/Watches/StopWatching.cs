using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary><c>DELETE /watches/{scope}/{key}</c></summary>
public static class StopWatching
{
    public static void Map(IEndpointRouteBuilder api) => api.MapDelete("/watches/{scope}/{key}", Handle).Produces(204);

    private static async Task<IResult> Handle(
        HttpContext http,
        string scope,
        string key,
        IQuerySession reads,
        Unheard unheard,
        Commands commands
    )
    {
        var (user, ct) = (Caller.Of(http).Id, http.RequestAborted);
        // What is watched may be gone from the taxonomy; the watch can be ended all the same.
        var found = await reads.Find(scope, key, ct) ?? await unheard.Find(scope, key, ct);
        var id = Watch.IdOf(user, found?.Topic ?? new Topic(scope, key));
        if (found is null && await reads.LoadAsync<Watch>(id, ct) is null)
            return Refusal.NoSuch("thing to watch").AsProblem();
        return await commands.Handle<Watch>(
            http,
            id,
            command: null,
            watch => Decide(watch, "hand"),
            _ => new Answer(204)
        );
    }

    public static Decision Decide(Watch? watch, string by) =>
        watch is { Active: true } ? Decision.Of(new WatchStopped(by)) : Decision.Nothing;
}
