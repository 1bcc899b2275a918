using System.Text.RegularExpressions;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace SkillPlatform.Identity;

/// <summary>Accounts, OpenIddict's tables, keys and outgoing mail, in the schema <c>identity</c> beside the event store.</summary>
public sealed partial class IdentityDb(DbContextOptions<IdentityDb> options)
    : IdentityUserContext<Account, Guid>(options),
        IDataProtectionKeyContext
{
    public const string Schema = "identity";

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public DbSet<TokenKey> TokenKeys => Set<TokenKey>();

    public DbSet<Letter> Letters => Set<Letter>();

    public DbSet<Guess> Guesses => Set<Guess>();

    public DbSet<ServiceAccount> ServiceAccounts => Set<ServiceAccount>();

    public DbSet<SecurityEvent> SecurityEvents => Set<SecurityEvent>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.HasDefaultSchema(Schema);
        builder.UseOpenIddict<Guid>();
        builder.Entity<Account>(account =>
        {
            account.ToTable("accounts");
            account.Ignore(a => a.Subject);
            account.Property(a => a.Name).HasMaxLength(100);
            account.Property(a => a.Culture).HasMaxLength(35);
            account.Property(a => a.TimeZone).HasMaxLength(64);
            account.HasIndex(a => a.NormalizedEmail).IsUnique();
        });
        builder.Entity<IdentityUserClaim<Guid>>().ToTable("account_claims");
        builder.Entity<IdentityUserLogin<Guid>>().ToTable("account_logins");
        builder.Entity<IdentityUserToken<Guid>>().ToTable("account_tokens");
        builder.Entity<IdentityUserPasskey<Guid>>().ToTable("account_passkeys");
        builder.Entity<DataProtectionKey>().ToTable("data_protection_keys");
        builder.Entity<TokenKey>().ToTable("token_keys");
        builder.Entity<Guess>(guess =>
        {
            guess.ToTable("guesses");
            guess.HasKey(g => g.Key);
            guess.HasIndex(g => g.Until);
        });
        builder.Entity<SecurityEvent>(happened =>
        {
            happened.ToTable("security_events");
            happened.HasIndex(e => e.At);
            happened.HasIndex(e => e.What);
            happened.HasIndex(e => e.Account);
        });
        builder.Entity<ServiceAccount>(account =>
        {
            account.ToTable("service_accounts");
            account.Ignore(a => a.Subject);
            account.Property(a => a.Name).HasMaxLength(100);
            account.HasIndex(a => a.Name).IsUnique().HasFilter("revoked_at is null");
        });
        builder.Entity<Letter>(letter =>
        {
            letter.ToTable("letters");
            letter.HasIndex(l => l.Due);
        });
        foreach (var entity in builder.Model.GetEntityTypes())
        {
            if (entity.IsMappedToJson())
            {
                entity.SetContainerColumnName("data");
                continue;
            }
            if (entity.GetTableName() is { } table)
                entity.SetTableName(Snake(table));
            foreach (var property in entity.GetProperties())
                property.SetColumnName(Snake(property.Name));
        }
    }

    private static string Snake(string name) => Hump().Replace(name, "_$0").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z0-9])[A-Z]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hump();
}
