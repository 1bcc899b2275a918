using System.Security.Cryptography;
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
    IStringLocalizer<Texts> texts
) : WayIn
{
    // Of a password nobody has, so that an unknown address costs the same work as a known one.
    private static readonly string NobodysHash = new PasswordHasher<Account>().HashPassword(
        new Account(),
        Convert.ToHexString(RandomNumberGenerator.GetBytes(16))
    );

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
        var attempt = guessing.Begin(HttpContext, users.NormalizeEmail(Email));
        if (attempt.RetryAfter is { } wait)
            return this.TooMany(wait, texts);
        var account = await Check(Email ?? "", Password ?? "");
        if (account is { TwoFactorEnabled: true })
        {
            await HttpContext.SignInHalf(account);
            return LocalRedirect("/sign-in/code" + Carried);
        }
        if (account is not null)
        {
            await users.ResetAccessFailedCountAsync(account);
            return await Enter(account);
        }
        await attempt.Failed();
        return this.Refuse("SignIn.Failed", texts);
    }

    private async Task<IActionResult> Enter(Account account)
    {
        await sessions.SignInAsync(account, isPersistent: false);
        return GoOn();
    }

    private async Task<Account?> Check(string email, string password)
    {
        var account = Input.IsText(email) ? await users.FindByEmailAsync(email) : null;
        var right = users.PasswordHasher.VerifyHashedPassword(
            account ?? new Account(),
            account?.PasswordHash ?? NobodysHash,
            password.Length <= Input.LongestPassword ? password : ""
        );
        if (account is null || account.Suspended || !account.EmailConfirmed || await users.IsLockedOutAsync(account))
            return null;
        if (right == PasswordVerificationResult.Failed)
        {
            await users.AccessFailedAsync(account);
            return null;
        }
        return account;
    }
}
