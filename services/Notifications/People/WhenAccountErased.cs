using Marten;
using MassTransit;
using SkillPlatform.Contracts;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>Deletes what is held of a person. Watch streams hold opaque ids only: they are stopped, not rewritten.</summary>
public sealed class WhenAccountErased(IDocumentSession session, GivenUpMessages givenUp) : IConsumer<AccountErased>
{
    public async Task Consume(ConsumeContext<AccountErased> context)
    {
        var user = context.Message.UserId;
        session.TryUpdateRevision(new Account { Id = user, Erased = true }, context.Message.Version);
        session.Delete<Preferences>(user);
        session.Delete<Position>(user);
        session.DeleteWhere<Mark>(m => m.User == user);
        session.Delete<Suppression>(user);
        session.DeleteWhere<Notification>(n => n.User == user);
        session.DeleteWhere<Digest>(d => d.User == user);
        session.DropMails(user);
        session.DropWebhooks(user);
        var watches = await session
            .Query<Watch>()
            .Where(w => w.User == user && w.Active)
            .Select(w => w.Id)
            .ToListAsync(context.CancellationToken);
        foreach (var watch in watches)
            session.Events.Append(watch, new WatchStopped("erasure"));
        await givenUp.Forget(user, context.CancellationToken, "notifications-when-account-changed");
    }
}
