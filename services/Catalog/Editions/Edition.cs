using System.Security.Cryptography;
using System.Text;
using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten;
using Marten.Events.Aggregation;
using SkillPlatform.Changes;

namespace SkillPlatform.Catalog;

/// <param name="AsOf">The time of the last event before it: what was stored later is not part of it.</param>
public sealed record EditionPublished(string Name, string? Notes, string By, DateTimeOffset At, DateTimeOffset AsOf);

/// <summary>A name for what the catalogue said at one point of its log, for ever.</summary>
public sealed record Edition(
    Guid Id,
    string Slug,
    string Name,
    string? Notes,
    string By,
    DateTimeOffset At,
    DateTimeOffset AsOf
)
{
    /// <summary>Names that look the same are the same.</summary>
    public static Guid IdOf(string name) =>
        new(
            SHA256.HashData(Encoding.UTF8.GetBytes($"edition/{TextForm.Likeness(name)}")).AsSpan(0, 16),
            bigEndian: true
        );

    public static Edition? Fold(Edition? state, Guid id, object @event) =>
        @event is EditionPublished e ? new Edition(id, Slugs.Of(e.Name), e.Name, e.Notes, e.By, e.At, e.AsOf) : state;

    public static void Configure(StoreOptions options)
    {
        options.Events.MapEventType<EditionPublished>("edition_published");
        options.Projections.Add(new EditionFold(), ProjectionLifecycle.Inline);
        options.Schema.For<Edition>().DocumentAlias("edition");
    }

    /// <summary>By its name, or by what stands in its address.</summary>
    public static async Task<Edition?> Find(IQuerySession session, string name, CancellationToken ct)
    {
        if (!TextForm.IsText(name))
            return null;
        return await session.LoadAsync<Edition>(IdOf(TextForm.Name(name)), ct)
            ?? await session.Query<Edition>().Where(e => e.Slug == name).OrderBy(e => e.At).FirstOrDefaultAsync(ct);
    }
}

public sealed class EditionFold : SingleStreamProjection<Edition, Guid>
{
    public EditionFold() => Name = "edition";

    public override Edition? Evolve(Edition? snapshot, Guid id, IEvent e) => Edition.Fold(snapshot, id, e.Data);
}
