using Marten;
using SkillPlatform.Changes;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Catalog;

/// <summary>
/// What a document calls otherwise, and which is told by an id elsewhere, is renamed before all else of an import: a name
/// that one skill gives up may be another's then. What would take a name that is still used in its group keeps its own.
/// </summary>
public static class RenameByExternalId
{
    private const int AtOnce = 100;

    /// <summary>The skills that have other names now.</summary>
    public static async Task<HashSet<Guid>> Run(
        Func<IDocumentSession> begin,
        Func<IAsyncEnumerable<WantedSkill>> wanted,
        CancellationToken ct
    )
    {
        var renamed = new HashSet<Guid>();
        // Each round may free names for the next.
        for (var before = -1; before < renamed.Count; )
        {
            before = renamed.Count;
            await foreach (var some in wanted().Where(w => w.ExternalIds is { Length: > 0 }).Chunk(AtOnce))
            foreach (var (skill, name) in await Otherwise(begin, some, ct))
                if (await Rename(begin, skill, name, ct))
                    renamed.Add(skill.Id);
        }
        return renamed;
    }

    private static async Task<List<(SkillEntry Skill, string Name)>> Otherwise(
        Func<IDocumentSession> begin,
        WantedSkill[] wanted,
        CancellationToken ct
    )
    {
        await using var session = begin();
        var holders = await SkillExternalId.Holders(session, wanted.SelectMany(w => w.ExternalIds!), ct);
        var skills = (await session.LoadManyAsync<SkillEntry>(ct, holders.Values.Distinct().ToArray())).ToDictionary(
            s => s.Id
        );
        return
        [
            .. from w in wanted
            let held = w.ExternalIds!.Select(id => holders.GetValueOrDefault(SkillExternalId.Key(id)))
            from skill in held.Where(id => id != Guid.Empty).Take(1).Select(id => skills[id])
            where !skill.Retired && !TextForm.Looks.Equals(skill.Name, w.Says.Name)
            select (skill, w.Says.Name),
        ];
    }

    private static async Task<bool> Rename(
        Func<IDocumentSession> begin,
        SkillEntry skill,
        string name,
        CancellationToken ct
    )
    {
        await using var session = begin();
        var near = await SlugTaken.Near(session, [name], ct);
        var alike = SlugTaken.Lookalikes(near, name).Where(id => id != skill.Id).ToArray();
        var others = await session.LoadManyAsync<SkillEntry>(ct, alike);
        if (
            others.Any(o =>
                !o.Retired && (o.Domain, o.Group) == (skill.Domain, skill.Group) && TextForm.Looks.Equals(o.Name, name)
            )
        )
            return false;
        var slug = Slugs.Unique(Slugs.Of(name), s => near.TryGetValue(s, out var holder) && holder != skill.Id);
        if (!near.ContainsKey(slug))
            session.Insert(new SlugTaken { Id = slug, SkillId = skill.Id });
        await session.Decide<Skill>(skill.Id, _ => Decision.Of(new SkillRenamed(name, slug)), ct: ct);
        await session.SaveChangesAsync(ct);
        return true;
    }
}
