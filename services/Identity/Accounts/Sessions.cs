using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;

namespace SkillPlatform.Identity;

/// <summary>
/// Ends what an account has open with clients: every code and refresh token. Cookies end with the security stamp, and the
/// sessions of Web when it hears of it; the caller renews the stamp and saves the account. Access tokens that programs hold
/// run out within ten minutes.
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
