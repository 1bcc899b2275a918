using System.Buffers.Binary;
using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
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

    /// <summary>Whether the code is right; then it is spent. Wrong ones in a row make the next one wait.</summary>
    public static async Task<bool> IsRight(
        this UserManager<Account> users,
        Account account,
        string? code,
        Guessing.Attempt attempt,
        DateTimeOffset now
    )
    {
        var right = !attempt.Locked && code is { Length: > 0 and <= 40 } && await users.Spend(account, code, now);
        await (right ? attempt.Succeeded() : attempt.Failed());
        return right;
    }

    private static async Task<bool> Spend(
        this UserManager<Account> users,
        Account account,
        string code,
        DateTimeOffset now
    )
    {
        var given = string.Concat(code.Where(c => !char.IsWhiteSpace(c)));
        if (given.Length != 6 || !given.All(char.IsAsciiDigit))
            return (await users.RedeemTwoFactorRecoveryCodeAsync(account, given.ToUpperInvariant())).Succeeded;
        if (
            await users.GetAuthenticatorKeyAsync(account) is not { Length: > 0 } key
            || Step(key, given, now) is not { } step
            || step <= account.LastCodeStep
        )
            return false;
        account.LastCodeStep = step;
        // The row's stamp lets one of several at once through.
        return (await users.UpdateAsync(account)).Succeeded;
    }

    /// <summary>Which thirty seconds a code is of: these, those before or those after; null where it is of none.</summary>
    internal static long? Step(string key, string code, DateTimeOffset now)
    {
        var secret = Secret(key);
        var current = now.ToUnixTimeSeconds() / 30;
        foreach (var step in (long[])[current, current - 1, current + 1])
            if (
                CryptographicOperations.FixedTimeEquals(
                    Encoding.ASCII.GetBytes(Code(secret, step)),
                    Encoding.ASCII.GetBytes(code)
                )
            )
                return step;
        return null;
    }

    private static string Code(byte[] secret, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // What authenticator apps do.
        var hash = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    // Base 32 (RFC 4648) without padding.
    private static byte[] Secret(string key)
    {
        var bytes = new List<byte>();
        var (bits, held) = (0, 0);
        foreach (var c in key)
        {
            bits = ((bits << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal)) & 0xFFF;
            held += 5;
            if (held < 8)
                continue;
            held -= 8;
            bytes.Add((byte)(bits >> held));
        }
        return [.. bytes];
    }

    /// <summary>What an authenticator app reads from the picture.</summary>
    public static string Address(Account account, string key, ServiceDefaults.Brand brand) =>
        $"otpauth://totp/{Uri.EscapeDataString(brand.Name)}:{Uri.EscapeDataString(account.Email!)}?secret={key}&issuer={Uri.EscapeDataString(brand.Name)}&digits=6";

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
