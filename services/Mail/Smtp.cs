using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace SkillPlatform.Mail;

/// <summary>The configuration section <c>Smtp</c>.</summary>
public sealed class SmtpOptions
{
    /// <summary>Name or address of the server.</summary>
    public string Host { get; set; } = "localhost";

    /// <summary>TCP port.</summary>
    public int Port { get; set; } = 25;

    /// <summary>Sender, for example <c>SkillPlatform &lt;skills@example.org&gt;</c>.</summary>
    public string From { get; set; } = "SkillPlatform <notifications@localhost>";

    /// <summary>Whom to sign in as; null for nobody.</summary>
    public string? User { get; set; }

    /// <summary>Of the user.</summary>
    public string? Password { get; set; }

    /// <summary><c>auto</c> (STARTTLS where the server has it; nothing on loopback), <c>none</c>, <c>starttls</c> or <c>tls</c>.</summary>
    public string Security { get; set; } = "auto";

    /// <summary>Connections kept open, and so mails on their way at once, and mails that may go twice if the process is killed.</summary>
    public int Connections { get; set; } = 1;

    /// <summary>How long one attempt may take.</summary>
    public double TimeoutSeconds { get; set; } = 15;

    /// <summary>Mails a minute that this process hands over at most; 0 for as many as the server takes.</summary>
    public int PerMinute { get; set; }

    /// <summary>
    /// Where servers return what they cannot deliver, with <c>{id}</c> for the mail's: <c>bounces+{id}@example.org</c>. Null
    /// for the address that mails are from.
    /// </summary>
    public string? ReturnPath { get; set; }

    /// <summary>Null where mails are signed by the server, or by nobody.</summary>
    public DkimOptions? Dkim { get; set; }
}

/// <summary>The configuration section <c>Smtp:Dkim</c>: who signs, and with which key (RFC 6376).</summary>
public sealed class DkimOptions
{
    /// <summary>Whose key it is.</summary>
    public string Domain { get; set; } = "";

    /// <summary>The key's name in the domain's DNS.</summary>
    public string Selector { get; set; } = "";

    /// <summary>Path of the private RSA key, as PEM.</summary>
    public string KeyFile { get; set; } = "";
}

/// <summary>What came of handing a mail to the server.</summary>
public abstract record Outcome
{
    private static readonly TimeSpan GivenUpAfter = TimeSpan.FromHours(48);

    private Outcome() { }

    /// <summary>When to try again; null for never.</summary>
    /// <param name="attempts">Made before this one.</param>
    /// <param name="age">How long the mail has been tried.</param>
    public TimeSpan? Again(int attempts, TimeSpan age) =>
        this switch
        {
            NotTried rest => rest.Wait,
            Deferred or Unreachable when age > GivenUpAfter => null,
            // 2 s, doubled each time, at most ten minutes.
            Deferred => TimeSpan.FromSeconds(Math.Min(600, 2 * Math.Pow(2, Math.Min(attempts, 10)))),
            // That it is back is noticed for all mails together, so no single one waits long.
            Unreachable => TimeSpan.FromSeconds(Math.Min(5, attempts + 1)),
            _ => null,
        };

    /// <summary>The number of the server's answer, for whom its words do not concern: they may name the reader. 0 for none.</summary>
    public int Code =>
        this switch
        {
            Accepted => 250,
            Refused refused => Number(refused.Why),
            Deferred deferred => Number(deferred.Why),
            _ => 0,
        };

    private static int Number(string answer) =>
        int.TryParse(answer.Split(' ')[0], CultureInfo.InvariantCulture, out var code) ? code : 0;

    /// <summary>The server has taken it.</summary>
    /// <param name="Answer">May hold the name that the server knows the mail by.</param>
    public sealed record Accepted(string Answer) : Outcome;

    /// <summary>The server will never take it (5xx).</summary>
    /// <param name="Why">The server's words, which may name the reader.</param>
    public sealed record Refused(string Why) : Outcome;

    /// <summary>The server does not want it now (4xx).</summary>
    /// <param name="Why">The server's words, which may name the reader.</param>
    public sealed record Deferred(string Why) : Outcome;

    /// <summary>There was no server to ask, or it did not answer.</summary>
    /// <param name="Why">What stood in the way.</param>
    public sealed record Unreachable(string Why) : Outcome;

    /// <summary>Nothing was tried, since nothing worked of late.</summary>
    /// <param name="Wait">How long to leave it so.</param>
    public sealed record NotTried(TimeSpan Wait) : Outcome;
}

/// <summary>The server as all connections together see it: when it fails every time, only one mail at a time is tried.</summary>
public sealed class SmtpServer
{
    private readonly ResiliencePipeline _pipeline;
    private readonly TimeProvider _time;
    private int _openings;
    private long _openUntil;

    /// <param name="options">Where it is, and how long it may take.</param>
    /// <param name="time">The clock.</param>
    public SmtpServer(SmtpOptions options, TimeProvider time)
    {
        // A slip of the pen would else be "auto", which sends in the clear to who offers nothing better.
        if (options.Security is not ("auto" or "none" or "starttls" or "tls"))
            throw new InvalidOperationException($"Smtp__Security is auto, none, starttls or tls: {options.Security}");
        Options = options;
        _time = time;
        var failure = new PredicateBuilder().Handle<Exception>(e =>
            e is not (BrokenCircuitException or SmtpCommandException { StatusCode: >= (SmtpStatusCode)500 })
        );
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            // A connection that was kept open may have been closed from afar: once more, on a new one.
            .AddRetry(
                new RetryStrategyOptions
                {
                    ShouldHandle = new PredicateBuilder().Handle<StaleConnectionException>(),
                    MaxRetryAttempts = 1,
                    Delay = TimeSpan.Zero,
                }
            )
            .AddCircuitBreaker(
                new CircuitBreakerStrategyOptions
                {
                    ShouldHandle = failure,
                    FailureRatio = 1,
                    MinimumThroughput = 3,
                    SamplingDuration = TimeSpan.FromSeconds(10),
                    BreakDurationGenerator = _ =>
                        ValueTask.FromResult(TimeSpan.FromSeconds(Math.Min(4, Math.Pow(2, Math.Min(_openings, 2))))),
                    OnOpened = opened =>
                    {
                        _openings++;
                        _openUntil = (time.GetUtcNow() + opened.BreakDuration).UtcTicks;
                        return default;
                    },
                    OnClosed = _ =>
                    {
                        (_openings, _openUntil) = (0, 0);
                        Recovered?.Invoke();
                        return default;
                    },
                }
            )
            .AddTimeout(new TimeoutStrategyOptions { Timeout = TimeSpan.FromSeconds(options.TimeoutSeconds) })
            .Build();
    }

    /// <summary>As configured.</summary>
    public SmtpOptions Options { get; }

    /// <summary>Called when the server takes mails again.</summary>
    public Action? Recovered { get; set; }

    /// <summary>True since the server began to fail every time until it takes a mail again.</summary>
    public bool IsFailing => _openUntil != 0;

    /// <summary>How long nothing needs to be tried.</summary>
    public TimeSpan Rest =>
        TimeSpan.FromTicks(Math.Max(0, Interlocked.Read(ref _openUntil) - _time.GetUtcNow().UtcTicks));

    /// <summary>Hands a mail over; what goes wrong is told, not thrown.</summary>
    /// <param name="connection">One that nobody else uses meanwhile.</param>
    /// <param name="mail">The mail.</param>
    /// <param name="returnTo">Where it comes back to.</param>
    public async Task<Outcome> Send(SmtpConnection connection, MimeMessage mail, MailboxAddress returnTo)
    {
        try
        {
            // Not cancelled at shutdown: what was begun is brought to its end, or to its timeout.
            return new Outcome.Accepted(
                await _pipeline.ExecuteAsync(
                    async ct => $"250 {await connection.Send(mail, returnTo, ct)}",
                    CancellationToken.None
                )
            );
        }
        catch (BrokenCircuitException open)
        {
            return new Outcome.NotTried(open.RetryAfter ?? TimeSpan.FromSeconds(1));
        }
        catch (SmtpCommandException answer)
        {
            var why = $"{(int)answer.StatusCode} {answer.Message}";
            return (int)answer.StatusCode >= 500 ? new Outcome.Refused(why) : new Outcome.Deferred(why);
        }
        catch (Exception e)
        {
            return new Outcome.Unreachable(
                e is TimeoutRejectedException ? "The server did not answer in time." : e.Message
            );
        }
    }
}

// A connection that had been kept open turned out to be closed.
internal sealed class StaleConnectionException(Exception inner) : Exception(inner.Message, inner);

/// <summary>One connection to the server, opened when needed and kept open.</summary>
/// <param name="options">Where the server is.</param>
/// <param name="time">The clock.</param>
public sealed class SmtpConnection(SmtpOptions options, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Trusted = TimeSpan.FromSeconds(5);
    private SmtpClient? _client;
    private long _used;

    /// <summary>Gives the words of the server that took it.</summary>
    /// <param name="mail">The mail.</param>
    /// <param name="returnTo">Where it comes back to.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<string> Send(MimeMessage mail, MailboxAddress returnTo, CancellationToken ct)
    {
        var client = await Ready(ct);
        var fresh = _used == 0;
        try
        {
            var answer = await client.SendAsync(mail, returnTo, mail.To.Mailboxes, ct);
            _used = time.GetTimestamp();
            return answer;
        }
        catch (SmtpCommandException answer) when (answer.StatusCode != SmtpStatusCode.ServiceNotAvailable)
        {
            // An answer: the connection is as good as before.
            _used = time.GetTimestamp();
            throw;
        }
        catch (Exception e)
        {
            Close();
            // MAIL FROM not even answered: the server had hung up before, and cannot have taken the mail.
            if (!fresh && e is ServiceNotConnectedException)
                throw new StaleConnectionException(e);
            throw;
        }
    }

    private async Task<SmtpClient> Ready(CancellationToken ct)
    {
        if (_client is not null && time.GetElapsedTime(_used) > Trusted)
            await Probe(_client, ct);
        if (_client is { IsConnected: true })
            return _client;
        Close();
        var client = new SmtpClient
        {
            Timeout = (int)(options.TimeoutSeconds * 1000),
            CheckCertificateRevocation = false,
        };
        try
        {
            await client.ConnectAsync(await Connected(ct), options.Host, options.Port, Security(), ct);
            if (options.User is { Length: > 0 } user)
                await client.AuthenticateAsync(user, options.Password ?? "", ct);
            // To announce its size, each mail would be written twice; none of ours comes near a server's limit.
            client.Capabilities &= ~SmtpCapabilities.Size;
        }
        catch (SmtpCommandException greeting)
        {
            // Refusing us is not refusing the mail.
            client.Dispose();
            throw new IOException($"The server does not let us in: {greeting.Message}", greeting);
        }
        catch
        {
            client.Dispose();
            throw;
        }
        return _client = client;
    }

    // With Nagle's algorithm the end of each mail would wait 40 ms for the server to acknowledge what came before it.
    private async Task<Socket> Connected(CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, ct);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task Probe(SmtpClient client, CancellationToken ct)
    {
        try
        {
            await client.NoOpAsync(ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Close();
        }
    }

    private SecureSocketOptions Security() =>
        options.Security switch
        {
            "none" => SecureSocketOptions.None,
            "starttls" => SecureSocketOptions.StartTls,
            "tls" => SecureSocketOptions.SslOnConnect,
            _ => options.Host == "localhost"
            || (IPAddress.TryParse(options.Host, out var ip) && IPAddress.IsLoopback(ip))
                ? SecureSocketOptions.None
                : SecureSocketOptions.StartTlsWhenAvailable,
        };

    private void Close()
    {
        _client?.Dispose();
        (_client, _used) = (null, 0);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_client is { IsConnected: true })
            await _client.DisconnectAsync(true);
        Close();
    }
}
