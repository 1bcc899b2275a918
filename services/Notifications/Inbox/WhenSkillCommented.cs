using Marten;
using MassTransit;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

/// <summary>Only who watches the very skill hears of comments on it.</summary>
public sealed class WhenSkillCommented(IDocumentSession session, TimeProvider time) : IConsumer<SkillCommented>
{
    public Task Consume(ConsumeContext<SkillCommented> context)
    {
        var comment = context.Message;
        return session.Tell(
            new News
            {
                Id = Ids.Of("commented", comment.CommentId.ToString()),
                Kind = NewsKind.SkillCommented,
                SkillId = comment.SkillId,
                SkillSlug = comment.SkillSlug,
                SkillName = comment.SkillName,
                Actor = comment.Author,
                Comment = comment.CommentId,
                At = comment.At,
            },
            [Topic.OfSkill(comment.SkillId)],
            time.GetUtcNow(),
            ct: context.CancellationToken
        );
    }
}
