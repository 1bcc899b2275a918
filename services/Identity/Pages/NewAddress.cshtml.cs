using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

namespace SkillPlatform.Identity.Pages;

/// <summary>
/// The link sent to a new address: from here on the account has it. Whatever was signed in must sign in again. It is followed
/// by who is signed in with that account: others to whom a stranger had it sent would make the stranger's account theirs.
/// </summary>
public sealed class NewAddressModel(
    UserManager<Account> users,
    AccountWriter writer,
    Sessions sessions,
    IStringLocalizer<Texts> texts
) : FromLetter
{
    [BindProperty(SupportsGet = true)]
    public string? Email { get; set; }

    public async Task<IActionResult> OnPost(CancellationToken ct)
    {
        if (users.GetUserId(User) != Account)
            return LocalRedirect(
                "/sign-in" + QueryString.Create("returnUrl", $"/address/confirm{QueryString.Create(Asked)}")
            );
        var moved = await Move(ct);
        // Whoever registered an address without ever confirming it does not keep its owner from it.
        if (moved?.Errors.Any(e => e.Code is "DuplicateEmail" or "DuplicateUserName") == true && await Free(ct))
            moved = await Move(ct);
        Done = moved?.Succeeded == true;
        if (!Done)
            ModelState.AddModelError("", texts["Error.Link"]);
        return Page();
    }

    private Dictionary<string, string?> Asked =>
        new(StringComparer.Ordinal)
        {
            ["account"] = Account,
            ["token"] = Token,
            ["email"] = Email,
        };

    private async Task<IdentityResult?> Move(CancellationToken ct)
    {
        if (await users.OfLink(Account) is not { EmailConfirmed: true, Suspended: false } account)
            return null;
        if (!Input.IsAddress(Email ?? ""))
            return null;
        account.UserName = Email;
        return await writer.Write(
            account,
            account.Subject,
            new AddressConfirmed(),
            async () =>
            {
                // Makes a new stamp, too: the link is good for once.
                var changed = await users.ChangeEmailAsync(account, Email!, Links.Token(Token));
                if (!changed.Succeeded)
                    return changed;
                await sessions.End(account, ct);
                return await users.UpdateAsync(account);
            },
            ct
        );
    }

    private async Task<bool> Free(CancellationToken ct)
    {
        writer.Forget();
        if (await users.FindByEmailAsync(Email!) is not { EmailConfirmed: false } unconfirmed)
            return false;
        var closed = await writer.Write(
            unconfirmed,
            unconfirmed.Subject,
            new AccountClosed(unconfirmed.Subject),
            () => users.DeleteAsync(unconfirmed),
            ct
        );
        return closed.Succeeded;
    }
}
