using Marten;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary><c>GET /me/export</c>: what is held here of the caller and shown to nobody else, to take away.</summary>
public static class ExportMine
{
    /// <param name="Preferences">How they want to be told.</param>
    /// <param name="Role">What they said to be; null where they did not.</param>
    /// <param name="Marks">What they noted of requirements.</param>
    /// <param name="Watches">What they watch.</param>
    public sealed record Everything(
        Preferred Preferences,
        RoleAndLevel? Role,
        IReadOnlyList<Marked> Marks,
        IReadOnlyList<Watching> Watches
    );

    public sealed record Watching(string Scope, string Key, string Name, string Reason, DateTimeOffset Since);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/me/export", Get).Produces<Everything>();

    private static async Task<IResult> Get(HttpContext http, IQuerySession reads)
    {
        var (user, ct) = (Caller.Of(http).Id, http.RequestAborted);
        var role = await reads.LoadAsync<Position>(user, ct);
        var marks = await reads.Query<Mark>().Where(mark => mark.User == user).OrderBy(mark => mark.Id).ToListAsync(ct);
        var watches = await reads.Query<Watch>().Where(w => w.User == user && w.Active).ToListAsync(ct);
        var found = await reads.Name([.. watches.Select(w => Topic.Parse(w.Topic))], ct);
        http.Response.Headers.ContentDisposition = "attachment; filename=\"skillplatform-reading.json\"";
        return TypedResults.Ok(
            new Everything(
                Preferred.Of(await Preferences.Of(reads, user, ct)),
                role is null ? null : new RoleAndLevel(role.Role, role.Level),
                await Marked.Of(reads, marks, ct),
                [
                    .. from watch in watches
                    let topic = found[Topic.Parse(watch.Topic)]
                    select new Watching(topic.Topic.Scope, topic.Key, topic.Name, watch.Reason, watch.Since),
                ]
            )
        );
    }
}
