using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>The log holds everything, once and in order, and nothing that may have to be taken back.</summary>
public sealed class LogTests(Running running) : IClassFixture<Running>
{
    private readonly Story _story = new();

    private async Task<List<string>> Log(string column)
    {
        await using var source = NpgsqlDataSource.Create(running.Database);
        await using var command = source.CreateCommand(
            $"select {column} from announced where topics @> array['skill/{_story.Skill}'] order by position"
        );
        await using var rows = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await rows.ReadAsync())
            values.Add(rows.GetString(0));
        return values;
    }

    private Task Logged(int count) => Eventually.Holds(async () => (await Log("type")).Count >= count);

    [Fact]
    public async Task A_stream_keeps_its_order_with_several_replicas_and_messages_that_come_twice()
    {
        await using var second = await running.Replica();
        for (var i = 0; i < 100; i++)
            await running.Publish(_story.Changed(proposal: false), times: 1 + i % 2);
        await Logged(100);
        await running.Quiet();
        Assert.Equal(Enumerable.Range(1, 100).Select(i => $"{i}"), await Log("data ->> 'version'"));
    }

    [Fact]
    public async Task What_is_told_in_one_is_there_once_in_order_by_the_ids_of_its_events_however_it_is_told_again()
    {
        var told = Enumerable
            .Range(1, 20)
            .Select(i => new ChangedSkill(Guid.CreateVersion7(), _story.Changed(proposal: false)))
            .ToArray();
        await running.Publish(told[0].Change, told[0].Id, times: 1);
        await running.Publish(new SkillsChanged(told[..12]), times: 2);
        // A relay that begins again may end its page elsewhere.
        await running.Publish(new SkillsChanged(told[4..20]));
        await running.Publish(told[15].Change, told[15].Id, times: 1);
        await Logged(20);
        await running.Quiet();
        Assert.Equal(told.Select(one => $"{one.Id}"), await Log("id::text"));
        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"{i}"), await Log("data ->> 'version'"));
    }

    [Fact]
    public async Task A_position_is_not_taken_while_another_writer_has_yet_to_commit()
    {
        await using var source = NpgsqlDataSource.Create(running.Database);
        await using (var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await using var other = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var locking = new NpgsqlCommand("select pg_advisory_xact_lock(x'4C6F67'::int)", connection);
            await locking.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            await running.Publish(_story.Changed(proposal: false));
            await Eventually.Holds(async () =>
            {
                await using var waiting = source.CreateCommand(
                    "select exists (select from pg_locks where locktype = 'advisory' and objid = x'4C6F67'::int and not granted)"
                );
                return (bool)(await waiting.ExecuteScalarAsync())!;
            });
            Assert.Empty(await Log("type"));
        }
        await Logged(1);
    }

    [Fact]
    public async Task It_names_comments_and_holds_none_and_leaves_out_what_it_does_not_know()
    {
        await running.Accounts(_story.Account("author"), _story.Account("reviewer"));
        var comment = Guid.CreateVersion7();
        await running.Publish(_story.Activity("commented", "reviewer", "a secret that slipped out", comment));
        await running.Publish(_story.Commented(comment, "reviewer"));
        await running.Publish(_story.Activity("juggled", "reviewer"));
        await running.Publish(_story.Activity("rejected", "reviewer", "Not now."));
        await Logged(3);
        Assert.Equal(
            ["proposal.commented", "proposal.rejected", "skill.commented"],
            (await Log("type")).Order(StringComparer.Ordinal)
        );
        var data = await Log("data::text");
        Assert.Equal(2, data.Count(d => d.Contains(comment.ToString(), StringComparison.Ordinal)));
        Assert.DoesNotContain(data, d => d.Contains("slipped", StringComparison.Ordinal));
        Assert.Contains(data, d => d.Contains("Not now.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_tables_are_as_they_are_declared() =>
        await running
            .Services.GetRequiredService<IDocumentStore>()
            .Storage.Database.AssertDatabaseMatchesConfigurationAsync(TestContext.Current.CancellationToken);
}
