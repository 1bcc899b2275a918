using Marten;
using MassTransit;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals;

public sealed class WhenAccountErased(IDocumentSession session) : IConsumer<AccountErased>
{
    public Task Consume(ConsumeContext<AccountErased> context)
    {
        var m = context.Message;
        session.TryUpdateRevision(new Account(m.UserId, m.Version, null, [], [], Active: false, m.At), m.Version);
        session.DeleteWhere<CommentText>(text => text.Author == m.UserId);
        return Task.CompletedTask;
    }
}
