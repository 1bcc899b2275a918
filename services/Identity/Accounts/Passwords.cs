using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace SkillPlatform.Identity;

/// <summary>Refuses what a guesser tries first: the address or name itself, and one short pattern over and over.</summary>
internal sealed class GuessablePassword : IPasswordValidator<Account>
{
    private static readonly IdentityError Guessable = new()
    {
        Code = "PasswordGuessable",
        Description = "Too easy to guess.",
    };
    private static readonly string[] Usual =
    [
        "password",
        "passwort",
        "contraseña",
        "qwerty",
        "123456",
        "letmein",
        "skillplatform",
    ];

    public Task<IdentityResult> ValidateAsync(UserManager<Account> manager, Account user, string? password) =>
        Task.FromResult(IsGuessable(password ?? "", user) ? IdentityResult.Failed(Guessable) : IdentityResult.Success);

    // What is left when the usual words and the person's own are taken away must still be something.
    private static bool IsGuessable(string password, Account account)
    {
        var rest = password;
        foreach (
            var word in (string[])[.. Usual, account.Email ?? "", (account.Email ?? "").Split('@')[0], account.Name]
        )
            if (word.Length > 2)
                rest = rest.Replace(word, "", StringComparison.OrdinalIgnoreCase);
        return rest.Distinct().Count() < 5 || password.Length > 200;
    }
}

internal static class Passwords
{
    /// <summary>Whether it is the account's. Failures count: a stolen token or session must not become a way to try passwords.</summary>
    public static async Task<bool> IsTheirs(
        this UserManager<Account> users,
        Account account,
        string? password,
        Guessing.Attempt attempt
    )
    {
        var theirs =
            password is { Length: > 0 and <= Input.LongestPassword }
            && !attempt.Locked
            && await users.CheckPasswordAsync(account, password);
        await (theirs ? attempt.Succeeded() : attempt.Failed());
        return theirs;
    }
}

/// <summary>Links that confirm an address live longer than those that reset a password.</summary>
internal sealed class ConfirmationTokens(
    IDataProtectionProvider protection,
    IOptions<ConfirmationTokens.Settings> options,
    ILogger<DataProtectorTokenProvider<Account>> log
) : DataProtectorTokenProvider<Account>(protection, options, log)
{
    public const string Provider = "confirmation";

    internal sealed class Settings : DataProtectionTokenProviderOptions;
}
