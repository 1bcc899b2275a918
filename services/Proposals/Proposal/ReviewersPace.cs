using System.Text.Json;
using Marten;
using Npgsql;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals;

/// <summary>One who reviews: what waits for them, and how they keep up.</summary>
/// <param name="Person">Who.</param>
/// <param name="Waiting">Open proposals that they may decide on and have not.</param>
/// <param name="Reviews">Their verdicts of the last thirty days.</param>
/// <param name="MedianHours">
/// Of the last ninety days, from when a revision was sent to their verdict on it; null without any.
/// </param>
public sealed record ReviewerLoad(Person Person, long Waiting, long Reviews, double? MedianHours);

/// <summary>What was decided in a week.</summary>
/// <param name="From">The Monday it begins with, UTC.</param>
/// <param name="Decided">Proposals that were accepted or rejected.</param>
/// <param name="MedianHours">From when they were submitted; null without any.</param>
public sealed record WeekOfDecisions(DateOnly From, long Decided, double? MedianHours);

/// <summary>How many proposals wait for whom, and how fast they are decided.</summary>
public static class ReviewersPace
{
    private const int Weeks = 12;
    private const int MostReviewers = 100;

    /// <summary>Weeks, this one last.</summary>
    public static async Task<WeekOfDecisions[]> Decided(
        NpgsqlDataSource source,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var monday = today.AddDays(-((int)today.DayOfWeek + 6) % 7);
        var weeks = Enumerable.Range(0, Weeks).Select(n => monday.AddDays(7 * (n - Weeks + 1))).ToArray();
        var decided = await source.Read(
            """
            select date_trunc('week', decided at time zone 'UTC')::date, count(*),
              percentile_cont(0.5) within group (order by extract(epoch from decided - submitted) / 3600)
            from (
              select (e.data ->> 'at')::timestamptz as decided, (
                select (s.data ->> 'at')::timestamptz from mt_events s
                where s.stream_id = e.stream_id and s.type = 'proposal_submitted' order by s.version limit 1
              ) as submitted
              from mt_events e where e.type in ('proposal_accepted', 'proposal_rejected')
            ) d where decided >= $1 group by 1
            """,
            row => new WeekOfDecisions(row.GetFieldValue<DateOnly>(0), row.GetInt64(1), Hours(row, 2)),
            ct,
            new DateTimeOffset(weeks[0], TimeOnly.MinValue, TimeSpan.Zero)
        );
        return [.. weeks.Select(from => decided.Find(week => week.From == from) ?? new WeekOfDecisions(from, 0, null))];
    }

    /// <summary>Everyone who reviews, or has lately; for whom most waits comes first.</summary>
    public static async Task<ReviewerLoad[]> Loads(
        NpgsqlDataSource source,
        IQuerySession session,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var deciders = await Deciders.Load(session, ct);
        var open = await source.Read(
            """
            select data ->> 'skill', data ->> 'movesTo', data ->> 'author',
              array(select jsonb_array_elements_text(data -> 'reviewed'))
            from mt_doc_proposal_page where data ->> 'state' = 'open'
            """,
            row =>
                (
                    Domains: Deciders.Domains(
                        JsonSerializer.Deserialize<Subject>(row.GetString(0), Commands.Json)!,
                        row.IsDBNull(1) ? null : row.GetString(1)
                    ),
                    Author: row.GetString(2),
                    Reviewed: row.GetFieldValue<string[]>(3)
                ),
            ct
        );
        var waiting = open.GroupBy(p => string.Join(' ', p.Domains), StringComparer.Ordinal)
            .SelectMany(same =>
                from reviewer in deciders.Of(same.First().Domains).ToArray()
                from p in same
                where p.Author != reviewer && !p.Reviewed.Contains(reviewer, StringComparer.Ordinal)
                select reviewer
            )
            .CountBy(reviewer => reviewer, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        var lately = await source.Read(
            """
            select reviewer, count(*) filter (where at >= $2),
              percentile_cont(0.5) within group (order by extract(epoch from at - asked) / 3600)
            from (
              select e.data ->> 'reviewer' as reviewer, (e.data ->> 'at')::timestamptz as at, (
                select (s.data ->> 'at')::timestamptz from mt_events s
                where s.stream_id = e.stream_id and s.version < e.version and s.type in ('proposal_submitted', 'proposal_revised')
                order by s.version desc limit 1
              ) as asked
              from mt_events e where e.type in ('proposal_approved', 'changes_requested', 'proposal_rejected')
            ) v where at >= $1 group by reviewer
            """,
            row => (Reviewer: row.GetString(0), Reviews: row.GetInt64(1), MedianHours: Hours(row, 2)),
            ct,
            now.AddDays(-90),
            now.AddDays(-30)
        );
        var people = await People.Load(session, deciders.All.Concat(lately.Select(l => l.Reviewer)), ct);
        return
        [
            .. deciders
                .All.Union(lately.Select(l => l.Reviewer), StringComparer.Ordinal)
                .Select(reviewer =>
                {
                    var (_, reviews, median) = lately.Find(l => l.Reviewer == reviewer);
                    return new ReviewerLoad(people[reviewer]!, waiting.GetValueOrDefault(reviewer), reviews, median);
                })
                .OrderByDescending(load => load.Waiting)
                .ThenByDescending(load => load.Reviews)
                .ThenBy(load => load.Person.Id, StringComparer.Ordinal)
                .Take(MostReviewers),
        ];
    }

    // A tenth of an hour is exact enough, and the same every time it is counted.
    private static double? Hours(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : Math.Round(row.GetDouble(column), 1);
}
