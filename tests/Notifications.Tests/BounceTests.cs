using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>A mail's way after the server took it, and what an administrator sees of it.</summary>
public sealed class BounceTests(Running running) : IClassFixture<Running>, IAsyncLifetime
{
    private readonly Story _story = new();

    private string Reader => _story.Person("reader");

    public async ValueTask InitializeAsync()
    {
        await running.Accounts(_story.Account("reader", "de"), _story.Account("author"), _story.Account("reviewer"));
        await running.Publish(_story.Changed(proposal: false));
        await running.Watch(Reader, "skill", _story.Slug);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<Received> Mailed()
    {
        var before = running.MailsTo(Reader).Length;
        await running.Publish(_story.Changed(proposal: false));
        var mails = await running.MailsTo(Reader, before + 1);
        await Eventually.Get(() => Deliveries("&state=pending"), waiting => waiting.Length == 0);
        return mails[^1];
    }

    private async Task<JsonElement[]> Deliveries(string query = "") =>
        [
            .. (await running.Get("admin", $"/deliveries?limit=200{query}", "administrator"))
                .GetProperty("items")
                .EnumerateArray()
                .Where(d => d.GetProperty("user").GetString() == Reader),
        ];

    private async Task<JsonElement> Delivery(string state, int count = 1) =>
        (await Eventually.Get(() => Deliveries($"&state={state}"), items => items.Length >= count))[0];

    private async Task<HttpStatusCode> Return(string raw, string? secret = Running.Secret)
    {
        using var client = running.As(null);
        if (secret is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(raw));
        content.Headers.ContentType = new MediaTypeHeaderValue("message/rfc822");
        return (await client.PostAsync("/api/notifications/bounces", content)).StatusCode;
    }

    private Task Says(string state) =>
        Eventually.Holds(async () => (await running.Get(Reader, "/address")).GetProperty("state").GetString() == state);

    private Task ConfirmedAgain(long version, DateTimeOffset? at = null, string? address = null)
    {
        var account = _story.Account("reader", "de", version);
        return running.Publish(
            account with
            {
                EmailConfirmedAt = at ?? DateTimeOffset.UtcNow,
                Email = address ?? account.Email,
            }
        );
    }

    [Fact]
    public async Task A_record_that_the_database_lost_is_made_again_and_not_the_mail()
    {
        await Mailed();
        // As a crash leaves it that came before what was recorded last was on the disk.
        await running.Sql(
            $"update mail set state = 'pending', attempts = 0, answers = null, done_at = null, next_attempt = now() where user_id = '{Reader}'"
        );
        var sent = await Delivery("sent");
        Assert.Equal(1, sent.GetProperty("attempts").GetInt32());
        Assert.Single(running.MailsTo(Reader));
    }

    [Fact]
    public async Task A_hard_bounce_ends_letters_to_the_address_until_it_is_confirmed_again()
    {
        var mail = await Mailed();
        Assert.Equal("ok", (await running.Get(Reader, "/address")).GetProperty("state").GetString());
        var bounce = Returns.Status("failed", "5.1.1", mail.Message.MessageId);
        Assert.Equal(HttpStatusCode.Accepted, await Return(bounce));
        Assert.Equal(HttpStatusCode.Accepted, await Return(bounce));
        var bounced = await Delivery("bounced");
        Assert.Equal("suppressed", bounced.GetProperty("address").GetString());
        var answers = bounced.GetProperty("answers").EnumerateArray().Select(a => a.GetProperty("text").GetString());
        Assert.Equal(["250 taken", "5.1.1 550 5.1.1 <nobody@elsewhere.example>: no such user"], answers);
        var address = await running.Get(Reader, "/address");
        Assert.Equal("suppressed", address.GetProperty("state").GetString());
        Assert.Equal("bounced", address.GetProperty("reason").GetString());

        await running.Publish(_story.Changed(proposal: false));
        Assert.Equal(JsonValueKind.Null, bounced.GetProperty("lastErrorCode").ValueKind);
        var suppressed = await Delivery("suppressed");
        Assert.Equal("bounced", suppressed.GetProperty("lastErrorCode").GetString());
        Assert.Single(running.MailsTo(Reader));
        using var administrator = running.As("admin", "administrator");
        var retry = $"/api/notifications/deliveries/{suppressed.GetProperty("id").GetGuid()}/retry";
        Assert.Equal(HttpStatusCode.Conflict, (await administrator.PostAsync(retry, null)).StatusCode);

        await ConfirmedAgain(2);
        await Says("ok");
        Assert.Equal(HttpStatusCode.Accepted, (await administrator.PostAsync(retry, null)).StatusCode);
        await running.MailsTo(Reader, 2);
        await Mailed();
    }

    [Fact]
    public async Task Another_address_is_as_good_as_new_and_what_comes_late_of_the_old_one_does_not_count()
    {
        var mail = await Mailed();
        await ConfirmedAgain(2, address: $"{Reader}@new.example");
        await Eventually.Holds(async () =>
            (await Deliveries())[0].GetProperty("recipient").GetProperty("address").GetString()
            == $"{Reader}@new.example"
        );
        await Return(Returns.Status("failed", "5.1.1", mail.Message.MessageId));
        await Delivery("bounced");
        Assert.Equal("ok", (await running.Get(Reader, "/address")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task An_administrator_may_lift_it()
    {
        var mail = await Mailed();
        await Return(Returns.Complaint(null, sender: mail.From));
        await Delivery("complained");
        Assert.Equal("complained", (await running.Get(Reader, "/address")).GetProperty("reason").GetString());
        using var reader = running.As(Reader);
        using var administrator = running.As("admin", "administrator");
        var path = $"/api/notifications/suppressions/{Reader}";
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.DeleteAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await administrator.DeleteAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await administrator.DeleteAsync(path)).StatusCode);
        await Says("ok");
    }

    [Fact]
    public async Task What_names_no_mail_is_about_who_has_the_address()
    {
        await Return(Returns.Status("failed", "5.1.1", recipient: $"{Reader.ToUpperInvariant()}@example.org"));
        await Says("suppressed");
    }

    [Fact]
    public async Task A_complaint_of_several_is_about_the_one_of_them_that_is_ours()
    {
        await Return(
            Returns.Complaint(null, recipient: $"list@elsewhere.example>\r\nOriginal-Rcpt-To: <{Reader}@example.org")
        );
        await Says("suppressed");
    }

    [Fact]
    public async Task Three_mails_that_come_back_for_a_while_are_too_many()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("ok", (await running.Get(Reader, "/address")).GetProperty("state").GetString());
            var mail = await Mailed();
            var delayed = Returns.Status("delayed", "4.4.1", mail.Message.MessageId, diagnostic: $"smtp; 451 {i}");
            await Return(delayed);
            await Return(
                Returns.Status("failed", "4.4.7", mail.Message.MessageId, diagnostic: $"smtp; 451 {i} gave up")
            );
        }
        await Says("suppressed");
        var bounced = await Delivery("bounced", 3);
        Assert.Equal(3, bounced.GetProperty("answers").GetArrayLength());
    }

    [Fact]
    public async Task Who_does_not_know_the_secret_changes_nothing_and_who_does_learns_nothing()
    {
        var mail = await Mailed();
        var bounce = Returns.Status("failed", "5.1.1", mail.Message.MessageId);
        foreach (var wrong in new[] { null, "", "wrong", Running.Secret + "x", Running.Secret[..^1] })
            Assert.Equal(HttpStatusCode.Unauthorized, await Return(bounce, wrong));
        Assert.Equal("ok", (await running.Get(Reader, "/address")).GetProperty("state").GetString());
        var unknown = Returns.Status("failed", "5.1.1", $"{Guid.NewGuid():n}@skills.example.org");
        Assert.Equal(HttpStatusCode.Accepted, await Return(unknown));
        foreach (var nonsense in new[] { "", "x", "\0\0", "Subject: a\r\n\r\nb", new string('\n', 5000) })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, await Return(nonsense));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await Return(bounce + new string('x', 1 << 20)));
    }

    [Fact]
    public async Task What_a_report_brings_along_is_kept_as_one_harmless_line()
    {
        var mail = await Mailed();
        var evil = "smtp; 550 a\0b\u202Ec \ud83e\udd8a\r\n\tX-Injected: <script>" + new string('y', 9000);
        await Return(Returns.Status("failed", "5.1.1", mail.Message.MessageId, diagnostic: evil));
        var said = (await Delivery("bounced")).GetProperty("lastError").GetString()!;
        Assert.DoesNotContain(said, c => char.IsControl(c) || c == '\u202E');
        Assert.Equal(500, said.Length);
        Assert.Contains("X-Injected", said);
    }

    [Fact]
    public async Task Mails_are_found_by_name_address_or_skill_and_shown_as_their_reader_has_them()
    {
        var mail = await Mailed();
        foreach (var q in new[] { Reader.ToUpperInvariant(), $"{Reader}@example.org", "THE READER", "serverless f" })
            Assert.Single(await Deliveries($"&q={Uri.EscapeDataString(q)}"));
        Assert.Empty(await Deliveries("&q=%25"));
        Assert.Empty(await Deliveries("&q=nobody"));
        var shown = (await Deliveries())[0];
        Assert.Equal(mail.Message.Subject, shown.GetProperty("subject").GetString());
        Assert.Equal("The reader", shown.GetProperty("recipient").GetProperty("name").GetString());
        Assert.Equal("sent", shown.GetProperty("state").GetString());
        Assert.Equal("ok", shown.GetProperty("address").GetString());
        using var administrator = running.As("admin", "administrator");
        var wrong = await administrator.GetAsync("/api/notifications/deliveries?state=lost");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        Assert.Contains("/state", await wrong.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_mail_that_waits_says_whether_the_server_has_put_it_off()
    {
        running.Mail.Mood = Mood.Busy;
        await running.Publish(_story.Changed(proposal: false));
        var deferred = await Delivery("deferred");
        Assert.Equal("451 busy", deferred.GetProperty("answers")[0].GetProperty("text").GetString());
        Assert.NotEqual(JsonValueKind.Null, deferred.GetProperty("nextAttempt").ValueKind);
        Assert.Single(await Deliveries("&state=pending"));
        running.Mail.Mood = Mood.Friendly;
        Assert.Equal(
            1,
            (await Delivery("sent"))
                .GetProperty("answers")
                .EnumerateArray()
                .Count(a => a.GetProperty("text").GetString() == "250 taken")
        );
        Assert.Empty(await Deliveries("&state=deferred"));
    }
}
