using JasperFx.Events.Projections;
using Marten;

namespace SkillPlatform.Notifications;

/// <summary>Event names, documents and indexes of this service.</summary>
public static class Store
{
    public static void Configure(StoreOptions options, OutboxSignal signal)
    {
        options.Events.MapEventType<WatchStarted>("watch_started");
        options.Events.MapEventType<WatchStopped>("watch_stopped");
        options.Events.MapEventType<ThreadMuted>("thread_muted");
        options.Events.MapEventType<ThreadUnmuted>("thread_unmuted");
        options.Projections.Add(new WatchFold(), ProjectionLifecycle.Inline);
        options.Schema.For<Watch>().DocumentAlias("watch").Index(w => new { w.Topic, w.User }).Index(w => w.User);
        options.Schema.For<LeftToTell>().DocumentAlias("left_to_tell");
        options.Schema.For<News>().DocumentAlias("news");
        options
            .Schema.For<Notification>()
            .DocumentAlias("notification")
            .Index(n => n.User)
            .UniqueIndex(n => n.Token)
            .UniqueIndex(n => n.News, n => n.User)
            .Index(n => n.Digest!)
            .Index(
                n => n.Frequency,
                index =>
                {
                    index.Name = "mt_doc_notification_idx_waits";
                    index.Predicate =
                        "(((data ->> 'frequency'::text) = ANY (ARRAY['daily'::text, 'weekly'::text])) AND ((data ->> 'digest'::text) IS NULL))";
                }
            );
        options.Schema.For<Digest>().DocumentAlias("digest").UniqueIndex(d => d.Token).Index(d => d.User);
        options.Schema.For<Preferences>().DocumentAlias("preferences").UseNumericRevisions(true);
        options.Schema.For<Mark>().DocumentAlias("mark").Index(m => m.User);
        options.Schema.For<Position>().DocumentAlias("position");
        options.Schema.For<Account>().DocumentAlias("account").UseNumericRevisions(true);
        options.Schema.For<Suppression>().DocumentAlias("suppression").UseNumericRevisions(true);
        options.Schema.For<KnownSkill>().DocumentAlias("known_skill").UseNumericRevisions(true);
        options.Schema.For<KnownSlug>().DocumentAlias("known_slug");
        options.Schema.For<KnownProposal>().DocumentAlias("known_proposal").UseNumericRevisions(true);
        options.Schema.For<KnownTaxonomy>().DocumentAlias("known_taxonomy").UseNumericRevisions(true);
        options.Storage.ExtendedSchemaObjects.Add(Outbox.Schema());
        options.Storage.ExtendedSchemaObjects.Add(Gathering.Schema());
        options.Storage.ExtendedSchemaObjects.Add(AnnouncedLog.Schema());
        options.Storage.ExtendedSchemaObjects.Add(Hooks.Schema());
        options.Storage.ExtendedSchemaObjects.Add(Hooks.Sent());
        options.Listeners.Add(signal);
    }
}
