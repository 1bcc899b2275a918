using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Localization;

namespace SkillPlatform.Identity.Pages;

/// <summary>
/// The passkeys of who is signed in: add, name, remove. To add or remove one asks for the password or for a passkey, so that
/// a session left open gives nobody a way in of their own, and the owner hears of it.
/// </summary>
[Authorize]
public sealed class PasskeysModel(
    UserManager<Account> users,
    SignInManager<Account> sessions,
    AccountWriter writer,
    IdentityDb db,
    Postbox postbox,
    Guessing guessing,
    Marks marks,
    IStringLocalizer<Texts> texts
) : PageModel
{
    public IList<UserPasskeyInfo> All { get; private set; } = [];

    public Owner Owner { get; private set; } = new("", HasPasskey: false, Proved: false);

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
        if (await NotTheOwner(account, password) is { } refused)
            return refused;
        var answer = await Passkeys.Made(sessions, credential);
        if (answer?.Passkey is not { } made || answer.UserEntity?.Id != account.Subject)
            return await Refuse(account, "Passkeys.Failed");
        made.Name = Input.Name(name);
        return await Tell(account, Letter.Passkey, () => users.AddOrUpdatePasskeyAsync(account, made), ct);
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

    public async Task<IActionResult> OnPostRemove(string? id, string? password, CancellationToken ct)
    {
        if (await users.GetUserAsync(User) is not { } account)
            return Challenge();
        if (await Find(account, id) is not { } passkey)
            return LocalRedirect("/passkeys");
        return await NotTheOwner(account, password)
            ?? await Tell(
                account,
                Letter.PasskeyGone,
                () => users.RemovePasskeyAsync(account, passkey.CredentialId),
                ct
            );
    }

    // What to answer to who is not; null for who is.
    private async Task<IActionResult?> NotTheOwner(Account account, string? password)
    {
        using var attempt = await guessing.Begin(HttpContext, account.NormalizedEmail);
        if (attempt.RetryAfter is { } wait)
        {
            await Show(account);
            return this.TooMany(wait, texts);
        }
        return await users.IsOwner(HttpContext, marks, account, password, attempt)
            ? null
            : await Refuse(account, "Error.OwnPassword");
    }

    private async Task<IActionResult> Tell(
        Account account,
        string letter,
        Func<Task<IdentityResult>> write,
        CancellationToken ct
    )
    {
        var done = await Write(
            account,
            async () =>
            {
                await postbox.Put(db, letter, account.Email!, account.Id);
                return await write();
            },
            ct
        );
        postbox.Ring();
        return done;
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
        Owner = await HttpContext.OwnerOf(users, marks, account);
        return Page();
    }
}
