using Marten;
using MassTransit;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

/// <summary>
/// The only writer of the log. Its queue is taken in turn, one message at a time by one replica, so that positions grow in
/// the order of commits and each stream keeps its own (docs/decisions/0016-order.md).
/// </summary>
public sealed class WhenAnnounced(IDocumentSession session)
    : IConsumer<SkillChanged>,
        IConsumer<SkillsChanged>,
        IConsumer<ProposalActivity>,
        IConsumer<SkillCommented>,
        IConsumer<ImportFinished>,
        IConsumer<EditionPublished>
{
    public Task Consume(ConsumeContext<SkillChanged> context) => Keep(Announced.Of(context.Message, Id(context)));

    public Task Consume(ConsumeContext<SkillsChanged> context)
    {
        foreach (var (id, change) in context.Message.Skills)
            session.Append(Announced.Of(change, id));
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<ProposalActivity> context) => Keep(Announced.Of(context.Message, Id(context)));

    public Task Consume(ConsumeContext<SkillCommented> context) => Keep(Announced.Of(context.Message, Id(context)));

    public Task Consume(ConsumeContext<ImportFinished> context) => Keep(Announced.Of(context.Message, Id(context)));

    public Task Consume(ConsumeContext<EditionPublished> context) => Keep(Announced.Of(context.Message, Id(context)));

    private Task Keep(Announced? announced)
    {
        if (announced is not null)
            session.Append(announced);
        return Task.CompletedTask;
    }

    private static Guid Id(ConsumeContext context) => context.MessageId ?? Guid.Empty;
}
