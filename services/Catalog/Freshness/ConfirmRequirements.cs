using Marten;
using Npgsql;
using SkillPlatform.Changes;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>Says that a skill's requirements are still true.</summary>
/// <param name="Version">The skill's version that was read; an older one is refused.</param>
/// <param name="Requirements">Which ones, at least one; all of them where it is left out.</param>
/// <param name="Note">Why, or how it was found out; at most 5,000 characters.</param>
/// <param name="ReviewOn">When to look again. Left out, a planned review is done with once all are confirmed.</param>
public sealed record Confirmation(
    long Version,
    Cell[]? Requirements = null,
    string? Note = null,
    DateOnly? ReviewOn = null
);

/// <summary>Confirmed unchanged: by whoever decides on the skill's proposals, or looks after the whole.</summary>
public static class ConfirmRequirements
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/skills/{slug}/confirmations", Post)
            .RequireAuthorization(Upkeep.Acts)
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> Post(
        string slug,
        Confirmation body,
        HttpContext http,
        Commands commands,
        NpgsqlDataSource source,
        TimeProvider time
    )
    {
        var (found, instead) = await SkillAddress.Find(http, source, slug, http.RequestAborted);
        if (found is null)
            return instead!;
        var note = string.IsNullOrWhiteSpace(body.Note) ? null : TextForm.Text(body.Note);
        body = body with { Note = note };
        var (caller, today) = (Caller.Of(http), DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));
        return await commands.Handle<Skill>(
            http,
            found.Skill,
            body,
            skill => Decide(skill, body, caller, today),
            _ => new Answer(StatusCodes.Status204NoContent),
            (session, _) => new Provenance(caller.Id, Reason: note).Stamp(session)
        );
    }

    public static Decision Decide(Skill? skill, Confirmation body, Caller caller, DateOnly today)
    {
        if (Upkeep.May(skill, caller) is { } refused)
            return refused;
        if (body.Version != skill!.Changed)
            return Refusal.Conflicting(
                "stale-version",
                $"The skill is at version {skill.Changed}; read that one first."
            );
        var errors = Errors(skill, body);
        if (Upkeep.Planned(body.ReviewOn, today) is { } wrong)
            errors.Add(("/reviewOn", wrong));
        if (errors.Count > 0)
            return Refusal.Fields(errors);
        Cell[] cells = [.. (body.Requirements ?? []).Distinct()];
        var all = body.Requirements is null || cells.Length == skill.Requirements.Count;
        object[] confirmed = all
            ? [new SkillConfirmed()]
            : [.. cells.Select(cell => new RequirementConfirmed(cell.Role, cell.Level))];
        // What a part was confirmed of is still to be looked at.
        var planned = body.ReviewOn ?? (all ? null : skill.Review?.On);
        // The confirmation comes last: it is what the commit is told by.
        return planned == skill.Review?.On
            ? Decision.Of(confirmed)
            : Decision.Of([new ReviewPlanned(planned, caller.Id), .. confirmed]);
    }

    private static List<(string, string)> Errors(Skill skill, Confirmation body)
    {
        var errors = new List<(string, string)>();
        if (body.Requirements is [] || skill.Requirements.IsEmpty)
            errors.Add(("/requirements", "Name at least one, or leave it out to confirm all there are."));
        foreach (var (cell, i) in (body.Requirements ?? []).Select((cell, i) => (cell, i)))
            if (!skill.Requirements.ContainsKey(cell))
                errors.Add(($"/requirements/{i}", "The skill asks for nothing of this role at this level."));
        if (body.Note is { } note && TextForm.Problem(note, TextForm.LongestReason) is { } wrong)
            errors.Add(("/note", wrong));
        return errors;
    }
}
