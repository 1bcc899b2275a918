using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

namespace SkillPlatform.Identity.Pages;

/// <summary>
/// Signs in by a passkey, which says itself whose it is. A page of its own: that for the password has one form and needs no
/// script, which scripts that sign in rely on.
/// </summary>
public sealed class WithPasskeyModel(
    UserManager<Account> users,
    SignInManager<Account> sessions,
    Marks marks,
    SecurityLog security,
    IStringLocalizer<Texts> texts
) : WayIn
{
    public string Here => "/sign-in/passkey" + Carried;

    public string WithPassword => "/sign-in" + Carried;

    public void OnGet() { }

    public async Task<IActionResult> OnPostOptions() =>
        Content(await sessions.MakePasskeyRequestOptionsAsync(null), "application/json");

    public async Task<IActionResult> OnPost(string? credential)
    {
        var shown = await Passkeys.Shown(sessions, credential);
        if (shown is { User: { } account, Passkey: { } passkey } && await Enters(account, passkey))
        {
            await sessions.SignInAsync(account, isPersistent: false, SecondFactorDemanded.Passkey);
            security.PasskeyRight(account.Subject);
            marks.Know(HttpContext, account.NormalizedEmail);
            return GoOn();
        }
        security.PasskeyWrong();
        return this.Refuse("Passkeys.Failed", texts);
    }

    // Keeps the count that tells a copied passkey.
    private async Task<bool> Enters(Account account, UserPasskeyInfo passkey) =>
        account is { Suspended: false, EmailConfirmed: true }
        && (await users.AddOrUpdatePasskeyAsync(account, passkey)).Succeeded;
}
