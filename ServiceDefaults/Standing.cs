using System.Security.Claims;
using Microsoft.Extensions.Caching.Memory;

namespace SkillPlatform.ServiceDefaults;

/// <summary>How an account stands now, as the service at hand knows it. A token outlives what it says; this does not.</summary>
/// <param name="Active">False once suspended or erased.</param>
/// <param name="Roles">Names of <see cref="ServiceDefaults.Roles"/>; null where the service has not heard of them.</param>
/// <param name="ReviewerScopes">Slugs of domains, or <c>*</c>; null where the service has not heard of them.</param>
/// <param name="SignedOutAt">When everything signed in with the account had to end last; null if never.</param>
public sealed record Standing(
    bool Active,
    IReadOnlyCollection<string>? Roles,
    IReadOnlyCollection<string>? ReviewerScopes,
    DateTimeOffset? SignedOutAt
)
{
    /// <summary>An account that was erased.</summary>
    public static Standing Erased { get; } = new(Active: false, [], [], null);

    /// <summary>
    /// False where a token of that time is void. It says the second and no more: what was issued in the second of a
    /// sign-out is taken for older, and Identity issues nothing to that account before the next one.
    /// </summary>
    /// <param name="issued">The token's <c>iat</c>, UTC.</param>
    public bool Admits(DateTime issued) => Active && !(issued <= SignedOutAt?.UtcDateTime);

    /// <summary>Takes from a token's claims the roles and scopes that the account does not have any more.</summary>
    /// <param name="token">What the token says of the caller.</param>
    public void Narrow(ClaimsIdentity token)
    {
        if (Roles is not null)
            foreach (var role in token.FindAll(ServiceDefaults.Roles.RoleClaim).ToArray())
                if (!Roles.Contains(role.Value, StringComparer.Ordinal))
                    token.RemoveClaim(role);
        if (ReviewerScopes is null || ReviewerScopes.Contains("*", StringComparer.Ordinal))
            return;
        var said = token.FindAll(ServiceDefaults.Roles.ScopeClaim).ToArray();
        var all = said.Any(scope => scope.Value == "*");
        foreach (var scope in said)
            token.RemoveClaim(scope);
        foreach (var scope in ReviewerScopes.Where(scope => all || said.Any(claim => claim.Value == scope)))
            token.AddClaim(new Claim(ServiceDefaults.Roles.ScopeClaim, scope));
    }
}

/// <summary>
/// Looks an account up; null where the service does not know it, which is then taken by its token: not every account is
/// Identity's, and not every one that is has been heard of yet.
/// </summary>
/// <param name="services">Of the request.</param>
/// <param name="account">The token's <c>sub</c>.</param>
/// <param name="ct">Cancels.</param>
public delegate Task<Standing?> StandingOf(IServiceProvider services, string account, CancellationToken ct);

/// <summary>
/// A page asks for many things with one token: what only reads may have it a quarter of a second late, the rest of the
/// second being the message's. What writes asks each time, for what it writes stays.
/// </summary>
internal sealed class Standings(StandingOf ask, bool isAtHand) : IDisposable
{
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(250);

    private readonly MemoryCache _seen = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    public async Task<Standing?> Of(IServiceProvider services, string account, bool reads, CancellationToken ct)
    {
        if (isAtHand || !reads)
            return await ask(services, account, ct);
        if (_seen.TryGetValue(account, out Standing? seen))
            return seen;
        var standing = await ask(services, account, ct);
        _seen.Set(account, standing, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Late });
        return standing;
    }

    public void Dispose() => _seen.Dispose();
}
