using Npgsql;
using SkillPlatform.Contracts;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>How well the catalogue is kept, domain by domain. Answers are as old as a minute.</summary>
public sealed record Overview(DateTimeOffset At, IReadOnlyList<Overview.Domain> Domains)
{
    /// <summary>How many weeks back changes are counted, this one included.</summary>
    private const int Weeks = 12;

    /// <param name="Requirements">All of its skills' requirements.</param>
    /// <param name="Ages">How many of them were last changed or confirmed how long ago.</param>
    /// <param name="NeverReviewed">As they were imported: no reviewer has accepted or confirmed them.</param>
    /// <param name="ReviewsDue">Skills whose planned review is due.</param>
    /// <param name="ReviewsPlanned">Skills whose review is planned, those that are due too.</param>
    /// <param name="Changes">By people, not by imports, a week.</param>
    public sealed record Domain(
        string Slug,
        string Name,
        long Requirements,
        Ages Ages,
        long NeverReviewed,
        long ReviewsDue,
        long ReviewsPlanned,
        IReadOnlyList<Week> Changes
    );

    /// <param name="HalfYear">Within half a year.</param>
    /// <param name="Year">Longer ago, within a year.</param>
    /// <param name="TwoYears">Longer ago, within two years.</param>
    /// <param name="Older">Longer ago.</param>
    public sealed record Ages(long HalfYear, long Year, long TwoYears, long Older);

    /// <param name="From">The Monday it begins with, UTC.</param>
    public sealed record Week(DateOnly From, long Count);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/overview", Get).RequireAuthorization(Upkeep.Looks).Produces<Overview>();

    private static async Task<IResult> Get(HttpContext http, OverviewNow now) =>
        TypedResults.Ok(await now.Read(http.RequestAborted));

    private const string OfAges = """
        select s.domain, count(*), count(*) filter (where r.said > @half), count(*) filter (where r.said <= @half and r.said > @year),
          count(*) filter (where r.said <= @year and r.said > @two), count(*) filter (where r.said <= @two),
          count(*) filter (where r.unseen)
        from (
          select skill, coalesce(confirmed_at, from_at) as said, confirmed_at is null and reviewer is null as unseen
          from requirement_versions where to_version is null and description is not null
        ) r join skill_versions s on s.skill = r.skill and s.to_version is null and not s.retired
        group by s.domain
        """;

    private const string OfReviews = """
        select s.domain, count(*) filter (where r.due <= @today), count(*)
        from skill_reviews r join skill_versions s on s.skill = r.skill and s.to_version is null and not s.retired
        where r.due is not null group by s.domain
        """;

    private const string OfChanges = """
        select s.domain, date_trunc('week', c.from_at at time zone 'UTC')::date, count(*)
        from requirement_versions c join skill_versions s on s.skill = c.skill and s.to_version is null
        where c.from_at >= @since and c.import is null group by 1, 2
        """;

    internal static async Task<Overview> Count(
        NpgsqlDataSource source,
        KnownTaxonomy taxonomy,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var monday = today.AddDays(-((int)today.DayOfWeek + 6) % 7);
        var weeks = Enumerable.Range(0, Weeks).Select(n => monday.AddDays(7 * (n - Weeks + 1))).ToArray();
        var ages = await Rows(
            OfAges,
            row => new
            {
                Requirements = row.GetInt64(1),
                Ages = new Ages(row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)),
                Unseen = row.GetInt64(6),
            }
        );
        var reviews = await Rows(OfReviews, row => (Due: row.GetInt64(1), Planned: row.GetInt64(2)));
        var changes = await Rows(OfChanges, row => new Week(row.GetFieldValue<DateOnly>(1), row.GetInt64(2)));
        return new Overview(
            now,
            [
                .. taxonomy.Whole.Domains.Select(domain =>
                {
                    var aged = ages[domain.Slug].FirstOrDefault();
                    var reviewed = reviews[domain.Slug].FirstOrDefault();
                    var counted = changes[domain.Slug].ToDictionary(week => week.From, week => week.Count);
                    return new Domain(
                        domain.Slug,
                        domain.Name,
                        aged?.Requirements ?? 0,
                        aged?.Ages ?? new Ages(0, 0, 0, 0),
                        aged?.Unseen ?? 0,
                        reviewed.Due,
                        reviewed.Planned,
                        [.. weeks.Select(from => new Week(from, counted.GetValueOrDefault(from)))]
                    );
                }),
            ]
        );

        async Task<ILookup<string, T>> Rows<T>(string sql, Func<NpgsqlDataReader, T> read)
        {
            await using var command = source.CreateCommand(sql);
            foreach (
                var (name, value) in new (string, object)[]
                {
                    ("half", Bound("halfYear", now)!),
                    ("year", Bound("year", now)!),
                    ("two", Bound("twoYears", now)!),
                    ("today", today),
                    ("since", new DateTimeOffset(weeks[0], TimeOnly.MinValue, TimeSpan.Zero)),
                }
            )
                if (sql.Contains($"@{name}", StringComparison.Ordinal))
                    command.Parameters.AddWithValue(name, value);
            var rows = new List<(string Domain, T Row)>();
            await using var row = await command.ExecuteReaderAsync(ct);
            while (await row.ReadAsync(ct))
                rows.Add((row.GetString(0), read(row)));
            return rows.ToLookup(r => r.Domain, r => r.Row, StringComparer.Ordinal);
        }
    }

    /// <summary>When what is of this age was said at the earliest; null for no bound.</summary>
    internal static DateTimeOffset? Bound(string age, DateTimeOffset now) =>
        age switch
        {
            "halfYear" => now.AddMonths(-6),
            "year" => now.AddMonths(-12),
            "twoYears" => now.AddMonths(-24),
            _ => null,
        };
}

/// <summary>The last count, for a minute: it reads an index of all requirements.</summary>
public sealed class OverviewNow(NpgsqlDataSource source, TaxonomyNow taxonomies, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile Overview? _last;

    public async Task<Overview> Read(CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            var now = time.GetUtcNow();
            return _last is { } last && now - last.At < Kept
                ? last
                : _last = await Overview.Count(source, await taxonomies.Read(ct), now, ct);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
