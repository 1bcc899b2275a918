using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten;
using Marten.Events.Aggregation;

namespace SkillPlatform.Catalog;

/// <summary>A skill as imports find it again. No requirement texts: it stays small.</summary>
public sealed record SkillEntry(
    Guid Id,
    string Slug,
    string Name,
    string Domain,
    string Group,
    string[] Keywords,
    EntryCell[] Cells,
    bool Retired
)
{
    public DateTimeOffset UpdatedAt { get; init; }

    public static SkillEntry? Fold(SkillEntry? entry, Guid id, object @event) =>
        @event switch
        {
            SkillAdded e => new SkillEntry(id, e.Slug, e.Name, e.Domain, e.Group, e.Keywords, [], false),
            _ when entry is null => null,
            RequirementStated e => entry with
            {
                Cells = [.. entry.Without(e.Role, e.Level), new EntryCell(e.Role, e.Level, e.Mandatory)],
            },
            RequirementMadeMandatory e => entry.Mark(e.Role, e.Level, true),
            RequirementMadeOptional e => entry.Mark(e.Role, e.Level, false),
            RequirementDropped e => entry with { Cells = [.. entry.Without(e.Role, e.Level)] },
            SkillRenamed e => entry with { Name = e.Name, Slug = e.Slug },
            KeywordsReplaced e => entry with { Keywords = e.Keywords },
            SkillMoved e => entry with { Domain = e.Domain, Group = e.Group },
            SkillRetired or SkillMerged => entry with { Retired = true },
            _ => entry,
        };

    public static void Configure(StoreOptions options)
    {
        options.Projections.Add(new SkillEntryFold(), ProjectionLifecycle.Inline);
        options
            .Schema.For<SkillEntry>()
            .DocumentAlias("skill_entry")
            .Duplicate(x => x.Name, notNull: true)
            .Duplicate(x => x.Domain, notNull: true)
            .Duplicate(x => x.Group, notNull: true)
            .Duplicate(x => x.Retired, notNull: true);
    }

    private SkillEntry Mark(string role, string level, bool mandatory) =>
        this with
        {
            Cells = [.. Cells.Select(c => c.Role == role && c.Level == level ? c with { Mandatory = mandatory } : c)],
        };

    private IEnumerable<EntryCell> Without(string role, string level) =>
        Cells.Where(c => c.Role != role || c.Level != level);
}

/// <summary>A requirement without its text.</summary>
public sealed record EntryCell(string Role, string Level, bool Mandatory);

public sealed class SkillEntryFold : SingleStreamProjection<SkillEntry, Guid>
{
    public SkillEntryFold() => Name = "skill-entry";

    public override SkillEntry? Evolve(SkillEntry? snapshot, Guid id, IEvent e) =>
        SkillEntry.Fold(snapshot, id, e.Data) is { } entry
            ? entry with
            {
                UpdatedAt = Upkeep.Keeps(e.Data) ? entry.UpdatedAt : Versions.Stored(e.Timestamp),
            }
            : null;
}
