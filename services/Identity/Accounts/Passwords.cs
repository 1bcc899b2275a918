using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace SkillPlatform.Identity;

/// <summary>Refuses what a guesser tries first; outside Development also the password that everybody can read.</summary>
internal sealed class GuessablePassword(IHostEnvironment environment) : IPasswordValidator<Account>
{
    private static readonly IdentityError Guessable = new()
    {
        Code = "PasswordGuessable",
        Description = "Too easy to guess.",
    };

    public Task<IdentityResult> ValidateAsync(UserManager<Account> manager, Account user, string? password) =>
        Task.FromResult(
            password is not { Length: > 0 and <= Input.LongestPassword }
            || (!environment.IsDevelopment() && password == DevelopmentAccounts.Password)
            || CommonPasswords.IsOne(password, user)
                ? IdentityResult.Failed(Guessable)
                : IdentityResult.Success
        );
}

internal static class Passwords
{
    /// <summary>Of PBKDF2 with HMAC-SHA512: what OWASP's Password Storage Cheat Sheet asks for.</summary>
    public const int Rounds = 210_000;

    private static string? _nobodys;

    /// <summary>
    /// Whether it is the account's, which may be nobody's: that takes as long. A hash of fewer rounds is made anew; not through
    /// the manager, which would end every session for it.
    /// </summary>
    public static async Task<bool> Accept(this UserManager<Account> users, Account? account, string password)
    {
        // Of a password nobody has, so that an unknown address costs the same work as a known one.
        _nobodys ??= users.PasswordHasher.HashPassword(
            new Account(),
            Convert.ToHexString(RandomNumberGenerator.GetBytes(16))
        );
        var result = users.PasswordHasher.VerifyHashedPassword(
            account ?? new Account(),
            account?.PasswordHash ?? _nobodys,
            password.Length <= Input.LongestPassword ? password : ""
        );
        if (account?.PasswordHash is null)
            return false;
        if (result == PasswordVerificationResult.SuccessRehashNeeded)
        {
            account.PasswordHash = users.PasswordHasher.HashPassword(account, password);
            await users.UpdateAsync(account);
        }
        return result != PasswordVerificationResult.Failed;
    }

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
            && await users.Accept(account, password);
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
