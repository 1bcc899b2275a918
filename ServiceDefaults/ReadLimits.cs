using System.Globalization;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace SkillPlatform.ServiceDefaults;

/// <summary>
/// How much one client may read at the platform's two doors, Web and Identity: <c>Limits:ReadsPerMinute</c> for each address,
/// 6,000 unless set, as many of them at once. 0 is no limit, which Development has unless one is set.
/// </summary>
public static class ReadLimits
{
    private const int Usual = 6_000;

    /// <summary>
    /// Answers 429 with <c>Retry-After</c> to who reads more. Comes before what is in memory, which costs something, too.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="pages">What makes a page of it where a person asks, if nothing that comes before does.</param>
    public static void UseReadLimits(this WebApplication app, Action<IApplicationBuilder>? pages = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        var perMinute =
            app.Configuration.GetValue<int?>("Limits:ReadsPerMinute") ?? (app.Environment.IsDevelopment() ? 0 : Usual);
        if (perMinute <= 0)
            return;
        var limiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
            RateLimitPartition.GetTokenBucketLimiter(Network(http), _ => Bucket(perMinute))
        );
        app.Lifetime.ApplicationStopped.Register(limiter.Dispose);
        var branch = ((IApplicationBuilder)app).New();
        pages?.Invoke(branch);
        branch.Run(Refuse);
        var refuse = branch.Build();
        app.Use(
            async (http, next) =>
            {
                if (IsRead(http))
                {
                    using var lease = limiter.AttemptAcquire(http);
                    if (!lease.IsAcquired)
                    {
                        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var told) ? told : TimeSpan.Zero;
                        WaitFor(http, wait);
                        http.Response.Headers.CacheControl = "no-store";
                        await refuse(http);
                        return;
                    }
                }
                await next(http);
            }
        );
    }

    /// <summary>As many at once as in a minute, and each second its share of them anew.</summary>
    /// <param name="perMinute">How many.</param>
    public static TokenBucketRateLimiterOptions Bucket(int perMinute) =>
        new()
        {
            TokenLimit = perMinute,
            TokensPerPeriod = Math.Max(1, perMinute / 60),
            ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, 60.0 / perMinute)),
        };

    /// <summary>Where a request comes from. Whoever has one address of version 6 has a whole network of them.</summary>
    /// <param name="http">The request.</param>
    public static string Network(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.Connection.RemoteIpAddress switch
        {
            null => "",
            { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } ip => Convert.ToHexString(
                ip.GetAddressBytes()[..8]
            ),
            var ip => ip.MapToIPv4().ToString(),
        };
    }

    /// <summary>Says in <c>Retry-After</c> when to come again: whole seconds, one at least.</summary>
    /// <param name="http">What is refused.</param>
    /// <param name="wait">How long to wait.</param>
    public static void WaitFor(HttpContext http, TimeSpan wait)
    {
        ArgumentNullException.ThrowIfNull(http);
        http.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds))
            .ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Whether a person looks at what is asked for: to them a refusal is a page.</summary>
    /// <param name="request">The request.</param>
    public static bool IsForPerson(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
            && !request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase);
    }

    // Whoever watches over the processes asks often, and must be told; who was refused is shown the page that says so.
    private static bool IsRead(HttpContext http) =>
        (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
        && !http.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
        && http.Features.Get<IStatusCodeReExecuteFeature>() is null;

    private static Task Refuse(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        return IsForPerson(http.Request)
            ? Task.CompletedTask
            : TypedResults
                .Problem(
                    type: "/problems/too-many-requests",
                    title: "Too many reads",
                    detail: "You read faster than is allowed. Wait, then go on.",
                    statusCode: StatusCodes.Status429TooManyRequests
                )
                .ExecuteAsync(http);
    }
}
