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

        var refused = await Assert.ThrowsAsync<PostgresException>(() =>
            Run(As(catalog, proposals.Name), "select * from secrets")
        );
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
