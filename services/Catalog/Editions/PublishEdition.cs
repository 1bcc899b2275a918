using Marten;
using Npgsql;
using SkillPlatform.Changes;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <param name="Name">Such as "2026.2": one line, told from all others.</param>
/// <param name="Notes">What is worth saying of it, as Markdown.</param>
public sealed record EditionWanted(string? Name = null, string? Notes = null);

/// <summary>An administrator gives what the catalogue says now a name.</summary>
public static class PublishEdition
{
    private const string Address = "/api/catalog/editions/";

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/editions", Post)
            .RequireAuthorization(Roles.Administrator)
            .Produces<EditionItem>(StatusCodes.Status201Created)
            .WithSummary("Names what the catalogue says now, for ever.");

    private static async Task<IResult> Post(
        EditionWanted body,
        HttpContext http,
        Commands commands,
        NpgsqlDataSource source,
        TimeProvider time
    )
    {
        var name = TextForm.Name(body.Name ?? "");
        var (by, now) = (Caller.Of(http).Id, time.GetUtcNow());
        var asOf = await EndOfLog(source, now, http.RequestAborted);
        return await commands.Handle<Edition>(
            http,
            Edition.IdOf(name),
            body,
            edition => Decide(edition, name, body.Notes, by, now, asOf),
            Published
        );
    }

    public static Decision Decide(
        Edition? edition,
        string name,
        string? notes,
        string by,
        DateTimeOffset now,
        DateTimeOffset asOf
    )
    {
        var text = notes is null ? null : TextForm.Text(notes);
        var errors = new List<(string, string)>();
        if (TextForm.Problem(name, TextForm.LongestName) is { } wrong)
            errors.Add(("/name", wrong));
        // They lead elsewhere.
        if (Slugs.Of(name) is "current" or "feed")
            errors.Add(("/name", "This name has another meaning in addresses."));
        if (text is not null && TextForm.Problem(text, TextForm.LongestDescription, mayBeEmpty: true) is { } problem)
            errors.Add(("/notes", problem));
        return errors.Count > 0 ? Refusal.Fields(errors)
            : edition is not null
                ? Refusal.Conflicting("edition-exists", $"There is an edition “{edition.Name}” already.")
            : Decision.Of(new EditionPublished(name, string.IsNullOrEmpty(text) ? null : text, by, now, asOf));
    }

    private static Answer Published(Committed done)
    {
        var edition = Edition.Fold(null, done.Id, done.Events[0])!;
        var nobody = new People(new Dictionary<string, Account>(StringComparer.Ordinal));
        return new Answer(201, EditionItem.Of(edition, nobody), Address + Uri.EscapeDataString(edition.Name));
    }

    // What is being written ends first; what begins meanwhile waits until it is known where the edition ends.
    private static async Task<DateTimeOffset> EndOfLog(
        NpgsqlDataSource source,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var moment = await connection.BeginTransactionAsync(ct);
        await using var command = new NpgsqlCommand(
            """
            lock table mt_events in share row exclusive mode;
            select max(timestamp) from mt_events;
            """,
            connection,
            moment
        );
        return await command.ExecuteScalarAsync(ct) is DateTime last
            ? new DateTimeOffset(DateTime.SpecifyKind(last, DateTimeKind.Utc))
            : now;
    }
}
