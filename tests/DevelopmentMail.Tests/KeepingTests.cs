using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MailKit.Net.Smtp;
using MimeKit;

namespace SkillPlatform.DevelopmentMail.Tests;

/// <summary>What came over SMTP is what scripts and people read.</summary>
public sealed class KeepingTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("development-mail").FullName;
    private readonly Running _server;

    public KeepingTests() => _server = new Running(_folder);

    [Fact]
    public async Task A_mail_reads_as_it_was_written()
    {
        var mail = Running.Mail("Überblick — 日本語", "Grüße\n.eine Zeile mit Punkt\n..und zwei\n", "<p>Grüße</p>");
        mail.From.Clear();
        mail.From.Add(new MailboxAddress("أحمد", "ahmad@example.org"));
        mail.To.Add(new MailboxAddress("Zweite", "second@example.org"));
        mail.Cc.Add(new MailboxAddress("", "copy@example.org"));
        mail.Date = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.FromHours(2));

        await _server.Send(mail, "hidden@example.org");

        var kept = Assert.Single(await _server.Mails());
        Assert.Equal("Überblick — 日本語", kept.GetProperty("subject").GetString());
        Assert.Equal([("ahmad@example.org", "أحمد")], People(kept, "from"));
        Assert.Equal([("to@example.org", ""), ("second@example.org", "Zweite")], People(kept, "to"));
        Assert.Equal([("copy@example.org", "")], People(kept, "cc"));
        Assert.Equal([("hidden@example.org", "")], People(kept, "bcc"));
        Assert.Equal("Grüße\n.eine Zeile mit Punkt\n..und zwei\n", Lines(kept.GetProperty("text").GetString()));
        Assert.Equal("<p>Grüße</p>", kept.GetProperty("html").GetString()?.Trim());
        Assert.Equal(mail.Date, kept.GetProperty("date").GetDateTimeOffset());
        Assert.Equal($"<{mail.MessageId}>", kept.GetProperty("headers").GetProperty("message-id").GetString());
        Assert.Equal(mail.TextBody, Lines((await _server.Source(kept)).TextBody));
    }

    [Fact]
    public async Task What_a_mail_has_not_is_null()
    {
        await _server.Send(Running.Mail("text only"));
        await _server.Send(Running.Mail("html only", text: null, html: "<p>h</p>"));

        var mails = await _server.Mails();

        Assert.Equal(["text only", "html only"], mails.Select(mail => mail.GetProperty("subject").GetString()));
        Assert.Equal(JsonValueKind.Null, mails[0].GetProperty("html").ValueKind);
        Assert.Equal(JsonValueKind.Null, mails[1].GetProperty("text").ValueKind);
        Assert.Equal(HttpStatusCode.NotFound, (await Get($"/api/email/{Running.Id(mails[0])}/html")).StatusCode);
    }

    [Fact]
    public async Task Attachments_are_named_and_stand_in_the_source()
    {
        var mail = Running.Mail("with a file");
        byte[] bytes = [0, 10, 13, 46, 13, 10, 46, 255];
        mail.Body = new BodyBuilder { TextBody = "see", Attachments = { { "Übersicht.bin", bytes } } }.ToMessageBody();

        await _server.Send(mail);

        var kept = Assert.Single(await _server.Mails());
        var named = Assert.Single(kept.GetProperty("attachments").EnumerateArray().ToArray());
        Assert.Equal("Übersicht.bin", named.GetProperty("fileName").GetString());
        var file = Assert.IsType<MimePart>(Assert.Single((await _server.Source(kept)).Attachments));
        using var content = new MemoryStream();
        await file.Content!.DecodeToAsync(content);
        Assert.Equal(bytes, content.ToArray());
    }

    [Fact]
    public async Task Eight_bits_and_addresses_in_any_script_are_taken()
    {
        using var client = await _server.Connect();
        Assert.True(client.Capabilities.HasFlag(SmtpCapabilities.EightBitMime | SmtpCapabilities.UTF8));
        var mail = Running.Mail("国際", "é", to: "用户@例え.example");
        var raw = FormatOptions.Default.Clone();
        raw.International = true;

        await client.SendAsync(raw, mail);

        Assert.Equal([("用户@例え.example", "")], People(Assert.Single(await _server.Mails()), "to"));
    }

    [Fact]
    public async Task Fifty_megabytes_are_taken_and_more_refused()
    {
        using var client = await _server.Connect();
        Assert.Equal(50u * 1024 * 1024, client.MaxSize);

        await client.SendAsync(Large(36));

        Assert.InRange(Assert.Single(await _server.Mails()).GetProperty("size").GetInt32(), 49_000_000, 52_428_800);
        await Assert.ThrowsAsync<SmtpCommandException>(() => client.SendAsync(Large(40)));
    }

    // Grows by a third on its way.
    private static MimeMessage Large(int megabytes)
    {
        var mail = Running.Mail("large");
        mail.Body = new BodyBuilder
        {
            Attachments = { { "large.bin", new byte[megabytes * 1024 * 1024] } },
        }.ToMessageBody();
        return mail;
    }

    [Fact]
    public async Task What_is_no_mail_is_kept_and_hides_no_other()
    {
        await _server.Send(Running.Mail("before"));
        await Raw("\u0001\u0002 no header\r\n:\r\n\r\n");
        await _server.Send(Running.Mail("after"));

        var mails = await _server.Mails();

        Assert.Equal(3, mails.Length);
        Assert.Equal("after", mails[2].GetProperty("subject").GetString());
        Assert.Equal(HttpStatusCode.OK, (await Get("/")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Get($"/mails/{Running.Id(mails[1])}")).StatusCode);
    }

    [Fact]
    public async Task A_restart_forgets_nothing_but_what_was_deleted()
    {
        foreach (var subject in (string[])["one", "two", "three"])
            await _server.Send(Running.Mail(subject), "hidden@example.org");
        var before = await _server.Mails();
        var client = _server.CreateClient();
        Assert.True((await client.DeleteAsync($"/api/email/{Running.Id(before[1])}")).IsSuccessStatusCode);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await client.DeleteAsync($"/api/email/{Running.Id(before[1])}")).StatusCode
        );
        await _server.DisposeAsync();

        await using var again = new Running(_folder);
        var after = await again.Mails();

        Assert.Equal(["one", "three"], after.Select(mail => mail.GetProperty("subject").GetString()));
        Assert.Equal([("hidden@example.org", "")], People(after[1], "bcc"));
        await again.Send(Running.Mail("four"));
        Assert.Equal("four", (await again.Mails())[2].GetProperty("subject").GetString());
        await again.CreateClient().DeleteAsync("/api/email/all");
        Assert.Empty(await again.Mails());
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public async Task The_oldest_go_first_and_their_files_with_them()
    {
        await using var small = new Running(_folder, keep: 2);
        foreach (var subject in (string[])["one", "two", "three"])
            await small.Send(Running.Mail(subject));

        Assert.Equal(["two", "three"], (await small.Mails()).Select(mail => mail.GetProperty("subject").GetString()));
        Assert.Equal(2, Directory.EnumerateFiles(_folder).Count());
    }

    [Fact]
    public async Task Without_a_folder_mails_are_kept_in_memory()
    {
        await using var memory = new Running();
        await memory.Send(Running.Mail("light"));

        Assert.Equal("light", (await memory.Source(Assert.Single(await memory.Mails()))).Subject);
    }

    private async Task<HttpResponseMessage> Get(string path) => await _server.CreateClient().GetAsync(path);

    private async Task Raw(string mail)
    {
        using var client = new TcpClient("127.0.0.1", _server.Port);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.Latin1);
        await reader.ReadLineAsync();
        foreach (
            var command in (string[])
                ["HELO x", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>", "DATA", mail + "."]
        )
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(command + "\r\n"));
            Assert.Matches("^[23]", await reader.ReadLineAsync());
        }
    }

    private static (string?, string?)[] People(JsonElement mail, string which) =>
        [
            .. mail.GetProperty(which)
                .EnumerateArray()
                .Select(one => (one.GetProperty("address").GetString(), one.GetProperty("name").GetString())),
        ];

    private static string? Lines(string? text) => text?.Replace("\r\n", "\n", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
