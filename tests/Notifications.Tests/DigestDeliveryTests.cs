using System.Net;
using System.Net.Http.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>Digests from message to mail, through the real broker, database and SMTP.</summary>
public sealed class DigestDeliveryTests(Running running) : IClassFixture<Running>
{
    private readonly Story _story = new();

    private string Reader => _story.Person("reader");

    private async Task Begin(string frequency = "daily")
    {
        await running.Accounts(_story.Account("reader"), _story.Account("author"), _story.Account("reviewer"));
        await running.Publish(_story.Changed(proposal: false));
        await running.Watch(Reader, "skill", _story.Slug);
        await Wants(frequency);
    }

    private async Task Wants(string frequency, string time = "08:00")
    {
        using var client = running.As(Reader);
        var answer = await client.PutAsJsonAsync(
            "/api/notifications/preferences",
            new
            {
                frequency,
                culture = "en",
                timeZone = "Europe/Berlin",
                digest = new { time, weekday = "monday" },
            }
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task Told(int count) =>
        await Eventually.Holds(async () =>
            (await running.Get(Reader, "/inbox")).GetProperty("items").GetArrayLength() == count
        );

    // The clock of a mail that waits for eight in the morning.
    private async Task Due()
    {
        await running.Look();
        await running.Sql(
            $"update mail set next_attempt = now() where user_id = '{Reader}' and digest is not null and state = 'pending'"
        );
    }

    [Fact]
    public async Task What_happened_is_told_once_together_and_what_comes_after_it_in_the_next()
    {
        await Begin();
        await running.Publish(_story.Changed());
        await running.Publish(_story.Next().Reworded("Deploys.", "Deploys alone."));
        await Told(2);
        await running.Quiet();
        Assert.Empty(running.MailsTo(Reader));
        await Due();
        var mail = Assert.Single(await running.MailsTo(Reader, 1)).Message;
        Assert.StartsWith("What changed: your day up to", mail.Subject, StringComparison.Ordinal);
        Assert.Contains("Changes: 2, skills: 1", mail.TextBody!);
        Assert.Contains("Deploys alone.", mail.TextBody!);

        await running.Quiet();
        await Due();
        await running.Quiet();
        Assert.Single(running.MailsTo(Reader));
        await running.Publish(_story.Next().Reworded("Deploys alone.", "Deploys at night."));
        await Told(3);
        await Due();
        var next = (await running.MailsTo(Reader, 2))[1].Message;
        Assert.Contains("Changes: 1, skills: 1", next.TextBody!);
        Assert.NotEqual(mail.MessageId, next.MessageId);
    }

    [Fact]
    public async Task What_was_changed_back_sends_nothing()
    {
        await Begin();
        await running.Publish(_story.Reworded("A", "B"));
        await running.Publish(_story.Next().Reworded("B", "A"));
        await Told(2);
        await Due();
        await running.Quiet();
        Assert.Empty(running.MailsTo(Reader));
        var cancelled = await running.Get("admin", "/deliveries?state=cancelled&limit=200", "administrator");
        Assert.Contains(
            cancelled.GetProperty("items").EnumerateArray(),
            mail =>
                mail.GetProperty("user").GetString() == Reader
                && mail.GetProperty("lastErrorCode").GetString() == "empty"
        );
    }

    [Fact]
    public async Task Who_wants_to_hear_at_once_now_hears_at_once_of_what_waited()
    {
        await Begin();
        await running.Publish(_story.Changed());
        await Told(1);
        await Wants("immediate");
        var mail = Assert.Single(await running.MailsTo(Reader, 1)).Message;
        Assert.Contains("Changes: 1", mail.TextBody!);
        await running.Publish(_story.Next().Changed());
        Assert.Equal("skill", (await running.MailsTo(Reader, 2))[1].Message.Headers["X-SkillPlatform-Reason"]);
    }

    [Theory]
    [InlineData("weekly")]
    [InlineData("off")]
    public async Task What_waits_goes_along_with_what_the_reader_wants_now(string then)
    {
        await Begin();
        await running.Publish(_story.Changed());
        await Told(1);
        await running.Look();
        await Wants(then);
        await Due();
        if (then == "weekly")
            Assert.StartsWith(
                "What changed: your week",
                (await running.MailsTo(Reader, 1))[0].Message.Subject!,
                StringComparison.Ordinal
            );
        await running.Quiet();
        Assert.Equal(then == "weekly" ? 1 : 0, running.MailsTo(Reader).Length);
    }

    [Fact]
    public async Task What_the_server_has_put_off_goes_whatever_the_reader_chooses_meanwhile()
    {
        await Begin();
        await running.Publish(_story.Changed());
        await Told(1);
        running.Mail.Mood = Mood.Busy;
        await Due();
        // As where the server had not even been asked.
        await Eventually.Holds(async () =>
            await running.Count(
                $"""
                with put as (
                    update mail set attempts = 0, next_attempt = now() + interval '1 hour'
                    where user_id = '{Reader}' and digest is not null and attempts > 0 and owner is null returning 1)
                select count(*) from put
                """
            ) == 1
        );
        await Wants("daily", "09:00");
        running.Mail.Mood = Mood.Friendly;
        await Due();
        Assert.Contains("Changes: 1", (await running.MailsTo(Reader, 1))[0].Message.TextBody!);
        await Due();
        await running.Quiet();
        Assert.Single(running.MailsTo(Reader));
    }

    [Fact]
    public async Task What_fell_due_while_nothing_ran_goes_once()
    {
        await Begin();
        await running.Publish(_story.Changed());
        await running.Publish(_story.Next().Reworded("Deploys.", "Deploys alone."));
        await Told(2);
        await running.Sql(
            $"""
            delete from mail where user_id = '{Reader}' and digest is not null;
            update mt_doc_notification set data = jsonb_set(data, '{"{at}"}', '"2026-03-01T12:00:00Z"')
            where data ->> 'user' = '{Reader}';
            update mt_doc_preferences set data = jsonb_set(data, '{"{rescheduled}"}', 'null') where id = '{Reader}'
            """
        );
        await running.Look();
        Assert.Contains("Changes: 2", (await running.MailsTo(Reader, 1))[0].Message.TextBody!);
        await running.Look();
        await running.Quiet();
        Assert.Single(running.MailsTo(Reader));
    }

    [Fact]
    public async Task That_digests_cannot_be_raised_is_seen_in_health_and_does_not_end_the_service()
    {
        await Begin();
        await running.Sql(
            $"""
            create function no_digest() returns trigger language plpgsql as $$ begin raise 'no digest'; end $$;
            create trigger no_digest before insert on mail for each row
            when (new.digest is not null and new.user_id = '{Reader}') execute function no_digest();
            """
        );
        await running.Publish(_story.Changed());
        await Told(1);
        using var anyone = running.As(null);
        await Assert.ThrowsAnyAsync<Exception>(running.Look);
        Assert.Contains("Degraded: What waits for digests", await anyone.GetStringAsync("/health/ready"));
        await running.Sql("drop function no_digest cascade");
        await running.Look();
        Assert.Contains("\"digests\":\"Healthy\"", await anyone.GetStringAsync("/health/ready"));
    }

    [Fact]
    public async Task What_does_not_go_to_who_takes_no_mail_is_not_raised_again_and_again()
    {
        await Begin();
        await running.Publish(_story.Changed());
        await Told(1);
        await running.Publish(_story.Account("reader", version: 2) with { Active = false });
        await Eventually.Holds(async () =>
            await running.Count(
                $"select count(*) from mt_doc_account where id = '{Reader}' and data ->> 'active' = 'false'"
            ) == 1
        );
        for (var look = 0; look < 2; look++)
        {
            await Due();
            await running.Quiet();
        }
        Assert.Equal(1, await running.Count($"select count(*) from mail where user_id = '{Reader}'"));
        Assert.Empty(running.MailsTo(Reader));
    }

    [Fact]
    public async Task One_click_stops_digests_of_this_kind_and_asks_before()
    {
        await Begin();
        await running.Publish(_story.Changed());
        await Told(1);
        await Due();
        var mail = (await running.MailsTo(Reader, 1))[0].Message;
        var link = new Uri(mail.Headers["List-Unsubscribe"]!.Trim('<', '>')).AbsolutePath;
        using var anyone = running.As(null);
        Assert.Contains("Stop digests?", await anyone.GetStringAsync(link));
        Assert.Equal("daily", await Frequency());
        Assert.Equal(HttpStatusCode.OK, (await anyone.PostAsync(link, null)).StatusCode);
        Assert.Equal("off", await Frequency());
    }

    private async Task<string?> Frequency() =>
        (await running.Get(Reader, "/preferences")).GetProperty("frequency").GetString();

    [Fact]
    public async Task A_watch_may_have_a_frequency_of_its_own()
    {
        await Begin("immediate");
        using var client = running.As(Reader);
        var answer = await client.PutAsJsonAsync(
            $"/api/notifications/watches/skill/{_story.Slug}",
            new { frequency = "weekly", follow = "all" }
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var watch = await running.Get(Reader, $"/watches/skill/{_story.Slug}");
        Assert.Equal("weekly", watch.GetProperty("frequency").GetString());
        Assert.Equal("all", watch.GetProperty("follow").GetString());
        await running.Publish(_story.Changed());
        await Told(1);
        await running.Quiet();
        Assert.Empty(running.MailsTo(Reader));
        await Due();
        Assert.Single(await running.MailsTo(Reader, 1));
    }

    [Fact]
    public async Task The_inbox_shows_what_a_digest_tells()
    {
        await Begin();
        await running.Publish(_story.Changed());
        await Told(1);
        await Due();
        var mail = (await running.MailsTo(Reader, 1))[0].Message;
        var page = new Uri(
            mail.TextBody!.ReplaceLineEndings("\n")
                .Split('\n')
                .Single(line => line.Contains("/inbox?digest=", StringComparison.Ordinal))
                .Trim()
        );
        var items = (await running.Get(Reader, $"/inbox{page.Query}")).GetProperty("items");
        Assert.Equal(1, items.GetArrayLength());
        await running.Publish(_story.Next().Changed());
        await Told(2);
        Assert.Equal(1, (await running.Get(Reader, $"/inbox{page.Query}")).GetProperty("items").GetArrayLength());
    }
}
