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
