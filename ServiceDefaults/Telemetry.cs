using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace SkillPlatform.ServiceDefaults;

/// <summary>Traces, metrics and logs, exported where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set: docs/telemetry.md.</summary>
public static class Telemetry
{
    /// <summary>Name of the one meter, and of the source of spans, of the platform's own.</summary>
    public const string Name = "SkillPlatform";

    internal static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            return;
        var service =
            builder.Configuration["OTEL_SERVICE_NAME"] ?? builder.Environment.ApplicationName.ToLowerInvariant();
        // Scopes are not taken: the one of a request holds its path. The trace that a line belongs to stands beside it anyway.
        builder.Logging.AddOpenTelemetry(logging => logging.IncludeFormattedMessage = true);
        // An orchestrator on a developer's machine would have what stands in queries: codes, tokens, what somebody looked for.
        foreach (var instrumentation in (string[])["ASPNETCORE", "HTTPCLIENT"])
            builder.Configuration[$"OTEL_DOTNET_EXPERIMENTAL_{instrumentation}_DISABLE_URL_QUERY_REDACTION"] = "false";
        builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(service))
            .WithMetrics(metrics =>
                metrics
                    .AddAspNetCoreInstrumentation()
                    .AddHttpClientInstrumentation()
                    .AddRuntimeInstrumentation()
                    .AddMeter(Name, "MassTransit", "Marten")
            )
            .WithTracing(tracing =>
                tracing
                    .SetSampler(new ParentBasedSampler(new FromOutside()))
                    .AddAspNetCoreInstrumentation(options =>
                        options.Filter = http =>
                            !http.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
                    )
                    .AddHttpClientInstrumentation()
                    .AddSource(Name, "MassTransit", "Marten", "Npgsql")
                    .AddProcessor<WithoutSecrets>()
            )
            .UseOtlpExporter();
    }
}

/// <summary>A trace begins with a request or a message: what polls by itself would be nearly all there is to see.</summary>
internal sealed class FromOutside : Sampler
{
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        new(
            samplingParameters.Kind is ActivityKind.Server or ActivityKind.Consumer
                ? SamplingDecision.RecordAndSample
                : SamplingDecision.Drop
        );
}

/// <summary>
/// The path of a link in a mail opens what it leads to, whoever has it: spans say that it was followed, and not which one.
/// </summary>
internal sealed partial class WithoutSecrets : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        foreach (var tag in (string[])["url.path", "url.full"])
            if (data.GetTagItem(tag) is string address)
                data.SetTag(tag, Secret().Replace(address, "Redacted"));
    }

    [GeneratedRegex("(?<=/unsubscribe/)[^/?#]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Secret();
}
