using Marten;
using MassTransit;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

/// <summary>Tells who watches the whole catalogue that what it says has a name.</summary>
public sealed class WhenEditionPublished(IDocumentSession session, TimeProvider time) : IConsumer<EditionPublished>
{
    public Task Consume(ConsumeContext<EditionPublished> context)
    {
        var edition = context.Message;
        return session.Tell(
            new News
            {
                Id = edition.EditionId,
                Kind = NewsKind.EditionPublished,
                Author = edition.By,
                Edition = new Named(edition.Slug, edition.Name),
                Text = edition.Notes,
                At = edition.At,
            },
            [Topic.Everything],
            time.GetUtcNow(),
            ct: context.CancellationToken
        );
    }
}
