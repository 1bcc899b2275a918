using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

namespace SkillPlatform.Identity.Pages;

/// <summary>A new account, which counts once its address is confirmed. An address that is known gets a mail that says so, and the same page.</summary>
public sealed class RegisterModel(
    UserManager<Account> users,
    AccountWriter writer,
    IdentityDb db,
    Postbox postbox,
    Guessing guessing,
    Marks marks,
    TimeProvider time,
    IHostEnvironment environment,
    IStringLocalizer<Texts> texts
) : WayIn
{
    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public string? Email { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    public string Here => "/register" + Carried;

    public string ToSignIn => "/sign-in" + Carried;

    public void OnGet() { }

    public async Task<IActionResult> OnPost(CancellationToken ct)
    {
        using var attempt = await guessing.Begin(HttpContext, users.NormalizeEmail(Email), Guessed.Letter);
        if (attempt.RetryAfter is { } wait)
            return this.TooMany(wait, texts);
        var account = new Account
        {
            UserName = Email,
            Email = Email,
            Name = Input.Name(Name),
            Culture = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName,
            CreatedAt = time.GetUtcNow(),
        };
        await Check(account);
        if (!ModelState.IsValid)
            return Page();
        // Also where the address is somebody's already: nobody learns that from a cookie.
        marks.Registered.Put(HttpContext, Mark(await Create(account, ct)));
        await attempt.Failed();
        return RedirectToPage("/Sent");
    }

    private async Task Check(Account account)
    {
        if (!Input.IsName(account.Name))
            ModelState.AddModelError("", texts["Error.Name"]);
        if (!Input.IsAddress(Email ?? "") || IsReserved)
            ModelState.AddModelError("", texts["Error.Email"]);
        foreach (var validator in users.PasswordValidators)
            if (ModelState.IsValid && !(await validator.ValidateAsync(users, account, Password)).Succeeded)
                ModelState.AddModelError("", texts["Error.Password"]);
    }

    private bool IsReserved => !environment.IsDevelopment() && DevelopmentAccounts.IsReserved(Email);

    /// <summary>Of one registration: a later one of the same address is another.</summary>
    internal static string Mark(Account account) => $"{account.Id} {account.SecurityStamp}";

    private async Task<Account> Create(Account account, CancellationToken ct)
    {
        // Hashed also where the address is known: the same work.
        account.PasswordHash = users.PasswordHasher.HashPassword(account, Password!);
        var known = await users.FindByEmailAsync(Email!);
        await postbox.Put(db, known is { EmailConfirmed: true } ? Letter.Known : Letter.Confirm, Email!);
        if (known is null)
            await writer.Write(account, account.Subject, new AccountRegistered(), () => users.CreateAsync(account), ct);
        else if (known.EmailConfirmed)
            await db.SaveChangesAsync(ct);
        else
            await Replace(known, account, ct);
        postbox.Ring();
        if (known is { EmailConfirmed: false })
            return known;
        account.SecurityStamp ??= users.GenerateNewAuthenticatorKey();
        return account;
    }

    // Whoever registered an address first need not own it: the last one counts, and the new stamp voids earlier links.
    private Task<IdentityResult> Replace(Account known, Account by, CancellationToken ct)
    {
        (known.Name, known.Culture, known.PasswordHash) = (by.Name, by.Culture, by.PasswordHash);
        // To the letter: what differs in case may be another's.
        (known.UserName, known.Email) = (by.UserName, by.Email);
        return writer.Write(
            known,
            known.Subject,
            new AccountTouched(),
            () => users.UpdateSecurityStampAsync(known),
            ct
        );
    }
}
