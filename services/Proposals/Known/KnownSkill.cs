using System.Collections.Concurrent;
using Marten;
using Npgsql;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals;

/// <summary>This service's copy of a skill at the highest version it has heard of.</summary>
public sealed record KnownSkill(Guid Id, long Version, SkillState State)
{
    public Subject Subject => new(Id, State.Slug, State.Name, State.Domain.Slug, State.Group.Slug);

    public Said Says => Said.Of(State, Version);

    /// <summary>Names that look the same are the same.</summary>
    public string Likeness => TextForm.Likeness(State.Name);
}

/// <summary>Every slug a skill has had. Slugs are never reused, so this only grows.</summary>
public sealed record KnownSlug(string Id, Guid SkillId);

/// <summary>
/// Finds skills and the taxonomy for checks. Keeps the parsed copies in memory and asks the database only for their
/// versions: one round trip, and never older than what this service has stored.
/// </summary>
public sealed class Catalogue(NpgsqlDataSource source, IDocumentStore store, Profiles profiles)
{
    private const int Kept = 500;
    private const string Versions = """
        select s.id, s.mt_version, t.mt_version
        from (select coalesce((select (data ->> 'skillId')::uuid from mt_doc_known_slug where id = $1), $2) as id) wanted
        left join mt_doc_known_skill s on s.id = wanted.id
        left join mt_doc_known_taxonomy t on t.id = 'taxonomy'
        """;
    private readonly ConcurrentDictionary<Guid, KnownSkill> _skills = new();
    private KnownTaxonomy _taxonomy = KnownTaxonomy.Empty;

    /// <summary>A skill by current or former slug, or by id; and the taxonomy.</summary>
    /// <param name="skill">Slug or id; null to get the taxonomy alone.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<(KnownSkill? Skill, KnownTaxonomy Taxonomy)> Find(string? skill, CancellationToken ct)
    {
        // What is no text names nothing, and the database does not take it.
        if (skill is not null && !TextForm.IsText(skill))
            skill = null;
        await using var command = source.CreateCommand(Versions);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = skill ?? "" });
        command.Parameters.Add(
            new NpgsqlParameter<Guid> { TypedValue = Guid.TryParse(skill, out var id) ? id : Guid.Empty }
        );
        (Guid Id, long Version)? found = null;
        long? taxonomy = null;
        await using (var reader = await command.ExecuteReaderAsync(ct))
            if (await reader.ReadAsync(ct))
            {
                found = reader.IsDBNull(0) ? null : (reader.GetGuid(0), reader.GetInt64(1));
                taxonomy = reader.IsDBNull(2) ? null : reader.GetInt64(2);
            }
        return (
            found is { } f ? await Skill(f.Id, f.Version, ct) : null,
            taxonomy is { } version ? await Taxonomy(version, ct) : KnownTaxonomy.Empty
        );
    }

    /// <summary>
    /// A skill, and all that changes to it are decided by. Nobody is refused for what this service has not heard of yet, news
    /// of an import's many skills for example: before that, Catalog is asked how the skill is now.
    /// </summary>
    /// <param name="skill">Slug or id; null where the changes name none.</param>
    /// <param name="changes">What is to be done; null where that is yet to be made of the skill.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<(KnownSkill? Skill, Surroundings Around)> Find(
        string? skill,
        Change[]? changes,
        CancellationToken ct
    )
    {
        var (known, taxonomy) = await Find(skill, ct);
        var around = await Around(known, taxonomy, changes, ct);
        if (
            skill is null
            || !TextForm.IsText(skill)
            || IsSound(known, changes, around)
            || await profiles.Now(known?.State.Slug ?? skill, ct) is not { } now
            || (known is not null && (now.Id != known.Id || now.Version <= known.Version))
        )
            return (known, around);
        Keep(now);
        return (now, await Around(now, taxonomy, changes, ct));
    }

    private static bool IsSound(KnownSkill? skill, Change[]? changes, Surroundings around) =>
        changes is not null
        && SubmitProposal.Check(new(skill?.State.Slug, "-", changes), skill, around, Guid.Empty, Most.ByThePlatform)
            is { Refusal: null };

    private async Task<Surroundings> Around(
        KnownSkill? known,
        KnownTaxonomy taxonomy,
        Change[]? changes,
        CancellationToken ct
    )
    {
        var names = (changes ?? [])
            .Select(change => NewName(change, known))
            .OfType<string>()
            // What is no text has no namesake. The database would refuse it, and Npgsql mistakes what else it prepares just then.
            .Where(TextForm.IsText)
            .Select(TextForm.Likeness)
            .ToArray();
        var taken = names.Length == 0 ? [] : await Taken(names, known?.Id ?? Guid.Empty, ct);
        var other = (changes ?? []).OfType<MergeSkill>().FirstOrDefault() is { Into: { } into }
            ? (await Find(into, ct)).Skill
            : null;
        return new Surroundings(
            taxonomy.With(known?.State, other?.State),
            (place, name) => taken.Contains((place, TextForm.Likeness(name))),
            other is null || other.Id == known?.Id ? null : new Other(other.Id, other.State.Slug, other.Says)
        )
        {
            Uses = await Uses(changes, ct),
            Standing = await Standing(changes, ct),
        };
    }

    // By the skills themselves: which are many, but a change of the taxonomy is rare.
    private async Task<Dictionary<Part, string[]>> Uses(IEnumerable<Change?>? changes, CancellationToken ct)
    {
        var uses = new Dictionary<Part, string[]>();
        foreach (
            var role in (changes ?? []).Select(Part.Of).OfType<Part>().Where(p => p.Kind == Part.OfRoles).Distinct()
        )
            uses[role] = await DomainsOf(role.Slug, ct);
        return uses;
    }

    // A proposal is about one role, or one domain: one look at the skills is enough for all of it.
    private async Task<Dictionary<Part, long>> Standing(IEnumerable<Change?>? changes, CancellationToken ct)
    {
        var standing = new Dictionary<Part, long>();
        if ((changes ?? []).OfType<Retiring>().Select(Part.Of).FirstOrDefault() is not { } part)
            return standing;
        var slug = part.Within ?? part.Slug;
        if (!TextForm.IsText(slug))
            return standing;
        await using var command = source.CreateCommand(part.Kind == Part.OfRoles ? InRole : InDomain);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = slug });
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            standing[new Part(row.GetString(0), part.Within, row.GetString(1))] = row.GetInt64(2);
        return standing;
    }

    private const string InRole = """
        select 'role', $1, count(*) from mt_doc_known_skill, jsonb_array_elements(data -> 'state' -> 'requirements') r
        where data -> 'state' -> 'roles' @> jsonb_build_array(jsonb_build_object('slug', $1::text)) and r ->> 'role' = $1
          and not (data -> 'state' ->> 'retired')::boolean
        """;

    private const string InDomain = """
        with skills as (
          select data -> 'state' as s from mt_doc_known_skill
          where data -> 'state' -> 'domain' ->> 'slug' = $1 and not (data -> 'state' ->> 'retired')::boolean
        )
        select 'group', s -> 'group' ->> 'slug', count(*) from skills group by 2
        union all select 'level', r ->> 'level', count(*) from skills, jsonb_array_elements(s -> 'requirements') r group by 2
        """;

    private async Task<string[]> DomainsOf(string role, CancellationToken ct)
    {
        if (!TextForm.IsText(role))
            return [];
        await using var command = source.CreateCommand(
            """
            select distinct data -> 'state' -> 'domain' ->> 'slug' from mt_doc_known_skill
            where data -> 'state' -> 'roles' @> jsonb_build_array(jsonb_build_object('slug', $1::text))
              and not (data -> 'state' ->> 'retired')::boolean
            order by 1
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = role });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var domains = new List<string>();
        while (await reader.ReadAsync(ct))
            domains.Add(reader.GetString(0));
        return [.. domains];
    }

    // One that is moved must not meet a namesake either.
    private static string? NewName(Change? change, KnownSkill? skill) =>
        change switch
        {
            AddSkill add => add.Name,
            RenameSkill rename => rename.Name,
            MoveSkill => skill?.State.Name,
            _ => null,
        };

    private async Task<HashSet<(Place Place, string Likeness)>> Taken(
        string[] likenesses,
        Guid self,
        CancellationToken ct
    )
    {
        await using var session = store.QuerySession();
        var others = await session
            .Query<KnownSkill>()
            .Where(s => s.Likeness.IsOneOf(likenesses) && !s.State.Retired && s.Id != self)
            .ToListAsync(ct);
        return [.. others.Select(s => (new Place(s.State.Domain.Slug, s.State.Group.Slug), s.Likeness))];
    }

    private async Task<KnownSkill?> Skill(Guid id, long version, CancellationToken ct)
    {
        if (_skills.TryGetValue(id, out var kept) && kept.Version >= version)
            return kept;
        await using var session = store.QuerySession();
        if (await session.LoadAsync<KnownSkill>(id, ct) is not { } skill)
            return null;
        return Keep(skill);
    }

    private KnownSkill Keep(KnownSkill skill)
    {
        if (_skills.Count > Kept)
            _skills.Clear();
        return _skills[skill.Id] = skill;
    }

    private async Task<KnownTaxonomy> Taxonomy(long version, CancellationToken ct)
    {
        if (_taxonomy.Version >= version)
            return _taxonomy;
        await using var session = store.QuerySession();
        return _taxonomy = await session.LoadAsync<KnownTaxonomy>(KnownTaxonomy.TheOne, ct) ?? KnownTaxonomy.Empty;
    }
}
