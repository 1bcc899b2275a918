using OpenIddict.Abstractions;

namespace SkillPlatform.Identity;

/// <summary>
/// Ends what an account has open with clients: every code and refresh token. Cookies end with the security stamp, which the
/// caller renews; access tokens run out within ten minutes.
/// </summary>
public sealed class Sessions(IOpenIddictTokenManager tokens, IOpenIddictAuthorizationManager authorizations)
{
    public async Task End(Account account, CancellationToken ct)
    {
        await tokens.RevokeBySubjectAsync(account.Subject, ct);
        await authorizations.RevokeBySubjectAsync(account.Subject, ct);
    }
}
