using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Identity;

/// <summary>Accounts: where they are kept, what a password must be, how long a session lasts.</summary>
public static class AccountSetup
{
    private const string Either = "cookie-or-token";

    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddDbContext<IdentityDb>(
            (sp, options) =>
                options
                    .UseNpgsql(
                        sp.GetRequiredService<NpgsqlDataSource>(),
                        npgsql => npgsql.MigrationsHistoryTable("migrations", IdentityDb.Schema)
                    )
                    // What fails is thrown; on a new database the first look for migrations does.
                    .ConfigureWarnings(warnings => warnings.Log((RelationalEventId.CommandError, LogLevel.Debug)))
        );
        var protection = services
            .AddDataProtection()
            .SetApplicationName("skillplatform-identity")
            .PersistKeysToDbContext<IdentityDb>();
        if (builder.Configuration["Identity:KeyCertificate"] is { Length: > 0 } path)
            protection.ProtectKeysWithCertificate(
                System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadPkcs12FromFile(
                    path,
                    builder.Configuration["Identity:KeyCertificatePassword"]
                )
            );
        services
            .AddIdentityCore<Account>(options =>
            {
                // Any address that is one; the user name is the address.
                options.User.AllowedUserNameCharacters = null!;
                options.User.RequireUniqueEmail = true;
                options.SignIn.RequireConfirmedEmail = true;
                // Length is what helps; composition rules only make people write passwords down.
                options.Password.RequiredLength = 12;
                options.Password.RequiredUniqueChars = 5;
                options.Password.RequireDigit = false;
                options.Password.RequireLowercase = false;
                options.Password.RequireUppercase = false;
                options.Password.RequireNonAlphanumeric = false;
                options.Tokens.EmailConfirmationTokenProvider = ConfirmationTokens.Provider;
                options.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
            })
            .AddUserStore<AccountStore>()
            .AddPasswordValidator<GuessablePassword>()
            .AddSignInManager()
            .AddDefaultTokenProviders()
            .AddTokenProvider<ConfirmationTokens>(ConfirmationTokens.Provider);
        services.Configure<PasswordHasherOptions>(options => options.IterationCount = Passwords.Rounds);
        services.Configure<DataProtectionTokenProviderOptions>(options =>
            options.TokenLifespan = TimeSpan.FromHours(1)
        );
        services.Configure<ConfirmationTokens.Settings>(options => options.TokenLifespan = TimeSpan.FromDays(1));
        AddPasskeys(builder);
        services.AddSingleton<SecondFactorDemanded>();
        services.AddScoped<AccountWriter>();
        services.AddScoped<Sessions>();
        services.AddScoped<Consents>();
        services.AddScoped<AccountApi>();
        services.AddOpenApi();
        services.BeforeServing(Preparation.Prepare);
        AddSchemes(builder);
    }

    private static void AddPasskeys(WebApplicationBuilder builder) =>
        builder.Services.Configure<IdentityPasskeyOptions>(options =>
        {
            var authority = new Uri(builder.Configuration["Identity:Authority"]!);
            var origin = authority.GetLeftPart(UriPartial.Authority);
            options.ServerDomain = authority.Host;
            options.ValidateOrigin = asked =>
                ValueTask.FromResult(
                    !asked.CrossOrigin && string.Equals(asked.Origin, origin, StringComparison.Ordinal)
                );
            // The device asks for finger, face or lock: two factors in one, so no code is asked for besides.
            options.UserVerificationRequirement = "required";
            options.ResidentKeyRequirement = "required";
        });

    private static void AddSchemes(WebApplicationBuilder builder) =>
        builder
            .Services.AddAuthentication(Either)
            .AddPolicyScheme(
                Either,
                null,
                options =>
                    options.ForwardDefaultSelector = http =>
                        http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
                            ? JwtBearerDefaults.AuthenticationScheme
                            : IdentityConstants.ApplicationScheme
            )
            .AddCookie(
                IdentityConstants.ApplicationScheme,
                options =>
                {
                    // Localhost shares cookies between ports: a name of its own.
                    options.Cookie.Name = Cookie(builder.Environment, "identity.session");
                    options.Cookie.HttpOnly = true;
                    options.Cookie.SameSite = SameSiteMode.Lax;
                    options.Cookie.SecurePolicy = Secure(builder);
                    options.ExpireTimeSpan = TimeSpan.FromHours(8);
                    options.SlidingExpiration = true;
                    options.LoginPath = "/sign-in";
                    options.LogoutPath = "/sign-out";
                    options.AccessDeniedPath = "/access-denied";
                    options.ReturnUrlParameter = "returnUrl";
                    options.Events.OnValidatePrincipal = EndWithItsStamp;
                }
            )
            // Who gave the right password and owes a code, or what a passkey is to answer.
            .AddCookie(
                IdentityConstants.TwoFactorUserIdScheme,
                options =>
                {
                    options.Cookie.Name = Cookie(builder.Environment, "identity.half");
                    options.Cookie.HttpOnly = true;
                    options.Cookie.SameSite = SameSiteMode.Strict;
                    options.Cookie.SecurePolicy = Secure(builder);
                    options.ExpireTimeSpan = TimeSpan.FromMinutes(5);
                    options.SlidingExpiration = false;
                }
            );

    // Each request asks the database, so that a suspended or signed-out session ends at once.
    private static async Task EndWithItsStamp(CookieValidatePrincipalContext session)
    {
        var sessions = session.HttpContext.RequestServices.GetRequiredService<SignInManager<Account>>();
        if (await sessions.ValidateSecurityStampAsync(session.Principal) is { Suspended: false })
            return;
        session.RejectPrincipal();
        await session.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
    }

    /// <summary>Outside Development the browser itself guards where the cookie came from.</summary>
    internal static string Cookie(IHostEnvironment environment, string name) =>
        environment.IsDevelopment() ? name : $"__Host-{name}";

    internal static CookieSecurePolicy Secure(WebApplicationBuilder builder) =>
        builder.Environment.IsDevelopment() ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;

    public static void MapAccounts(this WebApplication app)
    {
        app.MapOpenApi("/api/identity/openapi.json").AllowAnonymous();
        AccountApi.Map(app);
    }
}
