using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;

namespace SkillPlatform.Identity;

/// <summary>
/// Ends what an account has open with clients: every code and refresh token. Cookies end with the security stamp, and the
/// sessions of Web and the access tokens that programs hold when the services hear of it; the caller renews the stamp and
/// saves the account.
/// </summary>
public sealed class Sessions(
    IdentityDb db,
    IOpenIddictTokenManager tokens,
    IOpenIddictAuthorizationManager authorizations,
    TimeProvider time
)
{
    public async Task End(Account account, CancellationToken ct)
    {
        account.SignedOutAt = time.GetUtcNow();
        await tokens.RevokeBySubjectAsync(account.Subject, ct);
        await authorizations.RevokeBySubjectAsync(account.Subject, ct);
    }

    /// <summary>
    /// Waits for the end of the second in which an account's sessions ended last. A token says the second it was issued in
    /// and no more, so that all of that second count as ended: a new one would be void from its first moment.
    /// </summary>
    public async Task AfterTheLast(Account account, CancellationToken ct)
    {
        if (account.SignedOutAt is not { } ended)
            return;
        var next = DateTimeOffset.FromUnixTimeSeconds(ended.ToUnixTimeSeconds() + 1);
        while (next - time.GetUtcNow() is { Ticks: > 0 } left)
            await Task.Delay(left + TimeSpan.FromMilliseconds(1), time, ct);
    }

    /// <summary>Leaves no trace of them, for an account that goes.</summary>
    public async Task Delete(Account account, CancellationToken ct)
    {
        await db.Set<OpenIddictEntityFrameworkCoreToken<Guid>>()
            .Where(t => t.Subject == account.Subject)
            .ExecuteDeleteAsync(ct);
        await db.Set<OpenIddictEntityFrameworkCoreAuthorization<Guid>>()
            .Where(a => a.Subject == account.Subject)
            .ExecuteDeleteAsync(ct);
    }
}
