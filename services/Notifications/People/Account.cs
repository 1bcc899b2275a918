using JasperFx;
using Marten;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>A person, as Identity says. The only place here with a name or an address; gone when the account is erased.</summary>
public sealed class Account : ILongVersioned
{
    public string Id { get; set; } = "";
    public string Name { get; set; } = "";
    public string Email { get; set; } = "";
    public string Culture { get; set; } = "en";
    public string TimeZone { get; set; } = "UTC";
    public bool Active { get; set; }

    /// <summary>When its owner last showed that letters to the address arrive; null for accounts last heard of before this was said.</summary>
    public DateTimeOffset? EmailConfirmedAt { get; set; }

    /// <summary>Remembered, so that a late message does not bring the person back.</summary>
    public bool Erased { get; set; }

    /// <summary>Null, as the scopes, for accounts last heard of before this was kept.</summary>
    public string[]? Roles { get; set; }

    public string[]? ReviewerScopes { get; set; }

    public DateTimeOffset? SignedOutAt { get; set; }

    public long Version { get; set; }

    /// <summary>How the account stands, as far as has been heard.</summary>
    public static async Task<Standing?> Now(IServiceProvider services, string id, CancellationToken ct) =>
        await services.GetRequiredService<IQuerySession>().LoadAsync<Account>(id, ct) switch
        {
            null => null,
            { Erased: true } => Standing.Erased,
            var account => new(account.Active, account.Roles, account.ReviewerScopes, account.SignedOutAt),
        };
}
