using SkillPlatform.ServiceDefaults;

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
            ReadLimits.WaitFor(http, wait);
        return TypedResults
            .Problem(type: $"/problems/{code}", title: title, detail: detail, statusCode: status)
            .ExecuteAsync(http);
    }
}
