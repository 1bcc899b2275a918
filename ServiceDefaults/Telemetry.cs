using System.Diagnostics;
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
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
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
