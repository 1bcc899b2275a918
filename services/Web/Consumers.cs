using MassTransit;
using SkillPlatform.Web.Cache;
using SkillPlatform.Web.SignIn;

namespace SkillPlatform.Web;

/// <summary>What Web listens to.</summary>
public static class Consumers
{
    public static void Add(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<WhenSignedOut>();
        Evictions.Add(bus);
    }
}
