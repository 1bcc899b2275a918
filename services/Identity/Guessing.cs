using System.Globalization;
using System.Threading.RateLimiting;

namespace SkillPlatform.Identity;

/// <summary>
/// Slows down guessing: failures are counted for each address tried and for each client, known or not, and answered no
/// sooner than a fixed time after they came in. Counted on each replica alone; the lockout in the database holds for all.
/// </summary>
public sealed class Guessing(TimeProvider time, IConfiguration configuration) : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly PartitionedRateLimiter<string> _tried = Failures(
        configuration.GetValue("Identity:FailuresPerAddress", 10)
    );
    private readonly PartitionedRateLimiter<string> _clients = Failures(
        configuration.GetValue("Identity:FailuresPerClient", 60)
    );

    /// <summary>Begins an attempt on an address.</summary>
    public Attempt Begin(HttpContext http, string? address)
    {
        var client = http.Connection.RemoteIpAddress?.ToString() ?? "";
        return new Attempt(this, address ?? "", client, time.GetTimestamp());
    }

    /// <summary>The answer of the JSON API to who has to wait.</summary>
    public static IResult TooMany(HttpContext http, TimeSpan wait)
    {
        http.Response.Headers.RetryAfter = Seconds(wait);
        return TypedResults.Problem(
            type: "/problems/too-many-requests",
            title: "Too many attempts",
            detail: "Wait, then try again.",
            statusCode: StatusCodes.Status429TooManyRequests
        );
    }

    internal static string Seconds(TimeSpan wait) =>
        Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    public sealed class Attempt(Guessing guessing, string address, string client, long since)
    {
        private static readonly TimeSpan Floor = TimeSpan.FromMilliseconds(400);

        /// <summary>How long to wait, where there were too many; else null.</summary>
        public TimeSpan? RetryAfter { get; } =
            Exhausted(guessing._tried, address) || Exhausted(guessing._clients, client) ? Window : null;

        /// <summary>Counts a failure, and waits until it may be answered.</summary>
        public Task Failed()
        {
            guessing._tried.AttemptAcquire(address).Dispose();
            guessing._clients.AttemptAcquire(client).Dispose();
            return Answerable();
        }

        /// <summary>Waits until it may be answered, whatever came out.</summary>
        public Task Answerable()
        {
            var left = Floor - guessing.Elapsed(since);
            return left > TimeSpan.Zero ? guessing.Delay(left) : Task.CompletedTask;
        }

        private static bool Exhausted(PartitionedRateLimiter<string> limiter, string key) =>
            limiter.GetStatistics(key) is { CurrentAvailablePermits: 0 };
    }

    private TimeSpan Elapsed(long since) => time.GetElapsedTime(since);

    private Task Delay(TimeSpan left) => Task.Delay(left, time);

    private static PartitionedRateLimiter<string> Failures(int permitted) =>
        PartitionedRateLimiter.Create<string, string>(key =>
            RateLimitPartition.GetSlidingWindowLimiter(
                key,
                _ => new SlidingWindowRateLimiterOptions
                {
                    PermitLimit = permitted,
                    Window = Window,
                    SegmentsPerWindow = 6,
                    QueueLimit = 0,
                }
            )
        );

    public void Dispose()
    {
        _tried.Dispose();
        _clients.Dispose();
    }
}
