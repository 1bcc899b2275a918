using Npgsql;

// Compiled into the kernel, and into Web, which keeps something and has no events.
namespace SkillPlatform;

/// <summary>
/// Which programs a database can be served by. It holds the number of the newest release that has, and of the oldest that can beside
/// that one; who is older than the newest leaves the schema as it is, and who is older than the oldest ends
/// (docs/upgrading.md).
/// </summary>
/// <param name="connectionString">Npgsql connection string.</param>
public sealed class Release(string connectionString)
{
    /// <summary>This program's. One more whenever the schema, a stored event or a message is new or changed.</summary>
    public const int Number = 2;

    /// <summary>
    /// The commit of the newest release whose number is smaller, which a test builds and runs beside this one. Whoever raises
    /// <see cref="Number"/> writes that of the last release here.
    /// </summary>
    public const string Before = "e7b5e840a0220edefb96c4d17123cc57c5163a4f";

    /// <summary>The oldest that understands what this one writes: the one before, unless a release note says otherwise.</summary>
    public const int OldestBeside = 1;

    // Null until the store is made.
    private bool? _behind;
    private volatile bool _alone;

    /// <summary>What the connections of a program of some release are named, by which others know that it is at work.</summary>
    /// <param name="release">Its number.</param>
    public static string Name(int release) => Name(AppDomain.CurrentDomain.FriendlyName, release);

    private static string Name(string service, int release) =>
        // The first did not say.
        service + (release == 1 ? "" : $" {release}");

    /// <summary>
    /// True where services are at work on this database's server, and none of them is of the release before: asked each time before
    /// they are told something that it cannot read. False, too, of those whose databases are elsewhere.
    /// </summary>
    /// <param name="services">Names of their programs.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<bool> IsReadBy(string[] services, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(ct);
        await using var ask = new NpgsqlCommand(
            """
            select count(distinct application_name) filter (where application_name = any($1)) = cardinality($1)
                and count(*) filter (where application_name = any($2)) = 0
            from pg_stat_activity
            """,
            connection
        );
        ask.Parameters.Add(new() { Value = services.Select(service => Name(service, Number)).ToArray() });
        ask.Parameters.Add(new() { Value = services.Select(service => Name(service, Number - 1)).ToArray() });
        return (bool)(await ask.ExecuteScalarAsync(ct))!;
    }

    /// <summary>
    /// True where none of the release before is at work on the database; from then on none starts. Asked before something is stored
    /// that it cannot read.
    /// </summary>
    /// <param name="ct">Cancels.</param>
    public async Task<bool> IsAlone(CancellationToken ct)
    {
        if (_alone)
            return true;
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(ct);
        await using var raise = new NpgsqlCommand(
            """
            update release set oldest_beside = greatest(oldest_beside, $1) where not exists (
              select from pg_stat_activity where datname = current_database() and application_name = $2)
            """,
            connection
        );
        raise.Parameters.Add(new() { Value = Number });
        raise.Parameters.Add(new() { Value = Name(Number - 1) });
        return _alone = await raise.ExecuteNonQueryAsync(ct) > 0;
    }

    /// <summary>Enters this release; false where the database is of a newer one, which has prepared it.</summary>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="ReleaseException">The database is of a release that this program cannot serve.</exception>
    public async Task<bool> Enter(CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(ct);
        await using var create = new NpgsqlCommand(
            """
            create table if not exists release (
              only_one boolean primary key default true check (only_one), number int not null, oldest_beside int not null)
            """,
            connection
        );
        try
        {
            await create.ExecuteNonQueryAsync(ct);
        }
        catch (PostgresException e)
            when (e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateTable)
        {
            // Another was making it at the same moment.
        }
        await using var enter = new NpgsqlCommand(
            """
            insert into release (number, oldest_beside) values ($1, $2)
            on conflict (only_one) do update set number = excluded.number, oldest_beside = excluded.oldest_beside
            where release.number < excluded.number
            """,
            connection
        );
        enter.Parameters.Add(new() { Value = Number });
        enter.Parameters.Add(new() { Value = OldestBeside });
        await enter.ExecuteNonQueryAsync(ct);
        var (number, oldest) = Read(connection);
        if (oldest > Number)
            throw new ReleaseException(
                $"The database {connection.Database} is of release {number}, beside which nothing older than {oldest} runs; this program is of release {Number}. Start the newer program, or restore a backup of before the upgrade (docs/upgrading.md)."
            );
        if (number > Number && _behind is false)
            throw new ReleaseException(
                $"The database {connection.Database} has become one of release {number} while this program of release {Number} started. Start it again."
            );
        return number == Number;
    }

    /// <summary>
    /// True where a newer release has prepared the database: asked before the store is made, which otherwise would change the schema
    /// back. A database that is absent or away is told of by <see cref="Enter"/>.
    /// </summary>
    public bool IsBehind()
    {
        try
        {
            using var connection = new NpgsqlConnection(connectionString);
            connection.Open();
            _behind = Read(connection).Number > Number;
        }
        catch (NpgsqlException)
        {
            _behind = false;
        }
        return _behind.Value;
    }

    private static (int Number, int OldestBeside) Read(NpgsqlConnection connection)
    {
        using var ask = new NpgsqlCommand("select number, oldest_beside from release", connection);
        using var row = ask.ExecuteReader();
        row.Read();
        return (row.GetInt32(0), row.GetInt32(1));
    }
}

/// <summary>This program does not go with its database: it ends, and says why.</summary>
/// <param name="message">Why, and what to do.</param>
public sealed class ReleaseException(string message) : InvalidOperationException(message);
