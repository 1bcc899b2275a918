using Microsoft.AspNetCore.Components;
using SkillPlatform.Rendering;

namespace SkillPlatform.Web.Pages;

/// <summary>Markdown from people as it stands on a page.</summary>
public static class Formatted
{
    public static MarkupString Html(string text) =>
        new(
            Markdown
                .Html(text)
                // What moves in itself must be reached by keys, too.
                .Replace("<table>", "<div class=\"table\" tabindex=\"0\"><table>", StringComparison.Ordinal)
                .Replace("</table>", "</table></div>", StringComparison.Ordinal)
        );
}
