using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using MailKit.Security;
using MimeKit;

namespace SkillPlatform.Mail;

/// <summary>A mailbox that is read over IMAP.</summary>
public sealed class MailboxOptions
{
    /// <summary>Name or address of the server; null where no mailbox is read.</summary>
    public string? Host { get; set; }

    /// <summary>TCP port.</summary>
    public int Port { get; set; } = 993;

    /// <summary>Whom to sign in as.</summary>
    public string User { get; set; } = "";

    /// <summary>Of the user.</summary>
    public string Password { get; set; } = "";

    /// <summary><c>tls</c>, <c>starttls</c> or <c>none</c>.</summary>
    public string Security { get; set; } = "tls";

    /// <summary>Where mails arrive.</summary>
    public string Folder { get; set; } = "INBOX";

    /// <summary>Where mails go that were read; null to leave them, marked as seen.</summary>
    public string? Done { get; set; }

    /// <summary>How often it is read.</summary>
    public double EveryMinutes { get; set; } = 5;
}

/// <summary>Reads what has arrived in a mailbox.</summary>
public static class Mailbox
{
    private const int AtOnce = 200;

    /// <summary>Mails that are larger are marked as seen, and not read.</summary>
    public const int Largest = 1 << 20;

    /// <summary>
    /// Gives each mail that nobody has seen, oldest first, and marks it as seen once it is taken: whoever dies in between gets it
    /// again. How many there were.
    /// </summary>
    /// <param name="options">Where it is.</param>
    /// <param name="take">Takes one; what it throws ends the reading, and leaves that mail unseen.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<int> Read(
        MailboxOptions options,
        Func<MimeMessage, CancellationToken, Task> take,
        CancellationToken ct
    )
    {
        using var client = new ImapClient { Timeout = 30_000, CheckCertificateRevocation = false };
        await client.ConnectAsync(options.Host!, options.Port, Security(options), ct);
        await client.AuthenticateAsync(options.User, options.Password, ct);
        var done = options.Done is { Length: > 0 } name ? await Folder(client, name, ct) : null;
        var folder = await client.GetFolderAsync(options.Folder, ct);
        await folder.OpenAsync(FolderAccess.ReadWrite, ct);
        var unseen = await folder.SearchAsync(SearchQuery.NotSeen, ct);
        foreach (var some in unseen.Chunk(AtOnce))
        foreach (var mail in await folder.FetchAsync(some, MessageSummaryItems.UniqueId | MessageSummaryItems.Size, ct))
        {
            if (mail.Size <= Largest && await Fetch(folder, mail.UniqueId, ct) is { } message)
                using (message)
                    await take(message, ct);
            await folder.AddFlagsAsync(mail.UniqueId, MessageFlags.Seen, silent: true, ct);
            if (done is not null)
                await folder.MoveToAsync(mail.UniqueId, done, ct);
        }
        await client.DisconnectAsync(quit: true, ct);
        return unseen.Count;
    }

    private static async Task<MimeMessage?> Fetch(IMailFolder folder, UniqueId mail, CancellationToken ct)
    {
        try
        {
            return await folder.GetMessageAsync(mail, ct);
        }
        catch (FormatException)
        {
            // What cannot be read now cannot be read later.
            return null;
        }
    }

    private static async Task<IMailFolder> Folder(ImapClient client, string name, CancellationToken ct)
    {
        try
        {
            return await client.GetFolderAsync(name, ct);
        }
        catch (FolderNotFoundException)
        {
            var root = client.GetFolder(client.PersonalNamespaces[0]);
            return (await root.CreateAsync(name, isMessageFolder: true, ct))!;
        }
    }

    private static SecureSocketOptions Security(MailboxOptions options) =>
        options.Security switch
        {
            "none" => SecureSocketOptions.None,
            "starttls" => SecureSocketOptions.StartTls,
            "tls" => SecureSocketOptions.SslOnConnect,
            var other => throw new InvalidOperationException(
                $"Mail__Bounces__Security is none, starttls or tls: {other}"
            ),
        };
}
