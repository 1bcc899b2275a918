using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Testing;

namespace SkillPlatform.EventSourcing.Tests;

/// <summary>What whoever reads the telemetry learns.</summary>
public sealed class TelemetryTests
{
    private const string InPath = "in-the-path-of-a-link-in-a-mail";
    private const string InQuery = "in-the-query-of-a-link-in-a-mail";
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Neither_spans_nor_logs_nor_metrics_hold_what_opens_a_link_in_a_mail()
    {
        await using var collector = new Collector();
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(await collector.Start());
        builder.Configuration["OTEL_SERVICE_NAME"] = "links";
        // As an orchestrator sets it for a developer.
        builder.Configuration["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"] = "true";
        builder.Configuration["OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION"] = "true";
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        await using var app = builder.Build();
        app.UseServiceDefaults();
        app.MapGet(
            "/api/notifications/unsubscribe/{token}",
            (ILogger<TelemetryTests> log) => log.LogWarning("Somebody followed a link.")
        );
        // As a proxy: the next one is asked under the same address.
        app.MapGet(
            "/unsubscribe/{token}",
            async (HttpContext http, IHttpClientFactory clients) =>
            {
                using var client = clients.CreateClient();
                await client.GetStringAsync(
                    $"{app.Urls.First()}/api/notifications{http.Request.Path}{http.Request.QueryString}",
                    http.RequestAborted
                );
            }
        );
        await app.StartAsync(_ct);
        // A reader's program says nothing of a trace.
        using var mail = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null })
        {
            BaseAddress = new Uri(app.Urls.First()),
        };
        foreach (var unsubscribe in (string[])["/unsubscribe/", "/Unsubscribe/"])
            await mail.GetStringAsync($"{unsubscribe}{InPath}?code={InQuery}", _ct);

        // Each link is followed to the proxy, by it, and to where it leads.
        await Eventually.Get(
            () =>
                Task.FromResult(
                    (
                        Paths: Spans(2, "url.path"),
                        Addresses: Spans(3, "url.full"),
                        Logs: collector.Logs.Count(log => log.Contains("Somebody followed", StringComparison.Ordinal)),
                        Metrics: collector.Metrics.Count(told => told.Contains("{token}", StringComparison.Ordinal))
                    )
                ),
            told => told is { Paths: 4, Addresses: 2, Logs: > 0, Metrics: > 0 }
        );
        Assert.All(
            [.. collector.Spans.Select(span => span.Raw), .. collector.Logs, .. collector.Metrics],
            told =>
            {
                Assert.DoesNotContain(InPath, told, StringComparison.Ordinal);
                Assert.DoesNotContain(InQuery, told, StringComparison.Ordinal);
            }
        );

        int Spans(int kind, string tag) =>
            collector.Spans.Count(span =>
                span.Kind == kind
                && span.Raw.Contains(tag, StringComparison.Ordinal)
                && span.Raw.Contains("unsubscribe/", StringComparison.OrdinalIgnoreCase)
            );
    }
}
