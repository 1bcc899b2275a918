using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Localization;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity.Pages;

/// <summary>Confirms an address: from here on the account counts.</summary>
public sealed class ConfirmModel(
    UserManager<Account> users,
    AccountWriter writer,
    IConfiguration configuration,
    IStringLocalizer<Texts> texts
) : FromLetter
{
    public async Task OnPost(CancellationToken ct)
    {
        var account = await users.OfLink(Account);
        Done = account is { EmailConfirmed: false } && (await Confirm(account, ct)).Succeeded;
        if (!Done)
            ModelState.AddModelError("", texts["Error.Link"]);
    }

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
