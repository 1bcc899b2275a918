using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications;

/// <summary>One call and what came of it.</summary>
/// <param name="At">When it began.</param>
/// <param name="Headers">Those that say something.</param>
/// <param name="Body">What was sent.</param>
/// <param name="Status">Of the answer; null where there was none.</param>
/// <param name="Answer">Its first 1,000 characters.</param>
/// <param name="RetryAfter">How long the receiver asks to be left alone.</param>
/// <param name="Took">Until the answer was read.</param>
/// <param name="Error">Why there was no answer.</param>
public sealed record Call(
    DateTimeOffset At,
    IReadOnlyDictionary<string, string> Headers,
    string Body,
    int? Status,
    string? Answer,
    TimeSpan? RetryAfter,
    TimeSpan Took,
    string? Error
)
{
    public bool Taken => Status is >= 200 and < 300;
}

/// <summary>Calls webhooks: signed, within ten seconds, and nowhere but where <see cref="Reach"/> leads.</summary>
public sealed class Calling(Reach reach, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private const int Longest = 64 * 1024;

    private readonly HttpClient _http = new(reach.Handler()) { Timeout = Timeout.InfiniteTimeSpan };

    public async Task<Call> Post(Webhook webhook, Guid id, string body, CancellationToken ct)
    {
        var (now, began) = (time.GetUtcNow(), time.GetTimestamp());
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["webhook-id"] = id.ToString(),
            ["webhook-timestamp"] = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["webhook-signature"] = webhook.Sign(id, now, body),
            ["user-agent"] = "SkillPlatform-Webhooks",
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url);
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            foreach (var (name, value) in headers)
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var answer = await Read(response, limit.Token);
            return Of((int)response.StatusCode, answer, RetryAfter(response, now), error: null);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Of(null, null, null, $"No answer within {Patience.TotalSeconds} seconds.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return Of(null, null, null, Reason(e));
        }

        Call Of(int? status, string? answer, TimeSpan? retryAfter, string? error) =>
            new(now, headers, body, status, answer, retryAfter, time.GetElapsedTime(began), error);
    }

    // No more than is shown of it, and room for what is longer in bytes.
    private static async Task<string> Read(HttpResponseMessage response, CancellationToken ct)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        var bytes = new byte[Longest];
        var length = await stream.ReadAtLeastAsync(bytes, Longest, throwOnEndOfStream: false, ct);
        var text = Encoding.UTF8.GetString(bytes, 0, length).Replace('\0', ' ');
        return Line.Cut(text, 1000);
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now) =>
        response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) ? null
        : response.Headers.RetryAfter is { Delta: { } delta } ? delta
        : response.Headers.RetryAfter is { Date: { } date } ? date - now
        : null;

    private static string Reason(Exception e) =>
        e switch
        {
            { InnerException: ForbiddenAddressException forbidden } => forbidden.Message,
            { InnerException: SocketException socket } => $"Not reached: {socket.SocketErrorCode}.",
            HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http =>
                $"Not reached: {http.HttpRequestError}.",
            _ => $"Not reached: {e.GetType().Name}.",
        };

    public void Dispose() => _http.Dispose();
}

/// <summary>What is to be done after a call.</summary>
public abstract record Next
{
    /// <summary>It was taken: the next one.</summary>
    public sealed record On : Next;

    /// <summary>The same again, not before.</summary>
    public sealed record Again(DateTimeOffset At) : Next;

    /// <summary>Nothing more.</summary>
    public sealed record Off(string Why) : Next;

    /// <summary>How long one entry is tried.</summary>
    public static readonly TimeSpan GivenUpAfter = TimeSpan.FromHours(24);

    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>Pure: two seconds at first, three times as long each time, an hour at most; 24 hours in all.</summary>
    /// <param name="webhook">As it was before the call.</param>
    /// <param name="call">What came of it.</param>
    /// <param name="now">UTC.</param>
    /// <param name="chance">From 0 to 1: receivers that failed together are not called together.</param>
    public static Next After(Webhook webhook, Call call, DateTimeOffset now, double chance)
    {
        if (call.Taken)
            return new On();
        if (call.Status == (int)HttpStatusCode.Gone)
            return new Off(Webhook.Gone);
        var end = (webhook.FailingSince ?? now) + GivenUpAfter;
        if (now >= end)
            return new Off(Webhook.Failing);
        var seconds = Math.Min(LongestWait.TotalSeconds, 2 * Math.Pow(3, Math.Min(webhook.Attempts, 10)));
        var wait = TimeSpan.FromSeconds(seconds * (0.75 + chance / 2));
        if (call.RetryAfter > wait)
            wait = call.RetryAfter.Value;
        return new Again(end - now < wait ? end : now + wait);
    }
}
