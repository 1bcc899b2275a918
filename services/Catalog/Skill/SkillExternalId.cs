using Marten;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

/// <summary>Which skill has an id of another system. An id is one skill's; only imports give them, one after the other.</summary>
public sealed class SkillExternalId
{
    /// <summary>System and id.</summary>
    public string Id { get; set; } = "";

    public Guid SkillId { get; set; }

    // Neither holds a line break.
    public static string Key(ExternalId id) => $"{id.System}\n{id.Id}";

    /// <summary>In words, as histories tell them; null for none.</summary>
    public static string? Text(IEnumerable<ExternalId> ids) =>
        TextForm.Said(string.Join(", ", ids.Select(id => $"{id.System}: {id.Id}")));

    /// <summary>Who has these ids, by their keys.</summary>
    public static async Task<IReadOnlyDictionary<string, Guid>> Holders(
        IQuerySession session,
        IEnumerable<ExternalId> ids,
        CancellationToken ct
    )
    {
        string[] keys = [.. ids.Select(Key).Distinct(StringComparer.Ordinal)];
        if (keys.Length == 0)
            return new Dictionary<string, Guid>(StringComparer.Ordinal);
        var held = await session.LoadManyAsync<SkillExternalId>(ct, keys);
        return held.ToDictionary(h => h.Id, h => h.SkillId, StringComparer.Ordinal);
    }

    /// <summary>What a skill that the document tells by ids would be two skills of the catalogue, or two one.</summary>
    public static async Task Check(
        CatalogDocument document,
        DocumentErrors errors,
        IQuerySession session,
        CancellationToken ct
    )
    {
        var all = document.Skills().SelectMany(s => s.Skill.ExternalIds ?? []).ToArray();
        var holders = new Dictionary<string, Guid>(StringComparer.Ordinal);
        foreach (var some in all.Chunk(1_000))
        foreach (var (key, skill) in await Holders(session, some, ct))
            holders[key] = skill;
        try
        {
            Check(document, errors, holders);
        }
        catch (DocumentErrors.TooManyException) { }
    }

    private static void Check(CatalogDocument document, DocumentErrors errors, Dictionary<string, Guid> holders)
    {
        var seen = new Dictionary<Guid, string>();
        foreach (var (d, domain) in document.Domains.Index())
        foreach (var (g, group) in domain.Groups.Index())
        foreach (var (s, skill) in group.Skills.Index())
        {
            Guid? first = null;
            foreach (var (i, id) in (skill.ExternalIds ?? []).Index())
                if (holders.TryGetValue(Key(id), out var holder))
                {
                    var at = $"/domains/{d}/groups/{g}/skills/{s}/externalIds/{i}";
                    if (first is { } other && other != holder)
                        errors.Add(
                            at,
                            $"“{id.Id}” of {id.System} is another skill of the catalogue than the id before it."
                        );
                    else if (first is null && !seen.TryAdd(holder, skill.Name))
                        errors.Add(
                            at,
                            $"“{id.Id}” of {id.System} is the same skill of the catalogue as “{seen[holder]}”."
                        );
                    first ??= holder;
                }
        }
    }
}
