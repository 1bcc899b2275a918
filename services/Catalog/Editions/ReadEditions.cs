using Marten;
using Npgsql;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>An edition as lists show it. <c>AsOf</c> reads it: the profile, a role and the export of that time are its.</summary>
public sealed record EditionItem(
    string Slug,
    string Name,
    string? Notes,
    DateTimeOffset At,
    DateTimeOffset AsOf,
    Person? By
)
{
    public static EditionItem Of(Edition edition, People people) =>
        new(edition.Slug, edition.Name, edition.Notes, edition.At, edition.AsOf, people.Of(edition.By));
}

/// <summary>One edition, and how much it says.</summary>
public sealed record EditionPage(
    string Slug,
    string Name,
    string? Notes,
    DateTimeOffset At,
    DateTimeOffset AsOf,
    Person? By,
    EditionPage.Numbers Counts
)
{
    public sealed record Numbers(long Skills, long Requirements, long Mandatory);
}

/// <summary>All editions, newest first, and one of them.</summary>
public static class ReadEditions
{
    private const string Counts = """
        select count(distinct s.skill), count(r.skill), count(*) filter (where r.mandatory)
        from skill_versions s
        left join requirement_versions r on r.skill = s.skill and r.description is not null
          and r.from_at <= $1 and (r.to_at is null or r.to_at > $1)
        where not s.retired and s.from_at <= $1 and (s.to_at is null or s.to_at > $1)
        """;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/editions", List).AllowAnonymous().Produces<Page<EditionItem>>();
        api.MapGet("/editions/{name}", One).AllowAnonymous().Produces<EditionPage>().ProducesProblem(404);
    }

    private static async Task<IResult> List(HttpContext http, Paging paging, IQuerySession session)
    {
        var ct = http.RequestAborted;
        // There are a handful a year.
        var all = await session
            .Query<Edition>()
            .OrderByDescending(e => e.AsOf)
            .ThenByDescending(e => e.At)
            .ToListAsync(ct);
        var rest = (paging.After is [var last] ? all.SkipWhile(e => e.Slug != last).Skip(1) : all).Take(
            paging.Limit + 1
        );
        var page = paging.Of([.. rest], edition => [edition.Slug]);
        var people = await People.Load(session, page.Items.Select(e => e.By), ct);
        return TypedResults.Ok(
            new Page<EditionItem>([.. page.Items.Select(e => EditionItem.Of(e, people))], page.NextCursor)
        );
    }

    private static async Task<IResult> One(
        HttpContext http,
        string name,
        IQuerySession session,
        NpgsqlDataSource source
    )
    {
        var ct = http.RequestAborted;
        if (await Edition.Find(session, name, ct) is not { } edition)
            return Refusal.NoSuch("edition").AsProblem();
        var people = await People.Load(session, [edition.By], ct);
        await using var command = source.CreateCommand(Counts);
        command.Parameters.Add(new() { Value = edition.AsOf });
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return TypedResults.Ok(
            new EditionPage(
                edition.Slug,
                edition.Name,
                edition.Notes,
                edition.At,
                edition.AsOf,
                people.Of(edition.By),
                new EditionPage.Numbers(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2))
            )
        );
    }
}
