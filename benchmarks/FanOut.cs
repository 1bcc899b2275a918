using System.Net.Sockets;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using SkillPlatform.Testing;
using Received = SkillPlatform.Testing.Received;

namespace SkillPlatform.Benchmarks;

/// <summary>One merge that ten thousand people are told of.</summary>
public static class FanOut
{
    private const int Watchers = 10_000;

    // As of Notifications.
    private const int Connections = 1;
    private const int WarmUps = 3;

    /// <param name="platform">Running, idle.</param>
    /// <param name="people">Signed in.</param>
    /// <param name="smtp">Where its mails go.</param>
    /// <param name="merge">Proposes and approves a change.</param>
    public static async Task<Measure[]> Run(Platform platform, People people, SmtpSink smtp, Func<string, Task> merge)
    {
        var watched = await people.Reader.Send(HttpMethod.Put, "/api/notifications/watches/catalogue/all");
        if (watched.Status is < 200 or >= 300)
            throw new InvalidOperationException($"watch: {watched.Status} {watched.Body}");
        await Crowd.Gather(platform, people.Reader.Id, Watchers);
        // Until the compiler is done, which takes some merges: it would else have a third of the sender's time.
        for (var round = 1; round <= WarmUps; round++)
            await Told($"Warming up, {round}.");
        using var client = new HttpClient { BaseAddress = platform["Catalog"] };
        var quiet = await Reads(client, () => false);
        var before = platform.Memory("Notifications");
        var most = before;
        var telling = Told("Told to ten thousand.");
        var meanwhile = await Reads(
            client,
            () => telling.IsCompleted,
            () => most = Math.Max(most, platform.Memory("Notifications"))
        );
        var mails = await telling;
        var seconds = TimeProvider.System.GetElapsedTime(mails[0].At, mails[^1].At).TotalSeconds;
        MimeMessage[] messages = [.. mails.Select(mail => mail.Message)];
        // As warm as what it is compared to.
        await Loop(messages);
        var floor = await Loop(messages);
        var twice = mails.Length - mails.Select(mail => mail.To[0]).Distinct(StringComparer.Ordinal).Count();
        return
        [
            Measure.RatioAtLeast("mails of one merge to 10,000 watchers", mails.Length / seconds, "/s", floor, 0.8) with
            {
                Because =
                    "each mail is made for its reader and recorded as sent; the plain loop sends what is made already, and has both "
                    + "cores to itself",
            },
            Measure.AtMost("readers who got it twice", twice, "", 0),
            Measure.AtMost("memory that Notifications grew by meanwhile", (most - before) / 1e6, "MB", 100),
            Measure.RatioAtMost("profile read p99 meanwhile, beside quiet", meanwhile, "ms", quiet, 2),
        ];

        async Task<Received[]> Told(string mark)
        {
            smtp.Received.Clear();
            await merge(mark);
            Received[] Theirs() =>
                [.. smtp.Received.Where(m => m.To[0].StartsWith("crowd-", StringComparison.Ordinal))];
            await Eventually.Holds(
                () => Task.FromResult(smtp.Received.Count >= Watchers && Theirs().Length >= Watchers),
                TimeSpan.FromMinutes(3)
            );
            return Theirs();
        }
    }

    // Fifty a second, for as long as it is not over and five seconds at least: the hundredth part that took longest.
    private static async Task<double> Reads(HttpClient client, Func<bool> isOver, Action? each = null)
    {
        var took = new List<double>();
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (took.Count < 250 || (each is not null && !isOver()))
        {
            await beat.WaitForNextTickAsync();
            var start = TimeProvider.System.GetTimestamp();
            await client.GetByteArrayAsync("/api/catalog/skills/skill-1");
            took.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            if (took.Count % 25 == 0)
                each?.Invoke();
        }
        return Measure.Percentile(took, 0.99);
    }

    /// <summary>The same mails to a server of the same kind, by as many connections: mails a second.</summary>
    private static async Task<double> Loop(MimeMessage[] messages)
    {
        await using var sink = new SmtpSink();
        await sink.Start();
        var start = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(
            Enumerable
                .Range(0, Connections)
                .Select(first =>
                    Task.Run(async () =>
                    {
                        using var client = new SmtpClient();
                        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                        await socket.ConnectAsync("127.0.0.1", sink.Port);
                        await client.ConnectAsync(socket, "127.0.0.1", sink.Port, SecureSocketOptions.None);
                        for (var i = first; i < messages.Length; i += Connections)
                            await client.SendAsync(messages[i]);
                    })
                )
        );
        return messages.Length / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }
}
