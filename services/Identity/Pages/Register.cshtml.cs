using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace SkillPlatform.Identity.Pages;

/// <summary>A new account, which counts once its address is confirmed. An address that is known gets a mail that says so, and the same page.</summary>
[AllowAnonymous]
public sealed class RegisterModel(
    UserManager<Account> users,
    AccountWriter writer,
    IdentityDb db,
    Postbox postbox,
    Guessing guessing,
    TimeProvider time,
    IStringLocalizer<Texts> texts
) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public string? Email { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    public string Here => "/register" + Carried;

    public string ToSignIn => "/sign-in" + Carried;

    private string Carried => Url.IsLocalUrl(ReturnUrl) ? QueryString.Create("returnUrl", ReturnUrl).ToString() : "";

    public void OnGet() { }

    public async Task<IActionResult> OnPost(CancellationToken ct)
    {
        var attempt = guessing.Begin(HttpContext, users.NormalizeEmail(Email));
        if (attempt.RetryAfter is { } wait)
            return this.TooMany(wait, texts);
        var account = new Account
        {
            UserName = Email,
            Email = Email,
            Name = (Name ?? "").Trim(),
            Culture = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName,
            CreatedAt = time.GetUtcNow(),
        };
        await Check(account);
        if (!ModelState.IsValid)
            return Page();
        await Create(account, ct);
        await attempt.Failed();
        return RedirectToPage("/Sent");
    }

    private async Task Check(Account account)
    {
        if (!Input.IsName(account.Name))
            ModelState.AddModelError("", texts["Error.Name"]);
        if (!Input.IsAddress(Email ?? ""))
            ModelState.AddModelError("", texts["Error.Email"]);
        foreach (var validator in users.PasswordValidators)
            if (ModelState.IsValid && !(await validator.ValidateAsync(users, account, Password)).Succeeded)
                ModelState.AddModelError("", texts["Error.Password"]);
    }

    private async Task Create(Account account, CancellationToken ct)
    {
        // Hashed also where the address is known: the same work.
        account.PasswordHash = users.PasswordHasher.HashPassword(account, Password!);
        if (await users.FindByEmailAsync(Email!) is not null)
        {
            postbox.Put(db, Letter.Known, Email!);
            await db.SaveChangesAsync(ct);
        }
        else
        {
            postbox.Put(db, Letter.Confirm, Email!);
            await writer.Write(account, account.Subject, new AccountRegistered(), () => users.CreateAsync(account), ct);
        }
        postbox.Ring();
    }
}
