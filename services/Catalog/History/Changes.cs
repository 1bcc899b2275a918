using System.Globalization;
using Marten;
using Npgsql;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>What changed across the catalogue since a time, newest first.</summary>
public static class Changes
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/changes", Get)
            .Produces<Page<ChangeItem>>()
            .ProducesProblem(400)
            .WithSummary("What changed across the catalogue, newest first.")
            .AllowAnonymous();

    private static async Task<IResult> Get(
        HttpContext http,
        string? since,
        string? role,
        string? level,
        string? domain,
        Guid? import,
        Paging paging,
        NpgsqlDataSource source,
        IQuerySession session,
        TaxonomyNow taxonomies
    )
    {
        var ct = http.RequestAborted;
        var filter = Filter(since, role, level, domain);
        if (import is { } id)
            filter = await ChangeLines.Of(id, filter, session, ct);
        var before = paging.After is { } key ? Read(key) : default((DateTimeOffset, Guid, long)?);
        var rows = await source.ChangesSince(filter, before, paging.Limit + 1, ct);
        var people = await People.Load(session, rows.SelectMany(r => new[] { r.Author, r.Reviewer }), ct);
        var page = paging.Of(
            rows,
            row => Key((row.At, row.Skill, row.Version)),
            row => Paging.Bytes(row.Before, row.After, row.Reason)
        );
        var taxonomy = page.Items.Any(row => row.Taxonomy is not null) ? await taxonomies.Read(ct) : null;
        return TypedResults.Ok(
            new Page<ChangeItem>(
                [.. page.Items.Select(row => ChangeRows.Item(row, people, named: true, taxonomy))],
                page.NextCursor
            )
        );
    }

    /// <summary>What a list is narrowed to, as it was asked for.</summary>
    public static ChangeFilter Filter(string? since, string? role, string? level, string? domain)
    {
        DateTimeOffset? from = null;
        if (since is not null)
            from = PointInTime.TryTime(since, out var time)
                ? time
                : throw new BadHttpRequestException(
                    "since must be a time as RFC 3339 writes it: 2026-03-31T12:00:00Z."
                );
        if ($"{role}{level}{domain}".Contains('\0', StringComparison.Ordinal))
            throw new BadHttpRequestException("role, level and domain are slugs.");
        return new ChangeFilter(from, role, level, domain);
    }

    public static string[] Key((DateTimeOffset At, Guid Skill, long Version) of) =>
        [
            of.At.ToString("O", CultureInfo.InvariantCulture),
            of.Skill.ToString(),
            of.Version.ToString(CultureInfo.InvariantCulture),
        ];

    public static (DateTimeOffset, Guid, long) Read(string[] key) =>
        key is [var time, var id, var number]
        && PointInTime.TryTime(time, out var at)
        && Guid.TryParse(id, out var skill)
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? (at.ToUniversalTime(), skill, version)
            : throw new BadHttpRequestException("cursor is not one this list gave.");
}
