using System.Text;
using MimeKit;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications;

/// <summary>What stands on a letter of this service, whatever is in it.</summary>
/// <param name="Id">Of the mail: its <c>Message-ID</c>.</param>
/// <param name="At">Its date.</param>
/// <param name="Subject">One line.</param>
/// <param name="Reader">To whom.</param>
/// <param name="Root">The thread that it belongs to.</param>
/// <param name="List">The list that it is of.</param>
/// <param name="Token">Opens the way to stop what it comes from.</param>
/// <param name="Reason">Why it comes.</param>
public sealed record Envelope(
    Guid Id,
    DateTimeOffset At,
    string Subject,
    Account Reader,
    string Root,
    string List,
    string Token,
    string Reason
)
{
    public static MimeMessage Around(Envelope envelope, Body body, Sender sender)
    {
        var host = sender.Origin.IdnHost;
        var mail = new MimeMessage
        {
            Subject = envelope.Subject,
            Date = envelope.At,
            MessageId = $"{envelope.Id:n}@{host}",
        };
        Literally(mail, HeaderId.Subject, mail.Subject, "");
        mail.From.Add(sender.From);
        var name = Line.Cut(Line.One(envelope.Reader.Name), 100);
        mail.To.Add(new MailboxAddress(Encoding.UTF8, name, envelope.Reader.Email));
        Literally(mail, HeaderId.To, name, $" <{mail.To.Mailboxes.First().GetAddress(idnEncode: true)}>");
        mail.InReplyTo = $"{envelope.Root}@{host}";
        mail.References.Add(mail.InReplyTo);
        mail.Headers.Add("List-Id", $"<{envelope.List}.{host}>");
        mail.Headers.Add("List-Unsubscribe", $"<{sender.UnsubscribeLink(envelope.Token)}>");
        mail.Headers.Add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        mail.Headers.Add("X-SkillPlatform-Reason", envelope.Reason);
        var parts = new MultipartAlternative
        {
            Part("plain", PlainText.Of(body)),
            Part("html", Html.Of(body, sender.From.Name is { Length: > 0 } platform ? platform : host)),
        };
        parts.Headers.Add("Content-Language", body.Language);
        mail.Body = parts;
        sender.Signature?.Sign(mail);
        return mail;
    }

    private static TextPart Part(string kind, string text) =>
        new(kind) { Text = text, ContentTransferEncoding = ContentEncoding.QuotedPrintable };

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
