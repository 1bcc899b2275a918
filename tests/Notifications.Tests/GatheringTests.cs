using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>Many comments on one proposal reach a reader in few mails.</summary>
public sealed class GatheringTests(Servers servers) : IAsyncLifetime
{
    // Of each test its own: some of them end it.
    private readonly Running _running = new(servers);
    private readonly Story _story = new();
    private int _said;

    private string Author => _story.Person("author");

    public ValueTask InitializeAsync() => _running.InitializeAsync();

    public ValueTask DisposeAsync() => _running.DisposeAsync();

    private async Task Begin()
    {
        await _running.Accounts(_story.Account("author"), _story.Account("other"));
        await _running.Publish(_story.Activity("submitted", "author"));
        await _running.Watch(Author, "proposal", _story.Proposal.ToString());
    }

    private async Task Say(int count)
    {
        for (var i = 0; i < count; i++)
            await _running.Publish(
                _story.Activity("commented", "other", comment: _running.Proposals.Says($"This is comment {++_said}."))
            );
    }

    private Task InInbox(int count) =>
        Eventually.Holds(async () =>
            (await _running.Get(Author, "/inbox")).GetProperty("unreadCount").GetInt32() == count
        );

    /// <summary>Waits until nothing of the author's is due, and says how much waits.</summary>
    private Task<int> Held(string? reader = null) =>
        Eventually
            .Get(
                async () =>
                    (
                        await _running.Get(
                            "admin",
                            $"/deliveries?state=raised&limit=200&q={reader ?? Author}",
                            "administrator"
                        )
                    )
                        .GetProperty("items")
                        .EnumerateArray()
                        .ToList(),
                mails =>
                    mails.TrueForAll(mail =>
                        mail.GetProperty("nextAttempt").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddSeconds(5)
                    )
            )
            .ContinueWith(mails => mails.Result.Count, TaskScheduler.Default);

    private Task Pass(int minutes, string? reader = null) =>
        _running.Sql(
            $"""
            update gathering set at = at - interval '{minutes} minutes' where user_id = '{reader ?? Author}';
            update mail set next_attempt = next_attempt - interval '{minutes} minutes' where user_id = '{reader
                ?? Author}' and state = 'pending'
            """
        );

    private string[] Told() =>
        [
            .. _running
                .MailsTo(Author)
                .SelectMany(mail =>
                    Enumerable
                        .Range(1, _said)
                        .Select(number => $"This is comment {number}.")
                        .Where(text => mail.Message.TextBody!.Contains(text, StringComparison.Ordinal))
                ),
        ];

    [Fact]
    public async Task The_first_goes_at_once_the_others_together_after_growing_pauses_also_over_a_restart()
    {
        await Begin();
        await Say(1);
        await _running.MailsTo(Author, 1);
        await Say(5);
        await InInbox(6);
        Assert.Equal(5, await Held());
        // Whoever is named is not kept waiting.
        await _running.Publish(
            _story.Activity("commented", "other", comment: _running.Proposals.Says("You, please look.")) with
            {
                Mentioned = [Author],
            }
        );
        var named = (await _running.MailsTo(Author, 2))[1].Message;
        Assert.Equal("mentioned", named.Headers["X-SkillPlatform-Reason"]);

        await _running.End();
        await _running.Replica();
        Assert.Equal(5, await Held());
        await Pass(minutes: 1);
        var gathered = (await _running.MailsTo(Author, 3))[2].Message;
        Assert.Equal("Serverless Functions: proposal", gathered.Subject);
        Assert.Contains("New comments on “Serverless Functions”: 5", gathered.TextBody!);
        Assert.Equal(named.InReplyTo, gathered.InReplyTo);
        Assert.Equal(0, await Held());

        await Say(2);
        await InInbox(9);
        await Pass(minutes: 4);
        Assert.Equal(2, await Held());
        await Pass(minutes: 1);
        await _running.MailsTo(Author, 4);
        Assert.Equal(0, await Held());
        Assert.Equal(8, Told().Length);
        Assert.Equal(8, Told().Distinct(StringComparer.Ordinal).Count());

        // After an hour of silence it begins anew.
        await Pass(minutes: 61);
        await Say(1);
        await _running.MailsTo(Author, 5);
    }

    [Fact]
    public async Task A_thousand_comments_are_a_thousand_entries_and_few_mails()
    {
        await Begin();
        await Say(1000);
        await InInbox(1000);
        await Held();
        Assert.InRange(_running.MailsTo(Author).Length, 1, 10);
        await Pass(minutes: 1);
        Assert.Equal(0, await Held());
        Assert.InRange(_running.MailsTo(Author).Length, 2, 10);
        var last = _running.MailsTo(Author)[^1].Message;
        Assert.Contains("Further events: ", last.TextBody!);
        Assert.InRange(last.HtmlBody!.Length, 1, 30_000);
    }

    [Fact]
    public async Task Who_is_named_over_and_over_is_told_at_once_and_then_together()
    {
        await Begin();
        await Name(1);
        await _running.MailsTo(Author, 1);
        await Name(19);
        await InInbox(20);
        Assert.Equal(19, await Held());
        await Pass(minutes: 1);
        Assert.Equal(0, await Held());
        Assert.Equal(2, _running.MailsTo(Author).Length);
        Assert.All(
            _running.MailsTo(Author),
            mail => Assert.Equal("mentioned", mail.Message.Headers["X-SkillPlatform-Reason"])
        );

        async Task Name(int times)
        {
            for (var i = 0; i < times; i++)
                await _running.Publish(
                    _story.Activity("commented", "other", comment: _running.Proposals.Says($"You, {i}.")) with
                    {
                        Mentioned = [Author],
                    }
                );
        }
    }

    [Fact]
    public async Task Of_many_revisions_the_first_is_told_at_once_and_then_the_last()
    {
        await Begin();
        var reader = _story.Person("other");
        await _running.Watch(reader, "proposal", _story.Proposal.ToString());
        await _running.Publish(_story.Activity("revised", "author", "Reason 1 of twenty."));
        await _running.MailsTo(reader, 1);
        for (var n = 2; n <= 20; n++)
            await _running.Publish(_story.Activity("revised", "author", $"Reason {n} of twenty."));
        await Eventually.Holds(async () =>
            (await _running.Get(reader, "/inbox")).GetProperty("unreadCount").GetInt32() == 20
        );
        Assert.Equal(19, await Held(reader));
        await Pass(minutes: 1, reader);
        Assert.Equal(0, await Held(reader));
        var mails = _running.MailsTo(reader);
        Assert.Equal(2, mails.Length);
        Assert.Contains("Reason 20 of twenty.", mails[1].Message.TextBody!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_server_puts_off_is_tried_again_with_all_that_is_told_in_it()
    {
        await Begin();
        _running.Mail.Mood = Mood.Busy;
        await Say(3);
        await InInbox(3);
        await Eventually.Holds(async () =>
            (await _running.Get("admin", $"/deliveries?state=deferred&q={Author}", "administrator"))
                .GetProperty("items")
                .GetArrayLength() > 0
        );
        _running.Mail.Mood = Mood.Friendly;
        await _running.MailsTo(Author, 1);
        await Held();
        await Pass(minutes: 1);
        Assert.Equal(0, await Held());
        Assert.Equal(3, Told().Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(3, Told().Length);
    }
}
