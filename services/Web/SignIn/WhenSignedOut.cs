using MassTransit;
using SkillPlatform.Contracts;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Web.SignIn;

/// <summary>
/// Signed out everywhere, suspended, other roles, another password or address, deleted: Identity says so, and the sessions
/// end here without waiting for their tokens to run out.
/// </summary>
public sealed class WhenSignedOut(Tickets tickets, GivenUpMessages givenUp)
    : IConsumer<AccountChanged>,
        IConsumer<AccountErased>
{
    public Task Consume(ConsumeContext<AccountChanged> context) =>
        context.Message.SignedOutAt is { } at
            ? tickets.End(context.Message.UserId, at, context.CancellationToken)
            : Task.CompletedTask;

    public async Task Consume(ConsumeContext<AccountErased> context)
    {
        var (user, ct) = (context.Message.UserId, context.CancellationToken);
        await tickets.End(user, DateTimeOffset.MaxValue, ct);
        await givenUp.Forget(user, ct, "web-when-signed-out");
    }
}
