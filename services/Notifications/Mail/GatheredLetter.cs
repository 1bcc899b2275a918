using MimeKit;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications;

/// <summary>Makes one mail of several comments of a thread, oldest first.</summary>
public static class GatheredLetter
{
    // Bounded, as a mail must be: the rest is read where it was said.
    private const int Most = 12;
    private const int Longest = 600;

    /// <param name="carrier">The notification whose mail it is: its id, its reason, its way to stop it.</param>
    /// <param name="told">All that is told in it.</param>
    /// <param name="sender">Who sends it.</param>
    public static MimeMessage Of(Contents carrier, IReadOnlyList<Contents> told, Sender sender)
    {
        var (notification, news, reader, preferences, _) = carrier;
        var texts = Texts.For(preferences.Culture);
        var title = texts["title.gathered", ("skill", news.SkillName), ("count", Wording.Number(texts, told.Count))];
        return new Envelope(
            notification.Id,
            notification.At,
            Letter.Subject(texts, news, notification),
            reader.Name,
            reader.Email,
            notification.Reason
        )
        {
            Headers = Letter.Headers(sender, Letter.Root(news), Letter.ListOf(news), notification.Token),
        }.Around(Body.Fitting(part => Written(Math.Max(Most / part, 1), Longest / part)), sender);

        Body Written(int most, int longest) =>
            new(
                title,
                texts.Language,
                [
                    new Block.Paragraph(texts["greeting", ("name", reader.Name)]),
                    new Block.Paragraph(title),
                    .. told.Take(most).SelectMany(one => Comment(one, texts, longest)),
                    .. told.Count > most
                        ?
                        [
                            new Block.Paragraph(
                                texts["digest.more-events", ("count", Wording.Number(texts, told.Count - most))]
                            ),
                        ]
                        : Array.Empty<Block>(),
                    .. Letter.Ways(news, texts, sender),
                ],
                [
                    new Block.Paragraph(Wording.Why(texts, notification)),
                    new Block.Link(
                        texts[Reasons.IsCalled(notification.Reason) ? "link.mute" : "link.stop"],
                        Unsubscribe.Link(sender, notification.Token)
                    ),
                ]
            );
    }

    private static IEnumerable<Block> Comment(Contents one, Texts texts, int longest)
    {
        yield return new Block.Heading(Wording.Lead(texts, one.News, one.Notification.Reason, one.People));
        if (one.News.Text is { Length: > 0 } said)
            yield return new Block.Said(texts["label.comment"], Line.Cut(said, longest));
        if (one.News.Suggestion is { } suggestion)
            yield return new Block.Said(texts["label.suggestion"], Line.Cut(suggestion, longest));
        yield return new Block.Paragraph(Wording.When(texts, one.News.At, one.Preferences));
    }
}
