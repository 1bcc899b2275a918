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
    private const int Most = 100;
    private const int MostCharacters = 2_000_000;

    public static void Configure(StoreOptions options)
    {
        options.Schema.For<ImportDocument>().DocumentAlias("import_document");
        options.Schema.For<ImportPart>().DocumentAlias("import_part").Duplicate(p => p.SetId);
    }

    /// <summary>So many, and so long, that one transaction takes them.</summary>
    public static IEnumerable<T[]> Portions<T>(IEnumerable<T> skills, Func<T, CatalogDocument.Skill> skill)
    {
        var (some, length) = (new List<T>(Most), 0L);
        foreach (var one in skills)
        {
            some.Add(one);
            length += skill(one).Requirements.Sum(r => 100 + r.Description.Length);
            if (some.Count < Most && length < MostCharacters)
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
        session.Insert(new ImportPart(IdOf(set, first), set, first, skills));
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
        for (var first = 0; await session.LoadAsync<ImportPart>(IdOf(set, first), ct) is { Skills: var skills }; )
        {
            if (first + skills.Length > done)
                yield return skills[Math.Max(0, done - first)..];
            first += skills.Length;
        }
    }

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
/// A document in short: each group that has skills has one, nameless, whose requirements name each role and each level that
/// any of them needs. What a document needs of the taxonomy is seen in it as in the whole.
/// </summary>
public sealed class Abridged
{
    private readonly Dictionary<(string Domain, string Group), (Needs Roles, Needs Levels)> _groups = [];

    private sealed class Needs
    {
        private readonly HashSet<string> _known = new(TextForm.Looks);
        public readonly List<string> All = [];

        public void Add(string name)
        {
            if (_known.Add(name))
                All.Add(name);
        }
    }

    public void Add(IEnumerable<PlacedSkill> skills)
    {
        foreach (var (domain, group, skill) in skills)
        {
            var key = (TextForm.Likeness(domain), TextForm.Likeness(group));
            if (!_groups.TryGetValue(key, out var needs))
                _groups.Add(key, needs = (new Needs(), new Needs()));
            foreach (var requirement in skill.Requirements)
            {
                needs.Roles.Add(requirement.Role);
                needs.Levels.Add(requirement.Level);
            }
        }
    }

    public CatalogDocument Of(CatalogDocument document) =>
        document with
        {
            Domains =
            [
                .. document.Domains.Select(d =>
                    d with
                    {
                        Groups = [.. d.Groups.Select(g => g with { Skills = Skills(d.Name, g.Name) })],
                    }
                ),
            ],
        };

    private CatalogDocument.Skill[] Skills(string domain, string group)
    {
        if (!_groups.TryGetValue((TextForm.Likeness(domain), TextForm.Likeness(group)), out var needs))
            return [];
        var (roles, levels) = (needs.Roles.All, needs.Levels.All);
        return
        [
            new CatalogDocument.Skill(
                "",
                null,
                [
                    .. Enumerable
                        .Range(0, Math.Max(roles.Count, levels.Count))
                        .Select(i => new CatalogDocument.Requirement(
                            roles[Math.Min(i, roles.Count - 1)],
                            levels[Math.Min(i, levels.Count - 1)],
                            Mandatory: false,
                            ""
                        )),
                ]
            ),
        ];
    }
}
