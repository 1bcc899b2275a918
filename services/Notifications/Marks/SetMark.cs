using Marten;
using Npgsql;
using SkillPlatform.Changes;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>What a reader wants noted.</summary>
/// <param name="Version">The skill's version that the text they read began with: <c>since.version</c>.</param>
/// <param name="State"><c>met, partly, not</c>; absent for a note only.</param>
/// <param name="Note">At most <see cref="Mark.LongestNote"/> characters.</param>
public sealed record WantedMark(long Version, string? State = null, string? Note = null);

/// <summary><c>PUT</c> and <c>DELETE /me/marks/{skill}/{role}/{level}</c></summary>
public static class SetMark
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPut("/me/marks/{skill}/{role}/{level}", Put).Produces<Marked>();
        api.MapDelete("/me/marks/{skill}/{role}/{level}", Delete).Produces(204);
    }

    private static async Task<IResult> Put(
        HttpContext http,
        string skill,
        string role,
        string level,
        WantedMark wanted,
        IDocumentStore store,
        TimeProvider time
    )
    {
        var (user, ct) = (Caller.Of(http).Id, http.RequestAborted);
        await using var session = store.LightweightSession();
        if (await Find(session, skill, role, level, ct) is not { } id)
            return Refusal.NoSuch("requirement to mark").AsProblem();
        var note = TextForm.Text(wanted.Note ?? "");
        if (Check(wanted, note) is { Count: > 0 } errors)
            return Refusal.Fields(errors).AsProblem();
        // One of a reader's requests after the other: together they get no further than the bound, and none outlives an erasure.
        await session.BeginTransactionAsync(ct);
        await InTurn(session, user, ct);
        if (await session.LoadAsync<Account>(user, ct) is { Erased: true })
            return new Refusal(RefusalKind.Gone, "gone", "This account was deleted.").AsProblem();
        var mark = new Mark
        {
            Id = Mark.IdOf(user, id, role, level),
            User = user,
            Skill = id,
            Role = role,
            Level = level,
            State = wanted.State,
            Note = note,
            Since = wanted.Version,
            At = time.GetUtcNow(),
        };
        if (
            await session.LoadAsync<Mark>(mark.Id, ct) is null
            && await session.Query<Mark>().CountAsync(m => m.User == user, ct) >= Mark.Most
        )
            return Refusal.Conflicting("too-many-marks", $"You have {Mark.Most} marks; remove one first.").AsProblem();
        session.Store(mark);
        await session.SaveChangesAsync(ct);
        return TypedResults.Ok((await Marked.Of(session, [mark], ct))[0]);
    }

    private static async Task<IResult> Delete(
        HttpContext http,
        string skill,
        string role,
        string level,
        IDocumentSession session
    )
    {
        var (user, ct) = (Caller.Of(http).Id, http.RequestAborted);
        if (await session.Find(Topic.Skill, skill, ct) is not { } found)
            return Refusal.NoSuch("mark of yours").AsProblem();
        session.Delete<Mark>(Mark.IdOf(user, Guid.Parse(found.Topic.Key), role, level));
        await session.SaveChangesAsync(ct);
        return TypedResults.NoContent();
    }

    /// <summary>The rest of the transaction waits for who does the same for this person.</summary>
    public static async Task InTurn(IDocumentSession session, string user, CancellationToken ct)
    {
        await using var waits = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended($1, 33))")
        {
            Parameters = { new() { Value = user } },
        };
        await session.ExecuteAsync(waits, ct);
    }

    // Whether the skill asks for just this, the catalogue knows: who marks what it no longer does harms nobody.
    private static async Task<Guid?> Find(
        IQuerySession reads,
        string skill,
        string role,
        string level,
        CancellationToken ct
    )
    {
        var taxonomy = await reads.LoadAsync<KnownTaxonomy>(KnownTaxonomy.TheOne, ct);
        return
            taxonomy is not null
            && Finding.In(taxonomy, Topic.Role, role) is not null
            && taxonomy.Domains.Any(domain => domain.Levels.Any(l => l.Slug == level))
            && await reads.Find(Topic.Skill, skill, ct) is { } found
            ? Guid.Parse(found.Topic.Key)
            : null;
    }

    private static List<(string, string)> Check(WantedMark wanted, string note)
    {
        List<(string, string)> errors = [];
        if (wanted.Version < 1)
            errors.Add(("/version", "The version since which the text stands, at least 1."));
        if (wanted.State is { } state && !Mark.States.Contains(state, StringComparer.Ordinal))
            errors.Add(("/state", $"One of {string.Join(", ", Mark.States)}."));
        if (TextForm.Problem(note, Mark.LongestNote, mayBeEmpty: wanted.State is not null) is { } problem)
            errors.Add(("/note", problem));
        return errors;
    }
}
