using MassTransit;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>Everything that reaches the catalogue from outside, by name.</summary>
public static class Api
{
    /// <summary>The endpoints of the bus.</summary>
    public static readonly string[] Endpoints = ["catalog-when-proposal-accepted", "catalog-when-account-changed"];

    public static void Consumers(IBusRegistrationConfigurator bus)
    {
        // They take turns anyway.
        bus.AddConsumer<WhenProposalAccepted>(consumer => consumer.ConcurrentMessageLimit = 1);
        bus.AddConsumer<WhenAccountChanged>();
        bus.AddInbox();
    }

    public static void Map(IEndpointRouteBuilder api)
    {
        SkillPage.Map(api);
        SkillAddress.Map(api);
        SkillHistory.Map(api);
        SkillDiff.Map(api);
        Changes.Map(api);
        Domains.Map(api);
        RolePage.Map(api);
        SkillSearch.Map(api);
        ImportCatalogue.Map(api);
        Import.Map(api);
        Export.Map(api);
        api.MapErrorQueues(Endpoints);
        api.MapGet("/{**unknown}", () => TypedResults.NotFound()).ExcludeFromDescription().AllowAnonymous();
    }
}
