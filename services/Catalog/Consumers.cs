using MassTransit;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Catalog;

/// <summary>What this service listens to.</summary>
public static class Consumers
{
    /// <summary>Names of the queues they listen on.</summary>
    public static string[] Endpoints { get; } = ["catalog-when-proposal-accepted", "catalog-when-account-changed"];

    public static void Add(IBusRegistrationConfigurator bus)
    {
        // They take turns anyway.
        bus.AddConsumer<WhenProposalAccepted>(consumer => consumer.ConcurrentMessageLimit = 1);
        bus.AddConsumer<WhenAccountChanged>();
        bus.AddInbox();
    }
}
