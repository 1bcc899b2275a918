using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace SkillPlatform.Identity.Pages;

/// <summary>The second step of a sign-in: a code. Too many wrong ones lock the account, as wrong passwords do.</summary>
[AllowAnonymous]
public sealed class CodeModel(
    UserManager<Account> users,
    SignInManager<Account> sessions,
    Guessing guessing,
    IStringLocalizer<Texts> texts
) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    [BindProperty]
    public string? Code { get; set; }

    public string Here =>
        "/sign-in/code" + (Url.IsLocalUrl(ReturnUrl) ? QueryString.Create("returnUrl", ReturnUrl).ToString() : "");

    public async Task<IActionResult> OnGet() =>
        await HttpContext.SignedInHalf(users) is null ? LocalRedirect("/sign-in") : Page();

    public async Task<IActionResult> OnPost()
    {
        if (await HttpContext.SignedInHalf(users) is not { } account)
            return LocalRedirect("/sign-in");
        var attempt = guessing.Begin(HttpContext, account.NormalizedEmail);
        if (attempt.RetryAfter is { } wait)
            return this.TooMany(wait, texts);
        if (!await users.IsRight(account, Code))
        {
            await attempt.Failed();
            ModelState.AddModelError("", texts["Error.Code"]);
            return Page();
        }
        await HttpContext.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
        await sessions.SignInAsync(account, isPersistent: false);
        return LocalRedirect(Url.IsLocalUrl(ReturnUrl) ? ReturnUrl! : "/");
    }
}
