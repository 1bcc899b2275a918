using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using JasperFx;
using JasperFx.Events;
using Marten;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>
/// Does the imports, one after the other, on whichever replica holds the database lock. Each batch is one transaction that
/// also moves the import's progress, so that after a crash any replica goes on where the last batch ended.
/// </summary>
public sealed class ImportWorker(IDocumentStore store, Turns turns, TimeProvider time, ILogger<ImportWorker> log)
    : BackgroundService
{
    private const long Lock = 0x496D706F7274; // "Import"
    private const int Attempts = 5;
    private static readonly TimeSpan Pulse = TimeSpan.FromMilliseconds(500);
    private readonly Signal _toDo = new();

    /// <summary>There is a new import. Imports of other replicas are found by looking from time to time.</summary>
    public void Wake() => _toDo.Set();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await DoAll(_ => { }, stoppingToken);
                await _toDo.WaitAsync(TimeSpan.FromSeconds(2), stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Imports wait ({Reason}); trying again.", e.Message);
                await Task.Delay(Pulse, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Does all imports that are not over, or waits until another replica has.</summary>
    public async Task DoAll(Action<Import> progress, CancellationToken ct)
    {
        if (await Next(ct) is null)
            return;
        if (await turns.Take(Lock, ct, async () => await Next(ct) is not null) is not { } turn)
            return;
        await using (turn)
            while (await Next(ct) is { } import)
                await Do(import, turn, progress, ct);
    }

    private async Task<Import?> Next(CancellationToken ct)
    {
        await using var session = store.QuerySession();
        return await session
            .Query<Import>()
            .Where(i => i.State == Import.Queued || i.State == Import.Running)
            .OrderBy(i => i.CreatedAt)
            .FirstOrDefaultAsync(ct);
    }

    private async Task Do(Import import, Turn turn, Action<Import> progress, CancellationToken ct)
    {
        var done = -1;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Run(import, turn, progress, ct);
                return;
            }
            catch (Exception e) when (!ct.IsCancellationRequested && !Messaging.IsAround(e))
            {
                // Throws where the lock is lost: then another replica goes on, and this one must not call the import failed.
                await turn.Check(ct);
                log.LogWarning(e, "Import {Import} stumbled at skill {Done}.", import.Id, import.Done);
                await using var session = store.LightweightSession();
                import = (await session.LoadAsync<Import>(import.Id, ct))!;
                if (import.Done > done)
                    (done, attempt) = (import.Done, 1);
                if (attempt < Attempts)
                    continue;
                import.State = Import.Failed;
                import.Errors = [new ImportError("", $"Stopped after {import.Done} skills: an internal error.")];
                await End(session, import, ct);
                await session.SaveChangesAsync(ct);
                return;
            }
        }
    }

    private async Task Run(Import import, Turn turn, Action<Import> progress, CancellationToken ct)
    {
        await turn.Check(ct);
        ImportDocument kept;
        await using (var session = store.QuerySession())
            kept = (await session.LoadAsync<ImportDocument>(import.Id, ct))!;
        kept = await ImportParts.InParts(kept, store, ct);
        var prepared = await Prepare(import, kept.Document, ct);
        progress(import);
        if (prepared is not var (read, taxonomy, parts))
            return;
        var told = new Told();
        await foreach (var wanted in Wanted(0))
            told.Add(wanted);
        var renamed =
            import.DryRun || !told.SaysIds
                ? []
                : await RenameByExternalId.Run(() => Session(import), () => Wanted(0), ct);
        var taken = new HashSet<Guid>();
        var differs = import.DryRun ? await Differing(import, ct) : null;
        if (import.Purpose is null)
            differs?.Tell(parts, taxonomy);
        await foreach (var part in ImportParts.Read(store, kept.Parts!.Value, import.Done, ct))
        {
            WantedSkill[] batch = [.. part.Select(read)];
            // Throws where the lock's connection is lost, and the lock with it.
            await turn.Check(ct);
            await using var session = Session(import);
            await Stands(session, taxonomy, ct);
            var had = differs?.Skills.Count;
            await Stage(session, import, batch, told, taken, renamed, differs, ct);
            import.Done += batch.Length;
            // It has no more than some skills, but those are long.
            if (differs?.Skills.Count > had)
                session.Store(differs);
            Save(session, import);
            await session.SaveChangesAsync(ct);
            progress(import);
        }
        await using var last = Session(import);
        import.State = Import.Finished;
        if (differs is not null)
            last.Store(differs);
        await End(last, import, ct);
        if (!import.DryRun && (import.TaxonomyChanged || import.Added + import.Changed > 0))
            last.Stage<Import>(
                import.Id,
                0,
                [new CatalogueImported(import.Source, import.Licence, import.Added, import.Changed, import.Unchanged)]
            );
        await last.SaveChangesAsync(ct);
        progress(import);

        async IAsyncEnumerable<WantedSkill> Wanted(int done)
        {
            await foreach (var part in ImportParts.Read(store, kept.Parts!.Value, done, ct))
            foreach (var skill in part)
                yield return read(skill);
        }
    }

    // What the document speaks of: of its skills, which may be many, no more is kept than is asked for.
    private sealed class Told
    {
        private readonly HashSet<UInt128> _named = [];
        private readonly HashSet<UInt128> _placed = [];
        private readonly HashSet<UInt128> _ids = [];

        public bool SaysIds => _ids.Count > 0;

        public void Add(WantedSkill wanted)
        {
            _named.Add(Of(Named(wanted.Says)));
            _placed.Add(Of(Placed(wanted.Says)));
            foreach (var id in wanted.ExternalIds ?? [])
                _ids.Add(Of(SkillExternalId.Key(id)));
        }

        /// <summary>It has a skill of that name in that domain.</summary>
        public bool Names(Said skill) => _named.Contains(Of(Named(skill)));

        /// <summary>It has a skill of that name in that group.</summary>
        public bool Places(Said skill) => _placed.Contains(Of(Placed(skill)));

        public bool Has(ExternalId id) => _ids.Contains(Of(SkillExternalId.Key(id)));

        private static string Named(Said skill) => $"{skill.Place.Domain}\n{TextForm.Likeness(skill.Name)}";

        private static string Placed(Said skill) => $"{skill.Place.Group}\n{Named(skill)}";

        private static UInt128 Of(string key) =>
            BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
    }

    // What the skills stand on is not retired while they are written; where it was since, the import looks at all of it again.
    private static async Task Stands(IDocumentSession session, Taxonomy taxonomy, CancellationToken ct)
    {
        await session.BeginTransactionAsync(ct);
        var now = await session.QueryAsync<int>(
            "select coalesce((data ->> 'retirements')::int, 0) from mt_doc_taxonomy where id = ? for share",
            ct,
            Taxonomy.StreamId
        );
        if (now.Any(retirements => retirements != taxonomy.Retirements))
            throw new ConcurrencyException(typeof(Taxonomy), Taxonomy.StreamId);
    }

    // Roles, domains and groups come first, in a transaction of their own: what the skills stand on. Null where they cannot be.
    private async Task<(Func<PlacedSkill, WantedSkill> Read, Taxonomy, IReadOnlyList<object>)?> Prepare(
        Import import,
        CatalogDocument given,
        CancellationToken ct
    )
    {
        await using var session = Session(import);
        var (document, names, taxonomy) = (given, FormerNames.Names.Same, Taxonomy.Empty);
        IReadOnlyList<Recognised> former = [];
        IReadOnlyList<object> events = [];
        (string, string)[] retired = [];
        var (decision, _) = await session.Decide<Taxonomy>(
            Taxonomy.StreamId,
            now =>
            {
                taxonomy = now ?? Taxonomy.Empty;
                var renames = PartsByExternalId.Renames(given, taxonomy).ToArray();
                taxonomy = renames.Aggregate(taxonomy, Taxonomy.Fold);
                retired = [.. given.Retired(taxonomy).Take(DocumentErrors.Most)];
                if (retired.Length > 0)
                    return Decision.Nothing;
                (document, names, former) = given.InPresentNames(taxonomy);
                (document, var gone) = document.WithoutRetired(taxonomy);
                former = [.. former, .. gone];
                events = [.. renames, .. ImportDecisions.Decide(taxonomy, document)];
                taxonomy = events.Skip(renames.Length).Aggregate(taxonomy, Taxonomy.Fold);
                return import.DryRun ? Decision.Nothing : Decision.Of(events);
            },
            ct: ct
        );
        import.State = Import.Running;
        import.TaxonomyChanged |= decision is Decision.Accepted;
        import.Recognise(former);
        if (retired.Length > 0)
        {
            import.State = Import.Failed;
            import.Errors = [.. retired.Select(error => new ImportError(error.Item1, error.Item2))];
            await End(session, import, ct);
        }
        else
            Save(session, import);
        await session.SaveChangesAsync(ct);
        return retired.Length > 0 ? null : (WantedSkill.Reader(document.Covers, names, taxonomy), taxonomy, events);
    }

    // Where it goes on after an interruption, with what it has found.
    private async Task<ChangeSet> Differing(Import import, CancellationToken ct)
    {
        await using var session = store.QuerySession();
        var set =
            (import.Done > 0 ? await session.LoadAsync<ChangeSet>(import.Id, ct) : null)
            ?? new ChangeSet
            {
                Id = import.Id,
                By = import.By,
                Source = import.Source,
                At = import.CreatedAt,
            };
        set.More = import.Added + import.Changed - set.Skills.Count;
        return set;
    }

    private static async Task Stage(
        IDocumentSession session,
        Import import,
        IReadOnlyList<WantedSkill> batch,
        Told told,
        HashSet<Guid> taken,
        HashSet<Guid> renamed,
        ChangeSet? differs,
        CancellationToken ct
    )
    {
        var known = (await Known(session, [.. batch.Select(s => s.Says.Name)], ct)).ToLookup(s => Key(s.Skill.Says));
        string[] unknown =
        [
            .. batch
                .Where(s => !known[Key(s.Says)].Any(k => !k.Skill.Retired && k.Skill.Group == s.Says.Place.Group))
                .Select(s => s.Says.Name),
        ];
        var near = await SlugTaken.Near(session, unknown, ct);
        // Slugs are never given again: who looks like a name, or had it, had a slug that is made of it.
        Guid[] ids = [.. unknown.SelectMany(name => SlugTaken.Lookalikes(near, name)).Distinct()];
        var alike = (await Fold(session, ids, ct)).ToArray();
        var now = alike.ToLookup(s => Key(s.Skill.Says));
        // One that the document calls by its present name, too, is not the one that it calls by a former name.
        var former = alike
            .Where(s => s.Skill.Retired || !told.Names(s.Skill.Says))
            .SelectMany(s => s.Skill.Former.Select(name => (Key: (s.Skill.Domain, TextForm.Likeness(name)), It: s)))
            .ToLookup(s => s.Key, s => s.It);
        var slugs = near.Keys.ToHashSet(StringComparer.Ordinal);
        var held = await SkillExternalId.Holders(session, batch.SelectMany(w => w.ExternalIds ?? []), ct);
        var holders = (await Fold(session, [.. held.Values.Distinct()], ct)).ToDictionary(s => s.Id);
        foreach (var wanted in batch)
        {
            var key = Key(wanted.Says);
            var byId = (wanted.ExternalIds ?? [])
                .Select(id => held.GetValueOrDefault(SkillExternalId.Key(id)))
                .Where(id => id != Guid.Empty && !taken.Contains(id))
                .Select(id => holders[id])
                .FirstOrDefault();
            // In this group; else in one where the document has no such skill: then it has moved.
            var found = byId.Skill is not null
                ? byId
                : known[key]
                    .Concat(now[key])
                    .Concat(former[key])
                    .Where(s =>
                        !taken.Contains(s.Id)
                        && (!wanted.IsNot(s.Skill) || IsIn(s.Skill, wanted.Says) && !IsTold(s.Skill))
                        && (s.Skill.Group == wanted.Says.Place.Group || !told.Places(s.Skill.Says))
                    )
                    .OrderBy(s => s.Skill.Retired)
                    .ThenBy(s => s.Skill.Group != wanted.Says.Place.Group)
                    .FirstOrDefault();
            if (found.Skill is { } skill && !(skill.Retired && wanted.IsBack))
            {
                taken.Add(found.Id);
                var isOtherwise = !TextForm.Looks.Equals(skill.Name, wanted.Says.Name);
                // What is told by an id is to be renamed, unless the name is another's.
                if (skill.Retired || isOtherwise && !(byId.Skill is not null && import.DryRun))
                    import.Recognise(wanted.Says.Name, skill);
                if (import.Purpose == Import.ToPropose)
                {
                    await Compare(session, import, differs!, found, wanted, byId.Skill is not null, ct);
                    continue;
                }
                object[] events = skill.Retired
                    ? []
                    :
                    [
                        .. ImportDecisions.Decide(skill, skill.Slug, wanted.Over(skill.Says)),
                        .. Ids(session, import, skill.ExternalIds, found.Id, wanted, held, holders),
                    ];
                var isToBeRenamed = isOtherwise && byId.Skill is not null && import.DryRun && !skill.Retired;
                if (events.Length > 0 || renamed.Contains(found.Id) || isToBeRenamed)
                    import.Changed++;
                else
                    import.Unchanged++;
                if (differs is not null && (events.Length > 0 || isToBeRenamed))
                    differs.Add(
                        new(
                            found.Id,
                            skill.Name,
                            Difference.AsSeen(
                                skill.Says,
                                wanted.Over(skill.Says) with
                                {
                                    Name = isToBeRenamed ? wanted.Says.Name : skill.Says.Name,
                                }
                            )
                        )
                    );
                if (!import.DryRun && events.Length > 0)
                    session.Stage<Skill>(found.Id, found.Version, events);
                continue;
            }
            // In a file from here, a skill that has another name there is renamed.
            if (
                import.Purpose == Import.ToPropose
                && wanted.Revision is { } from
                && (await Fold(session, [from.Skill], ct)).FirstOrDefault() is { Skill: { Retired: false } there } other
                && !told.Places(there.Says)
                && taken.Add(other.Id)
            )
            {
                await Compare(session, import, differs!, other, wanted, isById: true, ct);
                continue;
            }
            import.Added++;
            differs?.Add(new(null, wanted.Says.Name, Difference.Between(null, wanted.Says)));
            var (id, slug) = (Guid.CreateVersion7(), Slugs.Unique(Slugs.Of(wanted.Says.Name), slugs.Contains));
            slugs.Add(slug);
            if (import.DryRun)
                continue;
            session.Insert(new SlugTaken { Id = slug, SkillId = id });
            session.Stage<Skill>(
                id,
                0,
                [
                    .. ImportDecisions.Decide(null, slug, wanted.Says),
                    .. Ids(session, import, [], id, wanted, held, holders),
                ]
            );
        }

        bool IsTold(Skill skill) => skill.ExternalIds.Any(told.Has);

        // Two of one name in one place cannot be: it is the one that is there, under another id, unless the document has that, too.
        static bool IsIn(Skill skill, Said wanted) =>
            !skill.Retired && skill.Says.Place == wanted.Place && Key(skill.Says) == Key(wanted);
    }

    // What its author changed is what differs from what they had, which the catalogue may have left behind.
    private static async Task Compare(
        IDocumentSession session,
        Import import,
        ChangeSet differs,
        (Guid Id, long Version, Skill Skill) found,
        WantedSkill wanted,
        bool isById,
        CancellationToken ct
    )
    {
        var had = found.Skill;
        if (wanted.Revision is { } made && made.Skill == found.Id && made.Version < found.Version)
            had = (await session.Events.FetchStreamAsync(found.Id, made.Version, token: ct)).Aggregate(
                (Skill?)null,
                (skill, e) => Skill.Fold(skill, e.Data)
            )!;
        // Its name is what it was found by, as far as it looks the same.
        var wants = wanted.Over(had.Says);
        if (TextForm.Looks.Equals(wants.Name, had.Name) || !isById && wanted.Revision?.Skill != found.Id)
            wants = wants with { Name = had.Says.Name };
        var changes = found.Skill.Retired ? [] : Difference.AsSeen(had.Says, wants);
        if (changes.Length > 0)
        {
            import.Changed++;
            differs.Add(new(found.Id, found.Skill.Name, changes));
        }
        else
            import.Unchanged++;
    }

    // An id that another skill has, and that the check did not see, stays where it is.
    private static object[] Ids(
        IDocumentSession session,
        Import import,
        IEnumerable<ExternalId> now,
        Guid skill,
        WantedSkill wanted,
        IReadOnlyDictionary<string, Guid> held,
        Dictionary<Guid, (Guid Id, long Version, Skill Skill)> holders
    )
    {
        if (wanted.ExternalIds is not { } ids)
            return [];
        var events = ImportDecisions.Ids(now, [.. ids.Where(IsFree)]);
        if (import.DryRun || events is not [ExternalIdsReplaced { ExternalIds: var then }])
            return events;
        foreach (var id in then.ExceptBy(now.Select(SkillExternalId.Key), SkillExternalId.Key, StringComparer.Ordinal))
            session.Store(new SkillExternalId { Id = SkillExternalId.Key(id), SkillId = skill });
        foreach (var id in now.ExceptBy(then.Select(SkillExternalId.Key), SkillExternalId.Key, StringComparer.Ordinal))
            session.Delete<SkillExternalId>(SkillExternalId.Key(id));
        return events;

        bool IsFree(ExternalId id) =>
            !held.TryGetValue(SkillExternalId.Key(id), out var holder)
            || holder == skill
            || holders[holder].Skill.Retired;
    }

    private static (string Domain, string Name) Key(Said skill) => (skill.Place.Domain, TextForm.Likeness(skill.Name));

    /// <summary>Skills that have one of the names.</summary>
    private static async Task<IEnumerable<(Guid Id, long Version, Skill Skill)>> Known(
        IDocumentSession session,
        string[] names,
        CancellationToken ct
    ) =>
        await Fold(
            session,
            await session.Query<SkillEntry>().Where(s => names.Contains(s.Name)).Select(s => s.Id).ToListAsync(ct),
            ct
        );

    /// <summary>Skills folded from their events in one read, the oldest first.</summary>
    internal static async Task<IEnumerable<(Guid Id, long Version, Skill Skill)>> Fold(
        IQuerySession session,
        IReadOnlyList<Guid> ids,
        CancellationToken ct
    )
    {
        if (ids.Count == 0)
            return [];
        var events = await session.Events.QueryAllRawEvents().Where(e => ids.Contains(e.StreamId)).ToListAsync(ct);
        return events
            .GroupBy(e => e.StreamId)
            .OrderBy(stream => stream.Key)
            .Select(stream =>
                (
                    stream.Key,
                    stream.Max(e => e.Version),
                    stream.OrderBy(e => e.Version).Aggregate((Skill?)null, (skill, e) => Skill.Fold(skill, e.Data))!
                )
            )
            .ToArray();
    }

    private async Task End(IDocumentSession session, Import import, CancellationToken ct)
    {
        import.FinishedAt = time.GetUtcNow();
        Save(session, import);
        // What was only checked may be imported yet.
        if (!import.DryRun || import.Purpose is not null)
            await ImportParts.Delete(session, import.Id, ct);
    }

    // Of two that work on one import, against all care, the second fails to commit.
    private static void Save(IDocumentSession session, Import import) =>
        session.UpdateRevision(import, import.Version + 1);

    private IDocumentSession Session(Import import)
    {
        var session = store.LightweightSession();
        session.LastModifiedBy = import.By ?? "system";
        session.CausationId = import.Id.ToString();
        new Provenance(
            Author: import.By,
            Reason: $"Import of {import.Source ?? "a catalogue document"}",
            Import: import.Id
        ).Stamp(session);
        return session;
    }

    public override void Dispose()
    {
        _toDo.Dispose();
        base.Dispose();
    }
}
