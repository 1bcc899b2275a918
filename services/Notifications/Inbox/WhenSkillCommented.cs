using Marten;
using MassTransit;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

/// <summary>Whom it names or answers hears of a comment on a skill, who watches the skill, and who follows all of what it belongs to.</summary>
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
                Domain = new Named(comment.Domain, comment.Domain),
                Actor = comment.Author,
                Comment = comment.CommentId,
                Mentions = comment.Mentioned ?? [],
                Answers = comment.Answered,
                At = comment.At,
            },
            Readers.TopicsOf(comment),
            time.GetUtcNow(),
            ct: context.CancellationToken
        );
    }
}
