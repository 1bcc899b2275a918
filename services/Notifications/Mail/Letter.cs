using MimeKit;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications;

/// <summary>Everything a mail is made from.</summary>
public sealed record Contents(
    Notification Notification,
    News News,
    Account Reader,
    Preferences Preferences,
    People People
);

/// <summary>Makes the mail of one notification: the same contents, the same mail, whoever sends it and however often.</summary>
public static class Letter
{
    // What is each reader's own; all else is the same for all who are told the same in the same words.
    private static readonly string Greeting = Template.Place(0);
    private static readonly string Token = Template.Place(1);

    public static MimeMessage Of(Contents contents, Sender sender) => Of(contents, For(contents, sender), sender);

    public static MimeMessage Of(Contents contents, Template template, Sender sender)
    {
        var (notification, news, reader, preferences, _) = contents;
        var texts = Texts.For(preferences.Culture);
        return new Envelope(
            notification.Id,
            notification.At,
            Subject(texts, news, notification),
            reader.Name,
            reader.Email,
            notification.Reason
        )
        {
            Headers = Headers(sender, Root(news), ListOf(news), notification.Token),
        }.Around(template.Fill(Line.One(texts["greeting", ("name", reader.Name)]), notification.Token), sender);
    }

    public static Template For(Contents contents, Sender sender) =>
        Template.Of(
            SkillPlatform.Mail.Body.Fitting(part =>
                Body(contents, Texts.For(contents.Preferences.Culture), sender, part)
            ),
            sender
        );

    /// <summary>By which mail programs keep a thread together, and offer to stop what comes (RFC 2919, RFC 8058).</summary>
    public static IReadOnlyList<(string, string)> Headers(Sender sender, string root, string list, string token)
    {
        var host = sender.Origin.IdnHost;
        return
        [
            ("In-Reply-To", $"<{root}@{host}>"),
            ("References", $"<{root}@{host}>"),
            ("List-Id", $"<{list}.{host}>"),
            ("List-Unsubscribe", $"<{Unsubscribe.Link(sender, token)}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ];
    }

    /// <summary>One for all mails about a proposal, or mail programs would not keep them together; what happened is said first thing inside.</summary>
    public static string Subject(Texts texts, News news, Notification notification)
    {
        var subject = news.ProposalId is null
            ? Wording.Title(texts, news, notification.Reason)
            : texts["subject.proposal", ("skill", news.SkillName)];
        return Line.Cut(Line.One(subject), 200);
    }

    /// <summary>The thread: one for each proposal, else for each skill. It names no mail that was ever sent.</summary>
    public static string Root(News news) =>
        news.ProposalId is { } proposal ? $"proposal-{proposal:n}"
        : news.SkillId is { } skill ? $"skill-{skill:n}"
        : news.Edition is not null ? $"edition-{news.Id:n}"
        : $"import-{news.Id:n}";

    public static string ListOf(News news) =>
        news.SkillSlug is { Length: < 60 } slug ? $"{slug}.skills"
        : news.SkillId is { } skill ? $"{skill:n}.skills"
        : "catalogue";

    private static Body Body(Contents contents, Texts texts, Sender sender, int part)
    {
        var longest = Line.Longest / part;
        var (notification, news, _, preferences, people) = contents;
        var blocks = new List<Block>
        {
            new Block.Paragraph(Greeting),
            new Block.Paragraph(Wording.Lead(texts, news, notification.Reason, people)),
        };
        if (news is { Kind: NewsKind.Merged, Lines.Length: 0 })
            blocks.Add(new Block.Paragraph(texts["already"]));
        if (news is { IsWanted: true, Lines.Length: > 0 })
            blocks.Add(new Block.Paragraph(texts["label.wanted"]));
        blocks.AddRange(Wording.Changes(texts, news.Lines, Math.Max(Wording.MostCells / part, 1), longest));
        if (Wording.Reason(texts, news) is { Length: > 0 } said)
            blocks.Add(new Block.Said(texts[SaidLabel(news)], Line.Cut(said, longest)));
        if (news.Suggestion is { } suggestion)
            blocks.Add(new Block.Said(texts["label.suggestion"], Line.Cut(suggestion, longest)));
        if (By(news, texts, people) is { } by)
            blocks.Add(new Block.Paragraph(by));
        blocks.Add(new Block.Paragraph(Wording.When(texts, news.At, preferences)));
        blocks.AddRange(Ways(news, texts, sender));
        return new Body(
            Wording.Title(texts, news, notification.Reason),
            texts.Language,
            blocks,
            [
                new Block.Paragraph(Wording.Why(texts, notification)),
                new Block.Link(
                    texts[Reasons.IsCalled(notification.Reason) ? "link.mute" : "link.stop"],
                    Unsubscribe.Link(sender, Token)
                ),
            ],
            texts["label.before"],
            texts["label.after"]
        );
    }

    // What there is to do is about the proposal where there is one that is not over, else about the skill or what else it tells of.
    public static IEnumerable<Block> Ways(News news, Texts texts, Sender sender)
    {
        List<(string Label, string Url)> ways = [];
        if (news.SkillSlug is { } slug)
            ways.Add((texts["link.skill"], sender.To($"/skills/{Uri.EscapeDataString(slug)}")));
        if (news.ProposalId is { } proposal)
            ways.Insert(
                news.Kind == NewsKind.Merged ? ways.Count : 0,
                (texts["link.proposal"], sender.To($"/proposals/{proposal}"))
            );
        if (news.Kind == NewsKind.Imported)
            ways.Add((texts["link.changes"], sender.To($"/changes?import={news.Id}")));
        if (news.Edition is { } edition)
            ways.Add((texts["link.edition"], sender.To($"/editions/{Uri.EscapeDataString(edition.Slug)}")));
        if (news.Kind == NewsKind.WebhookStopped)
            ways.Add((texts["link.webhooks"], sender.To("/watching/webhooks")));
        return ways.Select(
            (way, at) => at == 0 ? (Block)new Block.Button(way.Label, way.Url) : new Block.Link(way.Label, way.Url)
        );
    }

    private static string? By(News news, Texts texts, People people) =>
        news switch
        {
            { Reviewer: not null, Author: not null } => texts[
                "label.proposedAndAccepted",
                ("author", people.Name(texts, news.Author)),
                ("reviewer", people.Name(texts, news.Reviewer))
            ],
            { ProposalId: not null, Author: not null } when news.Author != news.Actor => texts[
                "label.proposedBy",
                ("author", people.Name(texts, news.Author))
            ],
            _ => null,
        };

    private static string SaidLabel(News news) =>
        news.Edition is not null ? "label.notes"
        : news is { Actor: null } or { IsWanted: true } ? "label.why"
        : "label.comment";
}
