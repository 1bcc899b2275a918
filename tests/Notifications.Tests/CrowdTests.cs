using Marten;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>More readers than are told in one transaction.</summary>
public sealed class CrowdTests(Running running) : IClassFixture<Running>
{
    private const int Many = Telling.AtOnce * 2 + 200;
    private readonly Story _story = new();

    private string InCrowd(int number) => _story.Person($"crowd-{number:0000}");

    private Received[] Theirs() =>
        [
            .. running.Mail.Received.Where(m =>
                m.To[0].StartsWith("crowd-", StringComparison.Ordinal)
                && m.To[0].StartsWith(_story.Person(m.To[0][.."crowd-0000".Length]), StringComparison.Ordinal)
            ),
        ];

    // As the service keeps them: so many could not sign in here.
    private async Task Gather()
    {
        await running.Accounts(_story.Account("author"), _story.Account("reviewer"));
        await using var session = running.Services.GetRequiredService<IDocumentStore>().LightweightSession();
        for (var i = 0; i < Many; i++)
        {
            var user = InCrowd(i);
            session.Insert(
                new Account
                {
                    Id = user,
                    Name = $"Reader {i}",
                    Email = $"{user}@example.org",
                    Active = true,
                    Culture = i % 2 == 0 ? "en" : "ar",
                }
            );
            foreach (var topic in new[] { Topic.OfSkill(_story.Skill), Topic.OfDomain(_story.Domain) })
                session.Insert(Given.Watching(user, topic));
        }
        await session.SaveChangesAsync();
    }

    [Fact]
    public async Task Each_of_a_crowd_is_told_once_also_where_it_was_stopped_in_between()
    {
        await Gather();
        // Watches a proposal after all of the crowd, and is its author: told with the first nevertheless.
        await running.Sql(
            $"""
            create function no_more() returns trigger language plpgsql as $$ begin raise 'no more'; end $$;
            create trigger no_more before insert on mt_doc_notification for each row
            when (new.data ->> 'user' = '{InCrowd(Many - 1)}') execute function no_more();
            """
        );
        await running.Publish(_story.Changed(), times: 3);
        await running.MailsTo(_story.Person("author"), 1);
        // Two watches each: of whom the chunk was full, and the last of them is told in the next.
        await Eventually.Holds(() => Task.FromResult(Theirs().Length >= Telling.AtOnce));
        Assert.DoesNotContain(Theirs(), mail => mail.To[0].StartsWith(InCrowd(Many - 1), StringComparison.Ordinal));
        await running.Replica();
        await running.Sql("drop function no_more cascade");
        await Eventually.Holds(() => Task.FromResult(Theirs().Length >= Many));
        await running.Quiet();

        Assert.Equal(Many, Theirs().Length);
        Assert.Equal(Many, Theirs().Select(mail => mail.To[0]).Distinct(StringComparer.Ordinal).Count());
        Assert.Single(running.MailsTo(_story.Person("author")));
        await using var reads = running.Services.GetRequiredService<IDocumentStore>().QuerySession();
        Assert.Empty(await reads.Query<LeftToTell>().ToListAsync(TestContext.Current.CancellationToken));
        // What is written once for all of a language has what is each reader's own.
        foreach (var mail in Theirs())
        {
            var message = mail.Message;
            var number = int.Parse(mail.To[0]["crowd-".Length.."crowd-0000".Length], Texts.Invariant);
            Assert.Contains($"Reader {number}", message.TextBody!);
            Assert.Contains($"Reader {number}", message.HtmlBody!);
            Assert.Contains(message.Headers["List-Unsubscribe"]!.Trim('<', '>'), message.TextBody!);
            Assert.Contains(message.Headers["List-Unsubscribe"]!.Trim('<', '>'), message.HtmlBody!);
            Assert.Contains(number % 2 == 0 ? "lang=\"en\"" : "lang=\"ar\"", message.HtmlBody!);
        }
    }
}
