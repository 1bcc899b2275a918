using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpsPolicy;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace SkillPlatform.ServiceDefaults;

/// <summary>What every process does alike: telemetry, health, problem details, JSON, service discovery.</summary>
public static class Defaults
{
    // Four lines for each request, and as many for each call to a neighbour, hide what matters and cost time.
    private static readonly Dictionary<string, string?> Quiet = new(StringComparer.Ordinal)
    {
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = "Warning",
        ["Logging:LogLevel:System.Net.Http.HttpClient"] = "Warning",
        ["Logging:LogLevel:Polly"] = "Warning",
        ["Logging:LogLevel:Yarp"] = "Warning",
    };

    /// <summary>Adds what every process needs. Telemetry is exported where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
    /// <param name="builder">The host.</param>
    public static void AddServiceDefaults(this WebApplicationBuilder builder)
    {
        // Lowest of all sources: settings and environment go before it.
        builder.Configuration.Sources.Insert(
            0,
            new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = Quiet }
        );
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Nobody fills our memory: a route that takes more says so.
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
        });
        builder.Services.AddTransient<IStartupFilter, Edge>();
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
        });
        builder.Services.AddSingleton<IProblemDetailsWriter, Always>();
        builder.Services.AddProblemDetails(options =>
            options.CustomizeProblemDetails = context =>
            {
                var problem = context.ProblemDetails;
                problem.Extensions["traceId"] =
                    System.Diagnostics.Activity.Current?.TraceId.ToString() ?? context.HttpContext.TraceIdentifier;
                if (problem.Type?.StartsWith("/problems/", StringComparison.Ordinal) != true)
                    problem.Type = $"/problems/{Code(problem.Status ?? context.HttpContext.Response.StatusCode)}";
            }
        );
        builder.Services.AddExceptionHandler<Unreadable>();
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.Configure<Microsoft.AspNetCore.Http.Json.JsonOptions>(options =>
        {
            options.SerializerOptions.AllowOutOfOrderMetadataProperties = true;
            options.SerializerOptions.UnmappedMemberHandling = System
                .Text
                .Json
                .Serialization
                .JsonUnmappedMemberHandling
                .Disallow;
            // One reader takes the first, another the last: what was checked must be what is done.
            options.SerializerOptions.AllowDuplicateProperties = false;
            options.SerializerOptions.RespectNullableAnnotations = true;
            options.SerializerOptions.RespectRequiredConstructorParameters = true;
        });
        // Among other things that it names no host: a document that did could be kept for everybody under a stranger's.
        Description.Add(builder.Services);
        builder.Services.Configure<HstsOptions>(options =>
            (options.MaxAge, options.IncludeSubDomains) = (TimeSpan.FromDays(365), true)
        );
        builder.Services.AddHostedService<StartupGarbage>();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);
        builder.AddTelemetry();
    }

    /// <summary>
    /// Answers errors as RFC 9457, without stack traces, and maps <c>/health/live</c> and <c>/health/ready</c>. Comes
    /// first in the pipeline.
    /// </summary>
    /// <param name="app">The application.</param>
    public static void UseServiceDefaults(this WebApplication app)
    {
        app.UseExceptionHandler(
            new ExceptionHandlerOptions
            {
                // What the caller sent cannot be read: their error, not ours.
                StatusCodeSelector = e => Edge.Unreadable(e)?.StatusCode ?? StatusCodes.Status500InternalServerError,
            }
        );
        app.UseStatusCodePages();
        app.MapHealthChecks("/health/live", Tagged("live")).AllowAnonymous();
        app.MapHealthChecks("/health/ready", Tagged("ready")).AllowAnonymous();
    }

    private static HealthCheckOptions Tagged(string tag)
    {
        var red = new ConcurrentDictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        return new()
        {
            Predicate = check => check.Tags.Contains(tag),
            ResponseWriter = async (http, report) =>
            {
                var now = (http.RequestServices.GetService<TimeProvider>() ?? TimeProvider.System).GetUtcNow();
                http.Response.ContentType = "application/json";
                await http.Response.WriteAsync(
                    JsonSerializer.Serialize(
                        new
                        {
                            status = report.Status.ToString(),
                            checks = report.Entries.ToDictionary(e => e.Key, Say, StringComparer.Ordinal),
                        },
                        JsonSerializerOptions.Web
                    )
                );

                string Say(KeyValuePair<string, HealthReportEntry> check)
                {
                    var said = check.Value.Description ?? check.Value.Exception?.Message;
                    var since = "";
                    if (check.Value.Status == HealthStatus.Healthy)
                        red.TryRemove(check.Key, out _);
                    else
                        since = $" (seen since {red.GetOrAdd(check.Key, now):O})";
                    return check.Value.Status + (said is null ? "" : $": {said}") + since;
                }
            },
        };
    }

    private static string Code(int status) =>
        status switch
        {
            400 => "malformed",
            401 => "not-signed-in",
            403 => "not-allowed",
            404 => "not-found",
            405 => "method-not-allowed",
            413 => "too-large",
            415 => "unsupported-media-type",
            429 => "too-many-requests",
            503 => "unavailable",
            507 => "no-room",
            _ => status >= 500 ? "internal" : "error",
        };
}

/// <summary>Errors are problem documents also for a caller that asked for something else: a browser, for one.</summary>
internal sealed class Always(Microsoft.Extensions.Options.IOptions<ProblemDetailsOptions> options)
    : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (http, problem) = (context.HttpContext, context.ProblemDetails);
        problem.Status ??= http.Response.StatusCode;
        problem.Title ??= Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(problem.Status.Value);
        options.Value.CustomizeProblemDetails?.Invoke(context);
        await http.Response.WriteAsJsonAsync(
            problem,
            problem.GetType(),
            options: null,
            contentType: "application/problem+json",
            http.RequestAborted
        );
    }
}

/// <summary>A body that cannot be read is the caller's error: 400, with a JSON pointer to where reading stopped.</summary>
internal sealed partial class Unreadable(IProblemDetailsService problems) : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(
        HttpContext httpContext,
        Exception exception,
        CancellationToken cancellationToken
    )
    {
        // An object without its discriminator is "not supported" to the serializer, which the framework takes for our error.
        var bad =
            Edge.Unreadable(exception)
            ?? (
                exception is NotSupportedException && Discriminator().IsMatch(exception.Message)
                    ? new BadHttpRequestException(
                        exception.Message,
                        new JsonException("The discriminator is missing.", PathIn(exception.Message), null, null)
                    )
                    : null
            );
        if (bad is null)
            return ValueTask.FromResult(false);
        var json = bad.InnerException as JsonException;
        var problem = new ProblemDetails
        {
            Status = bad.StatusCode,
            Type = bad.StatusCode == StatusCodes.Status400BadRequest ? "/problems/malformed" : null,
            Title = "The request cannot be read",
            Detail = json is null ? bad.Message : "The body is not the JSON this route takes.",
        };
        if (json is not null)
            problem.Extensions["errors"] = new Dictionary<string, string[]>(StringComparer.Ordinal)
            {
                [Pointer(json.Path)] = [Reason(json)],
            };
        httpContext.Response.StatusCode = bad.StatusCode;
        return problems.TryWriteAsync(
            new ProblemDetailsContext
            {
                HttpContext = httpContext,
                ProblemDetails = problem,
                Exception = exception,
            }
        );
    }

    // $.changes[0].was → /changes/0/was
    private static string Pointer(string? path) =>
        (path ?? "$")
            .TrimStart('$')
            .Replace("[", "/", StringComparison.Ordinal)
            .Replace("]", "", StringComparison.Ordinal)
            .Replace('.', '/');

    // The serializer names our types in some of its messages; they are nobody else's business.
    private static string Reason(JsonException json)
    {
        var end = json.Message.IndexOf(" Path:", StringComparison.Ordinal);
        var message = end < 0 ? json.Message : json.Message[..end];
        return Missing().Match(message) is { Success: true } missing ? $"Missing: {missing.Groups["it"].Value}"
            : Twice().Match(message) is { Success: true } twice
                ? $"This member stands here twice: {twice.Groups["it"].Value}"
            : Unknown().Match(message) is { Success: true } unknown ? $"Unknown member: {unknown.Groups["it"].Value}"
            : Discriminator().IsMatch(message) ? "The discriminator is missing or unknown."
            : message.Contains("could not be converted", StringComparison.Ordinal) ? "This is not of the right type."
            : message;
    }

    private static string? PathIn(string message) =>
        Path().Match(message) is { Success: true } path ? path.Groups["it"].Value : null;

    [GeneratedRegex("type discriminator", RegexOptions.None, 1000)]
    private static partial Regex Discriminator();

    [GeneratedRegex("including: (?<it>.+)$", RegexOptions.None, 1000)]
    private static partial Regex Missing();

    [GeneratedRegex("^Duplicate property (?<it>'.+?')", RegexOptions.None, 1000)]
    private static partial Regex Twice();

    [GeneratedRegex("^The JSON property (?<it>'.+') could not be mapped", RegexOptions.None, 1000)]
    private static partial Regex Unknown();

    [GeneratedRegex(@"Path: (?<it>\$\S*)", RegexOptions.None, 1000)]
    private static partial Regex Path();
}
