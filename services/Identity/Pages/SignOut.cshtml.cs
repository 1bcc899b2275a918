using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace SkillPlatform.Identity.Pages;

/// <summary>Ends the session here, or all sessions everywhere.</summary>
[AllowAnonymous]
public sealed class SignOutModel(UserManager<Account> users, AccountWriter writer, Sessions sessions) : PageModel
{
    public void OnGet() { }

    public async Task<IActionResult> OnPost()
    {
        await HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
        return RedirectToPage();
    }

    public async Task<IActionResult> OnPostEverywhere(CancellationToken ct)
    {
        if (await users.GetUserAsync(User) is { } account)
            await writer.Write(
                account,
                account.Subject,
                new AccountTouched(),
                async () =>
                {
                    await sessions.End(account, ct);
                    return await users.UpdateSecurityStampAsync(account);
                },
                ct
            );
        await HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
        return RedirectToPage();
    }
}
