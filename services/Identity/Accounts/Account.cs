using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>A person who can sign in. Personal data is here and nowhere else in Identity.</summary>
public sealed class Account : IdentityUser<Guid>
{
    public Account() => Id = Guid.CreateVersion7();

    public string Name { get; set; } = "";

    /// <summary>BCP 47 tag.</summary>
    public string Culture { get; set; } = "en";

    /// <summary>IANA name.</summary>
    public string TimeZone { get; set; } = "Etc/UTC";

    /// <summary>Names of <see cref="ServiceDefaults.Roles"/>, sorted.</summary>
    public string[] Roles { get; set; } = [ServiceDefaults.Roles.Contributor];

    /// <summary>Slugs of domains, or <c>*</c>; sorted. Means something for reviewers only.</summary>
    public string[] ReviewerScopes { get; set; } = [];

    public bool Suspended { get; set; }

    /// <summary>When everything that was signed in with it had to end last.</summary>
    public DateTimeOffset? SignedOutAt { get; set; }

    /// <summary>The thirty seconds, since 1970, of the last one-time code that was taken: none is taken twice.</summary>
    public long? LastCodeStep { get; set; }

    /// <summary>Version of the account's event stream: one event for each change.</summary>
    public long Version { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>The token's <c>sub</c>, and what other services know the account by.</summary>
    public string Subject => Id.ToString();

    /// <summary>How the account stands. Here nobody is taken by a token alone: all that can be called is about accounts.</summary>
    public static async Task<Standing?> Now(IServiceProvider services, string id, CancellationToken ct) =>
        Guid.TryParse(id, out var key)
            ? await services
                .GetRequiredService<IdentityDb>()
                .Users.Where(account => account.Id == key)
                .Select(account => new Standing(
                    !account.Suspended,
                    account.Roles,
                    account.ReviewerScopes,
                    account.SignedOutAt
                ))
                .SingleOrDefaultAsync(ct)
                ?? await ServiceAccount.Now(services.GetRequiredService<IdentityDb>(), key, ct)
                ?? Standing.Erased
            : Standing.Erased;
}

/// <summary>An address was registered; whose, only the account knows.</summary>
public sealed record AccountRegistered;

/// <summary>The address was confirmed: from here on the account counts.</summary>
/// <param name="Roles">What it may do from now on.</param>
public sealed record AccountConfirmed(string[] Roles);

/// <summary>A link that was sent to the address of a confirmed account was followed: letters to it arrive.</summary>
public sealed record AddressConfirmed;

/// <summary>Name, culture, time zone or password changed; what to, only the account knows.</summary>
public sealed record AccountTouched;

public sealed record AccountRolesChanged(string[] Roles, string[] ReviewerScopes, string By);

public sealed record AccountSuspended(string By);

public sealed record AccountReinstated(string By);

public sealed record AccountClosed(string By);

/// <summary>The stream of an account: opaque ids only, so it outlives the person's data. Audit, and outbox of the relay.</summary>
public sealed class AccountHistory
{
    public static void Configure(Marten.StoreOptions options)
    {
        options.Events.MapEventType<AccountRegistered>("account_registered");
        options.Events.MapEventType<AccountConfirmed>("account_confirmed");
        options.Events.MapEventType<AddressConfirmed>("address_confirmed");
        options.Events.MapEventType<AccountTouched>("account_touched");
        options.Events.MapEventType<AccountRolesChanged>("account_roles_changed");
        options.Events.MapEventType<AccountSuspended>("account_suspended");
        options.Events.MapEventType<AccountReinstated>("account_reinstated");
        options.Events.MapEventType<AccountClosed>("account_closed");
        options.Events.MapEventType<ServiceAccountMade>("service_account_made");
        options.Events.MapEventType<ServiceAccountRevoked>("service_account_revoked");
    }
}
