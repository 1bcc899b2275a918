using MassTransit;
using SkillPlatform.Contracts;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Web.Cache;

/// <summary>What makes a cached page old. Nothing here is written, so nothing needs an inbox.</summary>
public static class Evictions
{
    public static void Add(IBusRegistrationConfigurator bus)
    {
        // A queue for each process, gone with it: all of them must hear of each change.
        var queue = $"{Messaging.Temporary("web")}{Guid.CreateVersion7():N}";
        Consume<WhenSkillChanged>();
        Consume<WhenSkillKept>();
        Consume<WhenProposalActivity>();
        Consume<WhenAccountChanged>();
        Consume<WhenAccountErased>();
        Consume<WhenTaxonomyChanged>();
        bus.AddReceiveEndpointObserver<Hearing>();

        void Consume<TConsumer>()
            where TConsumer : class, IConsumer =>
            bus.AddConsumer<TConsumer>()
                .Endpoint(endpoint =>
                {
                    endpoint.Name = queue;
                    endpoint.Temporary = true;
                });
    }

    private sealed class Hearing(PageCache cache) : IReceiveEndpointObserver
    {
        public Task Ready(ReceiveEndpointReady ready) => Set(true);

        public Task Stopping(ReceiveEndpointStopping stopping) => Set(false);

        public Task Completed(ReceiveEndpointCompleted completed) => Set(false);

        public Task Faulted(ReceiveEndpointFaulted faulted) => Set(false);

        private Task Set(bool hears)
        {
            cache.Hears = hears;
            return Task.CompletedTask;
        }
    }
}

public sealed class WhenSkillChanged(PageCache cache) : IConsumer<SkillChanged>, IConsumer<SkillsChanged>
{
    public Task Consume(ConsumeContext<SkillsChanged> context)
    {
        foreach (var one in context.Message.Skills)
            cache.Evict(one.Change.Skill.Slug);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<SkillChanged> context)
    {
        cache.Evict(context.Message.Skill.Slug);
        return Task.CompletedTask;
    }
}

/// <summary>The page says when it was confirmed, and when it is to be looked at again.</summary>
public sealed class WhenSkillKept(PageCache cache) : IConsumer<SkillKept>
{
    public Task Consume(ConsumeContext<SkillKept> context)
    {
        cache.Evict(context.Message.Slug);
        return Task.CompletedTask;
    }
}

public sealed class WhenProposalActivity(PageCache cache) : IConsumer<ProposalActivity>
{
    public Task Consume(ConsumeContext<ProposalActivity> context)
    {
        if (context.Message.SkillSlug is { } slug)
            cache.Evict(slug);
        return Task.CompletedTask;
    }
}

/// <summary>Names stand in the histories of any number of pages.</summary>
public sealed class WhenAccountChanged(PageCache cache) : IConsumer<AccountChanged>
{
    public Task Consume(ConsumeContext<AccountChanged> context)
    {
        cache.Clear();
        return Task.CompletedTask;
    }
}

public sealed class WhenAccountErased(PageCache cache) : IConsumer<AccountErased>
{
    public Task Consume(ConsumeContext<AccountErased> context)
    {
        cache.Clear();
        return Task.CompletedTask;
    }
}

public sealed class WhenTaxonomyChanged(PageCache cache) : IConsumer<TaxonomyChanged>
{
    public Task Consume(ConsumeContext<TaxonomyChanged> context)
    {
        cache.Clear();
        return Task.CompletedTask;
    }
}
