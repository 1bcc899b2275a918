using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

namespace SkillPlatform.Identity.Pages;

/// <summary>
/// Whether the address is unknown, not confirmed, suspended, locked or the password wrong: the same work, the same answer,
/// after the same time.
/// </summary>
public sealed class SignInModel(
    UserManager<Account> users,
    SignInManager<Account> sessions,
    Guessing guessing,
    Marks marks,
    IStringLocalizer<Texts> texts
) : WayIn
{
    [BindProperty]
    public string? Email { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    public string Here => "/sign-in" + Carried;

    public string WithPasskey => "/sign-in/passkey" + Carried;

    public string Register => "/register" + Carried;

    public void OnGet() { }

    public async Task<IActionResult> OnPost()
    {
        using var attempt = await guessing.Begin(HttpContext, users.NormalizeEmail(Email));
        if (attempt.RetryAfter is { } wait)
            return this.TooMany(wait, texts);
        var account = await Check(Email ?? "", Password ?? "");
        if (account is null || attempt.Locked)
        {
            await attempt.Failed();
            return this.Refuse("SignIn.Failed", texts);
        }
        await attempt.Succeeded();
        if (!account.TwoFactorEnabled)
            return await Enter(account);
        await HttpContext.SignInHalf(account);
        return LocalRedirect("/sign-in/code" + Carried);
    }

    private async Task<IActionResult> Enter(Account account)
    {
        await sessions.SignInAsync(account, isPersistent: false);
        marks.Know(HttpContext, account.NormalizedEmail);
        return GoOn();
    }

    private async Task<Account?> Check(string email, string password)
    {
        var account =
            email.Length <= Input.LongestAddress && Input.IsText(email) ? await users.FindByEmailAsync(email) : null;
        return await users.Accept(account, password) && account is { Suspended: false, EmailConfirmed: true }
            ? account
            : null;
    }
}
