using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace SkillPlatform.Identity.Pages;

/// <summary>
/// Asks for another address. It holds once the link that is sent there is followed; the old one is told meanwhile. Whether
/// somebody has the new one is not said.
/// </summary>
[Authorize]
public sealed class AddressModel(
    UserManager<Account> users,
    IdentityDb db,
    Postbox postbox,
    Guessing guessing,
    Marks marks,
    IHostEnvironment environment,
    IStringLocalizer<Texts> texts
) : PageModel
{
    [BindProperty]
    public string? Email { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    public string Now { get; private set; } = "";

    public Owner Owner { get; private set; } = new("", HasPasskey: false, Proved: false);

    public async Task<IActionResult> OnGet()
    {
        if (await users.GetUserAsync(User) is not { } account)
            return Challenge();
        Now = account.Email!;
        Owner = await HttpContext.OwnerOf(users, marks, account);
        return Page();
    }

    public async Task<IActionResult> OnPost(CancellationToken ct)
    {
        if (await users.GetUserAsync(User) is not { } account)
            return Challenge();
        Now = account.Email!;
        Owner = await HttpContext.OwnerOf(users, marks, account);
        using var attempt = await guessing.Begin(HttpContext, account.NormalizedEmail);
        if (attempt.RetryAfter is { } wait)
            return this.TooMany(wait, texts);
        if (!Input.IsAddress(Email ?? "") || (!environment.IsDevelopment() && DevelopmentAccounts.IsReserved(Email)))
            return this.Refuse("Error.Email", texts);
        if (!await users.IsOwner(HttpContext, marks, account, Password, attempt))
            return this.Refuse("Error.OwnPassword", texts);
        // Each writes to somebody who may not have asked for it.
        using var letters = await guessing.Begin(HttpContext, account.NormalizedEmail, Guessed.Letter);
        if (letters.RetryAfter is { } pause)
            return this.TooMany(pause, texts);
        await postbox.Put(db, Letter.Move, Email!, account.Id);
        await postbox.Put(db, Letter.Moving, Now, account.Id);
        await db.SaveChangesAsync(ct);
        postbox.Ring();
        await letters.Failed();
        return RedirectToPage("/Sent");
    }
}
