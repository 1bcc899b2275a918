using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace SkillPlatform.Identity.Pages;

/// <summary>Asks for a letter with a reset link; whether anybody gets one is found out later, by <see cref="Postman"/>.</summary>
[AllowAnonymous]
public sealed class ForgotModel(
    UserManager<Account> users,
    IdentityDb db,
    Postbox postbox,
    Guessing guessing,
    IStringLocalizer<Texts> texts
) : PageModel
{
    [BindProperty]
    public string? Email { get; set; }

    public void OnGet() { }

    public async Task<IActionResult> OnPost(CancellationToken ct)
    {
        using var attempt = await guessing.Begin(HttpContext, users.NormalizeEmail(Email), Guessed.Letter);
        if (attempt.RetryAfter is { } wait)
            return this.TooMany(wait, texts);
        if (!Input.IsAddress(Email ?? ""))
            return this.Refuse("Error.Email", texts);
        await postbox.Put(db, Letter.Reset, Email!);
        await db.SaveChangesAsync(ct);
        postbox.Ring();
        await attempt.Failed();
        return RedirectToPage("/Sent");
    }
}
