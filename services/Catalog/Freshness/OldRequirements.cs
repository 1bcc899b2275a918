using System.Globalization;
using Marten;
using Npgsql;
using NpgsqlTypes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <param name="At">When it was last changed or confirmed.</param>
/// <param name="Confirmed">True where it was confirmed then, and not changed.</param>
/// <param name="By">Who changed or confirmed it; null for an import that nobody signed.</param>
public sealed record OldRequirement(
    Named Skill,
    Named Domain,
    Named Role,
    Named Level,
    DateTimeOffset At,
    bool Confirmed,
    Person? By,
    Person? Reviewer
);

/// <summary>Requirements by when anything was last said about them, the oldest first.</summary>
public static class OldRequirements
{
    private static readonly string[] Ages = ["halfYear", "year", "twoYears", "older"];

    private sealed record Row(
        Guid Skill,
        long Version,
        string Slug,
        string Name,
        string Domain,
        string Role,
        string Level,
        DateTimeOffset At,
        bool Confirmed,
        string? By,
        string? Reviewer
    );

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/overview/requirements", Get)
            .RequireAuthorization(Upkeep.Looks)
            .Produces<Page<OldRequirement>>()
            .ProducesProblem(422);

    private static async Task<IResult> Get(
        HttpContext http,
        Paging paging,
        NpgsqlDataSource source,
        IQuerySession session,
        TaxonomyNow taxonomies,
        TimeProvider time,
        string? domain = null,
        string? age = null,
        bool neverReviewed = false
    )
    {
        var (ct, now) = (http.RequestAborted, time.GetUtcNow());
        if (domain?.Contains('\0', StringComparison.Ordinal) == true)
            return Refusal.Field("/domain", "Must not hold the character U+0000.").AsProblem();
        if (age is not null && !Ages.Contains(age, StringComparer.Ordinal))
            return Refusal.Field("/age", $"One of {string.Join(", ", Ages)}.").AsProblem();
        DateTimeOffset? after = age is null ? null : Overview.Bound(age, now);
        DateTimeOffset? until = age is null or "halfYear"
            ? null
            : Overview.Bound(Ages[Array.IndexOf(Ages, age) - 1], now);
        var rows = await Read(source, domain, (after, until), neverReviewed, paging, ct);
        var taxonomy = await taxonomies.Read(ct);
        var people = await People.Load(session, rows.SelectMany(r => new[] { r.By, r.Reviewer }), ct);
        var page = paging.Of(rows, r => [Time(r.At), r.Skill.ToString(), Number(r.Version)]);
        return TypedResults.Ok(
            new Page<OldRequirement>(
                [
                    .. page.Items.Select(r => new OldRequirement(
                        new Named(r.Slug, r.Name),
                        taxonomy.DomainNamed(r.Domain),
                        taxonomy.Role(r.Role).Bare(),
                        taxonomy.Level(r.Domain, r.Level),
                        r.At,
                        r.Confirmed,
                        people.Of(r.By),
                        people.Of(r.Reviewer)
                    )),
                ],
                page.NextCursor
            )
        );
    }

    // Those never confirmed and the others are each in the order of one index, and read no further than a page.
    private static async Task<List<Row>> Read(
        NpgsqlDataSource source,
        string? domain,
        (DateTimeOffset? After, DateTimeOffset? Until) age,
        bool neverReviewed,
        Paging paging,
        CancellationToken ct
    )
    {
        var key = paging.After is { } cursor ? Key(cursor) : default((DateTimeOffset At, Guid Skill, long Version)?);
        var unconfirmed = Oldest(
            "from_at",
            $"r.confirmed_at is null{(neverReviewed ? " and r.reviewer is null" : "")}"
        );
        await using var command = source.CreateCommand(
            $"""
            select * from (
              {unconfirmed} {(neverReviewed ? "" : $"union all {Oldest("confirmed_at", "r.confirmed_at is not null")}")}
            ) r order by at, skill, from_version limit @most
            """
        );
        command.Parameters.AddWithValue("most", paging.Limit + 1);
        Add("domain", domain);
        Add("after", age.After);
        Add("until", age.Until);
        Add("at", key?.At);
        Add("skill", key?.Skill);
        Add("version", key?.Version);
        var rows = new List<Row>();
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            rows.Add(
                new Row(
                    row.GetGuid(0),
                    row.GetInt64(1),
                    row.GetString(2),
                    row.GetString(3),
                    row.GetString(4),
                    row.GetString(5),
                    row.GetString(6),
                    row.GetFieldValue<DateTimeOffset>(7),
                    row.GetBoolean(8),
                    row.IsDBNull(9) ? null : row.GetString(9),
                    row.IsDBNull(10) ? null : row.GetString(10)
                )
            );
        return rows;

        string Oldest(string at, string which) =>
            $"""
                (select r.skill, r.from_version, s.slug, s.name, s.domain, r.role, r.level, r.{at} as at,
                   r.confirmed_at is not null as confirmed, case when r.confirmed_at is null then r.author else r.confirmed_by end as by, r.reviewer
                 from requirement_versions r join skill_versions s on s.skill = r.skill and s.to_version is null and not s.retired
                 where r.to_version is null and r.description is not null and {which}
                   {(domain is null ? "" : "and s.domain = @domain")} {(
                    age.After is null ? "" : $"and r.{at} > @after"
                )}
                   {(age.Until is null ? "" : $"and r.{at} <= @until")}
                   {(key is null ? "" : $"and (r.{at}, r.skill, r.from_version) > (@at, @skill, @version)")}
                 order by r.{at}, r.skill, r.from_version limit @most)
                """;

        void Add(string name, object? value)
        {
            if (value is not null)
                command.Parameters.AddWithValue(name, value);
        }
    }

    private static string Time(DateTimeOffset at) => at.ToString("O", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static (DateTimeOffset, Guid, long) Key(string[] key) =>
        key is [var time, var id, var number]
        && PointInTime.TryTime(time, out var at)
        && Guid.TryParse(id, out var skill)
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? (at.ToUniversalTime(), skill, version)
            : throw new BadHttpRequestException("cursor is not one this list gave.");
}
