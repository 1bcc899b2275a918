using System.Collections.Concurrent;
using MimeKit;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications;

/// <summary>
/// Letters about one thing to many readers: written once for all who are told of it in the same words, and kept only while
/// such mails are on their way.
/// </summary>
public sealed class Letters(Sender sender)
{
    // Languages, reasons and offsets of time zones of one piece of news; a few kilobytes each.
    private const int Most = 128;
    private readonly ConcurrentDictionary<Words, Template> _templates = [];

    public Sender Sender => sender;

    public MimeMessage Of(Contents contents)
    {
        if (_templates.Count > Most)
            Forget();
        return Letter.Of(contents, _templates.GetOrAdd(Words.Of(contents), _ => Letter.For(contents, sender)), sender);
    }

    public void Forget() => _templates.Clear();

    // All that a letter says but to whom: people may be renamed, and comments edited, while mails go out.
    private sealed record Words(
        Guid News,
        string? Text,
        string? Suggestion,
        string Reason,
        string TopicName,
        string Culture,
        string When,
        string Author,
        string Actor,
        string Reviewer
    )
    {
        public static Words Of(Contents contents)
        {
            var (notification, news, _, preferences, people) = contents;
            var texts = Texts.For(preferences.Culture);
            return new Words(
                news.Id,
                news.Text,
                news.Suggestion,
                notification.Reason,
                notification.TopicName,
                preferences.Culture,
                Wording.When(texts, news.At, preferences),
                people.Name(texts, news.Author),
                people.Name(texts, news.Actor),
                people.Name(texts, news.Reviewer)
            );
        }
    }
}
