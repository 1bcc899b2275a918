using Marten;
using Npgsql;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

public sealed record ChangeSetMade(Guid Id);

/// <summary>
/// What would lead back from an import, for an administrator to propose: its skills, and what they stand in. What others
/// changed since stays theirs, and what others use since stays.
/// </summary>
public static class UndoImport
{
    private const string Made = """
        select skill, min(from_version), max(from_version) from (
            select skill, from_version from skill_versions where import = $1
            union all select skill, from_version from requirement_versions where import = $1
        ) as made group by skill order by skill limit $2
        """;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/imports/{id:guid}/undo", Post)
            .RequireAuthorization(Roles.Importer)
            .Produces<ChangeSetMade>(StatusCodes.Status201Created)
            .WithSummary("What would undo an import, to be proposed.");

    private static async Task<IResult> Post(
        HttpContext http,
        Guid id,
        IDocumentStore store,
        NpgsqlDataSource source,
        TimeProvider time
    )
    {
        var ct = http.RequestAborted;
        await using var session = store.LightweightSession();
        session.Describe(http);
        var import = await session.LoadAsync<Import>(id, ct);
        if (Refused(import) is { } refusal)
            return refusal.AsProblem();
        var made = await Read(source, id, ct);
        if (made.Count > ChangeSet.Most)
            return TooMany.AsProblem();
        var set = new ChangeSet
        {
            Id = Guid.CreateVersion7(),
            By = Caller.Of(http).Id,
            Source = import!.Source,
            At = time.GetUtcNow(),
            Undoes = id,
        };
        foreach (var (skill, first, last) in made)
        {
            var events = await session.Events.FetchStreamAsync(skill, last, token: ct);
            var after = events.Aggregate((Skill?)null, (s, e) => Skill.Fold(s, e.Data))!;
            var before = events.Where(e => e.Version < first).Aggregate((Skill?)null, (s, e) => Skill.Fold(s, e.Data));
            Change[] changes = Back(before, after, last);
            if (changes.Length > 0)
                set.Add(new SkillDiffers(skill, after.Name, changes));
        }
        set.Back = [.. await Taxonomy(session, id, ct)];
        if (set.Skills.Count + set.Back.Count == 0 && !await UndoOrigin.Any(session, id, ct))
            return Refusal.Conflicting("nothing-to-undo", "The import changed nothing.").AsProblem();
        if (set.Skills.Count + set.Back.Count > ChangeSet.Most)
            return TooMany.AsProblem();
        session.Insert(set);
        await session.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/catalog/changesets/{set.Id}", new ChangeSetMade(set.Id));
    }

    /// <summary>Why there is nothing that could be undone; null where there is.</summary>
    public static Refusal? Refused(Import? import) =>
        import is not { DryRun: false } ? Refusal.NoSuch("import")
        : import.State is not (Import.Finished or Import.Failed)
            ? Refusal.Conflicting("not-done", "The import is not over yet.")
        : null;

    private static Refusal TooMany { get; } =
        Refusal.Conflicting(
            "too-many-skills",
            $"The import changed more than {ChangeSet.Most} skills, domains and roles, more than can be proposed together. Import what was exported before it instead."
        );

    private static async Task<IReadOnlyList<Change[]>> Taxonomy(
        IQuerySession session,
        Guid import,
        CancellationToken ct
    )
    {
        var events = await session.Events.FetchStreamAsync(Part.Taxonomy, token: ct);
        var made = events.Where(e => Provenance.Of(e).Import == import).ToArray();
        if (made.Length == 0)
            return [];
        var before = events.TakeWhile(e => e.Version < made[0].Version).Select(e => e.Data);
        return UndoTaxonomy.Back(
            before.Aggregate(Catalog.Taxonomy.Empty, Catalog.Taxonomy.Fold),
            made.Select(e => e.Data)
        );
    }

    /// <summary>What leads back. A skill that was added is retired, unless somebody changed it since.</summary>
    public static Change[] Back(Skill? before, Skill after, long last) =>
        before is null ? [new RetireSkill(last)] : Difference.AsSeen(after.Says, before.Says);

    private static async Task<List<(Guid Skill, long First, long Last)>> Read(
        NpgsqlDataSource source,
        Guid import,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(Made);
        command.Parameters.Add(new() { Value = import });
        command.Parameters.Add(new() { Value = ChangeSet.Most + 1 });
        var made = new List<(Guid, long, long)>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            made.Add((reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2)));
        return made;
    }
}
