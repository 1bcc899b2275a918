using MimeKit;
using SkillPlatform.Mail;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

public sealed class ConnectionTests
{
    // A server acknowledges a mail's first part 40 ms late when it has nothing to answer yet; no machine is that fast by chance.
    [Fact]
    public async Task A_mail_on_an_open_connection_waits_for_nothing_but_the_servers_answer()
    {
        await using var server = new SmtpSink();
        await server.Start();
        var options = new SmtpOptions { Host = "127.0.0.1", Port = server.Port };
        await using var connection = new SmtpConnection(options, TimeProvider.System);
        var fastest = TimeSpan.MaxValue;
        for (var i = 0; i < 30; i++)
        {
            var begun = TimeProvider.System.GetTimestamp();
            await connection.Send(Mail(), MailboxAddress.Parse("skills@example.org"), CancellationToken.None);
            var took = TimeProvider.System.GetElapsedTime(begun);
            // The first ones are acknowledged at once, on every connection.
            if (i >= 20 && took < fastest)
                fastest = took;
        }
        Assert.InRange(fastest, TimeSpan.Zero, TimeSpan.FromMilliseconds(35));
    }

    [Theory]
    [InlineData("starttls")]
    [InlineData("tls")]
    public async Task Where_encryption_is_demanded_nothing_is_sent_without_it(string security)
    {
        await using var server = new SmtpSink();
        await server.Start();
        var options = new SmtpOptions
        {
            Host = "127.0.0.1",
            Port = server.Port,
            Security = security,
        };
        await using var connection = new SmtpConnection(options, TimeProvider.System);
        await Assert.ThrowsAnyAsync<Exception>(() =>
            connection.Send(Mail(), MailboxAddress.Parse("skills@example.org"), CancellationToken.None)
        );
        Assert.Empty(server.Received);
    }

    [Theory]
    [InlineData("auto", true)]
    [InlineData("tls", true)]
    [InlineData("TLS", false)]
    [InlineData("ssl", false)]
    [InlineData("", false)]
    public void What_is_no_kind_of_encryption_is_refused_at_the_start(string security, bool taken)
    {
        var options = new SmtpOptions { Security = security };
        if (taken)
            Assert.Same(options, new SmtpServer(options, TimeProvider.System).Options);
        else
            Assert.Throws<InvalidOperationException>(() => new SmtpServer(options, TimeProvider.System));
    }

    private static MimeMessage Mail() =>
        new()
        {
            From = { MailboxAddress.Parse("skills@example.org") },
            To = { MailboxAddress.Parse("reader@example.org") },
            Subject = "Serverless Functions",
            Body = new BodyBuilder
            {
                TextBody = new string('a', 2000),
                HtmlBody = $"<p>{new string('a', 2000)}</p>",
            }.ToMessageBody(),
        };
}
