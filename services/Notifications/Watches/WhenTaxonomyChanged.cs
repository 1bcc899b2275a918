using Marten;
using MassTransit;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

public sealed class WhenTaxonomyChanged(IDocumentSession session) : IConsumer<TaxonomyChanged>
{
    public Task Consume(ConsumeContext<TaxonomyChanged> context)
    {
        var taxonomy = context.Message;
        session.TryUpdateRevision(
            new KnownTaxonomy { Domains = taxonomy.Domains, Roles = taxonomy.Roles },
            taxonomy.Version
        );
        return Task.CompletedTask;
    }
}
