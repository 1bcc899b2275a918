using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace SkillPlatform.Identity;

/// <summary>
/// Accounts in the database. Whoever reads it signs in with nothing that is there: keys of authenticator apps lie under data
/// protection, recovery codes as hashes.
/// </summary>
internal sealed class AccountStore(IdentityDb db, IDataProtectionProvider protection)
    : UserOnlyStore<Account, IdentityDb, Guid>(db)
{
    private const string Provider = "skillplatform";
    private const string Key = "protected-authenticator-key";
    private const string Codes = "hashed-recovery-codes";
    private const int Rounds = 100_000;
    private readonly IDataProtector _protector = protection.CreateProtector("authenticator-keys");

    public override Task SetAuthenticatorKeyAsync(Account user, string key, CancellationToken cancellationToken) =>
        SetTokenAsync(user, Provider, Key, _protector.Protect(key), cancellationToken);

    public override async Task<string?> GetAuthenticatorKeyAsync(Account user, CancellationToken cancellationToken) =>
        await GetTokenAsync(user, Provider, Key, cancellationToken) is { } held ? _protector.Unprotect(held) : null;

    public override Task ReplaceCodesAsync(
        Account user,
        IEnumerable<string> recoveryCodes,
        CancellationToken cancellationToken
    ) =>
        SetTokenAsync(
            user,
            Provider,
            Codes,
            string.Join(';', recoveryCodes.Select(code => Hash(user, code))),
            cancellationToken
        );

    public override async Task<bool> RedeemCodeAsync(Account user, string code, CancellationToken cancellationToken)
    {
        var held = await Held(user, cancellationToken);
        var given = Hash(user, code);
        if (!held.Contains(given, StringComparer.Ordinal))
            return false;
        await SetTokenAsync(
            user,
            Provider,
            Codes,
            string.Join(';', held.Where(hash => hash != given)),
            cancellationToken
        );
        return true;
    }

    public override async Task<int> CountCodesAsync(Account user, CancellationToken cancellationToken) =>
        (await Held(user, cancellationToken)).Length;

    /// <summary>Brings what lay in the clear into this form. For the start, on one replica at a time.</summary>
    public async Task Protect(CancellationToken ct)
    {
        await using var transaction = await Context.Database.BeginTransactionAsync(ct);
        await Context.Database.ExecuteSqlRawAsync("lock table identity.account_tokens in share row exclusive mode", ct);
        foreach (var clear in await Context.UserTokens.Where(t => t.LoginProvider != Provider).ToListAsync(ct))
        {
            var account = (await Context.Users.FindAsync([clear.UserId], ct))!;
            if (clear is { Name: "AuthenticatorKey", Value: { } key })
                await SetAuthenticatorKeyAsync(account, key, ct);
            if (clear is { Name: "RecoveryCodes", Value: { } codes })
                await ReplaceCodesAsync(account, codes.Split(';', StringSplitOptions.RemoveEmptyEntries), ct);
            Context.Remove(clear);
        }
        await Context.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private async Task<string[]> Held(Account account, CancellationToken ct) =>
        (await GetTokenAsync(account, Provider, Codes, ct))?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [];

    // Slow, since a code is short; one salt for an account, since each code is tried against all.
    private static string Hash(Account account, string code) =>
        Convert.ToBase64String(
            Rfc2898DeriveBytes.Pbkdf2(
                Encoding.UTF8.GetBytes(code),
                account.Id.ToByteArray(),
                Rounds,
                HashAlgorithmName.SHA256,
                32
            )
        );
}
