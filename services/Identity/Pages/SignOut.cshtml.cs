using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace SkillPlatform.Identity.Pages;

/// <summary>Ends the session here, or all sessions everywhere.</summary>
[AllowAnonymous]
public sealed class SignOutModel(UserManager<Account> users, SignInManager<Account> signIn, Sessions sessions)
    : PageModel
{
    public void OnGet() { }

    public async Task<IActionResult> OnPost()
    {
        await signIn.SignOutAsync();
        return RedirectToPage();
    }

    public async Task<IActionResult> OnPostEverywhere(CancellationToken ct)
    {
        if (await users.GetUserAsync(User) is { } account)
        {
            await sessions.End(account, ct);
            await users.UpdateSecurityStampAsync(account);
        }
        await signIn.SignOutAsync();
        return RedirectToPage();
    }
}
