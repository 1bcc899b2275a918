using System.Globalization;

namespace SkillPlatform.Web.Api;

/// <summary>What Web itself answers under <c>/api</c> when it refuses or cannot forward.</summary>
public static class Problems
{
    public static Task Write(
        HttpContext http,
        int status,
        string code,
        string title,
        string detail,
        TimeSpan? retryAfter = null
    )
    {
        if (retryAfter is { } wait)
            WaitFor(http, wait);
        return TypedResults
            .Problem(type: $"/problems/{code}", title: title, detail: detail, statusCode: status)
            .ExecuteAsync(http);
    }

    public static void WaitFor(HttpContext http, TimeSpan wait) =>
        http.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds))
            .ToString(CultureInfo.InvariantCulture);
}
