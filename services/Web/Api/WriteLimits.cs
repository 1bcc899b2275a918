using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;

namespace SkillPlatform.Web.Api;

/// <summary>
/// How much one caller, and one address, may write: <c>Web:Limits:WritesPerMinute</c> (1,200) and
/// <c>Web:Limits:WritesPerMinuteAndAddress</c> (6,000). Reads are free.
/// </summary>
public static class WriteLimits
{
    public static void AddWriteLimits(this WebApplicationBuilder builder)
    {
        var limits = builder.Configuration.GetSection("Web:Limits");
        var perCaller = limits.GetValue("WritesPerMinute", 1_200);
        var perAddress = limits.GetValue("WritesPerMinuteAndAddress", 6_000);
        builder.Services.AddRateLimiter(options =>
        {
            // Tokens are not checked here, so one may make up many: the address bounds that.
            options.GlobalLimiter = PartitionedRateLimiter.CreateChained(
                PartitionedRateLimiter.Create<HttpContext, string>(http => Partition(http, Caller(http), perCaller)),
                PartitionedRateLimiter.Create<HttpContext, string>(http => Partition(http, Address(http), perAddress))
            );
            options.OnRejected = (rejected, _) =>
                new ValueTask(
                    Problems.Write(
                        rejected.HttpContext,
                        StatusCodes.Status429TooManyRequests,
                        "too-many-requests",
                        "Too many writes",
                        "You write faster than is allowed. Wait, then go on.",
                        rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait)
                            ? wait
                            : TimeSpan.FromSeconds(1)
                    )
                );
        });
    }

    private static RateLimitPartition<string> Partition(HttpContext http, string key, int perMinute) =>
        SameOrigin.IsSafe(http.Request.Method)
            ? RateLimitPartition.GetNoLimiter("reads")
            : RateLimitPartition.GetTokenBucketLimiter(
                key,
                _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = perMinute,
                    TokensPerPeriod = Math.Max(1, perMinute / 60),
                    ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, 60.0 / perMinute)),
                }
            );

    private static string Caller(HttpContext http) =>
        http.User.FindFirst("sub")?.Value is { } user ? $"user {user}"
        : http.Request.Headers.Authorization.ToString() is { Length: > 0 } token
            ? $"token {Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)))}"
        : Address(http);

    private static string Address(HttpContext http) => $"address {http.Connection.RemoteIpAddress}";
}
