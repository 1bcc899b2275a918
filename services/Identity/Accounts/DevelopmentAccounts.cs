using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>The accounts that a developer finds after the first start. They must never exist where others can reach them.</summary>
public static class DevelopmentAccounts
{
    public const string Password = "skillplatform-dev-1";

    private static readonly (string Email, string Name, string[] Roles)[] All =
    [
        ("admin@example.org", "Admin", [Roles.Administrator, Roles.Contributor, Roles.Moderator]),
        ("reviewer@example.org", "Reviewer", [Roles.Contributor, Roles.Reviewer]),
        ("reviewer2@example.org", "Second Reviewer", [Roles.Contributor, Roles.Reviewer]),
        ("contributor@example.org", "Contributor", [Roles.Contributor]),
        ("reader@example.org", "Reader", [Roles.Contributor]),
    ];

    /// <summary>True for an address that outside Development nobody gets: its password could be known to everybody.</summary>
    public static bool IsReserved(string? address) =>
        All.Any(a => string.Equals(a.Email, address, StringComparison.OrdinalIgnoreCase));

    /// <summary>In Development creates the absent ones; elsewhere throws if one can be signed in with.</summary>
    public static async Task CreateOrRefuse(IServiceProvider services, CancellationToken ct)
    {
        var users = services.GetRequiredService<UserManager<Account>>();
        if (!services.GetRequiredService<IHostEnvironment>().IsDevelopment())
        {
            if (await AnyAccepts(users, ct))
                throw new InvalidOperationException(
                    "This database holds development accounts (…@example.org), whose password is public. Identity starts only in Development with them: use another database, or delete them."
                );
            return;
        }
        foreach (var (email, name, roles) in All)
            if (await users.FindByEmailAsync(email) is null)
                await Create(services, email, name, roles, ct);
    }

    // Not because the address is there: anybody could have registered it, and stopped the next start with that.
    private static async Task<bool> AnyAccepts(UserManager<Account> users, CancellationToken ct)
    {
        var addresses = All.Select(a => users.NormalizeEmail(a.Email)).ToArray();
        var found = await users
            .Users.AsNoTracking()
            .Where(a => a.EmailConfirmed && a.PasswordHash != null && addresses.Contains(a.NormalizedEmail))
            .ToListAsync(ct);
        return found.Exists(a =>
            users.PasswordHasher.VerifyHashedPassword(a, a.PasswordHash!, Password) != PasswordVerificationResult.Failed
        );
    }

    internal static async Task Create(
        IServiceProvider services,
        string email,
        string name,
        string[] roles,
        CancellationToken ct
    )
    {
        var users = services.GetRequiredService<UserManager<Account>>();
        var account = new Account
        {
            UserName = email,
            Email = email,
            EmailConfirmed = true,
            Name = name,
            Roles = roles,
            ReviewerScopes = roles.Contains(Roles.Reviewer) ? ["*"] : [],
            CreatedAt = services.GetRequiredService<TimeProvider>().GetUtcNow(),
        };
        var result = await services
            .GetRequiredService<AccountWriter>()
            .Write(account, account.Subject, new AccountRegistered(), () => users.CreateAsync(account, Password), ct);
        if (!result.Succeeded)
            throw new InvalidOperationException($"{email}: {result}");
    }
}
