using Marten;
using MassTransit;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

/// <summary>Reminds whoever planned to look at a skill again, and who reviews its domain, that the day has come.</summary>
public sealed class WhenReviewDue(IDocumentSession session, TimeProvider time) : IConsumer<ReviewDue>
{
    public Task Consume(ConsumeContext<ReviewDue> context) =>
        session.Tell(
            NewsOf(context.Message),
            [Topic.OfSkill(context.Message.SkillId)],
            time.GetUtcNow(),
            ct: context.CancellationToken
        );

    /// <summary>One for each skill and day, however often it is said.</summary>
    public static News NewsOf(ReviewDue due) =>
        new()
        {
            Id = Ids.Of("review", due.SkillId.ToString(), $"{due.On:O}"),
            Kind = NewsKind.ReviewDue,
            SkillId = due.SkillId,
            SkillSlug = due.Slug,
            SkillName = due.Name,
            Asked = [.. due.Reviewers.Append(due.PlannedBy).Distinct(StringComparer.Ordinal)],
            At = due.At,
        };
}
