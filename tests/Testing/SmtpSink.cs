using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MimeKit;

namespace SkillPlatform.Testing;

/// <summary>A mail as the server took it.</summary>
/// <param name="To">Recipients of the envelope.</param>
/// <param name="Raw">As it came over the wire.</param>
/// <param name="At">When the server answered 250, in ticks of <see cref="TimeProvider"/>.</param>
public sealed record Received(string[] To, byte[] Raw, long At)
{
    private MimeMessage? _message;

    /// <summary>Sender of the envelope: whom the server would tell.</summary>
    public string From { get; init; } = "";

    public MimeMessage Message => _message ??= MimeMessage.Load(new MemoryStream(Raw));
}

/// <summary>How the server treats the next mails.</summary>
public enum Mood
{
    /// <summary>Takes everything.</summary>
    Friendly,

    /// <summary>451 to each recipient.</summary>
    Busy,

    /// <summary>421 to whoever connects or begins a mail, and hangs up.</summary>
    Closing,

    /// <summary>550 to each recipient.</summary>
    Refusing,

    /// <summary>Takes the mail, then cuts the connection without an answer.</summary>
    Dropping,

    /// <summary>Answers nothing.</summary>
    Silent,
}

/// <summary>An SMTP server (RFC 5321, as much as a client needs) that keeps what it gets, and can be in a bad mood.</summary>
public sealed class SmtpSink : IAsyncDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentDictionary<TcpClient, byte> _clients = new();
    private TcpListener? _listener;

    public int Port { get; private set; }

    public Mood Mood { get; set; }

    public ConcurrentQueue<Received> Received { get; } = new();

    /// <summary>Called between taking a mail and saying so.</summary>
    public Action? Taking { get; set; }

    /// <summary>Attempts to hand over a recipient, whatever came of them.</summary>
    public int Attempts => _attempts;
    private int _attempts;

    public Task Start()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = Accept(_listener);
        return Task.CompletedTask;
    }

    /// <summary>Closes the port and every connection; <see cref="Start"/> opens the same port again.</summary>
    public void Stop()
    {
        _listener?.Stop();
        foreach (var client in _clients.Keys)
            client.Dispose();
    }

    private async Task Accept(TcpListener listener)
    {
        try
        {
            while (true)
                _ = Converse(await listener.AcceptTcpClientAsync(_over.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task Converse(TcpClient client)
    {
        _clients[client] = 0;
        client.NoDelay = true;
        try
        {
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.Latin1);
            await using var writer = new StreamWriter(stream, Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
            await writer.WriteLineAsync("220 sink ESMTP");
            var (from, to) = ("", new List<string>());
            while (await reader.ReadLineAsync(_over.Token) is { } line)
            {
                if (Mood == Mood.Silent)
                    await Task.Delay(Timeout.Infinite, _over.Token);
                if (Mood == Mood.Closing)
                {
                    await writer.WriteLineAsync("421 closing for a while");
                    return;
                }
                var verb = line.Split(' ', 2)[0].ToUpperInvariant();
                switch (verb)
                {
                    case "EHLO":
                        await writer.WriteAsync(
                            "250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n250 SIZE 50000000\r\n"
                        );
                        await writer.FlushAsync();
                        break;
                    case "RCPT":
                        Interlocked.Increment(ref _attempts);
                        if (Mood is Mood.Busy or Mood.Refusing)
                            await writer.WriteLineAsync(Mood == Mood.Busy ? "451 busy" : "550 no such user");
                        else
                        {
                            to.Add(Address(line));
                            await writer.WriteLineAsync("250 ok");
                        }
                        break;
                    case "DATA" when to.Count == 0:
                        await writer.WriteLineAsync("503 no recipient");
                        break;
                    case "DATA":
                        await writer.WriteLineAsync("354 go on");
                        var raw = new StringBuilder();
                        while (await reader.ReadLineAsync(_over.Token) is { } text && text != ".")
                            raw.Append(text.StartsWith('.') ? text[1..] : text).Append("\r\n");
                        if (Mood == Mood.Dropping)
                            return;
                        Received.Enqueue(
                            new Received(
                                [.. to],
                                Encoding.Latin1.GetBytes(raw.ToString()),
                                TimeProvider.System.GetTimestamp()
                            )
                            {
                                From = from,
                            }
                        );
                        to.Clear();
                        Taking?.Invoke();
                        await writer.WriteLineAsync("250 taken");
                        break;
                    case "QUIT":
                        await writer.WriteLineAsync("221 bye");
                        return;
                    default:
                        if (verb is "RSET" or "MAIL")
                            to.Clear();
                        if (verb is "MAIL")
                            from = Address(line);
                        await writer.WriteLineAsync("250 ok");
                        break;
                }
            }
        }
        catch (Exception e)
            when (e is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The client or the test has hung up.
        }
        finally
        {
            _clients.TryRemove(client, out _);
            client.Dispose();
        }
    }

    private static string Address(string line) =>
        line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        Stop();
        _over.Dispose();
    }
}
