using Marten;
using MassTransit;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

public sealed class WhenAccountChanged(IDocumentSession session) : IConsumer<AccountChanged>
{
    public Task Consume(ConsumeContext<AccountChanged> context)
    {
        var account = context.Message;
        session.TryUpdateRevision(
            new Account
            {
                Id = account.UserId,
                Name = account.Name,
                Email = account.Email,
                Culture = account.Culture,
                TimeZone = account.TimeZone,
                Active = account.Active,
                EmailConfirmedAt = account.EmailConfirmedAt,
                Roles = account.Roles,
                ReviewerScopes = account.ReviewerScopes,
                SignedOutAt = account.SignedOutAt,
            },
            account.Version
        );
        return Task.CompletedTask;
    }
}
