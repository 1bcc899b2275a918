using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SkillPlatform.Testing;

/// <summary>A span as it was exported.</summary>
/// <param name="Parent">Empty for the first of its trace.</param>
/// <param name="Kind">2 server, 3 client, 4 producer, 5 consumer; 1 none of them.</param>
/// <param name="Raw">All of it, attributes too, as Latin-1.</param>
public sealed record Span(string Process, string Trace, string Id, string Parent, string Name, int Kind, string Raw);

/// <summary>Takes telemetry as processes export it, by OTLP over HTTP, and keeps the spans, and metrics and logs as they came.</summary>
public sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _server;

    public Collector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapPost("/v1/traces", async (HttpRequest request) => Take(await Body(request)));
        _server.MapPost(
            "/v1/metrics",
            async (HttpRequest request) => Metrics.Add(Encoding.Latin1.GetString(await Body(request)))
        );
        _server.MapPost(
            "/v1/logs",
            async (HttpRequest request) => Logs.Add(Encoding.Latin1.GetString(await Body(request)))
        );
    }

    public ConcurrentBag<Span> Spans { get; } = [];

    public ConcurrentBag<string> Metrics { get; } = [];

    public ConcurrentBag<string> Logs { get; } = [];

    /// <summary>Listens; gives what tells a process where.</summary>
    public async Task<IReadOnlyDictionary<string, string?>> Start()
    {
        await _server.StartAsync();
        var address = _server
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.Single();
        return new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "500",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "500",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "5000",
        };
    }

    private static async Task<byte[]> Body(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    // opentelemetry/proto/trace/v1/trace.proto, as far as it is asked for here.
    private void Take(byte[] request)
    {
        foreach (var resource in All(request, 1))
        {
            var attributes = All(All(resource, 1).Single(), 1)
                .ToDictionary(a => Text(a, 1), a => Text(All(a, 2).Single(), 1), StringComparer.Ordinal);
            foreach (var span in All(resource, 2).SelectMany(scope => All(scope, 2)))
                Spans.Add(
                    new Span(
                        attributes["service.name"],
                        Hex(span, 1),
                        Hex(span, 2),
                        Hex(span, 4),
                        Text(span, 5),
                        (int)Fields(span).Single(f => f.Field == 6).Number,
                        Encoding.Latin1.GetString(span.Span)
                    )
                );
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> All(ReadOnlyMemory<byte> message, int field) =>
        Fields(message).Where(f => f.Field == field).Select(f => f.Bytes);

    private static string Text(ReadOnlyMemory<byte> message, int field) =>
        All(message, field).Select(bytes => Encoding.UTF8.GetString(bytes.Span)).FirstOrDefault("");

    private static string Hex(ReadOnlyMemory<byte> message, int field) =>
        All(message, field).Select(bytes => Convert.ToHexStringLower(bytes.Span)).FirstOrDefault("");

    // The wire format of protobuf: a tag, then a number or bytes with their length.
    private static List<(int Field, ReadOnlyMemory<byte> Bytes, ulong Number)> Fields(ReadOnlyMemory<byte> message)
    {
        var fields = new List<(int, ReadOnlyMemory<byte>, ulong)>();
        var at = 0;
        while (at < message.Length)
        {
            var tag = Number();
            var (field, number, length) = ((int)(tag >> 3), 0UL, 0);
            switch (tag & 7)
            {
                case 0:
                    number = Number();
                    break;
                case 1:
                    length = 8;
                    break;
                case 5:
                    length = 4;
                    break;
                default:
                    length = (int)Number();
                    break;
            }
            fields.Add((field, message.Slice(at, length), number));
            at += length;
        }
        return fields;

        ulong Number()
        {
            var value = 0UL;
            for (var shift = 0; ; shift += 7)
            {
                var one = message.Span[at++];
                value |= (ulong)(one & 0x7f) << shift;
                if (one < 0x80)
                    return value;
            }
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
