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

    /// <summary>What a skill that a document tells by ids would be two skills of the catalogue, or two one.</summary>
    /// <param name="skills">Some of the document.</param>
    /// <param name="seen">Of the catalogue, what those before them are.</param>
    /// <param name="wrong">Takes what is wrong, and where.</param>
    /// <param name="session">To look them up.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task Check(
        IReadOnlyCollection<(string At, PlacedSkill Skill)> skills,
        Dictionary<Guid, string> seen,
        Action<string, string> wrong,
        IQuerySession session,
        CancellationToken ct
    ) =>
        Check(
            skills.Select(s => (s.At, s.Skill.Skill.Name, s.Skill.Skill.ExternalIds)),
            await Holders(session, skills.SelectMany(s => s.Skill.Skill.ExternalIds ?? []), ct),
            seen,
            wrong
        );

    /// <summary>The same of anything that documents tell by ids.</summary>
    /// <param name="all">Where each stands, what it is called, and its ids.</param>
    /// <param name="holders">What of the catalogue has an id, by its key.</param>
    /// <param name="seen">What of it those before them are.</param>
    /// <param name="wrong">Takes what is wrong, and where.</param>
    public static void Check<T>(
        IEnumerable<(string At, string Name, ExternalId[]? Ids)> all,
        IReadOnlyDictionary<string, T> holders,
        Dictionary<T, string> seen,
        Action<string, string> wrong
    )
        where T : notnull
    {
        foreach (var (at, name, ids) in all)
        {
            var held = (ids ?? []).Index().Where(id => holders.ContainsKey(Key(id.Item))).ToArray();
            foreach (var (i, id) in held)
            {
                var (it, which) = (holders[Key(id)], $"“{id.Id}” of {id.System}");
                if (!it.Equals(holders[Key(held[0].Item)]))
                    wrong(
                        $"{at}/externalIds/{i}",
                        $"{which} is something else in the catalogue than the id before it."
                    );
                else if (i == held[0].Index && !seen.TryAdd(it, name))
                    wrong($"{at}/externalIds/{i}", $"{which} is the same in the catalogue as “{seen[it]}”.");
            }
        }
    }
}
