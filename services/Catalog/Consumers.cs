using MassTransit;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>What this service listens to.</summary>
public static class Consumers
{
    private const string InTurn = "catalog-when-proposal-accepted" + Messaging.InTurn;

    /// <summary>Names of the queues they listen on.</summary>
    public static string[] Endpoints { get; } = [InTurn, "catalog-when-account-changed"];

    public static void Add(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<WhenProposalAccepted>().Endpoint(endpoint => endpoint.Name = InTurn);
        bus.AddConsumer<WhenAccountChanged>();
        bus.AddInbox();
    }
}
