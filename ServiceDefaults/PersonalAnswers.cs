using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace SkillPlatform.ServiceDefaults;

/// <summary>
/// What only somebody signed in is answered is kept by nobody, the browser included; what anyone is answered, but was
/// answered to somebody, by nobody else. First of all, so that no route has to think of it.
/// </summary>
internal sealed class PersonalAnswers : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
        app =>
        {
            app.Use(
                (http, rest) =>
                {
                    http.Response.OnStarting(Say, http);
                    return rest(http);
                }
            );
            next(app);
        };

    private static Task Say(object of)
    {
        var http = (HttpContext)of;
        if (http.GetEndpoint() is not { } route || http.Response.Headers.CacheControl.Count > 0)
            return Task.CompletedTask;
        if (route.Metadata.GetMetadata<IAllowAnonymous>() is null)
            http.Response.Headers.CacheControl = "no-store";
        else if (http.User.Identity?.IsAuthenticated == true)
            http.Response.Headers.CacheControl = "private, no-cache";
        return Task.CompletedTask;
    }
}
