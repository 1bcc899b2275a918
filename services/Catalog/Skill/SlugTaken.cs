using Marten;

namespace SkillPlatform.Catalog;

/// <summary>
/// A slug, once given, is never given to another skill: old addresses go on leading to the skill they named. Inserted in
/// the transaction that gives it, so that of two at once one loses and decides again.
/// </summary>
public sealed class SlugTaken
{
    /// <summary>The slug.</summary>
    public string Id { get; set; } = "";

    public Guid SkillId { get; set; }

    /// <summary>Who holds the slug of each name and its numbered variants.</summary>
    public static async Task<IReadOnlyDictionary<string, Guid>> Near(
        IQuerySession session,
        IReadOnlyCollection<string> names,
        CancellationToken ct
    )
    {
        if (names.Count == 0)
            return new Dictionary<string, Guid>(StringComparer.Ordinal);
        var slugs = names.Select(Slugs.Of).Distinct(StringComparer.Ordinal).ToArray();
        // A long slug is cut before its number: what it starts with is enough to find all variants.
        var starts = slugs.Select(slug => slug[..Math.Min(slug.Length, Slugs.Longest - 12)] + "%").ToArray();
        var found = await session.QueryAsync<SlugTaken>("where id like any(?)", ct, [starts]);
        return found.ToDictionary(taken => taken.Id, taken => taken.SkillId, StringComparer.Ordinal);
    }

    /// <summary>Skills that have or had a slug made of this name: those whose name looks like it are among them.</summary>
    /// <param name="near">As <see cref="Near"/> found them.</param>
    /// <param name="name">The name.</param>
    public static IEnumerable<Guid> Lookalikes(IReadOnlyDictionary<string, Guid> near, string name)
    {
        var slug = Slugs.Of(name);
        return near.Where(taken => Slugs.IsOf(taken.Key, slug)).Select(taken => taken.Value).Distinct();
    }
}
