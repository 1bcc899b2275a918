using MassTransit;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>What this service listens to.</summary>
public static class Consumers
{
    /// <summary>The queue of the log's only writer.</summary>
    public const string Log = "notifications-when-announced" + Messaging.InTurn;

    /// <summary>Names of the queues they listen on.</summary>
    public static string[] Endpoints { get; } =
    [
        "notifications-when-account-changed",
        "notifications-when-account-erased",
        "notifications-when-taxonomy-changed",
        "notifications-when-skill-changed",
        "notifications-when-skill-commented",
        "notifications-when-proposal-activity",
        "notifications-when-proposal-applied",
        "notifications-when-import-finished",
        "notifications-when-review-due",
        "notifications-when-edition-published",
        Log,
    ];

    public static void Add(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<WhenAccountChanged>();
        bus.AddConsumer<WhenAccountErased>();
        bus.AddConsumer<WhenTaxonomyChanged>();
        bus.AddConsumer<WhenSkillChanged>();
        bus.AddConsumer<WhenSkillCommented>();
        bus.AddConsumer<WhenProposalActivity>();
        bus.AddConsumer<WhenProposalApplied>();
        bus.AddConsumer<WhenImportFinished>();
        bus.AddConsumer<WhenReviewDue>();
        bus.AddConsumer<WhenEditionPublished>();
        bus.AddConsumer<WhenAnnounced>().Endpoint(endpoint => endpoint.Name = Log);
        bus.AddInbox(together: ["notifications-when-skill-changed", "notifications-when-proposal-activity"]);
    }
}
