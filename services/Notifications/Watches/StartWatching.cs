using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary><c>PUT /watches/{scope}/{key}</c></summary>
public static class StartWatching
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPut("/watches/{scope}/{key}", Handle);

    private static async Task<IResult> Handle(
        HttpContext http,
        string scope,
        string key,
        IQuerySession reads,
        Commands commands
    )
    {
        var user = Caller.Of(http).Id;
        if (await reads.Find(scope, key, http.RequestAborted) is not { } found)
            return Refusal.NoSuch("thing to watch").AsProblem();
        return await commands.Handle<Watch>(
            http,
            Watch.IdOf(user, found.Topic),
            command: null,
            watch => Decide(watch, user, found.Topic, Watch.Manual),
            _ => new Answer(200, new Watched(scope, found.Key, found.Name, Watch.Manual, Since: null))
        );
    }

    /// <summary>By hand always; automatically only where the reader neither watches nor ever stopped.</summary>
    public static Decision Decide(Watch? watch, string user, Topic topic, string reason)
    {
        var started = new WatchStarted(user, topic.Scope, topic.Key, reason);
        if (watch is null)
            return Decision.Of(started);
        if (reason != Watch.Manual)
            return Decision.Nothing;
        return watch is { Active: true, ByHand: true } ? Decision.Nothing : Decision.Of(started);
    }
}
