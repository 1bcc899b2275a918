using System.Runtime.CompilerServices;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Comments;

/// <summary>A part of the comments on something, oldest first: the newest, or those before a cursor.</summary>
public static class ReadComments
{
    private const int AtOnce = 50;

    /// <summary>Null if they cannot be read; the cursor that comes with them leads to older ones.</summary>
    /// <param name="services">The services.</param>
    /// <param name="list">Address of the list.</param>
    /// <param name="cursor">Of an older part; null for the newest.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<PageList<Comment>?> From(
        Services services,
        FormattableString list,
        string? cursor,
        CancellationToken ct
    )
    {
        var newest = FormattableStringFactory.Create($"{list.Format}?order=newest&limit={AtOnce}", list.GetArguments());
        return (await services.Get<PageList<Comment>>("proposals", newest.With("cursor", cursor), ct)).Value is { } part
            ? part with
            {
                Items = [.. part.Items.Reverse()],
            }
            : null;
    }
}
