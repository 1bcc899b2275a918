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

    /// <summary>In Development creates the absent ones; elsewhere throws if one is there.</summary>
    public static async Task CreateOrRefuse(IServiceProvider services, CancellationToken ct)
    {
        var users = services.GetRequiredService<UserManager<Account>>();
        if (!services.GetRequiredService<IHostEnvironment>().IsDevelopment())
        {
            var addresses = All.Select(a => users.NormalizeEmail(a.Email)).ToArray();
            if (await users.Users.AnyAsync(a => addresses.Contains(a.NormalizedEmail), ct))
                throw new InvalidOperationException(
                    "This database holds development accounts (…@example.org), whose password is public. Identity starts only in Development with them: use another database, or delete them."
                );
            return;
        }
        foreach (var (email, name, roles) in All)
            if (await users.FindByEmailAsync(email) is null)
                await Create(services, email, name, roles, ct);
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
