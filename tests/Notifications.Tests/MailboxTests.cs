using System.Diagnostics;
using System.Globalization;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Security;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using SkillPlatform.Mail;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>What comes back is read from a mailbox of a real IMAP server, where the machine has one.</summary>
public sealed class MailboxTests(Running running) : IClassFixture<Running>, IAsyncLifetime
{
    private readonly Story _story = new();
    private readonly Dovecot _server = new();

    private string Reader => _story.Person("reader");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Dovecot.IsThere, "without dovecot-imapd");
        await _server.Start();
        await running.Accounts(_story.Account("reader"), _story.Account("author"), _story.Account("reviewer"));
        await running.Publish(_story.Changed(proposal: false));
        await running.Watch(Reader, "skill", _story.Slug);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("Done")]
    public async Task What_came_back_is_taken_once_and_marked_or_moved(string? done)
    {
        await running.Publish(_story.Changed(proposal: false));
        var mail = (await running.MailsTo(Reader, 1))[0].Message;
        await running.Quiet();
        await _server.Receives(
            Returns.Status("failed", "5.1.1", mail.MessageId),
            "Subject: Out of office\r\n\r\nBack on Monday.\r\n",
            "Subject: Large\r\n\r\n" + string.Concat(Enumerable.Repeat("Very long.\r\n", 100_000))
        );
        var options = _server.Mailbox(done);
        var returned = running.Services.GetRequiredService<Returned>();

        // Whoever dies before it is taken gets it again.
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Mailbox.Read(
                options,
                (_, _) => throw new InvalidOperationException("dies"),
                TestContext.Current.CancellationToken
            )
        );
        Assert.Equal(3, await Mailbox.Read(options, returned.Take, TestContext.Current.CancellationToken));
        var address = await running.Get(Reader, "/address");
        Assert.Equal("suppressed", address.GetProperty("state").GetString());
        Assert.Equal("bounced", address.GetProperty("reason").GetString());
        Assert.Equal(0, await Mailbox.Read(options, returned.Take, TestContext.Current.CancellationToken));
        Assert.Equal(done is null ? 3 : 0, await _server.Count("INBOX"));
        if (done is not null)
            Assert.Equal(3, await _server.Count(done));
    }
}

/// <summary>A private Dovecot from the machine's packages, with one mailbox for whoever signs in.</summary>
internal sealed class Dovecot : IAsyncDisposable
{
    private const string Program = "/usr/sbin/dovecot";
    private readonly string _folder = Local.NewFolder("dovecot");
    private readonly int _port = Local.FreePort();
    private Process? _process;

    public static bool IsThere => File.Exists(Program);

    public MailboxOptions Mailbox(string? done = null) =>
        new()
        {
            Host = "127.0.0.1",
            Port = _port,
            User = "bounces",
            Password = "secret",
            Security = "none",
            Done = done,
        };

    public async Task Start()
    {
        // Root runs each part as the package's users; who is not root runs them all.
        var (inside, login, owner, group) = Environment.IsPrivilegedProcess
            ? ("dovecot", "dovenull", "nobody", "nogroup")
            : (Environment.UserName, Environment.UserName, Environment.UserName, Environment.UserName);
        Directory.CreateDirectory($"{_folder}/mail");
        if (Environment.IsPrivilegedProcess)
        {
            await Local.Run("chmod", ["755", _folder]);
            await Local.Run("chown", [$"{owner}:{group}", $"{_folder}/mail"]);
        }
        await File.WriteAllTextAsync(
            $"{_folder}/dovecot.conf",
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                base_dir = {{_folder}}/run
                state_dir = {{_folder}}/run
                log_path = {{_folder}}/log
                protocols = imap
                listen = 127.0.0.1
                ssl = no
                disable_plaintext_auth = no
                default_internal_user = {{inside}}
                default_login_user = {{login}}
                mail_location = maildir:{{_folder}}/mail
                first_valid_uid = 1
                passdb {
                  driver = static
                  args = password=secret
                }
                userdb {
                  driver = static
                  args = uid={{owner}} gid={{group}} home={{_folder}}/mail
                }
                service anvil {
                  chroot =
                }
                service imap-login {
                  chroot =
                  inet_listener imap {
                    port = {{_port}}
                  }
                  inet_listener imaps {
                    port = 0
                  }
                }
                """
            )
        );
        _process = Process.Start(new ProcessStartInfo(Program, ["-F", "-c", $"{_folder}/dovecot.conf"]))!;
        await Local.Until(() => Count("INBOX"), "Dovecot");
    }

    public Task Receives(params string[] mails) =>
        In(
            "INBOX",
            async inbox =>
            {
                foreach (var mail in mails)
                    await inbox.AppendAsync(
                        await MimeMessage.LoadAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(mail)))
                    );
                return 0;
            }
        );

    public Task<int> Count(string folder) => In(folder, found => Task.FromResult(found.Count));

    private async Task<int> In(string name, Func<IMailFolder, Task<int>> look)
    {
        using var client = new ImapClient();
        await client.ConnectAsync("127.0.0.1", _port, SecureSocketOptions.None);
        await client.AuthenticateAsync("bounces", "secret");
        var folder = await client.GetFolderAsync(name);
        await folder.OpenAsync(FolderAccess.ReadWrite);
        var found = await look(folder);
        await client.DisconnectAsync(quit: true);
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
            return;
        await Local.Run("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
