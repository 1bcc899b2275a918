using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary><c>DELETE /watches/{scope}/{key}</c></summary>
public static class StopWatching
{
    public static void Map(IEndpointRouteBuilder api) => api.MapDelete("/watches/{scope}/{key}", Handle);

    private static async Task<IResult> Handle(
        HttpContext http,
        string scope,
        string key,
        IQuerySession reads,
        Commands commands
    )
    {
        if (await reads.Find(scope, key, http.RequestAborted) is not { } found)
            return Refusal.NoSuch("thing to watch").AsProblem();
        return await commands.Handle<Watch>(
            http,
            Watch.IdOf(Caller.Of(http).Id, found.Topic),
            command: null,
            watch => Decide(watch, "hand"),
            _ => new Answer(204)
        );
    }

    public static Decision Decide(Watch? watch, string by) =>
        watch is { Active: true } ? Decision.Of(new WatchStopped(by)) : Decision.Nothing;
}
