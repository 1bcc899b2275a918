using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace SkillPlatform.ServiceDefaults;

/// <summary>Logs each request of somebody signed in who may not do what it asks for, in every service.</summary>
/// <param name="logs">Where to.</param>
public sealed partial class Denials(ILoggerFactory logs) : IStartupFilter
{
    /// <summary>What whoever guards an installation wants to see.</summary>
    public const string Category = "SkillPlatform.Security";

    private readonly ILogger _log = logs.CreateLogger(Category);

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
        app =>
        {
            app.Use(
                async (http, rest) =>
                {
                    await rest(http);
                    // The route as it is written in the code: what a client sends could look like another line.
                    if (
                        http.Response.StatusCode == StatusCodes.Status403Forbidden
                        && Caller.Of(http.User) is { } caller
                    )
                        Log(
                            caller.Id,
                            http.Request.Method,
                            (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText
                        );
                }
            );
            next(app);
        };

    [LoggerMessage(LogLevel.Warning, "Denied to {Caller}: {Method} {Route}.")]
    private partial void Log(string caller, string method, string? route);
}
