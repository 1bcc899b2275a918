using System.Net.Http.Json;
using System.Text.Json;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;

namespace SkillPlatform.DevelopmentMail.Tests;

/// <summary>The server as it runs, its SMTP on any free port.</summary>
public sealed class Running(string? folder = null, int keep = 5000) : WebApplicationFactory<Program>
{
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        builder.UseSetting("DevelopmentMail:SmtpPort", "0");
        builder.UseSetting("DevelopmentMail:Keep", $"{keep}");
        builder.UseSetting("DevelopmentMail:Folder", folder);
    }

    public int Port => Services.GetRequiredService<Smtp>().Port;

    public async Task<SmtpClient> Connect()
    {
        var client = new SmtpClient();
        await client.ConnectAsync("127.0.0.1", Port, SecureSocketOptions.None);
        return client;
    }

    public async Task Send(MimeMessage mail, params string[] alsoTo)
    {
        using var client = await Connect();
        MailboxAddress[] to =
        [
            .. mail.To.Mailboxes.Concat(mail.Cc.Mailboxes),
            .. alsoTo.Select(one => new MailboxAddress("", one)),
        ];
        await client.SendAsync(mail, mail.From.Mailboxes.First(), to);
        await client.DisconnectAsync(quit: true);
    }

    public async Task<JsonElement[]> Mails() =>
        (await CreateClient().GetFromJsonAsync<JsonElement[]>("/api/email")) ?? [];

    /// <summary>The mail as its source says, read anew.</summary>
    public async Task<MimeMessage> Source(JsonElement mail) =>
        await MimeMessage.LoadAsync(await CreateClient().GetStreamAsync($"/api/email/{Id(mail)}/source"));

    public static string Id(JsonElement mail) => mail.GetProperty("id").GetString()!;

    public static MimeMessage Mail(
        string subject,
        string? text = "text",
        string? html = null,
        string to = "to@example.org"
    ) =>
        new()
        {
            From = { new MailboxAddress("", "from@example.org") },
            To = { MailboxAddress.Parse(to) },
            Subject = subject,
            Body = new BodyBuilder { TextBody = text, HtmlBody = html }.ToMessageBody(),
        };
}
