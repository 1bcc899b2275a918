using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>What a reader said to be. A document, since it says something about a person.</summary>
public sealed class Position
{
    /// <summary>The reader's.</summary>
    public string Id { get; set; } = "";
    public string Role { get; set; } = "";
    public string Level { get; set; } = "";
}

/// <summary>The body of <c>GET</c> and <c>PUT /me/role</c>.</summary>
/// <param name="Role">Slug.</param>
/// <param name="Level">Slug.</param>
public sealed record RoleAndLevel(string Role, string Level);

/// <summary><c>GET</c>, <c>PUT</c> and <c>DELETE /me/role</c></summary>
public static class MyRole
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/me/role", Get).Produces<RoleAndLevel>();
        api.MapPut("/me/role", Put).Produces<RoleAndLevel>();
        api.MapDelete("/me/role", Delete).Produces(204);
    }

    private static async Task<IResult> Get(HttpContext http, IQuerySession reads) =>
        await reads.LoadAsync<Position>(Caller.Of(http).Id, http.RequestAborted) is { } said
            ? TypedResults.Ok(new RoleAndLevel(said.Role, said.Level))
            : Refusal.NoSuch("role that you said to have").AsProblem();

    private static async Task<IResult> Put(HttpContext http, RoleAndLevel wanted, IDocumentStore store)
    {
        var (user, ct) = (Caller.Of(http).Id, http.RequestAborted);
        await using var session = store.LightweightSession();
        var taxonomy = await session.LoadAsync<KnownTaxonomy>(KnownTaxonomy.TheOne, ct) ?? new KnownTaxonomy();
        List<(string, string)> errors = [];
        if (!taxonomy.Roles.Any(role => role.Slug == wanted.Role))
            errors.Add(("/role", "There is no such role."));
        if (!taxonomy.Domains.Any(domain => domain.Levels.Any(level => level.Slug == wanted.Level)))
            errors.Add(("/level", "There is no such level."));
        if (errors.Count > 0)
            return Refusal.Fields(errors).AsProblem();
        await session.BeginTransactionAsync(ct);
        await SetMark.InTurn(session, user, ct);
        if (await session.LoadAsync<Account>(user, ct) is { Erased: true })
            return new Refusal(RefusalKind.Gone, "gone", "This account was deleted.").AsProblem();
        session.Store(
            new Position
            {
                Id = user,
                Role = wanted.Role,
                Level = wanted.Level,
            }
        );
        await session.SaveChangesAsync(ct);
        return TypedResults.Ok(wanted);
    }

    private static async Task<IResult> Delete(HttpContext http, IDocumentSession session)
    {
        session.Delete<Position>(Caller.Of(http).Id);
        await session.SaveChangesAsync(http.RequestAborted);
        return TypedResults.NoContent();
    }
}
