using System.Text;
using System.Text.Encodings.Web;
using MimeKit;
using SkillPlatform.Changes;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>Where mails come from and where their links lead.</summary>
/// <param name="From">Sender, for example <c>SkillPlatform &lt;notifications@example.org&gt;</c>.</param>
/// <param name="Origin">The platform's public origin, without a slash at the end.</param>
/// <param name="Signature">Signs what is sent; null for nothing.</param>
public sealed record Sender(MailboxAddress From, Uri Origin, Signature? Signature = null)
{
    public string To(string path) => Origin.GetLeftPart(UriPartial.Authority) + path;

    public string UnsubscribeLink(string token) => To($"/api/notifications/unsubscribe/{token}");
}

/// <summary>Everything a mail is made from.</summary>
public sealed record Contents(
    Notification Notification,
    News News,
    Account Reader,
    Preferences Preferences,
    People People
);

/// <summary>Makes the mail: the same contents, the same mail, whoever sends it and however often.</summary>
public static class Letter
{
    public static MimeMessage Of(Contents contents, Sender sender)
    {
        var (notification, news, reader, preferences, people) = contents;
        var texts = Texts.For(preferences.Culture);
        var host = sender.Origin.IdnHost;
        var mail = new MimeMessage
        {
            Subject = Subject(texts, news, notification),
            Date = notification.At,
            MessageId = $"{notification.Id:n}@{host}",
        };
        Literally(mail, HeaderId.Subject, mail.Subject, "");
        mail.From.Add(sender.From);
        var name = Wording.Cut(Wording.OneLine(reader.Name), 100);
        mail.To.Add(new MailboxAddress(Encoding.UTF8, name, reader.Email));
        Literally(mail, HeaderId.To, name, $" <{mail.To.Mailboxes.First().GetAddress(idnEncode: true)}>");
        var root = Root(news, host);
        mail.InReplyTo = root;
        mail.References.Add(root);
        mail.Headers.Add("List-Id", $"<{ListOf(news)}.{host}>");
        mail.Headers.Add("List-Unsubscribe", $"<{sender.UnsubscribeLink(notification.Token)}>");
        mail.Headers.Add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        mail.Headers.Add("X-SkillPlatform-Reason", notification.Reason);
        var parts = new MultipartAlternative
        {
            Part("plain", Plain(contents, texts, sender)),
            Part("html", Html(contents, texts, sender)),
        };
        parts.Headers.Add("Content-Language", texts.Language);
        mail.Body = parts;
        sender.Signature?.Sign(mail);
        return mail;
    }

    public static string Subject(Texts texts, News news, Notification notification) =>
        Wording.Cut(Wording.OneLine(Wording.Title(texts, news, notification.Reason)), 200);

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

    /// <summary>The thread: one for each proposal, else for each skill. It names no mail that was ever sent.</summary>
    private static string Root(News news, string host) =>
        news.ProposalId is { } proposal ? $"proposal-{proposal:n}@{host}"
        : news.SkillId is { } skill ? $"skill-{skill:n}@{host}"
        : $"import-{news.Id:n}@{host}";

    private static string ListOf(News news) =>
        news.SkillSlug is { Length: < 60 } slug ? $"{slug}.skills"
        : news.SkillId is { } skill ? $"{skill:n}.skills"
        : "catalogue";

    private static TextPart Part(string kind, string text) =>
        new(kind) { Text = text, ContentTransferEncoding = ContentEncoding.QuotedPrintable };

    private static IEnumerable<(string Label, string Url)> Links(News news, Texts texts, Sender sender)
    {
        if (news.SkillSlug is { } slug)
            yield return (texts["link.skill"], sender.To($"/skills/{Uri.EscapeDataString(slug)}"));
        if (news.ProposalId is { } proposal)
            yield return (texts["link.proposal"], sender.To($"/proposals/{proposal}"));
    }

    private static string? By(News news, Texts texts, People people) =>
        news switch
        {
            { Reviewer: not null, Author: not null } => texts[
                "label.proposedAndAccepted",
                ("author", people.Name(texts, news.Author)),
                ("reviewer", people.Name(texts, news.Reviewer))
            ],
            { ProposalId: not null, Author: not null } => texts[
                "label.proposedBy",
                ("author", people.Name(texts, news.Author))
            ],
            _ => null,
        };

    private static string TextLabel(News news) => news.Actor is null ? "label.why" : "label.comment";

    private static string Plain(Contents contents, Texts texts, Sender sender)
    {
        var (notification, news, reader, preferences, people) = contents;
        var text = new StringBuilder();
        text.AppendLine(texts["greeting", ("name", Wording.OneLine(reader.Name))]).AppendLine();
        text.AppendLine(Wording.OneLine(Wording.Lead(texts, news, notification.Reason, people))).AppendLine();
        if (news is { Kind: NewsKind.Merged, Lines.Length: 0 })
            text.AppendLine(texts["already"]).AppendLine();
        var (cells, more) = Wording.Shown(news);
        foreach (var cell in cells)
        {
            if (Wording.Heading(texts, cell[0]) is { } heading)
                text.AppendLine(Wording.OneLine(heading));
            foreach (var line in cell)
            {
                text.Append("  * ").AppendLine(Wording.OneLine(Wording.Change(texts, line)));
                if (!Wording.HasTexts(line))
                    continue;
                var diff = Wording.Diff(line);
                Side(text, texts["label.before"], diff.Where(piece => piece.Op != DiffPiece.Ins));
                Side(text, texts["label.after"], diff.Where(piece => piece.Op != DiffPiece.Del));
            }
            text.AppendLine();
        }
        if (more > 0)
            text.AppendLine(texts["change.more", ("count", $"{more}")]).AppendLine();
        if (news.Text is { Length: > 0 } said)
            text.Append(texts[TextLabel(news)]).Append(' ').AppendLine(Wording.Body(said)).AppendLine();
        if (By(news, texts, people) is { } by)
            text.AppendLine(Wording.OneLine(by));
        text.AppendLine(Wording.When(texts, news.At, preferences.TimeZone)).AppendLine();
        foreach (var (label, url) in Links(news, texts, sender))
            text.Append(label).Append(": ").AppendLine(url);
        text.AppendLine().AppendLine("-- ").AppendLine(Wording.OneLine(Wording.Why(texts, notification)));
        text.Append(texts["link.stop"]).Append(": ").AppendLine(sender.UnsubscribeLink(notification.Token));
        return text.ToString();
    }

    private static void Side(StringBuilder text, string label, IEnumerable<DiffPiece> pieces)
    {
        var side = string.Concat(pieces.Select(piece => piece.Text));
        if (side.Length > 0)
            text.Append("    ")
                .Append(label)
                .Append(' ')
                .AppendLine(side.Replace("\n", "\n      ", StringComparison.Ordinal));
    }

    private static string Html(Contents contents, Texts texts, Sender sender)
    {
        var (notification, news, reader, preferences, people) = contents;
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"")
            .Append(texts.Language)
            .Append("\" dir=\"")
            .Append(texts.Direction)
            .Append("\"><head><meta charset=\"utf-8\"><title>");
        html.Append(E(Wording.OneLine(Wording.Title(texts, news, notification.Reason)))).Append("</title></head>");
        html.Append("<body style=\"font-family:sans-serif;line-height:1.5;max-width:42em\">");
        Paragraph(html, texts["greeting", ("name", Wording.OneLine(reader.Name))]);
        Paragraph(html, Wording.Lead(texts, news, notification.Reason, people));
        if (news is { Kind: NewsKind.Merged, Lines.Length: 0 })
            Paragraph(html, texts["already"]);
        var (cells, more) = Wording.Shown(news);
        foreach (var cell in cells)
        {
            if (Wording.Heading(texts, cell[0]) is { } heading)
                html.Append("<h3 style=\"margin-bottom:0\">").Append(E(Wording.OneLine(heading))).Append("</h3>");
            html.Append("<ul>");
            foreach (var line in cell)
            {
                html.Append("<li>").Append(E(Wording.OneLine(Wording.Change(texts, line))));
                if (Wording.HasTexts(line))
                    Diff(html, Wording.Diff(line));
                html.Append("</li>");
            }
            html.Append("</ul>");
        }
        if (more > 0)
            Paragraph(html, texts["change.more", ("count", $"{more}")]);
        if (news.Text is { Length: > 0 } said)
            html.Append("<p><strong>")
                .Append(E(texts[TextLabel(news)]))
                .Append("</strong> <span dir=\"auto\" style=\"white-space:pre-wrap\">")
                .Append(E(Wording.Body(said)))
                .Append("</span></p>");
        if (By(news, texts, people) is { } by)
            Paragraph(html, by);
        Paragraph(html, Wording.When(texts, news.At, preferences.TimeZone));
        html.Append("<p>");
        foreach (var (label, url) in Links(news, texts, sender))
            Link(html, label, url);
        html.Append("</p><hr><p style=\"color:#555\">").Append(E(Wording.OneLine(Wording.Why(texts, notification))));
        html.Append("<br>");
        Link(html, texts["link.stop"], sender.UnsubscribeLink(notification.Token));
        return html.Append("</p></body></html>").ToString();
    }

    // Word by word, so that one changed word in a long text is seen at once; with colours for both, as some programs show mails dark.
    private static void Diff(StringBuilder html, IReadOnlyList<DiffPiece> pieces)
    {
        html.Append(Prose);
        for (var at = 0; at < pieces.Count; at++)
        {
            if (at == 1 && WordDiff.IsRewritten(pieces))
                html.Append("</div>").Append(Prose);
            html.Append(
                pieces[at] switch
                {
                    (DiffPiece.Del, var text) => $"<del style=\"background:#fdd;color:#111\">{E(text)}</del>",
                    (DiffPiece.Ins, var text) => $"<ins style=\"background:#dfd;color:#111\">{E(text)}</ins>",
                    var (_, text) => E(text),
                }
            );
        }
        html.Append("</div>");
    }

    private const string Prose = "<div dir=\"auto\" style=\"white-space:pre-wrap;margin:.3em 0\">";

    private static void Paragraph(StringBuilder html, string text) =>
        html.Append("<p>").Append(E(Wording.OneLine(text))).Append("</p>");

    private static void Link(StringBuilder html, string label, string url) =>
        html.Append("<a href=\"").Append(E(url)).Append("\">").Append(E(label)).Append("</a> ");

    private static string E(string text) => HtmlEncoder.Default.Encode(text);
}
