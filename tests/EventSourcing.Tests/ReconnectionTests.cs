using MassTransit;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.EventSourcing.Tests;

public sealed class ReconnectionTests
{
    [Fact]
    public void A_broker_that_is_away_is_tried_every_second()
    {
        IRetryPolicy? policy = null;
        Bus.Factory.CreateUsingRabbitMq(bus =>
        {
            Reconnection.Soon(bus);
            policy = Reconnection.PolicyOf(bus);
        });
        var away = new RabbitMqConnectionException("away");
        using var tries = policy!.CreatePolicyContext(new Waiting());
        Assert.False(policy.IsHandled(new InvalidOperationException()));
        Assert.True(tries.CanRetry(away, out var retry));
        for (var n = 0; n < 5_000; n++)
        {
            Assert.Equal(TimeSpan.FromSeconds(1), retry.Delay);
            Assert.True(retry.CanRetry(away, out retry));
        }
    }

    private sealed class Waiting : MassTransit.Middleware.BasePipeContext, PipeContext;
}
