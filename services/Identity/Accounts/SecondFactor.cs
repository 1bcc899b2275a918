using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using QRCoder;

namespace SkillPlatform.Identity;

/// <summary>A code beside the password: from an authenticator app (TOTP, RFC 6238), or one of the recovery codes.</summary>
public static class SecondFactor
{
    public const int RecoveryCodes = 10;
    private const string Stamp = "stamp";

    /// <summary>Remembers for some minutes who gave the right password.</summary>
    public static Task SignInHalf(this HttpContext http, Account account) =>
        http.SignInAsync(
            IdentityConstants.TwoFactorUserIdScheme,
            new ClaimsPrincipal(
                new ClaimsIdentity(
                    [new Claim(ClaimTypes.Name, account.Subject), new Claim(Stamp, account.SecurityStamp!)],
                    IdentityConstants.TwoFactorUserIdScheme
                )
            )
        );

    /// <summary>Who that was, unless the account has changed since.</summary>
    public static async Task<Account?> SignedInHalf(this HttpContext http, UserManager<Account> users)
    {
        var half = await http.AuthenticateAsync(IdentityConstants.TwoFactorUserIdScheme);
        return
            half.Principal?.FindFirstValue(ClaimTypes.Name) is { } id
            && await users.FindByIdAsync(id) is { Suspended: false, TwoFactorEnabled: true } account
            && account.SecurityStamp == half.Principal.FindFirstValue(Stamp)
            ? account
            : null;
    }

    /// <summary>Whether the code is right. A wrong one counts towards the lockout, and a recovery code is spent.</summary>
    public static async Task<bool> IsRight(this UserManager<Account> users, Account account, string? code)
    {
        var given = string.Concat((code ?? "").Where(c => !char.IsWhiteSpace(c)));
        if (given.Length is 0 or > 40 || await users.IsLockedOutAsync(account))
            return false;
        if (
            await users.VerifyTwoFactorTokenAsync(account, users.Options.Tokens.AuthenticatorTokenProvider, given)
            || (await users.RedeemTwoFactorRecoveryCodeAsync(account, given.ToUpperInvariant())).Succeeded
        )
        {
            await users.ResetAccessFailedCountAsync(account);
            return true;
        }
        await users.AccessFailedAsync(account);
        return false;
    }

    /// <summary>What an authenticator app reads from the picture.</summary>
    public static string Address(Account account, string key) =>
        $"otpauth://totp/SkillPlatform:{Uri.EscapeDataString(account.Email!)}?secret={key}&issuer=SkillPlatform&digits=6";

    /// <summary>A QR code, as a path over as many squares on each side; the quiet zone is in it.</summary>
    public static (string Path, int Size) Picture(string text)
    {
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var rows = code.ModuleMatrix;
        var dark =
            from y in Enumerable.Range(0, rows.Count)
            from x in Enumerable.Range(0, rows.Count)
            where rows[y][x]
            select string.Create(CultureInfo.InvariantCulture, $"M{x},{y}h1v1h-1z");
        return (string.Concat(dark), rows.Count);
    }
}
