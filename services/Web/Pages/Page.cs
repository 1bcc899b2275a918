using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace SkillPlatform.Web.Pages;

/// <summary>Answers with a component rendered on the server, as HTML and nothing else.</summary>
public static class Page
{
    public static RazorComponentResult<TPage> Of<TPage>(object model, int status = 200)
        where TPage : IComponent =>
        new(new Dictionary<string, object?>(StringComparer.Ordinal) { ["Model"] = model })
        {
            StatusCode = status,
            PreventStreamingRendering = true,
        };

    /// <summary>The page that says why there is nothing to see.</summary>
    public static RazorComponentResult<ErrorPage> Error(int status) =>
        Of<ErrorPage>(
            status == 0 ? 503
                : status >= 500 ? 503
                : status,
            status is 0 or >= 500 ? 503 : status
        );
}
