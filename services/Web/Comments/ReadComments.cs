using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Comments;

/// <summary>Comments as their service lists them, oldest first.</summary>
public static class ReadComments
{
    public const int AtOnce = 200;

    // An answer stands below what it answers as long as both are in one part.
    private const int OnePart = 1_000;

    /// <summary>From the cursor on, as many as stand on one page; null if they cannot be read.</summary>
    public static async Task<PageList<Comment>?> From(
        Services services,
        FormattableString address,
        string? cursor,
        CancellationToken ct
    )
    {
        var all = (await services.Get<PageList<Comment>>("proposals", address.With("cursor", cursor), ct)).Value;
        while (all is { NextCursor: { } next, Items.Length: < OnePart })
        {
            var more = await services.Get<PageList<Comment>>("proposals", address.With("cursor", next), ct);
            if (more.Value is not { } page)
                break;
            all = new PageList<Comment>([.. all.Items, .. page.Items], page.NextCursor);
        }
        return all;
    }
}
