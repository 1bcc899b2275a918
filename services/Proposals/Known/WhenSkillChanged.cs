using Marten;
using MassTransit;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals;

public sealed class WhenSkillChanged(IDocumentSession session) : IConsumer<SkillChanged>
{
    public Task Consume(ConsumeContext<SkillChanged> context)
    {
        var m = context.Message;
        session.TryUpdateRevision(new KnownSkill(m.SkillId, m.Version, m.Skill), m.Version);
        session.Store(new KnownSlug(m.Skill.Slug, m.SkillId));
        return Task.CompletedTask;
    }
}
