using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Localization;

namespace SkillPlatform.Identity.Pages;

/// <summary>Reads what links from mails carry; whatever else comes is like a used link.</summary>
internal static class Links
{
    public static async Task<Account?> OfLink(this UserManager<Account> users, string? id) =>
        Guid.TryParse(id, out var guid) ? await users.FindByIdAsync(guid.ToString()) : null;

    public static string Token(string? encoded)
    {
        try
        {
            return Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(encoded ?? ""));
        }
        catch (FormatException)
        {
            return "";
        }
    }

    public static PageResult TooMany(this PageModel page, TimeSpan wait, IStringLocalizer<Texts> texts)
    {
        page.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        page.Response.Headers.RetryAfter = Guessing.Seconds(wait);
        return page.Refuse("SignIn.TooMany", texts);
    }

    public static PageResult Refuse(this PageModel page, string why, IStringLocalizer<Texts> texts)
    {
        page.ModelState.AddModelError("", texts[why]);
        return page.Page();
    }
}
