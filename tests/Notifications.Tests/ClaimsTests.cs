using Npgsql;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>Who may send a mail, when processes die.</summary>
public sealed class ClaimsTests(Running running) : IClassFixture<Running>
{
    [Fact]
    public async Task A_mail_has_one_sender_and_goes_on_when_that_one_has_died()
    {
        await running.End();
        await using var source = NpgsqlDataSource.Create(running.Database);
        await Execute(source, "delete from mail");
        var ids = Enumerable.Range(0, 5).Select(_ => Guid.CreateVersion7()).ToArray();
        foreach (var id in ids)
        {
            await using var insert = source.CreateCommand(
                """
                insert into mail (id, user_id, news, state, attempts, next_attempt, created_at)
                values ($1, 'reader', $1, 'pending', 0, now(), now())
                """
            );
            insert.Parameters.Add(new() { Value = id });
            await insert.ExecuteNonQueryAsync();
        }
        var ct = TestContext.Current.CancellationToken;
        await using var survivor = new Claims(source, TimeProvider.System);
        await using (var mortal = new Claims(source, TimeProvider.System))
        {
            var claimed = await mortal.Claim(3, [], ct);
            Assert.Equal(3, claimed.Count);
            Assert.Equal(2, (await survivor.Claim(10, [], ct)).Count);
            // Still claimed long after: only the end of its holder frees a claim.
            await Execute(source, "update mail set claimed_at = now() - interval '1 minute'");
            Assert.Empty(await survivor.Claim(10, [.. ids.Except(claimed.Select(c => c.Id))], ct));
            await mortal.Record([new Result(claimed[0].Id, Outbox.Sent, "250 taken", Attempted: true)], ct);
        }
        var mine = await survivor.Claim(10, [], ct);
        Assert.Equal(4, mine.Count);
        Assert.Empty(await survivor.Claim(10, [.. mine.Select(m => m.Id)], ct));
        // What is ours and not in flight, since something went wrong on the way, is ours again at once.
        Assert.Equal(4, (await survivor.Claim(10, [], ct)).Count);
    }

    [Fact]
    public async Task What_has_ended_takes_no_more_messages()
    {
        for (var time = 0; time < 2; time++)
        {
            await running.Replica();
            var story = new Story();
            for (var i = 0; i < 200; i++)
                await running.Publish(story.Next().Changed());
            await running.End();
        }
        // What the first has left behind would have begun to read again while the second was there.
        await Eventually.Holds(
            async () => (await running.Readers()).All(queue => queue.Value == 0),
            TimeSpan.FromSeconds(15)
        );
    }

    [Fact]
    public async Task What_died_a_moment_ago_has_a_moment_to_be_recorded()
    {
        await running.End();
        await using var source = NpgsqlDataSource.Create(running.Database);
        await Execute(source, "delete from mail");
        await Execute(
            source,
            """
            insert into mail (id, user_id, news, state, attempts, next_attempt, created_at, owner, claimed_at)
            values (gen_random_uuid(), 'late', gen_random_uuid(), 'pending', 0, now(), now(), 5, now())
            """
        );
        await using var claims = new Claims(source, TimeProvider.System);
        var ct = TestContext.Current.CancellationToken;
        Assert.DoesNotContain(await claims.Claim(10, [], ct), m => m.User == "late");
        await Eventually.Holds(async () => (await claims.Claim(10, [], ct)).Exists(m => m.User == "late"));
    }

    private static async Task Execute(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
