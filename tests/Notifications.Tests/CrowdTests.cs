using Marten;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>More readers than are told in one transaction.</summary>
public sealed class CrowdTests(Running running) : IClassFixture<Running>
{
    // As many as issues name, where there is time.
    private static readonly int Many =
        Environment.GetEnvironmentVariable("SKILLPLATFORM_TEST_FAULTS") == "long" ? 10_000 : Telling.AtOnce * 4;

    // The last who has a mail at once.
    private static readonly int Last = Many - 4;
    private readonly Story _story = new();

    private static readonly string[] Languages = ["en", "de", "es", "fr", "ru", "ja", "ar"];

    private string InCrowd(int number) => _story.Person($"crowd-{number:0000}");

    private static bool IsMuted(int number) => number % 50 == 7;

    private static bool WantsAtOnce(int number) => number % 4 == 0;

    private Received[] Theirs() =>
        [
            .. running.Mail.Received.Where(m =>
                m.To[0].StartsWith("crowd-", StringComparison.Ordinal)
                && m.To[0].StartsWith(_story.Person(m.To[0][.."crowd-0000".Length]), StringComparison.Ordinal)
            ),
        ];

    private Task<long> Entries(string count) =>
        running.Count($"select count({count}) from mt_doc_notification where data ->> 'user' like 'crowd-%'");

    // As the service keeps them: so many could not sign in here.
    private async Task Gather()
    {
        await running.Accounts(_story.Account("author"), _story.Account("reviewer"));
        Topic[] others =
        [
            Topic.OfSkill(_story.Skill),
            Topic.OfRole(_story.Role),
            Topic.OfGroup(_story.Domain, "compute"),
            Topic.OfProposal(_story.Proposal),
            Topic.Everything,
        ];
        var (accounts, watches, preferences) = (new List<Account>(), new List<Watch>(), new List<Preferences>());
        for (var i = 0; i < Many; i++)
        {
            var user = InCrowd(i);
            accounts.Add(
                new Account
                {
                    Id = user,
                    Name = $"Reader {i}",
                    Email = $"{user}@example.org",
                    Active = true,
                    Culture = Languages[i % Languages.Length],
                }
            );
            foreach (var topic in new[] { Topic.OfDomain(_story.Domain), others[i % others.Length] })
                watches.Add(Given.Watching(user, topic) with { Frequency = i % 4 == 3 ? Frequencies.Weekly : null });
            if (i % 4 is 1 or 2)
                preferences.Add(
                    new Preferences
                    {
                        Id = user,
                        Culture = Languages[i % Languages.Length],
                        Frequency = i % 4 == 1 ? Frequencies.Daily : Frequencies.Off,
                    }
                );
            if (IsMuted(i))
            {
                watches.RemoveAll(w => w.User == user && w.Topic == Topic.OfProposal(_story.Proposal).ToString());
                watches.Add(Given.Watching(user, Topic.OfProposal(_story.Proposal), active: false, muted: true));
            }
        }
        watches.Add(Given.Watching(_story.Person("author"), Topic.OfDomain(_story.Domain)));
        var store = running.Services.GetRequiredService<IDocumentStore>();
        await store.BulkInsertAsync(accounts);
        await store.BulkInsertAsync(watches);
        await store.BulkInsertAsync(preferences);
    }

    [Fact]
    public async Task Each_of_a_crowd_is_told_once_also_where_it_was_stopped_in_between()
    {
        await Gather();
        // Watches after all of the crowd, and is the author: told with the first nevertheless.
        await running.Sql(
            $"""
            create function no_more() returns trigger language plpgsql as $$ begin raise 'no more'; end $$;
            create trigger no_more before insert on mt_doc_notification for each row
            when (new.data ->> 'user' = '{InCrowd(Last)}') execute function no_more();
            """
        );
        await running.Publish(_story.Changed(), times: 3);
        await running.MailsTo(_story.Person("author"), 1);
        // Two watches each: of whom the chunk was full, and the last of them is told in the next.
        await Eventually.Holds(async () => await Entries("*") >= Telling.AtOnce);
        Assert.DoesNotContain(Theirs(), mail => mail.To[0].StartsWith(InCrowd(Last), StringComparison.Ordinal));
        await running.Replica();
        await running.Sql("drop function no_more cascade");
        var all = Enumerable.Range(0, Many).Where(number => !IsMuted(number)).ToArray();
        var atOnce = all.Where(WantsAtOnce).ToArray();
        await Eventually.Holds(async () => await Entries("*") >= all.Length && Theirs().Length >= atOnce.Length);
        await running.Quiet();

        Assert.Equal(all.Length, await Entries("*"));
        Assert.Equal(all.Length, await Entries("distinct data ->> 'user'"));
        Assert.Equal(
            0,
            await running.Count(
                $"""
                select count(*) from mt_doc_notification told
                where exists (select from mt_doc_watch w where w.data ->> 'user' = told.data ->> 'user'
                              and (w.data ->> 'muted')::boolean)
                """
            )
        );
        // No more often than the server was asked, which is twice where its answer was late.
        Assert.Equal(
            atOnce.Length,
            await running.Count("select count(*) from mail where user_id like 'crowd-%' and state = 'sent'")
        );
        var again = await running.Count(
            "select coalesce(sum(attempts - 1), 0)::bigint from mail where user_id like 'crowd-%'"
        );
        var came = Theirs().Select(mail => mail.To[0]).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(atOnce.Select(number => $"{InCrowd(number)}@example.org"), came.Distinct(StringComparer.Ordinal));
        Assert.InRange(came.Length, atOnce.Length, atOnce.Length + again);
        var author = Assert.Single(running.MailsTo(_story.Person("author"))).Message;
        Assert.Equal("author", author.Headers["X-SkillPlatform-Reason"]);
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
            Assert.Contains($"lang=\"{Languages[number % Languages.Length]}\"", message.HtmlBody!);
        }
    }
}
