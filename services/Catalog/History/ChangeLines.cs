using System.Globalization;
using System.Text.Json.Serialization;
using Marten;
using Npgsql;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>
/// What changed across the catalogue as people read it: one line for each import, however large, each proposal, and what
/// somebody did to a skill on one day. Newest first.
/// </summary>
public static class ChangeLines
{
    private const int AtOnce = 200;

    // Of each line; the rest of an import is read by ?import= of the changes, that of a skill in its history.
    private const int Shown = 20;

    // A database's clock is not ours.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/changes/lines", Get)
            .Produces<Page<ChangeLine>>()
            .ProducesProblem(400)
            .WithSummary("What changed across the catalogue, what belongs together as one.")
            .AllowAnonymous();

    private static async Task<IResult> Get(
        HttpContext http,
        string? since,
        string? role,
        string? level,
        string? domain,
        Paging paging,
        NpgsqlDataSource source,
        IQuerySession session,
        TaxonomyNow taxonomies
    )
    {
        var ct = http.RequestAborted;
        var filter = Changes.Filter(since, role, level, domain);
        var taxonomy = await taxonomies.Read(ct);
        var start = paging.After is { } key ? Changes.Read(key) : default((DateTimeOffset At, Guid Skill, long)?);
        var imports = new Queue<Import>(
            (await Imports(session, ct)).Where(i =>
                (filter.Since is null || i.CreatedAt > filter.Since)
                // One that is as old as the change that was last follows it.
                && (
                    start is not { } seen || i.CreatedAt < seen.At || i.CreatedAt == seen.At && seen.Skill != Guid.Empty
                )
            )
        );
        var lines = await Read(source, filter with { WithoutImports = true }, start, imports, paging.Limit + 1, ct);
        var people = await People.Load(
            session,
            lines.SelectMany(l => new[] { l.First?.Author, l.First?.Reviewer, l.Import?.By }),
            ct
        );
        var page = paging.Of(
            [.. lines.Select(line => (Line: line.Shown(people, taxonomy), line.End))],
            line => Changes.Key(line.End),
            line => line.Line.Items.Sum(item => Paging.Bytes(item.Before, item.After, item.Reason))
        );
        return TypedResults.Ok(new Page<ChangeLine>([.. page.Items.Select(line => line.Line)], page.NextCursor));
    }

    /// <summary>What is left of a filter within one import; where there is none, nothing.</summary>
    public static async Task<ChangeFilter> Of(
        Guid id,
        ChangeFilter filter,
        IQuerySession session,
        CancellationToken ct
    ) =>
        await session.LoadAsync<Catalog.Import>(id, ct) is { } import
            ? new Import(id, null, null, 0, 0, import.CreatedAt, import.FinishedAt).Of(filter)
            : filter with
            {
                Import = new(id, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch),
            };

    // There are as many as somebody imported something that was new.
    private static async Task<IEnumerable<Import>> Imports(IQuerySession session, CancellationToken ct) =>
        (
            await session
                .Query<Catalog.Import>()
                .Where(i => !i.DryRun && i.Purpose == null && (i.Added > 0 || i.Changed > 0))
                .OrderByDescending(i => i.CreatedAt)
                .Select(i => new
                {
                    i.Id,
                    i.By,
                    i.Source,
                    i.Added,
                    i.Changed,
                    i.CreatedAt,
                    i.FinishedAt,
                })
                .ToListAsync(ct)
        ).Select(i => new Import(i.Id, i.By, i.Source, i.Added, i.Changed, i.CreatedAt, i.FinishedAt));

    private static async Task<List<Line>> Read(
        NpgsqlDataSource source,
        ChangeFilter filter,
        (DateTimeOffset, Guid, long)? position,
        Queue<Import> imports,
        int most,
        CancellationToken ct
    )
    {
        var lines = new List<Line>();
        var known = new Dictionary<string, Line>(StringComparer.Ordinal);
        List<ChangeRow> rows;
        do
        {
            rows = await source.ChangesSince(filter, position, AtOnce, ct);
            foreach (var row in rows)
            {
                await ImportsSince(row.At);
                if (lines.Count == most)
                    return lines;
                if (!known.TryGetValue(Together(row), out var line))
                {
                    lines.Add(line = new Line(row));
                    known.Add(Together(row), line);
                    if (lines.Count == most)
                        return lines;
                }
                line.Add(row);
                position = lines[^1].End = (row.At, row.Skill, row.Version);
            }
        } while (rows.Count == AtOnce);
        await ImportsSince(DateTimeOffset.MinValue);
        return lines;

        async Task ImportsSince(DateTimeOffset time)
        {
            while (lines.Count < most && imports.TryPeek(out var import) && import.CreatedAt > time)
            {
                imports.Dequeue();
                if (await Concerns(source, import, filter, ct))
                    lines.Add(new Line(import));
            }
        }
    }

    private static async Task<bool> Concerns(
        NpgsqlDataSource source,
        Import import,
        ChangeFilter filter,
        CancellationToken ct
    ) =>
        filter is { Role: null, Level: null, Domain: null }
        || (await source.ChangesSince(import.Of(filter), null, 1, ct)).Count > 0;

    private static string Together(ChangeRow row) =>
        row.Proposal is { } proposal
            ? $"{proposal}"
            : string.Create(CultureInfo.InvariantCulture, $"{row.Skill} {row.At:yyyy-MM-dd} {row.Author}");

    /// <summary>An import that changed something; while it runs, up to now.</summary>
    private sealed record Import(
        Guid Id,
        string? By,
        string? Source,
        int Added,
        int Changed,
        DateTimeOffset CreatedAt,
        DateTimeOffset? FinishedAt
    )
    {
        public ChangeFilter Of(ChangeFilter filter) =>
            filter with
            {
                WithoutImports = false,
                Import = new(Id, CreatedAt - Skew, (FinishedAt ?? DateTimeOffset.MaxValue.AddDays(-1)) + Skew),
            };
    }

    private sealed class Line
    {
        private readonly List<ChangeRow> _rows = [];
        private readonly HashSet<Guid> _skills = [];
        private int _changes;

        public Line(ChangeRow first) => First = first;

        public Line(Import import) => (Import, End) = (import, (import.CreatedAt, Guid.Empty, 0));

        public ChangeRow? First { get; }
        public Import? Import { get; }

        /// <summary>Where the list goes on after this line.</summary>
        public (DateTimeOffset At, Guid Skill, long Version) End { get; set; }

        public void Add(ChangeRow row)
        {
            _changes++;
            _skills.Add(row.Skill);
            if (_rows.Count < ChangeLines.Shown)
                _rows.Add(row);
        }

        public ChangeLine Shown(People people, KnownTaxonomy taxonomy) =>
            Import is { } import
                ? new ChangeLine(
                    import.CreatedAt,
                    people.Of(import.By),
                    null,
                    null,
                    new ImportLine(import.Id, import.Source, import.Added, import.Changed),
                    null,
                    import.Added + import.Changed,
                    0,
                    []
                )
                : new ChangeLine(
                    First!.At,
                    people.Of(First.Author),
                    people.Of(First.Reviewer),
                    First.Proposal,
                    null,
                    First.Reason,
                    _skills.Count,
                    _changes,
                    [.. _rows.Select(row => ChangeRows.Item(Brief(row), people, named: true, taxonomy))]
                );

        // Of several that stand together the texts are not shown.
        private ChangeRow Brief(ChangeRow row) =>
            _changes > 1 && row.Role is not null ? row with { Before = null, After = null } : row;
    }
}

/// <summary>
/// What belongs together. <c>Changes</c> are all of it, of which <c>Items</c> are some; of an import how many skills it concerned
/// is told, and its changes are read by <c>/changes?import=</c>.
/// </summary>
public sealed record ChangeLine(
    DateTimeOffset At,
    Person? Author,
    Person? Reviewer,
    Guid? Proposal,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImportLine? Import,
    string? Reason,
    int Skills,
    int Changes,
    IReadOnlyList<ChangeItem> Items
);

/// <summary>An import of the catalogue: how many skills it added and changed.</summary>
public sealed record ImportLine(Guid Id, string? Source, int Added, int Changed);
