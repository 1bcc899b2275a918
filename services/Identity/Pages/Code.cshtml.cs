using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

namespace SkillPlatform.Identity.Pages;

/// <summary>The second step of a sign-in: a code. Too many wrong ones lock the account, as wrong passwords do.</summary>
public sealed class CodeModel(
    UserManager<Account> users,
    SignInManager<Account> sessions,
    Guessing guessing,
    Marks marks,
    TimeProvider time,
    IStringLocalizer<Texts> texts
) : WayIn
{
    [BindProperty]
    public string? Code { get; set; }

    public string Here => "/sign-in/code" + Carried;

    public async Task<IActionResult> OnGet() =>
        await HttpContext.SignedInHalf(users) is null ? LocalRedirect("/sign-in") : Page();

    public async Task<IActionResult> OnPost()
    {
        if (await HttpContext.SignedInHalf(users) is not { } account)
            return LocalRedirect("/sign-in");
        using var attempt = await guessing.Begin(HttpContext, account.NormalizedEmail, Guessed.Code);
        if (attempt.RetryAfter is { } wait)
            return this.TooMany(wait, texts);
        if (!await users.IsRight(account, Code, attempt, time.GetUtcNow()))
            return this.Refuse("Error.Code", texts);
        await HttpContext.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
        await sessions.SignInAsync(account, isPersistent: false);
        marks.Know(HttpContext, account.NormalizedEmail);
        return GoOn();
    }
}
