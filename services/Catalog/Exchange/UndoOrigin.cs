using JasperFx;
using JasperFx.Events;
using Marten;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>
/// What an import brought that no proposal speaks of, since imports alone bring it: ids elsewhere, and where texts are from.
/// Whoever may import takes it back at once; what another import has said since stays.
/// </summary>
public static class UndoOrigin
{
    private const int Attempts = 5;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/imports/{id:guid}/undo/origin", Post)
            .RequireAuthorization(Roles.Importer)
            .Produces(StatusCodes.Status204NoContent)
            .WithSummary("Takes back ids elsewhere, and where texts are from, as an import brought them.");

    private static async Task<IResult> Post(HttpContext http, Guid id, IDocumentStore store)
    {
        var ct = http.RequestAborted;
        for (var attempt = 1; ; attempt++)
        {
            await using var session = store.LightweightSession();
            session.Describe(http);
            var import = await session.LoadAsync<Import>(id, ct);
            if (UndoImport.Refused(import) is { } refusal)
                return refusal.AsProblem();
            new Provenance(Author: Caller.Of(http).Id).Stamp(session);
            await Stage(session, id, ct);
            if (!import!.TakenBack)
            {
                import.TakenBack = true;
                session.UpdateRevision(import, import.Version + 1);
            }
            try
            {
                await session.SaveChangesAsync(ct);
                return TypedResults.NoContent();
            }
            catch (ConcurrencyException) when (attempt < Attempts)
            {
                // Of what somebody else changed meanwhile it is decided again.
            }
        }
    }

    /// <summary>True where something is to be taken back.</summary>
    public static async Task<bool> Any(IQuerySession session, Guid import, CancellationToken ct) =>
        OfTaxonomy(Told(await Taxonomy(session, ct), import)).Count > 0
        || (await Skills(session, import, ct)).Any(skill => OfSkill(skill.Told) is not null);

    private static async Task Stage(IDocumentSession session, Guid import, CancellationToken ct)
    {
        var events = await Taxonomy(session, ct);
        if (OfTaxonomy(Told(events, import)) is { Count: > 0 } back)
            session.Stage<Taxonomy>(Part.Taxonomy, events[^1].Version, back);
        foreach (var (id, version, told) in await Skills(session, import, ct))
        {
            if (OfSkill(told) is not var (now, then))
                continue;
            // What is another's by now stays so.
            var holders = await SkillExternalId.Holders(session, now.Concat(then), ct);
            then = [.. then.Where(i => holders.GetValueOrDefault(SkillExternalId.Key(i), id) == id)];
            foreach (var gone in now.Except(then).Select(SkillExternalId.Key))
                if (holders.GetValueOrDefault(gone) == id)
                    session.Delete<SkillExternalId>(gone);
            session.Store([.. then.Select(i => new SkillExternalId { Id = SkillExternalId.Key(i), SkillId = id })]);
            session.Stage<Skill>(id, version, [new ExternalIdsReplaced(then)]);
        }
    }

    private static Task<IReadOnlyList<IEvent>> Taxonomy(IQuerySession session, CancellationToken ct) =>
        session.Events.FetchStreamAsync(Part.Taxonomy, token: ct);

    private static (object Data, bool IsOf)[] Told(IEnumerable<IEvent> events, Guid import) =>
        [.. events.Select(e => (e.Data, Provenance.Of(e).Import == import))];

    // Not those that it added: they go with it, and may be many.
    private static async Task<List<(Guid Id, long Version, (object Data, bool IsOf)[] Told)>> Skills(
        IQuerySession session,
        Guid import,
        CancellationToken ct
    )
    {
        var ids = await session.QueryAsync<Guid>(
            """
            select distinct v.skill from skill_versions v
            where v.import = ? and v.kind = 'externalIdsReplaced'
              and not exists (
                select from skill_versions f where f.skill = v.skill and f.from_version = 1 and f.import = v.import)
            """,
            ct,
            import
        );
        var skills = new List<(Guid, long, (object, bool)[])>();
        foreach (var some in ids.Chunk(500))
        {
            var events = await session.Events.QueryAllRawEvents().Where(e => some.Contains(e.StreamId)).ToListAsync(ct);
            foreach (var stream in events.GroupBy(e => e.StreamId))
            {
                var told = stream.OrderBy(e => e.Version).ToArray();
                skills.Add((stream.Key, told[^1].Version, Told(told, import)));
            }
        }
        return skills;
    }

    /// <summary>A skill's ids, and what they are without the import; null where that is the same, or the skill goes with it. Pure.</summary>
    /// <param name="told">What happened to the skill, and whether the import did it.</param>
    public static (ExternalId[] Now, ExternalId[] Then)? OfSkill(IReadOnlyList<(object Data, bool IsOf)> told)
    {
        if (told[0].IsOf)
            return null;
        var (now, said) = (Array.Empty<ExternalId>(), new List<(ExternalId[], ExternalId[], bool)>());
        foreach (var (data, isOf) in told)
            if (data is ExternalIdsReplaced { ExternalIds: var ids })
            {
                said.Add((now, ids, isOf));
                now = ids;
            }
        var then = Without(said);
        return Are(now, then) ? null : (now, then);
    }

    /// <summary>What leads back in the taxonomy. Pure.</summary>
    /// <param name="all">What happened to it, and whether the import did it.</param>
    public static IReadOnlyList<object> OfTaxonomy((object Data, bool IsOf)[] all)
    {
        var now = all.Aggregate(Catalog.Taxonomy.Empty, (taxonomy, e) => Catalog.Taxonomy.Fold(taxonomy, e.Data));
        var events = new List<object>();
        foreach (
            var domain in all.Where(e => e is { IsOf: true, Data: DomainOriginStated })
                .Select(e => now.Domain(((DomainOriginStated)e.Data).Domain))
                .OfType<DomainTaxonomy>()
                .DistinctBy(d => d.Slug, StringComparer.Ordinal)
        )
            if (From(all, domain.Slug) is var then && then != (domain.Origin ?? new Origin()))
                events.Add(
                    new DomainOriginStated(domain.Slug, then.Language, then.Source, then.Licence, then.Attribution)
                );
        var parts = all.Where(e => e.Data is TaxonomyIdsReplaced)
            .Select(e => (Said: (TaxonomyIdsReplaced)e.Data, e.IsOf))
            .GroupBy(e => new Part(e.Said.Kind, e.Said.Domain, e.Said.Slug))
            .Where(said => said.Any(e => e.IsOf) && now.Places.At(said.Key) is not null)
            .Select(said =>
                (
                    Part: said.Key,
                    Now: now.Places.At(said.Key)!.ExternalIds ?? [],
                    Then: Without(said.Select(e => (e.Said.Was, e.Said.ExternalIds, e.IsOf)))
                )
            )
            .Where(part => !Are(part.Now, part.Then));
        events.AddRange(
            parts.Select(part => new TaxonomyIdsReplaced(
                part.Part.Kind,
                part.Part.Domain,
                part.Part.Slug,
                part.Now,
                part.Then
            ))
        );
        return events;
    }

    // System by system: what others said of it last, else what there was before.
    private static ExternalId[] Without(IEnumerable<(ExternalId[] Was, ExternalId[] Now, bool IsOf)> said)
    {
        ExternalId[]? then = null;
        ExternalId[] last = [];
        foreach (var (was, now, isOf) in said)
        {
            // What was retired and came back has begun anew; of what is the same, the order is kept, too.
            if (then is null || !Are(was, last) || Are(then, was))
                then = was;
            last = now;
            if (isOf)
                continue;
            foreach (var system in was.Concat(now).Select(id => id.System).Distinct(StringComparer.Ordinal).ToArray())
                if (!Are(was.Where(id => id.System == system), now.Where(id => id.System == system)))
                    then = [.. then.Where(id => id.System != system), .. now.Where(id => id.System == system)];
            if (Are(then, now))
                then = now;
        }
        return then ?? [];
    }

    // Likewise, member by member.
    private static Origin From(IEnumerable<(object Data, bool IsOf)> all, string domain)
    {
        var (was, then) = (new Origin(), new Origin());
        foreach (var (data, isOf) in all)
            if (data is DomainAdded added && added.Slug == domain)
                (was, then) = (new Origin(), new Origin());
            else if (data is DomainOriginStated said && said.Domain == domain)
            {
                var now = new Origin(said.Language, said.Source, said.Licence, said.Attribution);
                if (!isOf)
                    then = new Origin(
                        now.Language == was.Language ? then.Language : now.Language,
                        now.Source == was.Source ? then.Source : now.Source,
                        now.Licence == was.Licence ? then.Licence : now.Licence,
                        now.Attribution == was.Attribution ? then.Attribution : now.Attribution
                    );
                was = now;
            }
        return then;
    }

    private static bool Are(IEnumerable<ExternalId> some, IEnumerable<ExternalId> others) =>
        some.ToHashSet().SetEquals(others);
}
