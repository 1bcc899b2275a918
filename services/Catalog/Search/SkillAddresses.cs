using Npgsql;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>What has a page, in parts of a fixed size, for maps of the site: roles first, then skills by slug.</summary>
public static class SkillAddresses
{
    private const int PerPart = 500;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/addresses", Get)
            .AllowAnonymous()
            .Produces<AddressPart>()
            .WithSummary("Addresses of all roles and skills, part by part; how many parts there are, with ?part=0.");

    private static async Task<IResult> Get(
        HttpContext http,
        NpgsqlDataSource source,
        TaxonomyNow taxonomies,
        int part = 0
    )
    {
        var ct = http.RequestAborted;
        var roles = (await taxonomies.Read(ct)).Whole.Roles;
        await using var count = source.CreateCommand(
            "select coalesce(sum(skills), 0)::bigint from search_counts where kind = 'group'"
        );
        var all = roles.Length + (long)(await count.ExecuteScalarAsync(ct))!;
        var parts = (int)((all + PerPart - 1) / PerPart);
        if (part < 0 || part > parts)
            return TypedResults.NotFound();
        var items = new List<Addressed>();
        var skip = (part - 1) * PerPart;
        if (part > 0)
        {
            items.AddRange(roles.Skip(skip).Take(PerPart).Select(r => new Addressed("role", r.Slug, null)));
            await using var command = source.CreateCommand(
                "select slug, updated_at from skill_search order by slug offset $1 limit $2"
            );
            command.Parameters.Add(new() { Value = Math.Max(0, skip - roles.Length) });
            command.Parameters.Add(new() { Value = PerPart - items.Count });
            await using var row = await command.ExecuteReaderAsync(ct);
            while (await row.ReadAsync(ct))
                items.Add(new Addressed("skill", row.GetString(0), row.GetFieldValue<DateTimeOffset>(1)));
        }
        return TypedResults.Ok(new AddressPart(parts, items));
    }
}

public sealed record AddressPart(int Parts, IReadOnlyList<Addressed> Items);

/// <summary><c>Kind</c> is <c>role</c> or <c>skill</c>.</summary>
public sealed record Addressed(string Kind, string Slug, DateTimeOffset? UpdatedAt);
