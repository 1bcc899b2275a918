using Npgsql;

namespace SkillPlatform.AppHost.Tests;

/// <summary>Each service owns its database and opens no other one, also where all of them were the superuser before.</summary>
public sealed class DatabaseTests(Testing.Servers servers) : IClassFixture<Testing.Servers>
{
    private const string Secret = "0123456789abcdef";
    private readonly string _suffix = Guid.CreateVersion7().ToString("N")[^8..];
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_services_role_reads_nothing_of_another()
    {
        var (catalog, proposals) = (Own("catalog"), Own("proposals"));
        await Databases.Prepare(servers.Postgres.Admin, [catalog, proposals], _ct);
        await Run(As(proposals), "create table secrets (it text); insert into secrets values ('draft')");
        await Run(As(catalog), "create schema skills create table it (id int); create extension pg_trgm");

        // Not even opens it: what others could read there is one grant away.
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Run(As(catalog, proposals.Name), "select 1"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        foreach (
            var command in (string[])
                [
                    $"drop database \"{proposals.Name}\"",
                    $"alter role \"{proposals.Role}\" password 'mine'",
                    "create role more superuser",
                    "create database more",
                    "copy (select 1) to program 'true'",
                ]
        )
            await Assert.ThrowsAsync<PostgresException>(() => Run(As(catalog), command));
    }

    [Fact]
    public async Task What_the_superuser_made_before_is_handed_over_and_doing_it_again_changes_nothing()
    {
        var own = Own("before");
        await Run(servers.Postgres.Admin, $"create database \"{own.Name}\"");
        await Run(
            As(own with { Role = "" }),
            """
            create extension pg_trgm;
            create schema kept;
            create sequence kept.numbers;
            create table kept.parts (id serial primary key, at int, more bigint generated always as identity)
            """
        );
        await Run(
            As(own with { Role = "" }),
            """
            create table kept.split (id int, archived bool) partition by list (archived);
            create table kept.split_old partition of kept.split for values in (true);
            create view kept.seen as select 1 as one;
            create function kept.twice(it int) returns int language sql as 'select it * 2'
            """
        );
        await Databases.Prepare(servers.Postgres.Admin, [own], _ct);
        await Databases.Prepare(servers.Postgres.Admin, [own with { Password = "fedcba" }], _ct);
        await Run(
            As(own with { Password = "fedcba" }),
            """
            alter table kept.parts add column added text;
            alter sequence kept.numbers restart;
            insert into kept.split values (1, true);
            alter table kept.split_old add check (id > 0);
            create or replace function kept.twice(it int) returns int language sql as 'select it + it';
            drop view kept.seen;
            drop schema kept cascade
            """
        );
    }

    [Fact]
    public async Task The_published_script_does_the_same_as_often_as_it_is_run()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/psql"), "psql is not installed.");
        var (catalog, proposals) = (Own("scripted"), Own("beside"));
        var script = Path.Combine(Testing.Local.NewFolder("script"), "databases.sql");
        await File.WriteAllTextAsync(
            script,
            Databases.Script([catalog with { Password = "FIRST" }, proposals with { Password = "SECOND" }]),
            _ct
        );
        // What the one before had, and what is not easily quoted.
        foreach (var password in (string[])["other", """it's "hard\" $1"""])
            await Psql(script, ("FIRST", password), ("SECOND", Secret));
        var hard = catalog with { Password = """it's "hard\" $1""" };
        await Run(As(hard), "create schema skills create table it (id int); create extension pg_trgm");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Run(As(hard, proposals.Name), "select 1"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    private async Task Psql(string script, params (string Name, string Value)[] passwords)
    {
        var admin = new NpgsqlConnectionStringBuilder(servers.Postgres.Admin);
        var info = new System.Diagnostics.ProcessStartInfo("psql", ["-q", "-v", "ON_ERROR_STOP=1", "-f", script])
        {
            Environment =
            {
                ["PGHOST"] = admin.Host,
                ["PGPORT"] = admin.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["PGUSER"] = admin.Username,
                ["PGPASSWORD"] = admin.Password,
                ["PGDATABASE"] = "postgres",
            },
        };
        foreach (var (name, value) in passwords)
            info.Environment[name] = value;
        using var psql = System.Diagnostics.Process.Start(info)!;
        await psql.WaitForExitAsync(_ct);
        Assert.Equal(0, psql.ExitCode);
    }

    private OwnDatabase Own(string name) => new($"{name}_{_suffix}", $"role_{name}_{_suffix}", Secret);

    // Without a role, as superuser.
    private string As(OwnDatabase own, string? database = null)
    {
        var address = new NpgsqlConnectionStringBuilder(servers.Postgres.Admin)
        {
            Database = database ?? own.Name,
            Pooling = false,
        };
        if (own.Role.Length > 0)
            (address.Username, address.Password) = (own.Role, own.Password);
        return address.ConnectionString;
    }

    private async Task Run(string address, string sql)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync(_ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(_ct);
    }
}
