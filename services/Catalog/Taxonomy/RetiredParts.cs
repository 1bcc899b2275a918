using System.Globalization;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;
using SkillPlatform.Changes;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>A domain, group, level or role that is no more, and the proposal that ended it.</summary>
/// <param name="Into">Slug of what takes its place now; null for nothing.</param>
public sealed record RetiredPart(
    string Kind,
    string Slug,
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Domain,
    DateTimeOffset At,
    Guid? Proposal,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Into = null
)
{
    [JsonIgnore]
    public long Version { get; init; }

    [JsonIgnore]
    public Part Part => new(Kind, Domain, Slug);
}

/// <summary>What of the taxonomy was retired, newest first.</summary>
public static class RetiredParts
{
    private const string Sql = """
        select part, slug, before, domain, at, proposal, version from taxonomy_changes
        where kind like '%Retired' and ($1::text is null or part = $1)
          and ($2::text is null or domain = $2 or part = 'domain' and slug = $2)
          and ($3::text is null or slug = $3) and ($4::bigint is null or version < $4)
        order by version desc limit $5
        """;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/retired", Get)
            .AllowAnonymous()
            .Produces<Page<RetiredPart>>()
            .ProducesProblem(400)
            .WithSummary("Domains, groups, levels and roles that were retired, newest first.");

    private static async Task<IResult> Get(
        HttpContext http,
        Paging paging,
        NpgsqlDataSource source,
        TaxonomyNow taxonomies,
        string? part = null,
        string? domain = null
    )
    {
        if ($"{part}{domain}".Contains('\0', StringComparison.Ordinal))
            throw new BadHttpRequestException("part is domain, group, level or role, and domain a slug.");
        long? before =
            paging.After is not [var last] ? null
            : long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version
            : throw new BadHttpRequestException("cursor is not one this list gave.");
        await using var connection = await source.OpenConnectionAsync(http.RequestAborted);
        var some = await Read(connection, part, domain, null, before, paging.Limit + 1, http.RequestAborted);
        var taxonomy = (await taxonomies.Read(http.RequestAborted)).Whole;
        some = [.. some.Select(gone => gone with { Into = taxonomy.InPlaceOf(gone.Part) })];
        var page = paging.Of(some, gone => [gone.Version.ToString(CultureInfo.InvariantCulture)]);
        // What an import has brought back is there.
        return TypedResults.Ok(
            page with
            {
                Items = [.. page.Items.Where(gone => taxonomy.Places.At(gone.Part) is null)],
            }
        );
    }

    /// <summary>When and by what a role was retired; null where it was not.</summary>
    public static async Task<RetiredPart?> Role(NpgsqlDataSource source, string slug, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await Read(connection, Part.OfRoles, null, slug, null, 1, ct)).FirstOrDefault();
    }

    /// <summary>The taxonomy as it is, and what was retired of it since a time.</summary>
    public static async Task<Taxonomy> With(
        this Taxonomy taxonomy,
        DateTimeOffset at,
        NpgsqlConnection connection,
        CancellationToken ct
    )
    {
        var gone = (await Read(connection, null, null, null, null, int.MaxValue, ct))
            .Where(part => part.At <= at)
            .Select(part => part.Part);
        return taxonomy.WithRetired(gone.ToHashSet());
    }

    private static async Task<RetiredPart[]> Read(
        NpgsqlConnection connection,
        string? kind,
        string? domain,
        string? slug,
        long? before,
        int most,
        CancellationToken ct
    )
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        foreach (var value in new[] { kind, domain, slug })
            command.Parameters.Add(new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = most });
        var parts = new List<RetiredPart>();
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            parts.Add(
                new RetiredPart(
                    row.GetString(0),
                    row.GetString(1),
                    row.GetString(2),
                    row.IsDBNull(3) ? null : row.GetString(3),
                    row.GetFieldValue<DateTimeOffset>(4),
                    row.IsDBNull(5) ? null : row.GetGuid(5)
                )
                {
                    Version = row.GetInt64(6),
                }
            );
        return [.. parts];
    }
}
