using System.Text;
using MimeKit;

namespace SkillPlatform.Mail;

/// <summary>Where mails come from and where their links lead.</summary>
/// <param name="From">Sender, for example <c>SkillPlatform &lt;skills@example.org&gt;</c>.</param>
/// <param name="Origin">Public origin of the pages that they lead to.</param>
/// <param name="Signature">Signs what is sent; null for nothing.</param>
public sealed record Sender(MailboxAddress From, Uri Origin, Signature? Signature = null)
{
    /// <summary>As configured.</summary>
    /// <param name="options">Who sends and signs.</param>
    /// <param name="origin">Public origin of the pages.</param>
    public static Sender Of(SmtpOptions options, Uri origin) =>
        new(MailboxAddress.Parse(options.From), origin, options.Dkim is { } dkim ? new Signature(dkim) : null);

    /// <summary>The absolute address of a page.</summary>
    /// <param name="path">From the root, with a slash.</param>
    public string To(string path) => Origin.AbsoluteUri.TrimEnd('/') + path;
}

/// <summary>What stands on a letter, whatever is in it.</summary>
/// <param name="Id">Of the mail: its <c>Message-ID</c>, the same each time it is tried.</param>
/// <param name="At">Its date.</param>
/// <param name="Subject">One line.</param>
/// <param name="Name">Of the reader.</param>
/// <param name="Address">Of the reader.</param>
/// <param name="Reason">Why it comes, in a word.</param>
public sealed record Envelope(Guid Id, DateTimeOffset At, string Subject, string Name, string Address, string Reason)
{
    /// <summary>What only some letters have: their thread, their list, the way to stop them.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>The mail: text first, then HTML, signed.</summary>
    /// <param name="body">What it says.</param>
    /// <param name="sender">Who sends it.</param>
    public MimeMessage Around(Body body, Sender sender) => Around(Template.Of(body, sender).Fill(), sender);

    /// <summary>The same, with a letter that is filled in already.</summary>
    /// <param name="letter">From <see cref="Template"/>.</param>
    /// <param name="sender">Who sends it.</param>
    public MimeMessage Around(MultipartAlternative letter, Sender sender)
    {
        var host = sender.Origin.IdnHost;
        var mail = new MimeMessage
        {
            Subject = Subject,
            Date = At,
            MessageId = $"{Id:n}@{host}",
        };
        Literally(mail, HeaderId.Subject, Subject, "");
        // A copy: an address tells every list that it is in when it changes, and would keep each mail that was ever sent.
        mail.From.Add(sender.From.Clone());
        var name = Line.Cut(Line.One(Name), 100);
        mail.To.Add(new MailboxAddress(Encoding.UTF8, name, Address));
        Literally(mail, HeaderId.To, name, $" <{mail.To.Mailboxes.First().GetAddress(idnEncode: true)}>");
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        mail.Headers.Add("X-SkillPlatform-Reason", Reason);
        foreach (var (header, value) in Headers)
            mail.Headers.Add(header, value);
        mail.Body = letter;
        sender.Signature?.Sign(mail);
        return mail;
    }

    // What looks like an encoded word would be read as what it says, and not as what it is: so it is encoded itself.
    private static void Literally(MimeMessage mail, HeaderId header, string text, string after)
    {
        if (!text.Contains("=?", StringComparison.Ordinal))
            return;
        var (words, word) = (new StringBuilder(), new List<byte>());
        foreach (var rune in text.EnumerateRunes())
        {
            var bytes = Encoding.UTF8.GetBytes(rune.ToString());
            if (word.Count + bytes.Length > 42)
                End();
            word.AddRange(bytes);
        }
        End();
        mail.Headers[mail.Headers.IndexOf(header)]
            .SetRawValue(Encoding.ASCII.GetBytes($"{words.ToString()[2..]}{after}\r\n"));

        void End()
        {
            words.Append("\r\n =?utf-8?b?").Append(Convert.ToBase64String([.. word])).Append("?=");
            word.Clear();
        }
    }
}
