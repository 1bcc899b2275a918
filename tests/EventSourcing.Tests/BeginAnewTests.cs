using System.Collections.Concurrent;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Testing;

namespace SkillPlatform.EventSourcing.Tests;

/// <summary>A broker that is lost while queues and exchanges are declared.</summary>
public sealed class BeginAnewTests(Servers servers)
{
    [Fact]
    public async Task A_broker_lost_while_a_process_declares_its_queues_is_met_again()
    {
        var broker = await servers.Rabbit.NewVirtualHost();
        await using var wire = new Wire(broker.Port);
        var declaring = new Declaring();
        var heard = new ConcurrentDictionary<Type, byte>();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([
            KeyValuePair.Create(
                "ConnectionStrings:messaging",
                (string?)new UriBuilder(broker) { Port = wire.Port }.ToString()
            ),
        ]);
        builder.Services.AddSingleton(heard);
        var queues = new List<string>();
        builder.AddMessaging(
            "anew",
            bus =>
            {
                Hear<byte>();
                Hear<short>();
                Hear<int>();
                Hear<long>();
                Hear<float>();
                Hear<double>();
                bus.AddConfigureEndpointsCallback(
                    (_, _, endpoint) =>
                        ((IRabbitMqReceiveEndpointConfigurator)endpoint).ConfigureChannel(channel =>
                            channel.UseFilter(declaring)
                        )
                );

                void Hear<T>()
                {
                    queues.Add($"anew-{typeof(T).Name}");
                    bus.AddConsumer<Hears<T>>().Endpoint(endpoint => endpoint.Name = queues[^1]);
                }
            }
        );
        declaring.Expected = queues.Count;
        using var host = builder.Build();
        await host.StartAsync();

        // Each has its channel, and none its queue.
        await declaring.Arrived.WaitAsync(TimeSpan.FromMinutes(1));
        var (status, description) = await Readiness(host);
        Assert.Equal(HealthStatus.Unhealthy, status);
        Assert.Equal($"Not bound yet: {string.Join(", ", queues.Order(StringComparer.Ordinal))}.", description);

        // No answer comes to what each says first, and the next waits for its turn.
        wire.GoDead();
        declaring.Go();
        await declaring.UnderWay.WaitAsync(TimeSpan.FromMinutes(1));
        wire.Cut();
        wire.Mend();

        await Eventually.Get(
            () => Readiness(host),
            readiness => readiness.Status == HealthStatus.Healthy,
            TimeSpan.FromSeconds(30)
        );
        var bus = host.Services.GetRequiredService<IBus>();
        await bus.Publish(new Said<byte>());
        await bus.Publish(new Said<short>());
        await bus.Publish(new Said<int>());
        await bus.Publish(new Said<long>());
        await bus.Publish(new Said<float>());
        await bus.Publish(new Said<double>());
        await Eventually.Holds(() => Task.FromResult(heard.Count == queues.Count));
        await host.StopAsync();
    }

    private static async Task<(HealthStatus Status, string? Description)> Readiness(IHost host)
    {
        var report = await host
            .Services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(check => string.Equals(check.Name, "broker", StringComparison.Ordinal));
        return (report.Status, report.Entries["broker"].Description);
    }

    public sealed record Said<T>;

    private sealed class Hears<T>(ConcurrentDictionary<Type, byte> heard) : IConsumer<Said<T>>
    {
        public Task Consume(ConsumeContext<Said<T>> context)
        {
            heard[typeof(T)] = 0;
            return Task.CompletedTask;
        }
    }

    /// <summary>Holds all endpoints back before they declare anything, once, and tells when all have begun to.</summary>
    private sealed class Declaring : IFilter<ChannelContext>
    {
        private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _underWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _arrivals;
        private int _begun;

        public int Expected { get; set; }

        public Task Arrived => _arrived.Task;

        public Task UnderWay => _underWay.Task;

        public void Go() => _go.TrySetResult();

        public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
        {
            if (Interlocked.Increment(ref _arrivals) == Expected)
                _arrived.TrySetResult();
            await _go.Task;
            var work = next.Send(context);
            if (Interlocked.Increment(ref _begun) == Expected)
                _underWay.TrySetResult();
            await work;
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("declaring");
    }
}
