using Marten;
using MassTransit;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals;

public sealed class WhenAccountChanged(IDocumentSession session) : IConsumer<AccountChanged>
{
    public Task Consume(ConsumeContext<AccountChanged> context)
    {
        var m = context.Message;
        session.TryUpdateRevision(
            new Account(m.UserId, m.Version, m.Name, m.Roles, m.ReviewerScopes, m.Active, SignedOutAt: m.SignedOutAt),
            m.Version
        );
        return Task.CompletedTask;
    }
}
