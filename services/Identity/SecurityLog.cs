using System.Globalization;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>One thing that whoever guards an installation wants to see.</summary>
public sealed class SecurityEvent
{
    /// <summary>Of version 7, so that the newest is the greatest.</summary>
    public Guid Id { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>What happened, in one word: <c>passwordWrong</c>, <c>accountRolesChanged</c>.</summary>
    public string What { get; set; } = "";

    /// <summary>Id of the account it is about; null where only an address was named.</summary>
    public string? Account { get; set; }

    /// <summary>Id of who did it; null where nobody was signed in.</summary>
    public string? By { get; set; }

    /// <summary>A hash: enough to see that two are the same.</summary>
    public string? Address { get; set; }

    /// <summary>A hash of the client's network.</summary>
    public string? Client { get; set; }

    /// <summary>Roles, a route, a program; never a secret.</summary>
    public string? Details { get; set; }
}

/// <summary>
/// What whoever guards an installation wants to see, under one category and in the database for the page of administrators:
/// guesses, denials, and what happened to accounts. It names accounts by their ids, addresses and clients by hashes, and no
/// secret at all.
/// </summary>
public sealed partial class SecurityLog(ILoggerFactory logs, TimeProvider time)
{
    private readonly ILogger _log = logs.CreateLogger(Denials.Category);

    // Nobody waits for it to be written. Under a flood the log has all; what is kept begins again with the newest.
    private readonly Channel<SecurityEvent> _kept = Channel.CreateBounded<SecurityEvent>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest }
    );

    internal ChannelReader<SecurityEvent> Kept => _kept.Reader;

    public void Right(Guessed what, string address, string client)
    {
        LogRight(what, address, client);
        Keep($"{what}Right", address: address, client: client);
    }

    public void Wrong(Guessed what, string address, string client, bool locked)
    {
        LogWrong(what, address, client, locked);
        Keep($"{what}Wrong", address: address, client: client, details: locked ? "locked" : null);
    }

    public void TooOften(Guessed what, string address, string client)
    {
        LogTooOften(what, address, client);
        Keep("TooOften", address: address, client: client, details: $"{what}");
    }

    public void PasskeyRight(string account)
    {
        LogPasskeyRight(account);
        Keep("PasskeyRight", account, account);
    }

    public void PasskeyWrong()
    {
        LogPasskeyWrong();
        Keep("PasskeyWrong");
    }

    /// <param name="account">Whose, where that is known.</param>
    /// <param name="why">In one word.</param>
    public void NoTokens(string? account, string why)
    {
        LogNoTokens(account, why);
        Keep("NoTokens", account, details: why);
    }

    public void Happened(string account, string happened, string by, string more)
    {
        LogHappened(account, happened, by, more);
        Keep(happened, account, by, details: more.Length > 0 ? more : null);
    }

    /// <summary>Keeps each request of somebody signed in who may not do what it asks for; logged it is in every service.</summary>
    public async Task Watch(HttpContext http, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(next);
        await next(http);
        if (http.Response.StatusCode != StatusCodes.Status403Forbidden)
            return;
        var (caller, route) = (Caller.Of(http).Id, (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText);
        Keep("Denied", caller, caller, details: $"{http.Request.Method} {route}");
    }

    private void Keep(
        string what,
        string? account = null,
        string? by = null,
        string? address = null,
        string? client = null,
        string? details = null
    ) =>
        _kept.Writer.TryWrite(
            new SecurityEvent
            {
                Id = Guid.CreateVersion7(time.GetUtcNow()),
                At = time.GetUtcNow(),
                What = char.ToLower(what[0], CultureInfo.InvariantCulture) + what[1..],
                Account = account,
                By = by,
                Address = address,
                Client = client,
                Details = details,
            }
        );

    [LoggerMessage(LogLevel.Information, "{What} right: address {Address}, client {Client}.")]
    private partial void LogRight(Guessed what, string address, string client);

    [LoggerMessage(LogLevel.Warning, "{What} wrong: address {Address}, client {Client}, locked: {Locked}.")]
    private partial void LogWrong(Guessed what, string address, string client, bool locked);

    [LoggerMessage(LogLevel.Warning, "{What} too often: address {Address}, client {Client}.")]
    private partial void LogTooOften(Guessed what, string address, string client);

    [LoggerMessage(LogLevel.Information, "Passkey right: account {Account}.")]
    private partial void LogPasskeyRight(string account);

    [LoggerMessage(LogLevel.Warning, "Passkey wrong.")]
    private partial void LogPasskeyWrong();

    [LoggerMessage(LogLevel.Warning, "No tokens for account {Account}: {Why}.")]
    private partial void LogNoTokens(string? account, string why);

    [LoggerMessage(LogLevel.Information, "Account {Account}: {Happened} by {By}. {More}")]
    private partial void LogHappened(string account, string happened, string by, string more);
}

/// <summary>Writes down what the log keeps, many at once; what cannot be written is in the log all the same.</summary>
internal sealed class SecurityEvents(SecurityLog security, IServiceScopeFactory scopes, ILogger<SecurityEvents> log)
    : BackgroundService
{
    /// <summary>How long they are kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    private const int AtOnce = 200;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await security.Kept.WaitToReadAsync(stoppingToken))
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
                for (var i = 0; i < AtOnce && security.Kept.TryRead(out var happened); i++)
                    db.Add(happened);
                await db.SaveChangesAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Security events could not be kept ({Reason}).", e.Message);
            }
    }

    public static Task Forget(IdentityDb db, DateTimeOffset now, CancellationToken ct) =>
        db.SecurityEvents.Where(e => e.At < now - Kept).ExecuteDeleteAsync(ct);
}
