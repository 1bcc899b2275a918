using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Localization;

namespace SkillPlatform.Identity.Pages;

/// <summary>
/// The passkeys of who is signed in: add, name, remove. A new one asks for the password, so that a session left open gives
/// nobody a way in of their own, and the owner hears of it.
/// </summary>
[Authorize]
public sealed class PasskeysModel(
    UserManager<Account> users,
    SignInManager<Account> sessions,
    AccountWriter writer,
    IdentityDb db,
    Postbox postbox,
    Guessing guessing,
    IStringLocalizer<Texts> texts
) : PageModel
{
    public IList<UserPasskeyInfo> All { get; private set; } = [];

    public static string Id(UserPasskeyInfo passkey) => WebEncoders.Base64UrlEncode(passkey.CredentialId);

    public async Task<IActionResult> OnGet() =>
        await users.GetUserAsync(User) is { } account ? await Show(account) : Challenge();

    public async Task<IActionResult> OnPostOptions()
    {
        if (await users.GetUserAsync(User) is not { } account)
            return Challenge();
        var options = await sessions.MakePasskeyCreationOptionsAsync(
            new PasskeyUserEntity
            {
                Id = account.Subject,
                Name = account.Email!,
                DisplayName = account.Name,
            }
        );
        return Content(options, "application/json");
    }

    public async Task<IActionResult> OnPostAdd(string? credential, string? name, string? password, CancellationToken ct)
    {
        if (await users.GetUserAsync(User) is not { } account)
            return Challenge();
        if ((await users.GetPasskeysAsync(account)).Count >= Passkeys.Most)
            return await Refuse(account, "Passkeys.Many");
        if (!Input.IsName(name ?? ""))
            return await Refuse(account, "Error.Name");
        using var attempt = await guessing.Begin(HttpContext, account.NormalizedEmail);
        if (attempt.RetryAfter is { } wait)
        {
            await Show(account);
            return this.TooMany(wait, texts);
        }
        if (!await users.IsTheirs(account, password, attempt))
            return await Refuse(account, "Error.OwnPassword");
        var answer = await Passkeys.Made(sessions, credential);
        if (answer?.Passkey is not { } made || answer.UserEntity?.Id != account.Subject)
            return await Refuse(account, "Passkeys.Failed");
        made.Name = Input.Name(name);
        var added = await Write(
            account,
            async () =>
            {
                await postbox.Put(db, Letter.Passkey, account.Email!, account.Id);
                return await users.AddOrUpdatePasskeyAsync(account, made);
            },
            ct
        );
        postbox.Ring();
        return added;
    }

    public async Task<IActionResult> OnPostRename(string? id, string? name, CancellationToken ct)
    {
        if (await users.GetUserAsync(User) is not { } account)
            return Challenge();
        if (!Input.IsName(name ?? ""))
            return await Refuse(account, "Error.Name");
        if (await Find(account, id) is not { } passkey)
            return LocalRedirect("/passkeys");
        passkey.Name = Input.Name(name);
        return await Write(account, () => users.AddOrUpdatePasskeyAsync(account, passkey), ct);
    }

    public async Task<IActionResult> OnPostRemove(string? id, CancellationToken ct)
    {
        if (await users.GetUserAsync(User) is not { } account)
            return Challenge();
        return await Find(account, id) is { } passkey
            ? await Write(account, () => users.RemovePasskeyAsync(account, passkey.CredentialId), ct)
            : LocalRedirect("/passkeys");
    }

    private async Task<UserPasskeyInfo?> Find(Account account, string? id) =>
        (await users.GetPasskeysAsync(account)).FirstOrDefault(passkey => Id(passkey) == id);

    private async Task<IActionResult> Write(Account account, Func<Task<IdentityResult>> write, CancellationToken ct) =>
        (await writer.Write(account, account.Subject, new AccountTouched(), write, ct)).Succeeded
            ? LocalRedirect("/passkeys")
            : await Refuse(account, "Failure.Body");

    private Task<PageResult> Refuse(Account account, string why)
    {
        ModelState.AddModelError("", texts[why]);
        return Show(account);
    }

    private async Task<PageResult> Show(Account account)
    {
        All = await users.GetPasskeysAsync(account);
        return Page();
    }
}
