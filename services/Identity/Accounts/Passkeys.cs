using Microsoft.AspNetCore.Identity;

namespace SkillPlatform.Identity;

/// <summary>What a browser answers when it is asked for a passkey.</summary>
public static class Passkeys
{
    public const int Most = 20;
    private const int Longest = 32 * 1024;

    /// <summary>The passkey that was made, and for whom; null where the answer is not to what was asked.</summary>
    public static async Task<PasskeyAttestationResult?> Made(SignInManager<Account> sessions, string? credential)
    {
        if (credential is not { Length: > 0 and <= Longest })
            return null;
        try
        {
            return await sessions.PerformPasskeyAttestationAsync(credential) is { Succeeded: true } made ? made : null;
        }
        catch (InvalidOperationException)
        {
            // Nothing was asked, or too long ago.
            return null;
        }
    }

    /// <summary>The passkey that was shown, and whose it is; null where it is nobody's.</summary>
    public static async Task<PasskeyAssertionResult<Account>?> Shown(
        SignInManager<Account> sessions,
        string? credential
    )
    {
        if (credential is not { Length: > 0 and <= Longest })
            return null;
        try
        {
            return await sessions.PerformPasskeyAssertionAsync(credential) is { Succeeded: true } shown ? shown : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
