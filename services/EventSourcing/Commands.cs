using System.Globalization;
using System.Text.Json;
using JasperFx;
using JasperFx.Events;
using Marten;
using Microsoft.AspNetCore.Http;

namespace SkillPlatform.EventSourcing;

/// <summary>What a command did to its stream.</summary>
/// <param name="Id">The stream.</param>
/// <param name="Before">Version before; 0 for a new stream.</param>
/// <param name="Version">Version after; equal to <paramref name="Before"/> if nothing had to change.</param>
/// <param name="Events">What was appended.</param>
public sealed record Committed(Guid Id, long Before, long Version, IReadOnlyList<object> Events);

/// <summary>Bounds how much may be written. It is counted before it is written, so that none of many at once slips through.</summary>
public interface IQuota
{
    /// <summary>Counts what is about to be written; a refusal where that would be too much, and nothing is counted.</summary>
    /// <param name="wanted">What will be written.</param>
    /// <param name="ct">Cancels.</param>
    Task<Refusal?> Take(Committed wanted, CancellationToken ct);

    /// <summary>Takes back what was counted and not written.</summary>
    /// <param name="unmade">What was not written.</param>
    Task GiveBack(Committed unmade);
}

/// <summary>
/// The one write path: fetch the stream for writing, decide, append, commit; refusals become problems, lost races are
/// decided again, a repeated <c>Idempotency-Key</c> gets the answer it got before.
/// </summary>
/// <param name="store">The event store.</param>
/// <param name="time">The clock.</param>
public sealed class Commands(IDocumentStore store, TimeProvider time)
{
    private const int Attempts = 8;
    private const int MostLate = 200;
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(500);
    private int _late;
    private readonly GroupCommit _starts = new(store);

    /// <summary>How the kernel reads and writes JSON: camelCase, metadata such as <c>op</c> in any position.</summary>
    public static JsonSerializerOptions Json { get; } =
        new(JsonSerializerDefaults.Web) { AllowOutOfOrderMetadataProperties = true };

    /// <summary>Decides one command on one stream and answers it.</summary>
    /// <typeparam name="TState">The stream's state: what its decisions need.</typeparam>
    /// <param name="http">The request: caller (<c>sub</c>), If-Match, Idempotency-Key.</param>
    /// <param name="id">The stream.</param>
    /// <param name="command">The request body, compared when an Idempotency-Key comes again; null for none.</param>
    /// <param name="decide">Pure. Gets null where there is no such stream, and must refuse unless it starts one.</param>
    /// <param name="answer">Pure, of what was done and sent: made again when an Idempotency-Key comes again.</param>
    /// <param name="stage">What else belongs into the same transaction, documents with personal data for example.</param>
    /// <param name="requireMatch">True for writes to something that exists: without If-Match 428, with a stale one 412.</param>
    /// <param name="starts">True where <paramref name="id"/> is new, so that nothing needs to be fetched.</param>
    /// <param name="quota">What bounds it; null for nothing. A repeated Idempotency-Key is not counted.</param>
    /// <returns>The answer, or a problem.</returns>
    public async Task<IResult> Handle<TState>(
        HttpContext http,
        Guid id,
        object? command,
        Func<TState?, Decision> decide,
        Func<Committed, Answer> answer,
        Action<IDocumentSession, Committed>? stage = null,
        bool requireMatch = false,
        bool starts = false,
        IQuota? quota = null
    )
        where TState : class
    {
        var ct = http.RequestAborted;
        Committed? counted = null;
        if (http.Request.Headers["Idempotency-Key"].ToString().Length > IdempotencyKey.Longest)
            return IdempotencyKey.TooLong.AsProblem();
        var key = IdempotencyKey.Of(http, command);
        var (expected, refused) = Match.Of(http, requireMatch);
        if (refused is not null)
            return refused.AsProblem();
        if (starts && key is null && await Start(http, id, decide, answer, stage, Count) is { } started)
            return started;
        for (var attempt = 1; ; attempt++)
        {
            await using var session = store.LightweightSession();
            session.Describe(http);
            if (key is not null && await key.Again(http, session, answer, ct) is { } again)
            {
                await GiveBack();
                return again;
            }
            try
            {
                var (decision, done) = await session.Decide(id, decide, expected, starts, ct);
                if (decision is Decision.Refused { Refusal: var refusal })
                    return await Unmade(refusal);
                if (await Count(done) is { } full)
                    return await Refuse(http, full);
                if (done.Events.Count == 0)
                    await GiveBack();
                stage?.Invoke(session, done);
                key?.Keep(session, done, time.GetUtcNow());
                await session.SaveChangesAsync(ct);
                return answer(done);
            }
            catch (BesideException)
            {
                return await Unmade(
                    Refusal.Conflicting(
                        "upgrading",
                        "The platform is being upgraded; this is new. Try in some minutes."
                    )
                );
            }
            catch (Exception lost) when (attempt < Attempts && IsLostRace(lost) && expected is null)
            {
                // Someone else wrote first: decide again on what is there now.
            }
            catch (Exception lost) when (IsLostRace(lost))
            {
                return await Unmade(
                    expected is null
                        ? Refusal.Conflicting("busy", "Too many writes at once to the same thing. Try again.")
                        : Match.Stale
                );
            }
        }

        async Task<Refusal?> Count(Committed done)
        {
            if (quota is null || counted is not null || done.Events.Count == 0)
                return null;
            var refusal = await quota.Take(done, ct);
            counted = refusal is null ? done : null;
            return refusal;
        }

        // Where nobody knows whether it was written, it stays counted.
        Task GiveBack() => counted is null ? Task.CompletedTask : quota!.GiveBack(counted);

        async Task<IResult> Unmade(Refusal refusal)
        {
            await GiveBack();
            return await Refuse(http, refusal);
        }
    }

    // Not more of them than can wait here without costing much themselves.
    private async Task<IResult> Refuse(HttpContext http, Refusal refusal)
    {
        if (refusal.IsLate && Interlocked.Increment(ref _late) is var waiting)
            try
            {
                if (waiting <= MostLate)
                    await Task.Delay(Late, time, http.RequestAborted);
            }
            finally
            {
                Interlocked.Decrement(ref _late);
            }
        return refusal.AsProblem(http);
    }

    // New streams get in nobody's way, so those that begin at the same time are committed together.
    private async Task<IResult?> Start<TState>(
        HttpContext http,
        Guid id,
        Func<TState?, Decision> decide,
        Func<Committed, Answer> answer,
        Action<IDocumentSession, Committed>? stage,
        Func<Committed, Task<Refusal?>> count
    )
        where TState : class
    {
        var decision = decide(null);
        if (decision is Decision.Refused { Refusal: var refusal })
            return await Refuse(http, refusal);
        if (decision is not Decision.Accepted { Items: var events })
            return null;
        var done = new Committed(id, 0, events.Count, events);
        if (await count(done) is { } full)
            return await Refuse(http, full);
        try
        {
            await _starts.Commit(
                session =>
                {
                    session.Describe(http);
                    session.Stage<TState>(id, 0, events);
                    stage?.Invoke(session, done);
                    return Task.CompletedTask;
                },
                CancellationToken.None
            );
        }
        catch (GroupFailedException failed) when (!IsUncertain(failed))
        {
            return null;
        }
        return answer(done);
    }

    // Where the connection was lost, nobody knows whether the commit was: to begin again could begin twice.
    private static bool IsUncertain(Exception exception) =>
        exception is Npgsql.NpgsqlException and not Npgsql.PostgresException
        || (exception.InnerException is { } inner && IsUncertain(inner));

    /// <summary>True if someone else wrote to the same thing first, so that deciding again will help.</summary>
    /// <param name="exception">What the commit threw.</param>
    public static bool IsLostRace(Exception exception) =>
        exception switch
        {
            ConcurrencyException
            or JasperFx.Events.ExistingStreamIdCollisionException
            or Marten.Exceptions.ExistingStreamIdCollisionException
            or DocumentAlreadyExistsException => true,
            AggregateException all => all.InnerExceptions.All(IsLostRace),
            // With partitioned streams, two who start one stream at once come here, and Marten does not recognise it.
            Marten.Exceptions.MartenCommandException
            {
                InnerException: Npgsql.PostgresException
                {
                    SqlState: Npgsql.PostgresErrorCodes.UniqueViolation,
                    TableName: { } table
                }
            } => table.StartsWith("mt_streams", StringComparison.Ordinal)
                || table.StartsWith("mt_events", StringComparison.Ordinal),
            _ => false,
        };
}

/// <summary>The staging half of the write path, for consumers, whose inbox commits.</summary>
public static class Deciding
{
    /// <summary>Fetches a stream for writing, decides and stages the events. The caller commits.</summary>
    /// <typeparam name="TState">The stream's state.</typeparam>
    /// <param name="session">A session; its commit throws <see cref="ConcurrencyException"/> or <see cref="JasperFx.Events.ExistingStreamIdCollisionException"/> on a lost race.</param>
    /// <param name="id">The stream.</param>
    /// <param name="decide">Pure; gets null where there is no such stream.</param>
    /// <param name="expected">The version the caller saw, or null. Another current version throws <see cref="ConcurrencyException"/>.</param>
    /// <param name="starts">True where the id is new, so that nothing needs to be fetched.</param>
    /// <param name="ct">Cancels.</param>
    public static Task<(Decision Decision, Committed Done)> Decide<TState>(
        this IDocumentSession session,
        Guid id,
        Func<TState?, Decision> decide,
        long? expected = null,
        bool starts = false,
        CancellationToken ct = default
    )
        where TState : class => session.Decide(id, decide, decision => decision, expected, starts, ct);

    /// <summary>The same where more is decided than the events, for example what to answer.</summary>
    /// <typeparam name="TState">The stream's state.</typeparam>
    /// <typeparam name="TOutcome">All that is decided.</typeparam>
    /// <param name="session">A session, as above.</param>
    /// <param name="id">The stream.</param>
    /// <param name="decide">Pure; gets null where there is no such stream.</param>
    /// <param name="decision">The part of it that concerns the stream.</param>
    /// <param name="expected">The version the caller saw, or null.</param>
    /// <param name="starts">True where the id is new.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<(TOutcome Outcome, Committed Done)> Decide<TState, TOutcome>(
        this IDocumentSession session,
        Guid id,
        Func<TState?, TOutcome> decide,
        Func<TOutcome, Decision> decision,
        long? expected = null,
        bool starts = false,
        CancellationToken ct = default
    )
        where TState : class
    {
        // What another message of the same group has decided on this stream is not seen by a fetch.
        if (session.PendingChanges.Streams().Any(staged => staged.Id == id))
            throw new ConcurrencyException(typeof(TState), id);
        var stream = starts ? null : await session.Events.FetchForWriting<TState>(id, ct);
        var before = stream?.StartingVersion ?? 0;
        if (expected is { } seen && seen != before)
            throw new ConcurrencyException(typeof(TState), id);
        var outcome = decide(stream?.Aggregate);
        if (decision(outcome) is not Decision.Accepted { Items: var events })
            return (outcome, new Committed(id, before, before, []));
        var (last, wrapped) = session.Wrap(before, events);
        if (before == 0)
            session.Events.StartStream<TState>(id, wrapped);
        else
            stream!.AppendMany(wrapped);
        return (outcome, new Committed(id, before, last, events));
    }

    /// <summary>
    /// Stages events on a stream whose version the caller has just read, for those who read many streams at once. The
    /// caller commits, which throws like after a decision if the stream has moved on.
    /// </summary>
    /// <typeparam name="TState">The stream's state.</typeparam>
    /// <param name="session">A session.</param>
    /// <param name="id">The stream.</param>
    /// <param name="before">Its version; 0 to start it.</param>
    /// <param name="events">What to append, at least one.</param>
    public static void Stage<TState>(this IDocumentSession session, Guid id, long before, IReadOnlyList<object> events)
        where TState : class
    {
        var (last, wrapped) = session.Wrap(before, events);
        if (before == 0)
            session.Events.StartStream<TState>(id, wrapped);
        else
            session.Events.Append(id, last, wrapped);
    }

    /// <summary>Says in the session's metadata who acts and why it happens, from an HTTP request.</summary>
    /// <param name="session">The session.</param>
    /// <param name="http">The request.</param>
    public static void Describe(this IDocumentSession session, HttpContext http)
    {
        session.LastModifiedBy = http.User.FindFirst("sub")?.Value ?? "anonymous";
        session.CorrelationId = System.Diagnostics.Activity.Current?.Id ?? http.TraceIdentifier;
        session.CausationId = http.TraceIdentifier;
    }

    /// <summary>Name of the event header that holds the last version of the event's commit.</summary>
    public const string LastOfCommit = "lastOfCommit";

    /// <summary>True for the event that ends its commit; only this one may announce the commit as a whole.</summary>
    /// <param name="event">A stored event.</param>
    public static bool EndsCommit(this IEvent @event) =>
        @event.GetHeader(LastOfCommit) is not { } last
        || Convert.ToInt64(last.ToString(), CultureInfo.InvariantCulture) == @event.Version;

    // Each event knows the last version of its commit, so that the relay can tell where a commit ends.
    private static (long Last, object[] Wrapped) Wrap(
        this IDocumentSession session,
        long before,
        IReadOnlyList<object> events
    )
    {
        var last = before + events.Count;
        return (last, [.. events.Select(Wrapped)]);

        object Wrapped(object data)
        {
            var wrapped = session.Events.BuildEvent(data);
            wrapped.SetHeader(LastOfCommit, last);
            wrapped.UserName = session.LastModifiedBy;
            wrapped.CausationId = session.CausationId;
            wrapped.CorrelationId = session.CorrelationId;
            return wrapped;
        }
    }
}
