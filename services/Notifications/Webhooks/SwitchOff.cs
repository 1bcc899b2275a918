using Marten;

namespace SkillPlatform.Notifications;

/// <summary>Ends a webhook that nobody answers any more, and tells its owner, by the way that all mails go.</summary>
public static class SwitchOff
{
    public const string Scope = "webhook";

    public static void SwitchOffWebhook(
        this IDocumentSession session,
        Webhook webhook,
        Preferences owner,
        string why,
        DateTimeOffset now
    )
    {
        session.QueueSqlCommand(
            """
            update webhook set is_on = false, why = ?, version = version + 1, attempts = attempts + 1, lease = null,
                   leased_until = null
            where id = ?
            """,
            why,
            webhook.Id
        );
        var news = new News
        {
            Id = Ids.Of("webhook-stopped", webhook.Id.ToString(), $"{webhook.Version}"),
            Kind = NewsKind.WebhookStopped,
            Webhook = webhook.Host,
            At = now,
        };
        var notification = new Notification
        {
            Id = Ids.At(now, "notification", webhook.User, news.Id.ToString()),
            User = webhook.User,
            News = news.Id,
            Kind = news.Kind,
            Topic = new Topic(Scope, webhook.Id.ToString()).ToString(),
            TopicName = webhook.Host,
            Reason = Scope,
            Token = Unsubscribe.NewToken(),
            Frequency = owner.Frequency,
            At = now,
        };
        session.Store(news);
        session.Notify(news, [notification], TimeSpan.Zero, now);
    }

    public static void DropWebhooks(this IDocumentSession session, string user)
    {
        session.QueueSqlCommand(
            "delete from webhook_call where webhook in (select id from webhook where user_id = ?)",
            user
        );
        session.QueueSqlCommand("delete from webhook where user_id = ?", user);
    }
}
