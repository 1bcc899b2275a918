using MassTransit;
using SkillPlatform.Contracts;

namespace SkillPlatform.Web.SignIn;

/// <summary>
/// Signed out everywhere, suspended, other roles, another password or address, deleted: Identity says so, and the sessions
/// end here without waiting for their tokens to run out.
/// </summary>
public sealed class WhenSignedOut(Tickets tickets) : IConsumer<AccountChanged>, IConsumer<AccountErased>
{
    public Task Consume(ConsumeContext<AccountChanged> context) =>
        context.Message.SignedOutAt is { } at
            ? tickets.End(context.Message.UserId, at, context.CancellationToken)
            : Task.CompletedTask;

    public Task Consume(ConsumeContext<AccountErased> context) =>
        tickets.End(context.Message.UserId, DateTimeOffset.MaxValue, context.CancellationToken);
}
