using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>A thread that the caller has muted.</summary>
public sealed record Muted(string Scope, string Key, string Name);

/// <summary><c>GET</c>, <c>PUT</c> and <c>DELETE /mutes/proposal/{id}</c></summary>
public static class MuteThread
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/mutes/proposal/{id:guid}", Get).Produces<Muted>();
        api.MapPut(
                "/mutes/proposal/{id:guid}",
                (HttpContext http, Guid id, IQuerySession reads, Commands commands) =>
                    Set(http, id, mute: true, reads, commands)
            )
            .Produces(204);
        api.MapDelete(
                "/mutes/proposal/{id:guid}",
                (HttpContext http, Guid id, IQuerySession reads, Commands commands) =>
                    Set(http, id, mute: false, reads, commands)
            )
            .Produces(204);
    }

    private static async Task<IResult> Get(HttpContext http, Guid id, IQuerySession reads)
    {
        var (topic, ct) = (Topic.OfProposal(id), http.RequestAborted);
        return
            await reads.LoadAsync<Watch>(Watch.IdOf(Caller.Of(http).Id, topic), ct) is { Muted: true } watch
            && await reads.Find(topic.Scope, topic.Key, ct) is { } found
            ? await ListWatches.Tagged(http, reads, watch.Id, found, new Muted(topic.Scope, found.Key, found.Name))
            : Refusal.NoSuch("muted thread of yours").AsProblem();
    }

    private static async Task<IResult> Set(HttpContext http, Guid id, bool mute, IQuerySession reads, Commands commands)
    {
        var (user, topic) = (Caller.Of(http).Id, Topic.OfProposal(id));
        if (await reads.Find(topic.Scope, topic.Key, http.RequestAborted) is null)
            return Refusal.NoSuch("proposal").AsProblem();
        return await commands.Handle<Watch>(
            http,
            Watch.IdOf(user, topic),
            command: null,
            watch => Decide(watch, user, topic, mute),
            _ => new Answer(204)
        );
    }

    public static Decision Decide(Watch? watch, string user, Topic topic, bool mute) =>
        (watch?.Muted ?? false) == mute ? Decision.Nothing
        : mute ? Decision.Of(new ThreadMuted(user, topic.Scope, topic.Key))
        : Decision.Of(new ThreadUnmuted());
}
