using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace SkillPlatform.Identity;

/// <summary>Who may ask people to sign in: scripts on the user's machine, and the Web process. Brought up to date at each start.</summary>
public static class Clients
{
    private static readonly string[] Common =
    [
        Permissions.Endpoints.Authorization,
        Permissions.Endpoints.Token,
        Permissions.Endpoints.Revocation,
        Permissions.Endpoints.EndSession,
        Permissions.GrantTypes.AuthorizationCode,
        Permissions.GrantTypes.RefreshToken,
        Permissions.ResponseTypes.Code,
        Permissions.Scopes.Profile,
        Permissions.Scopes.Email,
        Permissions.Prefixes.Scope + OpenIdSetup.ApiScope,
    ];

    private const string Published = "skillplatform-web-dev";

    public static async Task Register(IServiceProvider services, CancellationToken ct)
    {
        var configuration = services.GetRequiredService<IConfiguration>();
        var origin = (configuration["Web:PublicOrigin"] ?? "http://localhost:8080").TrimEnd('/');
        var secret = configuration["Identity:WebClientSecret"];
        if (services.GetRequiredService<IHostEnvironment>().IsDevelopment())
            secret ??= Published;
        else if (secret is null or "")
            throw new InvalidOperationException("Identity__WebClientSecret is missing.");
        else if (secret == Published)
            throw new InvalidOperationException(
                "Identity__WebClientSecret is the one that Development has and everybody can read. Choose another one."
            );
        var manager = services.GetRequiredService<IOpenIddictApplicationManager>();
        await Put(manager, Cli(), ct);
        await Put(manager, Web(origin, secret), ct);
        var scopes = services.GetRequiredService<IOpenIddictScopeManager>();
        if (await scopes.FindByNameAsync(OpenIdSetup.ApiScope, ct) is null)
            await scopes.CreateAsync(new OpenIddictScopeDescriptor { Name = OpenIdSetup.ApiScope }, ct);
    }

    // "Native" lets the port of a loopback redirect be any (RFC 8252 section 7.3).
    private static OpenIddictApplicationDescriptor Cli() =>
        new()
        {
            ClientId = "skillplatform-cli",
            ClientType = ClientTypes.Public,
            ApplicationType = ApplicationTypes.Native,
            ConsentType = ConsentTypes.Explicit,
            DisplayName = "Scripts on your machine",
            RedirectUris = { new Uri("http://127.0.0.1/callback"), new Uri("http://[::1]/callback") },
        };

    private static OpenIddictApplicationDescriptor Web(string origin, string secret) =>
        new()
        {
            ClientId = "skillplatform-web",
            ClientSecret = secret,
            ClientType = ClientTypes.Confidential,
            ApplicationType = ApplicationTypes.Web,
            ConsentType = ConsentTypes.Implicit,
            DisplayName = "SkillPlatform",
            RedirectUris = { new Uri($"{origin}/signin-oidc") },
            PostLogoutRedirectUris = { new Uri($"{origin}/signout-callback-oidc") },
        };

    private static async Task Put(
        IOpenIddictApplicationManager manager,
        OpenIddictApplicationDescriptor descriptor,
        CancellationToken ct
    )
    {
        descriptor.Permissions.UnionWith(Common);
        descriptor.Requirements.Add(Requirements.Features.ProofKeyForCodeExchange);
        if (await manager.FindByClientIdAsync(descriptor.ClientId!, ct) is { } known)
            await manager.UpdateAsync(known, descriptor, ct);
        else
            await manager.CreateAsync(descriptor, ct);
    }
}
