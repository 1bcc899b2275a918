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

    // In the order of bytes, whatever the database sorts by.
    public static void Configure(StoreOptions options) =>
        options
            .Schema.For<SlugTaken>()
            .DocumentAlias("slug_taken")
            .Index(taken => taken.Id, index => index.Mask = "? text_pattern_ops");

    /// <summary>Who holds the slug of each name and its numbered variants.</summary>
    public static async Task<IReadOnlyDictionary<string, Guid>> Near(
        IQuerySession session,
        IReadOnlyCollection<string> names,
        CancellationToken ct
    )
    {
        if (names.Count == 0)
            return new Dictionary<string, Guid>(StringComparer.Ordinal);
        var ranges = names.Select(Slugs.Of).Distinct(StringComparer.Ordinal).SelectMany(Slugs.Around).ToArray();
        // A range each, by the index: to look for any of many beginnings would be to read all slugs for each of them.
        var found = await session.QueryAsync<SlugTaken>(
            """
            where id in (
                select t.id from unnest(?, ?) as r(first, beyond)
                cross join lateral (select id from mt_doc_slug_taken where id ~>=~ r.first and id ~<~ r.beyond) t
            )
            """,
            ct,
            ranges.Select(r => r.First).ToArray(),
            ranges.Select(r => r.Beyond).ToArray()
        );
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
