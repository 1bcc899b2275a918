using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

namespace SkillPlatform.Identity.Pages;

/// <summary>A new password by the link from the mail. Ends every session, lets this client try again, and the owner hears of it.</summary>
public sealed class ResetModel(
    UserManager<Account> users,
    AccountWriter writer,
    Sessions sessions,
    IdentityDb db,
    Postbox postbox,
    Guessing guessing,
    IStringLocalizer<Texts> texts
) : FromLetter
{
    [BindProperty]
    public string? Password { get; set; }

    public async Task OnPost(CancellationToken ct)
    {
        if (await users.OfLink(Account) is not { } account)
        {
            ModelState.AddModelError("", texts["Error.Link"]);
            return;
        }
        var result = await writer.Write(
            account,
            account.Subject,
            new AccountTouched(),
            async () =>
            {
                var reset = await users.ResetPasswordAsync(account, Links.Token(Token), Password ?? "");
                if (!reset.Succeeded)
                    return reset;
                await sessions.End(account, ct);
                await postbox.Put(db, Letter.Password, account.Email!, account.Id);
                return await users.UpdateAsync(account);
            },
            ct
        );
        Done = result.Succeeded;
        if (Done)
        {
            postbox.Ring();
            await guessing.Forgive(HttpContext, account.NormalizedEmail);
        }
        else
            ModelState.AddModelError(
                "",
                texts[
                    result.Errors.Any(e => e.Code.StartsWith("Password", StringComparison.Ordinal))
                        ? "Error.Password"
                        : "Error.Link"
                ]
            );
    }
}
