using System.Security.Cryptography;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace SkillPlatform.Identity.Pages;

/// <summary>
/// Switches the second step on and off. It asks for the password or a passkey and for a code, so that a session left open is not enough,
/// and tells the owner. The key stays in the form until it is switched on: whoever saw another one has seen nothing.
/// </summary>
[Authorize]
public sealed class TwoFactorModel(
    UserManager<Account> users,
    IUserStore<Account> store,
    IdentityDb db,
    Postbox postbox,
    SecondFactorDemanded demanded,
    Marks marks,
    SignInManager<Account> sessions,
    AccountWriter writer,
    Guessing guessing,
    TimeProvider time,
    IDataProtectionProvider protection,
    IStringLocalizer<Texts> texts,
    ServiceDefaults.Brand brand
) : PageModel
{
    [BindProperty]
    public string? Code { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    /// <summary>The key that the form shows, so that nobody else can have chosen it.</summary>
    [BindProperty]
    public string? Proposed { get; set; }

    public bool Enabled { get; private set; }

    /// <summary>True where nothing else goes on before.</summary>
    public bool Owed { get; private set; }

    public int Left { get; private set; }

    public string Shown { get; private set; } = "";

    public (string Path, int Size) Picture { get; private set; }

    public Owner Owner { get; private set; } = new("", HasPasskey: false, Proved: false);

    /// <summary>New recovery codes, to be seen this once.</summary>
    public IReadOnlyList<string>? Codes { get; private set; }

    public async Task<IActionResult> OnGet() =>
        await users.GetUserAsync(User) is { } account ? await Show(account) : Challenge();

    public Task<IActionResult> OnPostEnable(CancellationToken ct) =>
        WithCode(
            Letter.SecondOn,
            async account =>
            {
                if (account.TwoFactorEnabled || Key(account) is not { } key)
                    return false;
                await ((AccountStore)store).SetAuthenticatorKeyAsync(account, key, ct);
                return true;
            },
            async account =>
            {
                Codes = await NewCodes(account);
                return await users.SetTwoFactorEnabledAsync(account, enabled: true);
            },
            ct
        );

    public Task<IActionResult> OnPostRecovery(CancellationToken ct) =>
        WithCode(
            Letter.Codes,
            account => Task.FromResult(account.TwoFactorEnabled),
            async account =>
            {
                Codes = await NewCodes(account);
                return await users.UpdateAsync(account);
            },
            ct
        );

    public Task<IActionResult> OnPostDisable(CancellationToken ct) =>
        WithCode(
            Letter.SecondOff,
            account => Task.FromResult(account.TwoFactorEnabled),
            async account =>
            {
                // Nor with what is remembered of it.
                await users.ResetAuthenticatorKeyAsync(account);
                return await users.SetTwoFactorEnabledAsync(account, enabled: false);
            },
            ct
        );

    private async Task<IActionResult> WithCode(
        string letter,
        Func<Account, Task<bool>> fits,
        Func<Account, Task<IdentityResult>> write,
        CancellationToken ct
    )
    {
        if (await users.GetUserAsync(User) is not { } account)
            return Challenge();
        using var known = await guessing.Begin(HttpContext, account.NormalizedEmail);
        if (known.RetryAfter is { } pause)
        {
            await Show(account);
            return this.TooMany(pause, texts);
        }
        if (!await users.IsOwner(HttpContext, marks, account, Password, known))
        {
            ModelState.AddModelError("", texts["Error.OwnPassword"]);
            return await Show(account);
        }
        using var attempt = await guessing.Begin(HttpContext, account.NormalizedEmail, Guessed.Code);
        if (attempt.RetryAfter is { } wait)
        {
            await Show(account);
            return this.TooMany(wait, texts);
        }
        if (!await fits(account) || !await users.IsRight(account, Code, attempt, time.GetUtcNow()))
        {
            ModelState.AddModelError("", texts["Error.Code"]);
            return await Show(account);
        }
        var done = await writer.Write(
            account,
            account.Subject,
            new AccountTouched(),
            async () =>
            {
                await postbox.Put(db, letter, account.Email!, account.Id);
                return await write(account);
            },
            ct
        );
        if (!done.Succeeded)
        {
            Codes = null;
            ModelState.AddModelError("", texts["Failure.Body"]);
            return await Show(account);
        }
        postbox.Ring();
        // The stamp is new: every other session ends, this one goes on.
        await sessions.RefreshSignInAsync(account);
        return Codes is null ? LocalRedirect("/two-factor") : Page();
    }

    private async Task<IReadOnlyList<string>> NewCodes(Account account) =>
        [.. (await users.GenerateNewTwoFactorRecoveryCodesAsync(account, SecondFactor.RecoveryCodes))!];

    private async Task<PageResult> Show(Account account)
    {
        Enabled = account.TwoFactorEnabled;
        Owner = await HttpContext.OwnerOf(users, marks, account);
        Owed = demanded.Of(account, User);
        if (Enabled)
        {
            Left = await users.CountRecoveryCodesAsync(account);
            return Page();
        }
        Shown = Key(account) ?? users.GenerateNewAuthenticatorKey();
        Proposed = Protector(account).Protect(Shown, TimeSpan.FromMinutes(30));
        Picture = SecondFactor.Picture(SecondFactor.Address(account, Shown, brand));
        return Page();
    }

    // Null where it is none of this account, or too old.
    private string? Key(Account account)
    {
        try
        {
            return Protector(account).Unprotect(Proposed ?? "");
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private ITimeLimitedDataProtector Protector(Account account) =>
        protection.CreateProtector("proposed-key", account.Subject).ToTimeLimitedDataProtector();
}
