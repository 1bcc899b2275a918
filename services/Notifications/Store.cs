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
        options.Projections.Add(new WatchFold(), ProjectionLifecycle.Inline);
        options.Schema.For<Watch>().DocumentAlias("watch").Index(w => w.Topic).Index(w => w.User);
        options.Schema.For<News>().DocumentAlias("news");
        options
            .Schema.For<Notification>()
            .DocumentAlias("notification")
            .Index(n => n.User)
            .UniqueIndex(n => n.Token)
            .UniqueIndex(n => n.News, n => n.User);
        options.Schema.For<Preferences>().DocumentAlias("preferences").UseNumericRevisions(true);
        options.Schema.For<Account>().DocumentAlias("account").UseNumericRevisions(true);
        options.Schema.For<KnownSkill>().DocumentAlias("known_skill").UseNumericRevisions(true);
        options.Schema.For<KnownSlug>().DocumentAlias("known_slug");
        options.Schema.For<KnownProposal>().DocumentAlias("known_proposal").UseNumericRevisions(true);
        options.Schema.For<KnownTaxonomy>().DocumentAlias("known_taxonomy").UseNumericRevisions(true);
        options.Storage.ExtendedSchemaObjects.Add(Outbox.Schema());
        options.Storage.ExtendedSchemaObjects.Add(AnnouncedLog.Schema());
        options.Storage.ExtendedSchemaObjects.Add(Hooks.Schema());
        options.Storage.ExtendedSchemaObjects.Add(Hooks.Sent());
        options.Listeners.Add(signal);
    }
}
