using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StandardWebhooks;

namespace SkillPlatform.Notifications.Tests;

/// <summary>A call as its receiver got it.</summary>
public sealed record Got(HeaderDictionary Headers, string Body)
{
    public JsonElement Json { get; } = JsonDocument.Parse(Body).RootElement;

    public string Id => Headers["webhook-id"].ToString();

    public string Type => Json.GetProperty("type").GetString()!;

    /// <summary>By an implementation that is not ours; it reads the first signature alone, so it is given one at a time.</summary>
    public bool IsSignedWith(string secret) =>
        Headers["webhook-signature"].ToString().Split(' ').Any(signature => Verifies(secret, signature));

    private bool Verifies(string secret, string signature)
    {
        var headers = new HeaderDictionary
        {
            ["webhook-id"] = Headers["webhook-id"],
            ["webhook-timestamp"] = Headers["webhook-timestamp"],
            ["webhook-signature"] = signature,
        };
        try
        {
            new StandardWebhook(secret).Verify(Body, headers);
            return true;
        }
        catch (StandardWebhooks.Diagnostics.WebhookVerificationException)
        {
            return false;
        }
    }
}

/// <summary>Somebody's receiver of webhooks, on loopback.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<Got> _got = new();
    private WebApplication? _app;

    public string Url { get; private set; } = "";

    /// <summary>How it answers.</summary>
    public Func<HttpContext, Got, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>What it was called with, whatever it answered.</summary>
    public Got[] Calls => [.. _got];

    public async Task<Receiver> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Map("/{**path}", Take);
        await _app.StartAsync();
        Url = $"{_app.Urls.First()}/hook";
        return this;
    }

    private async Task Take(HttpContext http)
    {
        var headers = new HeaderDictionary(http.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
        using var reader = new StreamReader(http.Request.Body);
        var got = new Got(headers, await reader.ReadToEndAsync());
        _got.Enqueue(got);
        await Answer(http, got);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }
}
