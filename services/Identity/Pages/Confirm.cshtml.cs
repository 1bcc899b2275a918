using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity.Pages;

/// <summary>Confirms an address: from here on the account counts. Confirmed again, letters go there again.</summary>
public sealed class ConfirmModel(
    UserManager<Account> users,
    AccountWriter writer,
    IConfiguration configuration,
    IStringLocalizer<Texts> texts
) : FromLetter
{
    /// <summary>True where it was confirmed before.</summary>
    [BindProperty(SupportsGet = true)]
    public bool Again { get; set; }

    public async Task OnPost(CancellationToken ct)
    {
        Done = await users.OfLink(Account) switch
        {
            { EmailConfirmed: false } account => (await Confirm(account, ct)).Succeeded,
            { Suspended: false } account when Again => (await ConfirmAgain(account, ct)).Succeeded,
            _ => false,
        };
        if (!Done)
            ModelState.AddModelError("", texts["Error.Link"]);
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
