using JasperFx;
using Marten;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace SkillPlatform.EventSourcing;

/// <summary>A message that an endpoint has taken; written with the message's effects, so that each takes effect once.</summary>
public sealed class Inbox
{
    /// <summary>Endpoint, slash, message id.</summary>
    public string Id { get; set; } = "";

    /// <summary>When, UTC.</summary>
    public DateTimeOffset At { get; set; }
}

/// <summary>
/// Around every consumer: stages the inbox entry, lets the consumer stage its effects into the same session, and commits
/// both together. A message that was taken before is acknowledged without effect. Consumers never save and never touch the
/// outside world except through the session.
/// </summary>
/// <typeparam name="T">The message.</typeparam>
/// <param name="groups">Which queues commit together.</param>
/// <param name="scope">The scope's session, shared with the consumer.</param>
/// <param name="time">The clock.</param>
public sealed class InboxFilter<T>(GroupCommits groups, ScopedSession scope, TimeProvider time)
    : IFilter<ConsumeContext<T>>
    where T : class
{
    /// <inheritdoc />
    public Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next) =>
        context.GetRetryAttempt() == 0 && groups.Of(Endpoint(context)) is { } group
            ? group.Commit(
                session =>
                {
                    scope.Session = session;
                    return Stage(session, context, next);
                },
                context.CancellationToken
            )
            : Alone(context, next);

    private async Task Alone(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        var session = scope.Session;
        // Whoever gets here a moment later fails at the insert; but a commit that rolls back leaves a gap for which the relay waits.
        if (await session.LoadAsync<Inbox>(Id(context), context.CancellationToken) is not null)
        {
            // Else the bus thinks that nobody wanted it, and sets it aside.
            await context.NotifyConsumed(context, TimeSpan.Zero, nameof(Inbox));
            return;
        }
        await Stage(session, context, next);
        try
        {
            await session.SaveChangesAsync(context.CancellationToken);
        }
        catch (Exception e) when (IsTwice(e))
        {
            // Taken before: nothing to do again.
        }
    }

    private Task Stage(IDocumentSession session, ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        session.CausationId = context.MessageId?.ToString();
        session.CorrelationId = System.Diagnostics.Activity.Current?.Id;
        session.LastModifiedBy = Endpoint(context);
        session.Insert(new Inbox { Id = Id(context), At = time.GetUtcNow() });
        return next.Send(context);
    }

    private static string Endpoint(ConsumeContext context) => context.ReceiveContext.InputAddress.Segments[^1];

    private static string Id(ConsumeContext context) => $"{Endpoint(context)}/{context.MessageId}";

    // Several faults of one commit come together; that it was taken before explains them all.
    private static bool IsTwice(Exception e) =>
        e switch
        {
            DocumentAlreadyExistsException twice => twice.DocType == typeof(Inbox),
            AggregateException all => all.InnerExceptions.Any(IsTwice),
            _ => false,
        };

    /// <inheritdoc />
    public void Probe(ProbeContext context) => context.CreateFilterScope("inbox");
}

/// <summary>Puts the inbox around the consumers of a bus.</summary>
public static class InboxRegistration
{
    /// <summary>Every endpoint of the bus commits through the inbox. Retries, if any, must be configured before.</summary>
    /// <param name="bus">The registration.</param>
    /// <param name="together">
    /// Queues whose messages come in numbers, and are committed together: their consumers append to no stream that an
    /// announcement comes from, and what they read need not show what messages beside them have just staged.
    /// </param>
    public static void AddInbox(this IBusRegistrationConfigurator bus, params string[] together)
    {
        bus.AddSingleton(services => new GroupCommits(services.GetRequiredService<IDocumentStore>(), together));
        bus.AddConfigureEndpointsCallback(
            (context, name, endpoint) =>
            {
                if (together.Contains(name, StringComparer.Ordinal))
                    endpoint.ConcurrentMessageLimit = endpoint.PrefetchCount;
                endpoint.UseConsumeFilter(typeof(InboxFilter<>), context);
            }
        );
    }
}
