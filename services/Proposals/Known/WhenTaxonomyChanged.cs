using Marten;
using MassTransit;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals;

public sealed class WhenTaxonomyChanged(IDocumentSession session) : IConsumer<TaxonomyChanged>
{
    public Task Consume(ConsumeContext<TaxonomyChanged> context)
    {
        var m = context.Message;
        // Only a higher version replaces what is there, so late and repeated messages are harmless.
        session.TryUpdateRevision(
            new KnownTaxonomy(KnownTaxonomy.TheOne, m.Version, m.Domains, m.Roles, m.Retired),
            m.Version
        );
        return Task.CompletedTask;
    }
}
