using Npgsql;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>Says when a skill is to be looked at again.</summary>
/// <param name="On">The day; null for none.</param>
public sealed record ReviewWanted(DateOnly? On = null);

/// <summary>Whoever plans a review is reminded of it, and so are the domain's reviewers.</summary>
public static class PlanReview
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/skills/{slug}/review", Put)
            .RequireAuthorization(Upkeep.Acts)
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> Put(
        string slug,
        ReviewWanted body,
        HttpContext http,
        Commands commands,
        NpgsqlDataSource source,
        TimeProvider time
    )
    {
        var (found, instead) = await SkillAddress.Find(http, source, slug, http.RequestAborted);
        if (found is null)
            return instead!;
        var (caller, today) = (Caller.Of(http), DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));
        return await commands.Handle<Skill>(
            http,
            found.Skill,
            body,
            skill => Decide(skill, body, caller, today),
            done => new Answer(StatusCodes.Status204NoContent, Version: done.Version),
            (session, _) => new Provenance(caller.Id).Stamp(session),
            requireMatch: true
        );
    }

    public static Decision Decide(Skill? skill, ReviewWanted body, Caller caller, DateOnly today) =>
        Upkeep.May(skill, caller) is { } refused ? refused
        : body.On == skill!.Review?.On ? Decision.Nothing
        : Upkeep.Planned(body.On, today) is { } wrong ? Refusal.Field("/on", wrong)
        : Decision.Of(new ReviewPlanned(body.On, caller.Id));
}
