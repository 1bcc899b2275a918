using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>
/// What whoever guards an installation wants to see, under one category: guesses, denials, and what happened to accounts. It
/// names accounts by their ids, addresses and clients by hashes, and no secret at all.
/// </summary>
public sealed partial class SecurityLog(ILoggerFactory logs)
{
    public const string Category = "SkillPlatform.Security";
    private readonly ILogger _log = logs.CreateLogger(Category);

    [LoggerMessage(LogLevel.Information, "{What} right: address {Address}, client {Client}.")]
    public partial void Right(Guessed what, string address, string client);

    [LoggerMessage(LogLevel.Warning, "{What} wrong: address {Address}, client {Client}, locked: {Locked}.")]
    public partial void Wrong(Guessed what, string address, string client, bool locked);

    [LoggerMessage(LogLevel.Warning, "{What} too often: address {Address}, client {Client}.")]
    public partial void TooOften(Guessed what, string address, string client);

    [LoggerMessage(LogLevel.Information, "Passkey right: account {Account}.")]
    public partial void PasskeyRight(string account);

    [LoggerMessage(LogLevel.Warning, "Passkey wrong.")]
    public partial void PasskeyWrong();

    [LoggerMessage(LogLevel.Warning, "No tokens any more for account {Account}.")]
    public partial void NoTokens(string? account);

    [LoggerMessage(LogLevel.Warning, "Denied to {Caller}: {Method} {Route}.")]
    public partial void Denied(string caller, string method, string? route);

    [LoggerMessage(LogLevel.Information, "Account {Account}: {Happened} by {By}. {Roles}")]
    public partial void Happened(string account, string happened, string by, string roles);

    /// <summary>Logs each request of somebody signed in who may not do what it asks for.</summary>
    public async Task Watch(HttpContext http, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(next);
        await next(http);
        // The route as it is written here: what a client sends could look like another line.
        if (http.Response.StatusCode == StatusCodes.Status403Forbidden)
            Denied(
                Caller.Of(http).Id,
                http.Request.Method,
                (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText
            );
    }
}
