using System.Text.Json;

namespace SkillPlatform.ServiceDefaults;

/// <summary>Another service does not answer, not in time, or not as expected.</summary>
/// <param name="inner">Why.</param>
public sealed class NeighbourSilentException(Exception inner) : Exception("Another service does not answer.", inner);

/// <summary>Questions to other services over HTTP, without whose answers one goes on.</summary>
public static class Neighbourhood
{
    /// <summary>Asks, for as long as said.</summary>
    /// <typeparam name="T">The answer.</typeparam>
    /// <param name="patience">How long it may take, all tries together.</param>
    /// <param name="ask">The question; it gets what cancels it.</param>
    /// <param name="ct">Cancels for the caller, who is then told so and nothing of the neighbour.</param>
    /// <exception cref="NeighbourSilentException">Refused, broken, too late, a failure, or no such JSON.</exception>
    public static async Task<T> Ask<T>(TimeSpan patience, Func<CancellationToken, Task<T>> ask, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        try
        {
            return await ask(limit.Token);
        }
        catch (Exception e)
            when (!ct.IsCancellationRequested
                && e
                    is HttpRequestException
                        or OperationCanceledException
                        or JsonException
                        or Polly.ExecutionRejectedException
            )
        {
            throw new NeighbourSilentException(e);
        }
    }
}
