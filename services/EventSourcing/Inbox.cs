using JasperFx;
using Marten;
using MassTransit;

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
/// Around every consumer: stages the inbox entry, lets the consumer stage its effects into the same scoped session, and
/// commits both together. A message that was taken before is acknowledged without effect. Consumers never save and never
/// touch the outside world except through the session.
/// </summary>
/// <typeparam name="T">The message.</typeparam>
/// <param name="session">The scope's session, shared with the consumer.</param>
/// <param name="time">The clock.</param>
public sealed class InboxFilter<T>(IDocumentSession session, TimeProvider time) : IFilter<ConsumeContext<T>>
    where T : class
{
    /// <inheritdoc />
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        var endpoint = context.ReceiveContext.InputAddress.Segments[^1];
        session.CausationId = context.MessageId?.ToString();
        session.CorrelationId = System.Diagnostics.Activity.Current?.TraceId.ToString();
        session.LastModifiedBy = endpoint;
        var id = $"{endpoint}/{context.MessageId}";
        // Whoever gets here a moment later fails at the insert; but a commit that rolls back leaves a gap for which the relay waits.
        if (await session.LoadAsync<Inbox>(id, context.CancellationToken) is not null)
        {
            // Else the bus thinks that nobody wanted it, and sets it aside.
            await context.NotifyConsumed(context, TimeSpan.Zero, nameof(Inbox));
            return;
        }
        session.Insert(new Inbox { Id = id, At = time.GetUtcNow() });
        await next.Send(context);
        try
        {
            await session.SaveChangesAsync(context.CancellationToken);
        }
        catch (Exception e) when (IsTwice(e))
        {
            // Taken before: nothing to do again.
        }
    }

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
    public static void AddInbox(this IBusRegistrationConfigurator bus) =>
        bus.AddConfigureEndpointsCallback(
            (context, _, endpoint) => endpoint.UseConsumeFilter(typeof(InboxFilter<>), context)
        );
}
