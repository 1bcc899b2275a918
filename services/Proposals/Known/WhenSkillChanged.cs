using Marten;
using MassTransit;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals;

public sealed class WhenSkillChanged(IDocumentSession session) : IConsumer<SkillChanged>, IConsumer<SkillsChanged>
{
    public Task Consume(ConsumeContext<SkillChanged> context) => Keep([context.Message]);

    public Task Consume(ConsumeContext<SkillsChanged> context) => Keep(context.Message.Skills.Select(s => s.Change));

    private Task Keep(IEnumerable<SkillChanged> changes)
    {
        foreach (var m in changes)
        {
            session.TryUpdateRevision(new KnownSkill(m.SkillId, m.Version, m.Skill), m.Version);
            session.Store(new KnownSlug(m.Skill.Slug, m.SkillId));
        }
        return Task.CompletedTask;
    }
}
