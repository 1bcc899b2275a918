using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Web.Api;

/// <summary>
/// How much one caller, and one address, may write: <c>Web:Limits:WritesPerMinute</c> (1,200) and
/// <c>Web:Limits:WritesPerMinuteAndAddress</c> (6,000). And how much one caller may read, where the address that they share
/// with others has its limit before: <c>Web:Limits:ReadsPerMinute</c> (3,000; in Development 0, which is none).
/// </summary>
public static class WriteLimits
{
    public static void AddWriteLimits(this WebApplicationBuilder builder)
    {
        var limits = builder.Configuration.GetSection("Web:Limits");
        var perCaller = limits.GetValue("WritesPerMinute", 1_200);
        var perAddress = limits.GetValue("WritesPerMinuteAndAddress", 6_000);
        var reads = limits.GetValue("ReadsPerMinute", builder.Environment.IsDevelopment() ? 0 : 3_000);
        builder.Services.AddRateLimiter(options =>
        {
            // Tokens are not checked here, so one may make up many: the address bounds that.
            options.GlobalLimiter = PartitionedRateLimiter.CreateChained(
                PartitionedRateLimiter.Create<HttpContext, string>(http =>
                    SameOrigin.IsSafe(http.Request.Method)
                        ? Partition(IsCalled(http) ? $"reads of {Caller(http)}" : null, reads)
                        : Partition(Caller(http), perCaller)
                ),
                PartitionedRateLimiter.Create<HttpContext, string>(http =>
                    Partition(SameOrigin.IsSafe(http.Request.Method) ? null : Address(http), perAddress)
                )
            );
            options.OnRejected = (rejected, ct) => new ValueTask(Refuse(rejected, ct));
        });
    }

    private const int MostLate = 200;
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(500);
    private static int _late;

    // Late, so that to ask over and over costs the asker time and nobody else; not more of them than can wait here.
    private static async Task Refuse(OnRejectedContext rejected, CancellationToken ct)
    {
        try
        {
            if (Interlocked.Increment(ref _late) <= MostLate)
                await Task.Delay(Late, ct);
        }
        finally
        {
            Interlocked.Decrement(ref _late);
        }
        var http = rejected.HttpContext;
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var told)
            ? told
            : TimeSpan.FromSeconds(1);
        if (ReadLimits.IsForPerson(http.Request))
        {
            // What comes before makes a page of it.
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            ReadLimits.WaitFor(http, wait);
            return;
        }
        await Problems.Write(
            http,
            StatusCodes.Status429TooManyRequests,
            "too-many-requests",
            "Too many requests",
            "You ask for more than is allowed at once. Wait, then go on.",
            wait
        );
    }

    private static RateLimitPartition<string> Partition(string? key, int perMinute) =>
        key is null || perMinute <= 0
            ? RateLimitPartition.GetNoLimiter("free")
            : RateLimitPartition.GetTokenBucketLimiter(key, _ => ReadLimits.Bucket(perMinute));

    // Readers without a name have their address's limit alone.
    private static bool IsCalled(HttpContext http) =>
        http.User.Identity?.IsAuthenticated == true || http.Request.Headers.Authorization.Count > 0;

    private static string Caller(HttpContext http) =>
        http.User.FindFirst("sub")?.Value is { } user ? $"user {user}"
        : http.Request.Headers.Authorization.ToString() is { Length: > 0 } token
            ? $"token {Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)))}"
        : Address(http);

    private static string Address(HttpContext http) => $"address {ReadLimits.Network(http)}";
}
