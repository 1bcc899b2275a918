using System.Runtime.CompilerServices;
using Marten;
using SkillPlatform.Changes;

namespace SkillPlatform.Catalog;

/// <summary>A skill of a document, and what it stands in there.</summary>
public sealed record PlacedSkill(string Domain, string Group, CatalogDocument.Skill Skill);

/// <summary>Some skills of a document that was sent, in its order.</summary>
/// <param name="Id">The document's, and how many skills come before.</param>
/// <param name="SetId">Those of one document.</param>
public sealed record ImportPart(string Id, Guid SetId, int First, PlacedSkill[] Skills);

/// <summary>
/// A document that is imported or checked, until that is over, so that any replica can go on with it: <see cref="Document"/> is
/// <see cref="Abridged"/>, its skills are kept a few at a time, so that however many they are, no more are in memory.
/// </summary>
/// <param name="Parts">Whose <see cref="ImportPart.SetId"/>; null of one that an older version kept whole.</param>
public sealed record ImportDocument(Guid Id, CatalogDocument Document, Guid? Parts = null);

/// <summary>The skills of a document that was sent, a part at a time.</summary>
public static class ImportParts
{
    // Of a transaction.
    private const int Most = 100;
    private const int MostCharacters = 2_000_000;

    // Of a part: a longer text goes where the collector of garbage seldom looks, and a hundred thousand skills leave hundreds of megabytes there.
    private const int MostOfPart = 35_000;

    public static void Configure(StoreOptions options)
    {
        options.Schema.For<ImportDocument>().DocumentAlias("import_document");
        options.Schema.For<ImportPart>().DocumentAlias("import_part").Duplicate(p => p.SetId);
    }

    /// <summary>So many, and so long, that one transaction takes them.</summary>
    public static IEnumerable<T[]> Portions<T>(IEnumerable<T> skills, Func<T, CatalogDocument.Skill> skill) =>
        Portions(skills, skill, MostCharacters);

    private static IEnumerable<T[]> Portions<T>(IEnumerable<T> skills, Func<T, CatalogDocument.Skill> skill, int most)
    {
        var (some, length) = (new List<T>(Most), 0L);
        foreach (var one in skills)
        {
            var more = Length(skill(one));
            if (some.Count > 0 && length + more > most)
            {
                yield return [.. some];
                some.Clear();
                length = 0;
            }
            some.Add(one);
            length += more;
            if (some.Count < Most)
                continue;
            yield return [.. some];
            some.Clear();
            length = 0;
        }
        if (some.Count > 0)
            yield return [.. some];
    }

    public static async Task Write(
        IDocumentStore store,
        Guid set,
        int first,
        PlacedSkill[] skills,
        CancellationToken ct
    )
    {
        await using var session = store.LightweightSession();
        foreach (var part in Portions(skills, s => s.Skill, MostOfPart))
        {
            session.Insert(new ImportPart(IdOf(set, first), set, first, part));
            first += part.Length;
        }
        await session.SaveChangesAsync(ct);
    }

    /// <summary>All that come after the first <paramref name="done"/>.</summary>
    public static async IAsyncEnumerable<PlacedSkill[]> Read(
        IDocumentStore store,
        Guid set,
        int done,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        await using var session = store.QuerySession();
        var (some, length) = (new List<PlacedSkill>(Most), 0L);
        for (var first = 0; await session.LoadAsync<ImportPart>(IdOf(set, first), ct) is { Skills: var skills }; )
        {
            foreach (var skill in skills.Skip(done - first))
            {
                some.Add(skill);
                length += Length(skill.Skill);
                if (some.Count < Most && length < MostCharacters)
                    continue;
                yield return [.. some];
                some.Clear();
                length = 0;
            }
            first += skills.Length;
        }
        if (some.Count > 0)
            yield return [.. some];
    }

    // About as many characters as it takes to write it down.
    private static long Length(CatalogDocument.Skill skill) =>
        200L
        + (skill.Description?.Length ?? 0)
        + skill.Requirements.Sum(r => 60L + r.Role.Length + r.Level.Length + r.Description.Length);

    /// <summary>The document in parts, as it is kept now, where an older version kept it whole.</summary>
    public static async Task<ImportDocument> InParts(ImportDocument kept, IDocumentStore store, CancellationToken ct)
    {
        if (kept.Parts is not null)
            return kept;
        var (set, first, abridged) = (Guid.CreateVersion7(), 0, new Abridged());
        foreach (var some in Portions(Placed(kept.Document), s => s.Skill))
        {
            await Write(store, set, first, some, ct);
            first += some.Length;
            abridged.Add(some);
        }
        await using var session = store.LightweightSession();
        kept = new ImportDocument(kept.Id, abridged.Of(kept.Document), set);
        session.Store(kept);
        await session.SaveChangesAsync(ct);
        return kept;
    }

    /// <summary>Nobody needs it any more.</summary>
    public static async Task Delete(IDocumentSession session, Guid import, CancellationToken ct)
    {
        if (await session.LoadAsync<ImportDocument>(import, ct) is { Parts: { } set })
            session.DeleteWhere<ImportPart>(p => p.SetId == set);
        session.Delete<ImportDocument>(import);
    }

    /// <summary>What no document has, of one that was refused while it was read, for one.</summary>
    public static void Forget(IDocumentSession session, DateTimeOffset before) =>
        session.QueueSqlCommand(
            """
            delete from mt_doc_import_part where mt_last_modified < ? and set_id not in (
                select (data ->> 'parts')::uuid from mt_doc_import_document where data ->> 'parts' is not null)
            """,
            before
        );

    public static IEnumerable<PlacedSkill> Placed(CatalogDocument document) =>
        document.Skills().Select(s => new PlacedSkill(s.Domain.Name, s.Group.Name, s.Skill));

    private static string IdOf(Guid set, int first) => $"{set:N}/{first}";
}

/// <summary>
/// A document in short: a group that has skills has one, nameless. All of a domain together require each level that its skills
/// require, and all of the document each role: what it needs of the taxonomy is seen in it as in the whole.
/// </summary>
public sealed class Abridged
{
    private readonly Distinct _roles = new();
    private readonly Dictionary<string, Distinct> _levels = new(TextForm.Looks);
    private readonly HashSet<(string Domain, string Group)> _groups = [];

    private sealed class Distinct
    {
        private readonly HashSet<string> _known = new(TextForm.Looks);
        public readonly List<string> Names = [];

        public void Add(string name)
        {
            if (_known.Add(name))
                Names.Add(name);
        }
    }

    public void Add(IEnumerable<PlacedSkill> skills)
    {
        foreach (var (domain, group, skill) in skills)
        {
            _groups.Add((domain, group));
            if (!_levels.TryGetValue(domain, out var levels))
                _levels.Add(domain, levels = new Distinct());
            foreach (var requirement in skill.Requirements)
            {
                _roles.Add(requirement.Role);
                levels.Add(requirement.Level);
            }
        }
    }

    public CatalogDocument Of(CatalogDocument document)
    {
        var roles = _roles.Names;
        return document with { Domains = [.. document.Domains.Select(Domain)] };

        CatalogDocument.Domain Domain(CatalogDocument.Domain domain)
        {
            var levels = _levels.GetValueOrDefault(domain.Name)?.Names ?? [];
            return domain with { Groups = [.. domain.Groups.Select(Group)] };

            CatalogDocument.Group Group(CatalogDocument.Group group)
            {
                if (!_groups.Contains((domain.Name, group.Name)))
                    return group with { Skills = [] };
                CatalogDocument.Requirement[] requirements =
                [
                    .. Enumerable
                        .Range(0, levels.Count == 0 ? 0 : Math.Max(roles.Count, levels.Count))
                        .Select(i => new CatalogDocument.Requirement(
                            i < roles.Count ? roles[i] : _roles.Names[0],
                            levels[Math.Min(i, levels.Count - 1)],
                            Mandatory: false,
                            ""
                        )),
                ];
                // Each is told once.
                (roles, levels) = levels.Count == 0 ? (roles, levels) : ([], []);
                return group with { Skills = [new CatalogDocument.Skill("", null, requirements)] };
            }
        }
    }
}
