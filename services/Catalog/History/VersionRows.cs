using System.Text.Json;
using Npgsql;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

/// <summary>What every row says of the change that made it.</summary>
public abstract record VersionRow
{
    protected const string OfChange =
        "skill, from_version, to_version, from_at, kind, author, reviewer, proposal, import, reason";

    protected VersionRow(NpgsqlDataReader row)
    {
        Skill = row.GetGuid(0);
        FromVersion = row.GetInt64(1);
        ToVersion = row.IsDBNull(2) ? null : row.GetInt64(2);
        FromAt = row.GetFieldValue<DateTimeOffset>(3);
        Kind = row.GetString(4);
        Author = Text(row, 5);
        Reviewer = Text(row, 6);
        Proposal = Id(row, 7);
        Import = Id(row, 8);
        Reason = Text(row, 9);
    }

    public Guid Skill { get; }
    public long FromVersion { get; }
    public long? ToVersion { get; }
    public DateTimeOffset FromAt { get; }
    public string Kind { get; }
    public string? Author { get; }
    public string? Reviewer { get; }
    public Guid? Proposal { get; }
    public Guid? Import { get; }
    public string? Reason { get; }

    protected static string? Text(NpgsqlDataReader row, int i) => row.IsDBNull(i) ? null : row.GetString(i);

    private static Guid? Id(NpgsqlDataReader row, int i) => row.IsDBNull(i) ? null : row.GetGuid(i);
}

/// <summary>A version of a requirement. <c>Description</c> and <c>Mandatory</c> are null where it was dropped.</summary>
public sealed record RequirementRow : VersionRow
{
    public const string Columns = $"{OfChange}, role, level, mandatory, description, confirmed_at, confirmed_by";

    public RequirementRow(NpgsqlDataReader row)
        : base(row)
    {
        Role = row.GetString(10);
        Level = row.GetString(11);
        Mandatory = row.IsDBNull(12) ? null : row.GetBoolean(12);
        Description = Text(row, 13);
        Confirmed = row.IsDBNull(14) ? null : new Confirmed(row.GetFieldValue<DateTimeOffset>(14), Text(row, 15));
    }

    public string Role { get; }
    public string Level { get; }
    public bool? Mandatory { get; }
    public string? Description { get; }

    /// <summary>When it was last found to be still true; null for never.</summary>
    public Confirmed? Confirmed { get; init; }
}

/// <summary>A version of what a skill has beside its requirements.</summary>
public sealed record SkillRow : VersionRow
{
    public const string Columns =
        $"{OfChange}, slug, name, keywords, domain, \"group\", retired, description, external_ids, other";

    public SkillRow(NpgsqlDataReader row)
        : base(row)
    {
        Slug = row.GetString(10);
        Name = row.GetString(11);
        Keywords = row.GetFieldValue<string[]>(12);
        Domain = row.GetString(13);
        Group = row.GetString(14);
        Retired = row.GetBoolean(15);
        Description = Text(row, 16);
        ExternalIds = row.IsDBNull(17)
            ? []
            : JsonSerializer.Deserialize<ExternalId[]>(row.GetString(17), JsonSerializerOptions.Web)!;
        MergedInto = Kind == "skillMerged" ? row.GetGuid(18) : null;
    }

    public string Slug { get; }
    public string Name { get; }
    public string[] Keywords { get; }
    public string Domain { get; }
    public string Group { get; }
    public bool Retired { get; }

    public ExternalId[] ExternalIds { get; }

    /// <summary>The skill that it was merged into; nothing follows that.</summary>
    public Guid? MergedInto { get; }

    /// <summary>Null and empty alike where nothing is said.</summary>
    public string? Description { get; }
}

/// <summary>A skill at one of its versions.</summary>
public sealed record SkillAt(
    long Version,
    DateTimeOffset At,
    SkillRow Skill,
    IReadOnlyList<RequirementRow> Requirements,
    Kept Kept
)
{
    /// <summary>Without what was confirmed or planned since.</summary>
    public SkillAt WithoutUpkeep =>
        this with
        {
            Requirements = [.. Requirements.Select(r => r with { Confirmed = null })],
            Kept = new Kept(0, null),
        };
}

/// <summary>Queries over the version rows.</summary>
public static class VersionRows
{
    /// <summary>The skill that has or had the slug, as it is now; null for none.</summary>
    public static async Task<SkillRow?> Named(this NpgsqlDataSource source, string slug, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            $"""
            select {SkillRow.Columns} from skill_versions
            where to_version is null
              and skill = (select (data ->> 'skillId')::uuid from mt_doc_slug_taken where id = $1)
            """
        );
        command.Parameters.Add(new() { Value = slug });
        return (await All(command, row => new SkillRow(row), ct)).SingleOrDefault();
    }

    public static async Task<SkillRow?> Current(this NpgsqlDataSource source, Guid skill, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            $"select {SkillRow.Columns} from skill_versions where to_version is null and skill = $1"
        );
        command.Parameters.Add(new() { Value = skill });
        return (await All(command, row => new SkillRow(row), ct)).SingleOrDefault();
    }

    /// <summary>The skill at a version; null for one it has not had. One snapshot, so a commit meanwhile mixes nothing.</summary>
    public static Task<SkillAt?> At(this NpgsqlDataSource source, Guid skill, long? version, CancellationToken ct) =>
        source.At(
            skill,
            version is null
                ? "select max(v) from (select max(from_version) v from skill_versions where skill = $1 union all select max(from_version) from requirement_versions where skill = $1) v"
                : "select v from (select from_version v from skill_versions where skill = $1 union all select from_version from requirement_versions where skill = $1 union all select version from skill_acts where skill = $1) v where v = $2",
            version,
            ct
        );

    /// <summary>The skill as it was at a time; null for a time before it was there.</summary>
    public static Task<SkillAt?> At(
        this NpgsqlDataSource source,
        Guid skill,
        DateTimeOffset time,
        CancellationToken ct
    ) =>
        source.At(
            skill,
            "select max(v) from (select max(from_version) v from skill_versions where skill = $1 and from_at <= $2 union all select max(from_version) from requirement_versions where skill = $1 and from_at <= $2) v",
            time.ToUniversalTime(),
            ct
        );

    private static async Task<SkillAt?> At(
        this NpgsqlDataSource source,
        Guid skill,
        string whichVersion,
        object? which,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var snapshot = await connection.BeginTransactionAsync(
            System.Data.IsolationLevel.RepeatableRead,
            ct
        );
        await using var versions = new NpgsqlCommand(whichVersion, connection, snapshot);
        versions.Parameters.Add(new() { Value = skill });
        if (which is not null)
            versions.Parameters.Add(new() { Value = which });
        if (await versions.ExecuteScalarAsync(ct) is not long version)
            return null;
        const string valid = "where skill = $1 and from_version <= $2 and (to_version is null or to_version > $2)";
        await using var skills = new NpgsqlCommand(
            $"select {SkillRow.Columns} from skill_versions {valid}",
            connection,
            snapshot
        );
        Add(skills);
        var row = (await All(skills, row => new SkillRow(row), ct)).Single();
        await using var requirements = new NpgsqlCommand(
            $"select {RequirementRow.Columns} from requirement_versions {valid}",
            connection,
            snapshot
        );
        Add(requirements);
        var rows = await All(requirements, row => new RequirementRow(row), ct);
        var last = rows.Append<VersionRow>(row).MaxBy(r => r.FromVersion)!;
        var kept = await Acts.Of(connection, skill, ct);
        return new SkillAt(version, last.FromAt, row, [.. rows.Where(r => r.Description is not null)], kept);

        void Add(NpgsqlCommand command)
        {
            command.Parameters.Add(new() { Value = skill });
            command.Parameters.Add(new() { Value = version });
        }
    }

    /// <summary>Domain and name of other skills that have one of the names, or are one of those that may look like them.</summary>
    public static async Task<IReadOnlyList<(string Domain, string Group, string Name)>> NamesakesOf(
        this NpgsqlDataSource source,
        Guid skill,
        string[] names,
        Guid[] lookalikes,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            """
            select domain, "group", name from skill_versions
            where to_version is null and not retired and skill <> $1 and (name = any($2) or skill = any($3))
            """
        );
        command.Parameters.Add(new() { Value = skill });
        command.Parameters.Add(new() { Value = names });
        command.Parameters.Add(new() { Value = lookalikes });
        return [.. await All(command, reader => (reader.GetString(0), reader.GetString(1), reader.GetString(2)), ct)];
    }

    private static async Task<List<T>> All<T>(
        NpgsqlCommand command,
        Func<NpgsqlDataReader, T> read,
        CancellationToken ct
    )
    {
        var all = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            all.Add(read(reader));
        return all;
    }
}
