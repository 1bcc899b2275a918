using Microsoft.Extensions.Time.Testing;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications.Tests;

/// <summary>Whether a mail that is due still should go.</summary>
public sealed class DeliveryTests
{
    private static readonly Notification Notification = new()
    {
        User = "reader",
        Topic = Topic.OfSkill(Given.Skill).ToString(),
        Reason = Topic.Skill,
    };

    private static Verdict Decide(
        Account? reader = null,
        Preferences? preferences = null,
        Watch? watch = null,
        bool known = true,
        bool complete = true,
        TimeSpan age = default,
        DateTimeOffset? now = null,
        News? news = null,
        Said? said = null,
        bool merged = false,
        Suppression? suppression = null
    ) =>
        Delivery.Decide(
            Notification,
            complete ? news ?? new News() : null,
            known
                ? reader
                    ?? new Account
                    {
                        Id = "reader",
                        Email = "r@example.org",
                        Active = true,
                    }
                : null,
            suppression,
            preferences,
            watch,
            new People(new Dictionary<string, Account>(StringComparer.Ordinal)),
            said,
            merged,
            age,
            now ?? Given.Now
        );

    [Fact]
    public void It_goes() => Assert.IsType<Verdict.Send>(Decide());

    [Fact]
    public void It_does_not_go_to_who_is_gone_suspended_or_without_address()
    {
        Assert.IsType<Verdict.Cancel>(
            Decide(
                new Account
                {
                    Email = "a@b",
                    Active = true,
                    Erased = true,
                }
            )
        );
        Assert.IsType<Verdict.Cancel>(Decide(new Account { Email = "a@b", Active = false }));
        Assert.IsType<Verdict.Cancel>(Decide(new Account { Active = true }));
    }

    [Theory]
    [InlineData("off")]
    [InlineData("daily")]
    [InlineData("weekly")]
    public void It_does_not_go_at_once_to_who_wants_none_at_once(string frequency) =>
        Assert.IsType<Verdict.Cancel>(Decide(preferences: new Preferences { Frequency = frequency }));

    [Fact]
    public void It_does_not_go_to_an_address_that_mails_come_back_from_until_it_is_confirmed_again()
    {
        var reader = new Account
        {
            Id = "reader",
            Email = "r@example.org",
            Active = true,
            EmailConfirmedAt = Given.Now.AddDays(-9),
        };
        var hard = new Report(ReportKind.Hard, null, [], "5.1.1");
        var suppression = Suppression.After(null, reader, hard, "mail", Given.Now);
        Assert.IsType<Verdict.Suppress>(Decide(reader, suppression: suppression));
        reader.EmailConfirmedAt = Given.Now.AddMinutes(1);
        Assert.IsType<Verdict.Send>(Decide(reader, suppression: suppression));
    }

    [Fact]
    public void It_is_tried_for_two_days_with_growing_pauses_and_each_answer_is_kept()
    {
        var mail = new Queued(Guid.Empty, 3, Given.Now, "reader", Guid.Empty);
        var busy = new Outcome.Deferred("451 4.3.2 try\r\nlater");
        var soon = Delivery.After(mail, busy, Given.Now.AddHours(48));
        Assert.Equal(
            new Result(Guid.Empty, Outbox.Pending, "451 4.3.2 try later", true, TimeSpan.FromSeconds(16)),
            soon
        );
        var silent = new Outcome.Unreachable("No answer.");
        Assert.Equal(Outbox.Pending, Delivery.After(mail, silent, Given.Now.AddHours(48)).State);
        foreach (var outcome in new Outcome[] { busy, silent })
            Assert.Equal(Outbox.Failed, Delivery.After(mail, outcome, Given.Now.AddHours(48).AddSeconds(1)).State);
    }

    [Fact]
    public void A_rate_that_an_administrator_sets_is_kept()
    {
        var clock = new FakeTimeProvider();
        var pace = new Pace(perMinute: 30, clock);
        Assert.Equal(1, pace.Within(10));
        pace.Use(1);
        Assert.Equal(0, pace.Within(10));
        Assert.Equal(TimeSpan.FromSeconds(1), pace.Pause(TimeSpan.FromSeconds(1)));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, pace.Within(10));
        // What was not used in an hour is not made up for at once.
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, pace.Within(10));
        Assert.Equal(10, new Pace(perMinute: 0, clock).Within(10));
        var fast = new Pace(perMinute: 600, clock);
        Assert.Equal(10, fast.Within(100));
    }

    [Fact]
    public void It_does_not_go_when_the_watch_was_stopped_meanwhile() =>
        Assert.IsType<Verdict.Cancel>(
            Decide(watch: Given.Watching("reader", Topic.OfSkill(Given.Skill), active: false))
        );

    [Fact]
    public void It_waits_for_an_account_or_news_on_the_way_but_not_for_ever()
    {
        Assert.IsType<Verdict.Later>(Decide(known: false));
        Assert.IsType<Verdict.Later>(Decide(complete: false));
        Assert.IsType<Verdict.Cancel>(Decide(known: false, age: TimeSpan.FromDays(2)));
    }

    // As mails keep them, some from before there were codes.
    [Theory]
    [InlineData("No longer watched.", "unwatched")]
    [InlineData("It goes with what else is said there.", "together")]
    [InlineData("It cannot be written: FormatException.", "unwritten")]
    [InlineData("550 5.1.1 no such user", null)]
    [InlineData(null, null)]
    public void A_reason_of_ours_is_told_from_its_words(string? words, string? code) =>
        Assert.Equal(code, WhyNot.CodeOf(words));

    [Fact]
    public void Each_reason_of_ours_has_a_code_of_its_own() =>
        Assert.Equal(WhyNot.All.Select(why => why.Code), WhyNot.All.Select(why => WhyNot.CodeOf(why.Words)));

    [Fact]
    public void A_comment_goes_as_it_is_now_or_not_at_all()
    {
        var news = new News { Kind = NewsKind.SkillCommented, Comment = Guid.NewGuid() };
        var sent = Assert.IsType<Verdict.Send>(Decide(news: news, said: new Said("Now.", null)));
        Assert.Contains("Now.", sent.Write(new Letters(Given.Sender)).TextBody!);
        Assert.IsType<Verdict.Cancel>(Decide(news: news, said: new Said(null, "author")));
        Assert.IsType<Verdict.Later>(Decide(news: news));
    }

    [Fact]
    public void That_it_was_accepted_is_not_worth_a_mail_once_it_is_merged()
    {
        var news = new News { Kind = NewsKind.Accepted };
        Assert.IsType<Verdict.Send>(Decide(news: news));
        Assert.IsType<Verdict.Cancel>(Decide(news: news, merged: true));
    }

    [Fact]
    public void What_the_watch_says_of_mails_goes_before_what_the_reader_says_of_all()
    {
        var daily = Given.Watching("reader", Topic.OfSkill(Given.Skill)) with { Frequency = Frequencies.Daily };
        Assert.IsType<Verdict.Cancel>(Decide(watch: daily));
        var off = new Preferences { Id = "reader", Frequency = Frequencies.Off };
        Assert.IsType<Verdict.Send>(Decide(preferences: off, watch: daily with { Frequency = Frequencies.Immediate }));
    }

    [Fact]
    public void It_waits_a_moment_for_a_name_on_the_way()
    {
        var news = new News { Actor = "somebody new" };
        Assert.IsType<Verdict.Later>(Decide(news: news));
        Assert.IsType<Verdict.Send>(Decide(news: news, age: TimeSpan.FromSeconds(11)));
    }

    [Theory]
    [InlineData("2026-03-02T21:30:00Z", "22:00", "07:00", 8.5)] // 22:30 in Berlin
    [InlineData("2026-03-02T05:00:00Z", "22:00", "07:00", 1.0)]
    [InlineData("2026-03-02T06:00:00Z", "22:00", "07:00", null)]
    [InlineData("2026-03-02T20:59:00Z", "22:00", "07:00", null)]
    [InlineData("2026-03-02T11:00:00Z", "12:00", "13:00", 1.0)]
    [InlineData("2026-03-28T22:00:00Z", "22:00", "07:00", 7.0)] // the night that is an hour shorter
    [InlineData("2026-03-29T00:30:00Z", "22:00", "02:30", 1.0)] // an end that the clock leaps over: 03:30 summer time
    [InlineData("2026-10-25T01:15:00Z", "22:00", "02:30", 0.25)] // the second quarter past two: 02:30 has been, and comes again
    [InlineData("2026-12-31T23:30:00Z", "00:00", "01:00", 0.5)] // the first of the year
    public void Quiet_hours_are_in_the_readers_time_zone(string now, string from, string to, double? hours)
    {
        var preferences = new Preferences { TimeZone = "Europe/Berlin", QuietHours = new QuietHours(from, to) };
        var at = DateTimeOffset.Parse(now, Texts.Invariant);
        Assert.Equal(hours, Delivery.QuietFor(preferences, at)?.TotalHours);
        if (hours is { } wait)
            Assert.Equal(
                TimeSpan.FromHours(wait),
                Assert.IsType<Verdict.Later>(Decide(preferences: preferences, now: at)).Wait
            );
    }

    [Fact]
    public void Waiting_grows_to_minutes_and_no_further()
    {
        var busy = new Outcome.Deferred("451");
        Assert.Equal(TimeSpan.FromSeconds(2), busy.Again(0, TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromSeconds(8), busy.Again(2, TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromMinutes(10), busy.Again(1000, TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromSeconds(5), new Outcome.Unreachable("").Again(1000, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("hourly", "en", "UTC", null, null, "/frequency")]
    [InlineData("off", "nonsense-1234", "UTC", null, null, "/culture")]
    [InlineData("off", "de", "Mars/Olympus", null, null, "/timeZone")]
    [InlineData("off", "de", "Europe/Berlin", "25:00", "07:00", "/quietHours/from")]
    [InlineData("off", "de", "Europe/Berlin", "22:00", "7", "/quietHours/to")]
    [InlineData("off", "de", "Europe/Berlin", "22:00", "22:00", "/quietHours")]
    [InlineData("daily", "de-AT", "Europe/Vienna", "22:00", "07:00", null)]
    public void Preferences_are_checked(
        string frequency,
        string culture,
        string zone,
        string? from,
        string? to,
        string? error
    )
    {
        var quiet = from is null ? null : new QuietHours(from, to!);
        Assert.Equal(
            error is null ? [] : [error],
            SetPreferences.Check(new Preferred(frequency, culture, zone, quiet)).Select(e => e.Pointer)
        );
    }
}
