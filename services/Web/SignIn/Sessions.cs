using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web.Site;

namespace SkillPlatform.Web.SignIn;

/// <summary>One browser's sign-in. What it holds is readable only with the data-protection keys.</summary>
public sealed class Session
{
    /// <summary>SHA-256 of the key in the cookie, so that the table gives nobody a session.</summary>
    public required string Id { get; init; }

    /// <summary>SHA-256 of the account's id: whose it is, for who knows whom to look for.</summary>
    public required string Account { get; init; }

    /// <summary>When it was signed in, by the clock of Identity, in whole seconds.</summary>
    public required DateTimeOffset Since { get; init; }

    public required byte[] Ticket { get; set; }

    /// <summary>Apart from the ticket: sliding renewal must not bring back tokens that were refreshed meanwhile.</summary>
    public required byte[] Tokens { get; set; }

    public required DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>What Web keeps: sessions, the data-protection keys that all replicas share, and what it says of its installation.</summary>
public sealed class WebDb(DbContextOptions<WebDb> options) : DbContext(options), IDataProtectionKeyContext
{
    public DbSet<Session> Sessions => Set<Session>();
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();
    public DbSet<SiteText> SiteTexts => Set<SiteText>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Session>(session =>
        {
            session.ToTable("sessions");
            session.HasKey(s => s.Id);
            session.Property(s => s.Id).HasColumnName("id").HasMaxLength(64);
            session.Property(s => s.Account).HasColumnName("account").HasMaxLength(64);
            session.Property(s => s.Since).HasColumnName("since");
            session.Property(s => s.Ticket).HasColumnName("ticket");
            session.Property(s => s.Tokens).HasColumnName("tokens");
            session.Property(s => s.ExpiresAt).HasColumnName("expires_at");
            session.HasIndex(s => s.ExpiresAt);
            session.HasIndex(s => s.Account);
        });
        SiteText.Configure(modelBuilder.Entity<SiteText>());
        modelBuilder.Entity<DataProtectionKey>().ToTable("data_protection_keys");
    }
}

public static class SessionStorage
{
    public static void AddSessions(this WebApplicationBuilder builder)
    {
        var connection =
            builder.Configuration.GetConnectionString("web-db")
            ?? throw new InvalidOperationException("ConnectionStrings__web-db is missing.");
        builder.Services.AddDbContextFactory<WebDb>(db => db.UseNpgsql(connection));
        var protection = builder
            .Services.AddDataProtection()
            .SetApplicationName("skillplatform-web")
            .PersistKeysToDbContext<WebDb>();
        if (builder.Configuration["Web:KeyCertificate"] is { Length: > 0 } path)
            protection.ProtectKeysWithCertificate(
                X509CertificateLoader.LoadPkcs12FromFile(path, builder.Configuration["Web:KeyCertificatePassword"])
            );
        builder.Services.AddSingleton<Tickets>();
        builder.Services.AddSingleton<AccessTokens>();
        builder
            .Services.AddOptions<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme)
            .Configure<Tickets>((cookie, tickets) => cookie.SessionStore = tickets);
        builder.Services.AddSingleton(new Release(connection));
        builder.Services.AddSingleton<SessionsReady>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SessionsReady>());
        builder.Services.AddKeyedSingleton<Func<CancellationToken, Task>>(
            Serving.Preparation,
            (services, _) => services.GetRequiredService<SessionsReady>().Migrate
        );
        builder.Services.AddHealthChecks().AddCheck<SessionsReady>("database", tags: ["ready"]);
    }
}
