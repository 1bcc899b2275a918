using MassTransit;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals;

/// <summary>What this service listens to.</summary>
public static class Consumers
{
    /// <summary>Names of the queues they listen on.</summary>
    public static string[] Endpoints { get; } =
    [
        "proposals-when-skill-changed",
        "proposals-when-taxonomy-changed",
        "proposals-when-account-changed",
        "proposals-when-account-erased",
        "proposals-when-proposal-applied",
        "proposals-when-proposal-conflicted",
    ];

    public static void Add(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<WhenSkillChanged>();
        bus.AddConsumer<WhenTaxonomyChanged>();
        bus.AddConsumer<WhenAccountChanged>();
        bus.AddConsumer<WhenAccountErased>();
        bus.AddConsumer<WhenProposalApplied>();
        bus.AddConsumer<WhenProposalConflicted>();
        bus.AddInbox(together: ["proposals-when-skill-changed"]);
    }
}
