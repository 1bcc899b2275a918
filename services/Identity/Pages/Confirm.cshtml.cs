using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity.Pages;

/// <summary>
/// Confirms an address: from here on the account counts. Whoever registered it need not own it: what they chose holds where
/// the same browser confirms, else whoever has the letter chooses anew. Confirmed again, letters go there again.
/// </summary>
public sealed class ConfirmModel(
    UserManager<Account> users,
    AccountWriter writer,
    Marks marks,
    IConfiguration configuration,
    IStringLocalizer<Texts> texts
) : FromLetter
{
    /// <summary>True where it was confirmed before.</summary>
    [BindProperty(SupportsGet = true)]
    public bool Again { get; set; }

    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    /// <summary>True where the registration came from this browser.</summary>
    public async Task<bool> IsRegistrant() => await users.OfLink(Account) is { } account && IsRegistrant(account);

    public async Task OnPost(CancellationToken ct)
    {
        Done = await users.OfLink(Account) switch
        {
            { EmailConfirmed: false } account when await IsGood(account) => await Chosen(account)
                && (await Confirm(account, ct)).Succeeded,
            { Suspended: false } account when Again => (await ConfirmAgain(account, ct)).Succeeded,
            _ => false,
        };
        if (!Done && ModelState.IsValid)
            ModelState.AddModelError("", texts["Error.Link"]);
    }

    private bool IsRegistrant(Account account) => marks.Registered.Of(HttpContext) == RegisterModel.Mark(account);

    private Task<bool> IsGood(Account account) =>
        users.VerifyUserTokenAsync(
            account,
            users.Options.Tokens.EmailConfirmationTokenProvider,
            UserManager<Account>.ConfirmEmailTokenPurpose,
            Links.Token(Token)
        );

    // What holds from now on; false where it cannot.
    private async Task<bool> Chosen(Account account)
    {
        if (IsRegistrant(account))
            return true;
        account.Name = Input.Name(Name);
        if (!Input.IsName(account.Name))
            ModelState.AddModelError("", texts["Error.Name"]);
        foreach (var validator in users.PasswordValidators)
            if (ModelState.IsValid && !(await validator.ValidateAsync(users, account, Password)).Succeeded)
                ModelState.AddModelError("", texts["Error.Password"]);
        if (!ModelState.IsValid)
            return false;
        account.PasswordHash = users.PasswordHasher.HashPassword(account, Password!);
        return true;
    }

    // The stamp stays, and with it whatever is signed in: the link is good for a day, and says the same each time.
    private Task<IdentityResult> ConfirmAgain(Account account, CancellationToken ct) =>
        writer.Write(
            account,
            account.Subject,
            new AddressConfirmed(),
            () => users.ConfirmEmailAsync(account, Links.Token(Token)),
            ct
        );

    private Task<IdentityResult> Confirm(Account account, CancellationToken ct)
    {
        // Somebody has to be the first; afterwards administrators make administrators.
        var first = users.NormalizeEmail(configuration["Identity:Administrator"]);
        if (first is { Length: > 0 } && first == account.NormalizedEmail)
            account.Roles = [Roles.Administrator, Roles.Contributor];
        return writer.Write(
            account,
            account.Subject,
            new AccountConfirmed(account.Roles),
            async () =>
            {
                var confirmed = await users.ConfirmEmailAsync(account, Links.Token(Token));
                // A new stamp makes the link good for once.
                return confirmed.Succeeded ? await users.UpdateSecurityStampAsync(account) : confirmed;
            },
            ct
        );
    }
}
