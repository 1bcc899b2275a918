using Npgsql;

namespace SkillPlatform.AppHost;

/// <summary>A service's database, and the role that owns it and opens no other.</summary>
/// <param name="Name">Of the database.</param>
/// <param name="Role">That the service signs in as.</param>
/// <param name="Password">Generated: hexadecimal.</param>
internal sealed record OwnDatabase(string Name, string Role, string Password);

/// <summary>Makes the databases and their owners, as superuser. Whoever takes over a service reads and changes what is its own.</summary>
internal static class Databases
{
    // What an earlier version, whose services all were the superuser, made there; extensions stay whose they are.
    private const string HandOver = """
        do $$
        declare
          it record;
          ours oid := (select oid from pg_roles where rolname = current_user);
        begin
          for it in
            select format('alter schema %I owner to {role}', nspname) as change from pg_namespace
            where nspowner = ours and nspname !~ '^pg_' and nspname <> 'information_schema'
            union all
            select format('alter table %s owner to {role}', c.oid::regclass) from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where c.relowner = ours and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
              and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
              and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i', 'e')
                and (c.relkind = 'S' or d.deptype = 'e'))
            union all
            select format('alter routine %s owner to {role}', p.oid::regprocedure) from pg_proc p
            join pg_namespace n on n.oid = p.pronamespace
            where p.proowner = ours and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
              and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
          loop
            execute it.change;
          end loop;
        end $$
        """;

    private const string Rights = "login nosuperuser nocreatedb nocreaterole noreplication nobypassrls";

    /// <summary>
    /// The same as a script for <c>psql</c>, which any number of runs leave as one does. Passwords come from the environment,
    /// under the names that stand in place of them.
    /// </summary>
    public static string Script(IEnumerable<OwnDatabase> databases) =>
        """
            -- Makes each service's database, and the role that owns it and opens no other. Run as superuser, on the database postgres:
            --   psql -v ON_ERROR_STOP=1 -f databases.sql
            -- with the passwords in the environment. Needs psql 15 or later, the server may be older.

            """
        + string.Concat(
            databases.Select(database =>
                $"""

                    \getenv password {database.Password}
                    select 'create role {database.Role}'
                    where not exists (select from pg_roles where rolname = '{database.Role}') \gexec
                    select format('alter role {database.Role} {Rights} password %L', :'password') \gexec
                    select 'create database {database.Name}'
                    where not exists (select from pg_database where datname = '{database.Name}') \gexec
                    alter database {database.Name} owner to {database.Role};
                    revoke all on database {database.Name} from public;

                    """
            )
        );

    public static async Task Prepare(string maintenance, IEnumerable<OwnDatabase> databases, CancellationToken ct)
    {
        foreach (var database in databases)
        {
            var (name, role, password) = database;
            await Run(
                maintenance,
                $"""
                do $$ begin
                  if not exists (select from pg_roles where rolname = '{role}') then
                    create role "{role}";
                  end if;
                end $$
                """,
                ct
            );
            await Run(
                maintenance,
                $"""
                alter role "{role}" {Rights}
                password '{password}'
                """,
                ct
            );
            if (!await Exists(maintenance, name, ct))
                await Run(maintenance, $"create database \"{name}\"", ct);
            await Run(maintenance, $"alter database \"{name}\" owner to \"{role}\"", ct);
            await Run(maintenance, $"revoke all on database \"{name}\" from public", ct);
            await Run(
                new NpgsqlConnectionStringBuilder(maintenance) { Database = name }.ConnectionString,
                HandOver.Replace("{role}", $"\"{role}\"", StringComparison.Ordinal),
                ct
            );
        }
    }

    private static async Task<bool> Exists(string maintenance, string name, CancellationToken ct)
    {
        await using var connection = await Open(maintenance, ct);
        await using var command = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = name });
        return await command.ExecuteScalarAsync(ct) is not null;
    }

    private static async Task Run(string connectionString, string sql, CancellationToken ct)
    {
        await using var connection = await Open(connectionString, ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<NpgsqlConnection> Open(string connectionString, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString
        );
        await connection.OpenAsync(ct);
        return connection;
    }
}
