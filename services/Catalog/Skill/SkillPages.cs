using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>
/// Pages as they were last sent, in memory. Whatever changes one says so on <see cref="Versions.Channel"/> in its own
/// transaction, and the database tells every replica. A replica trusts what it keeps only while a round trip, begun less than
/// a second ago, has proved that it would have been told: no page is older than that, whatever breaks.
/// </summary>
public sealed class SkillPages(NpgsqlDataSource source, ILogger<SkillPages> log) : BackgroundService
{
    private const long MostBytes = 64 * 1024 * 1024;
    private const long Lease = 1000;
    private static readonly TimeSpan Proof = TimeSpan.FromMilliseconds(250);
    private readonly ConcurrentDictionary<string, SentPage> _pages = new(StringComparer.Ordinal);
    private long _bytes;
    private long _generation;
    private long _trustedUntil;

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<SkillPages>();
        services.AddHostedService(sp => sp.GetRequiredService<SkillPages>());
    }

    /// <summary>The page to send for a slug, if it may be trusted.</summary>
    public SentPage? Find(string slug) =>
        Environment.TickCount64 < Volatile.Read(ref _trustedUntil) && _pages.TryGetValue(slug, out var page)
            ? page
            : null;

    /// <summary>To be taken before a page is read, and given back with it: see <see cref="Keep"/>.</summary>
    public long Generation => Volatile.Read(ref _generation);

    /// <summary>Keeps a page, unless something changed since it was begun to be read.</summary>
    public void Keep(string slug, SentPage page, long generation)
    {
        if (generation != Generation)
            return;
        if (Interlocked.Add(ref _bytes, page.Body.Length) > MostBytes)
            Forget();
        _pages[slug] = page;
        if (generation != Generation)
            _pages.TryRemove(slug, out _);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Listen(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Pages are not kept in memory for now ({Reason}).", e.Message);
                await Task.Delay(Proof, stoppingToken)
                    .ContinueWith(
                        _ => { },
                        CancellationToken.None,
                        TaskContinuationOptions.None,
                        TaskScheduler.Default
                    );
            }
        }
    }

    private async Task Listen(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        connection.Notification += (_, told) => Changed(told.Payload);
        try
        {
            await Run(connection, $"listen {Versions.Channel}", ct);
            // What was said before we listened, we did not hear.
            Forget();
            while (true)
            {
                var begun = Environment.TickCount64;
                await Run(connection, "select 1", ct);
                Volatile.Write(ref _trustedUntil, begun + Lease);
                await connection.WaitAsync(Proof, ct);
            }
        }
        finally
        {
            Volatile.Write(ref _trustedUntil, 0);
        }
    }

    private void Changed(string what)
    {
        Interlocked.Increment(ref _generation);
        if (!Guid.TryParse(what, out var skill))
            Forget();
        else
            foreach (var (slug, page) in _pages)
                if (page.Skill == skill && _pages.TryRemove(slug, out _))
                    Interlocked.Add(ref _bytes, -page.Body.Length);
    }

    private void Forget()
    {
        Interlocked.Increment(ref _generation);
        _pages.Clear();
        Interlocked.Exchange(ref _bytes, 0);
    }

    private static async Task Run(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 1 };
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>A page as bytes; being an <see cref="IResult"/> itself, it is sent again as it is.</summary>
public sealed class SentPage : IResult
{
    private readonly string _tag;
    private readonly string _etag;

    public SentPage(SkillPage page, JsonSerializerOptions options)
    {
        Skill = page.Id;
        Body = JsonSerializer.SerializeToUtf8Bytes(page, options);
        // The version alone would not do: names of people, roles and levels change without it.
        var hash = Convert.ToHexStringLower(SHA256.HashData(Body).AsSpan(0, 6));
        _tag = string.Create(CultureInfo.InvariantCulture, $"{page.Last}-{hash}");
        _etag = $"\"{_tag}\"";
    }

    public Guid Skill { get; }
    public byte[] Body { get; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.Vary = "Accept-Datetime";
        response.Headers.ETag = _etag;
        if (httpContext.Request.Headers.IfNoneMatch.Count > 0 && Reading.NotModified(httpContext, _tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        response.Headers.ContentType = "application/json; charset=utf-8";
        response.Headers.ContentLength = Body.Length;
        return response.Body.WriteAsync(Body, httpContext.RequestAborted).AsTask();
    }
}
