using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web.Api;

namespace SkillPlatform.Web.Pages;

/// <summary>For people, an error is a page in their language; for <c>/api</c> it stays a problem document.</summary>
public static class PageErrors
{
    public static void UsePageErrors(this IApplicationBuilder app) =>
        app.UseWhen(
            http =>
                !http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
                && !http.Request.Path.StartsWithSegments("/mcp", StringComparison.OrdinalIgnoreCase)
                && !http.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase),
            branch => branch.Use(Show)
        );

    private static async Task Show(HttpContext http, RequestDelegate next)
    {
        var response = http.Response;
        // Most often a service that is being restarted, which takes some seconds.
        response.OnStarting(() =>
        {
            if (
                response.StatusCode == StatusCodes.Status503ServiceUnavailable
                && response.Headers.RetryAfter.Count == 0
            )
                response.Headers.RetryAfter = "5";
            return Task.CompletedTask;
        });
        try
        {
            await next(http);
            if (response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null })
                await Write(http, response.StatusCode);
        }
        catch (Exception e) when (!response.HasStarted && Edge.Unreadable(e) is { } bad)
        {
            if (bad.StatusCode == StatusCodes.Status413PayloadTooLarge)
                await Proxy.Drain(http);
            await Write(http, bad.StatusCode);
        }
        catch (Exception e) when (!response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            http.RequestServices.GetRequiredService<ILoggerFactory>()
                .CreateLogger("Pages")
                .LogError(e, "A page failed.");
            await Write(http, StatusCodes.Status500InternalServerError);
        }
    }

    private static Task Write(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        http.Response.Headers.CacheControl = "no-store";
        // The page that failed has set it already, and the framework sets it without looking.
        http.Response.Headers.Remove("blazor-enhanced-nav");
        return Page.Of<ErrorPage>(status, status).ExecuteAsync(http);
    }
}
