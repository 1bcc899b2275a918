using System.Security.Claims;

namespace SkillPlatform.Identity;

/// <summary>
/// Of whom an installation demands a second factor: the roles in <c>Identity__SecondFactorFor</c>, separated by commas, or
/// <c>none</c>; where nothing is said, administrators, and in Development nobody. A passkey is two factors in one.
/// </summary>
public sealed class SecondFactorDemanded(IConfiguration configuration, IHostEnvironment environment)
{
    /// <summary>How a session says that it was begun with a passkey.</summary>
    public const string Passkey = "passkey";

    private readonly string[] _roles = (
        configuration["Identity:SecondFactorFor"]
        ?? (environment.IsDevelopment() ? "none" : ServiceDefaults.Roles.Administrator)
    ).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>True where the account owes one, and its session has none.</summary>
    public bool Of(Account account, ClaimsPrincipal session)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(session);
        return !account.TwoFactorEnabled
            && account.Roles.Intersect(_roles, StringComparer.Ordinal).Any()
            && !session.HasClaim(ClaimTypes.AuthenticationMethod, Passkey);
    }
}
