using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity.Pages;

/// <summary>
/// Shows a passkey of the account that is signed in. For some minutes that does for the password wherever one is asked for
/// again, in this browser and until how one signs in changes.
/// </summary>
[Authorize]
public sealed class ProveModel(
    UserManager<Account> users,
    SignInManager<Account> sessions,
    Marks marks,
    SecurityLog security,
    IStringLocalizer<Texts> texts
) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    public void OnGet() { }

    public async Task<IActionResult> OnPostOptions() =>
        await users.GetUserAsync(User) is { } account
            ? Content(await sessions.MakePasskeyRequestOptionsAsync(account), "application/json")
            : Challenge();

    public async Task<IActionResult> OnPost(string? credential)
    {
        if (await users.GetUserAsync(User) is not { } account)
            return Challenge();
        var shown = await Passkeys.Shown(sessions, credential);
        // Somebody else's is as good as none. What is kept is the count that tells a copied one.
        if (
            shown is { User: { } owner, Passkey: { } passkey }
            && owner.Id == account.Id
            && (await users.AddOrUpdatePasskeyAsync(owner, passkey)).Succeeded
        )
        {
            security.PasskeyRight(account.Subject);
            marks.Prove(HttpContext, owner);
            return LocalRedirect(LocalAddress.Or(ReturnUrl));
        }
        security.PasskeyWrong();
        return this.Refuse("Passkeys.Failed", texts);
    }
}
