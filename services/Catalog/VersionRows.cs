using Npgsql;

namespace SkillPlatform.Catalog;

/// <summary>What every row says of the change that made it.</summary>
public abstract record VersionRow
{
    public required Guid Skill { get; init; }
    public required long FromVersion { get; init; }
    public required long? ToVersion { get; init; }
    public required DateTimeOffset FromAt { get; init; }
    public required string Kind { get; init; }
    public required string? Author { get; init; }
    public required string? Reviewer { get; init; }
    public required Guid? Proposal { get; init; }
    public required Guid? Import { get; init; }
    public required string? Reason { get; init; }
}

/// <summary>A version of a requirement. <c>Description</c> and <c>Mandatory</c> are null where it was dropped.</summary>
public sealed record RequirementRow : VersionRow
{
    public required string Role { get; init; }
    public required string Level { get; init; }
    public required bool? Mandatory { get; init; }
    public required string? Description { get; init; }
}

/// <summary>A version of what a skill has beside its requirements.</summary>
public sealed record SkillRow : VersionRow
{
    public required string Slug { get; init; }
    public required string Name { get; init; }
    public required string[] Keywords { get; init; }
    public required string Domain { get; init; }
    public required string Group { get; init; }
    public required bool Retired { get; init; }
}

/// <summary>A skill at one of its versions.</summary>
public sealed record SkillAt(
    long Version,
    DateTimeOffset At,
    SkillRow Skill,
    IReadOnlyList<RequirementRow> Requirements
);

/// <summary>Queries over the version rows.</summary>
public static class VersionRows
{
    private const string RequirementColumns =
        "skill, from_version, to_version, from_at, kind, author, reviewer, proposal, import, reason, role, level, mandatory, description";
    private const string SkillColumns =
        "skill, from_version, to_version, from_at, kind, author, reviewer, proposal, import, reason, slug, name, keywords, domain, \"group\", retired";

    /// <summary>The skill that has or had the slug, as it is now; null for none.</summary>
    public static async Task<SkillRow?> Named(this NpgsqlDataSource source, string slug, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            $"""
            select {SkillColumns} from skill_versions
            where to_version is null
              and skill = (select (data ->> 'skillId')::uuid from mt_doc_slug_taken where id = $1)
            """
        );
        command.Parameters.Add(new() { Value = slug });
        return (await All(command, ReadSkill, ct)).SingleOrDefault();
    }

    public static async Task<SkillRow?> Current(this NpgsqlDataSource source, Guid skill, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            $"select {SkillColumns} from skill_versions where to_version is null and skill = $1"
        );
        command.Parameters.Add(new() { Value = skill });
        return (await All(command, ReadSkill, ct)).SingleOrDefault();
    }

    /// <summary>The skill at a version; null for one it has not had. One snapshot, so a commit meanwhile mixes nothing.</summary>
    public static Task<SkillAt?> At(this NpgsqlDataSource source, Guid skill, long? version, CancellationToken ct) =>
        source.At(
            skill,
            version is null
                ? "select max(v) from (select max(from_version) v from skill_versions where skill = $1 union all select max(from_version) from requirement_versions where skill = $1) v"
                : "select v from (select from_version v from skill_versions where skill = $1 union all select from_version from requirement_versions where skill = $1) v where v = $2",
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
            $"select {SkillColumns} from skill_versions {valid}",
            connection,
            snapshot
        );
        Add(skills);
        var row = (await All(skills, ReadSkill, ct)).Single();
        await using var requirements = new NpgsqlCommand(
            $"select {RequirementColumns} from requirement_versions {valid}",
            connection,
            snapshot
        );
        Add(requirements);
        var rows = await All(requirements, ReadRequirement, ct);
        var last = rows.Append<VersionRow>(row).MaxBy(r => r.FromVersion)!;
        return new SkillAt(version, last.FromAt, row, [.. rows.Where(r => r.Description is not null)]);

        void Add(NpgsqlCommand command)
        {
            command.Parameters.Add(new() { Value = skill });
            command.Parameters.Add(new() { Value = version });
        }
    }

    /// <summary>Domain and name of other skills that have one of the names, or the name this skill has.</summary>
    public static async Task<HashSet<(string Domain, string Name)>> NamesakesOf(
        this NpgsqlDataSource source,
        Guid skill,
        string[] names,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            """
            select domain, name from skill_versions
            where to_version is null and not retired and skill <> $1
              and (name = any($2) or name = (select name from skill_versions where skill = $1 and to_version is null))
            """
        );
        command.Parameters.Add(new() { Value = skill });
        command.Parameters.Add(new() { Value = names });
        return [.. await All(command, reader => (reader.GetString(0), reader.GetString(1)), ct)];
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

    private static RequirementRow ReadRequirement(NpgsqlDataReader r) =>
        new()
        {
            Skill = r.GetGuid(0),
            FromVersion = r.GetInt64(1),
            ToVersion = r.IsDBNull(2) ? null : r.GetInt64(2),
            FromAt = r.GetFieldValue<DateTimeOffset>(3),
            Kind = r.GetString(4),
            Author = Text(r, 5),
            Reviewer = Text(r, 6),
            Proposal = Id(r, 7),
            Import = Id(r, 8),
            Reason = Text(r, 9),
            Role = r.GetString(10),
            Level = r.GetString(11),
            Mandatory = r.IsDBNull(12) ? null : r.GetBoolean(12),
            Description = Text(r, 13),
        };

    private static SkillRow ReadSkill(NpgsqlDataReader r) =>
        new()
        {
            Skill = r.GetGuid(0),
            FromVersion = r.GetInt64(1),
            ToVersion = r.IsDBNull(2) ? null : r.GetInt64(2),
            FromAt = r.GetFieldValue<DateTimeOffset>(3),
            Kind = r.GetString(4),
            Author = Text(r, 5),
            Reviewer = Text(r, 6),
            Proposal = Id(r, 7),
            Import = Id(r, 8),
            Reason = Text(r, 9),
            Slug = r.GetString(10),
            Name = r.GetString(11),
            Keywords = r.GetFieldValue<string[]>(12),
            Domain = r.GetString(13),
            Group = r.GetString(14),
            Retired = r.GetBoolean(15),
        };

    private static string? Text(NpgsqlDataReader r, int i) => r.IsDBNull(i) ? null : r.GetString(i);

    private static Guid? Id(NpgsqlDataReader r, int i) => r.IsDBNull(i) ? null : r.GetGuid(i);
}
