using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>What happens to mails when the mail server is in a bad mood, or there are several of us.</summary>
public sealed class SendingTests(Running running) : IClassFixture<Running>, IAsyncLifetime
{
    private readonly Story _story = new();

    private string Reader => _story.Person("reader");

    public async ValueTask InitializeAsync()
    {
        await running.Accounts(_story.Account("reader"), _story.Account("author"), _story.Account("reviewer"));
        await running.Publish(_story.Changed(proposal: false));
        await running.Watch(Reader, "skill", _story.Slug);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<JsonElement> Delivery(string state, int attempts = 0) =>
        Eventually.Get(
            async () =>
                (await running.Get("admin", $"/deliveries?state={state}&limit=200", "administrator"))
                    .GetProperty("items")
                    .EnumerateArray()
                    .Where(d => d.GetProperty("user").GetString() == Reader)
                    .OrderByDescending(d => d.GetProperty("attempts").GetInt32())
                    .FirstOrDefault(),
            d => d.ValueKind == JsonValueKind.Object && d.GetProperty("attempts").GetInt32() >= attempts,
            // Attempts grow rarer while the server is away.
            TimeSpan.FromMinutes(1)
        );

    private async Task Change() => await running.Publish(_story.Changed(proposal: false));

    private async Task ComesOnce(string reader)
    {
        await running.MailsTo(reader, 1);
        await running.Quiet();
        Assert.Single(running.MailsTo(reader));
    }

    [Theory]
    [InlineData(Mood.Busy)]
    [InlineData(Mood.Dropping)]
    [InlineData(Mood.Silent)]
    public async Task A_bad_mood_loses_nothing_and_holds_nothing_up(Mood mood)
    {
        running.Mail.Mood = mood;
        await Change();
        await Eventually.Holds(async () =>
            (await running.Get(Reader, "/inbox")).GetProperty("unreadCount").GetInt32() == 1
        );
        var pending = await Delivery("pending", attempts: 2);
        Assert.NotEqual("", pending.GetProperty("lastError").GetString());
        Assert.Empty(running.MailsTo(Reader));
        running.Mail.Mood = Mood.Friendly;
        await ComesOnce(Reader);
    }

    [Fact]
    public async Task Without_a_server_mails_wait_and_go_soon_after_it_is_back()
    {
        running.Mail.Stop();
        for (var i = 0; i < 10; i++)
            await Change();
        await Delivery("pending", attempts: 2);
        await running.Mail.Start();
        await running.MailsTo(Reader, 10);
        await running.Quiet();
        var mails = running.MailsTo(Reader);
        Assert.Equal(10, mails.Length);
        Assert.Equal(10, mails.Select(m => m.Message.MessageId).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task What_the_server_refuses_is_recorded_not_repeated_and_can_be_retried_by_an_operator()
    {
        running.Mail.Mood = Mood.Refusing;
        await Change();
        var failed = await Delivery("failed");
        Assert.StartsWith("550", failed.GetProperty("lastError").GetString());
        Assert.Equal(1, failed.GetProperty("attempts").GetInt32());
        running.Mail.Mood = Mood.Friendly;
        using var administrator = running.As("admin", "administrator");
        using var reader = running.As(Reader);
        var retry = $"/api/notifications/deliveries/{failed.GetProperty("id").GetGuid()}/retry";
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.PostAsync(retry, null)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await administrator.PostAsync(retry, null)).StatusCode);
        await ComesOnce(Reader);
        Assert.Equal(HttpStatusCode.Conflict, (await administrator.PostAsync(retry, null)).StatusCode);
        var unknown = $"/api/notifications/deliveries/{Guid.NewGuid()}/retry";
        Assert.Equal(HttpStatusCode.NotFound, (await administrator.PostAsync(unknown, null)).StatusCode);
    }

    [Theory]
    [InlineData("off")]
    [InlineData("daily")]
    public async Task Who_wants_no_mail_at_once_finds_it_in_the_inbox(string frequency)
    {
        using var reader = running.As(Reader);
        var wanted = new
        {
            frequency,
            culture = "en",
            timeZone = "UTC",
        };
        (await reader.PutAsJsonAsync("/api/notifications/preferences", wanted)).EnsureSuccessStatusCode();
        await Change();
        await Eventually.Holds(async () =>
            (await running.Get(Reader, "/inbox")).GetProperty("unreadCount").GetInt32() == 1
        );
        await running.Quiet();
        Assert.Empty(running.MailsTo(Reader));
    }

    [Fact]
    public async Task Several_replicas_send_each_mail_once()
    {
        await using var second = await running.Replica();
        await using var third = await running.Replica();
        for (var i = 0; i < 150; i++)
            await Change();
        await running.MailsTo(Reader, 150);
        await running.Quiet();
        Assert.Equal(150, running.MailsTo(Reader).Length);
    }
}
