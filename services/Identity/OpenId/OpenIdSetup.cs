using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using SkillPlatform.ServiceDefaults;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace SkillPlatform.Identity;

/// <summary>The OpenID provider: authorization code with PKCE, rolling refresh tokens, short plain JWT access tokens.</summary>
public static class OpenIdSetup
{
    /// <summary>The scope that opens the platform's APIs.</summary>
    public const string ApiScope = "skillplatform";

    public static void AddOpenId(this WebApplicationBuilder builder)
    {
        var authority = Authority(builder);
        // It writes down requests with what proves that a code is one's own.
        builder.Logging.AddFilter("OpenIddict", LogLevel.Warning);
        var services = builder.Services;
        services.AddSingleton<TokenKeys>();
        services.AddHostedService<Upkeep>();
        services.AddSingleton<IConfigureOptions<OpenIddictServerOptions>, TokenKeysInUse>();
        services.AddSingleton<IOptionsChangeTokenSource<OpenIddictServerOptions>>(sp =>
            sp.GetRequiredService<TokenKeys>()
        );
        services
            .AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<IdentityDb>().ReplaceDefaultEntities<Guid>())
            .AddServer(server =>
            {
                server
                    .SetIssuer(authority)
                    .SetAuthorizationEndpointUris("connect/authorize")
                    .SetTokenEndpointUris("connect/token")
                    .SetUserInfoEndpointUris("connect/userinfo")
                    .SetEndSessionEndpointUris("connect/end-session")
                    .SetRevocationEndpointUris("connect/revoke")
                    .AllowAuthorizationCodeFlow()
                    .AllowRefreshTokenFlow()
                    .AllowClientCredentialsFlow()
                    .RequireProofKeyForCodeExchange()
                    .RegisterScopes(Scopes.Profile, Scopes.Email, Scopes.OfflineAccess, ApiScope)
                    .RegisterClaims(Claims.Name, Claims.Email, Claims.Role, Roles.ScopeClaim)
                    .DisableAccessTokenEncryption()
                    .SetAccessTokenLifetime(TokenClaims.Access)
                    .SetAuthorizationCodeLifetime(TimeSpan.FromMinutes(2))
                    .SetRefreshTokenLifetime(TokenClaims.Idle)
                    // A refresh token that comes twice was stolen: the whole family of tokens is revoked. Within some
                    // seconds it may be the same client twice at once: one gets tokens (ExchangeToken), the others nothing.
                    .SetRefreshTokenReuseLeeway(TimeSpan.FromSeconds(10));
                server.Configure(options => options.CodeChallengeMethods.Remove(CodeChallengeMethods.Plain));
                IssueAs(server, authority.OriginalString);
                ExchangeToken.Watch(server);
                var web = server
                    .UseAspNetCore()
                    .EnableAuthorizationEndpointPassthrough()
                    .EnableTokenEndpointPassthrough()
                    .EnableUserInfoEndpointPassthrough()
                    .EnableEndSessionEndpointPassthrough()
                    .EnableStatusCodePagesIntegration();
                if (builder.Environment.IsDevelopment())
                    web.DisableTransportSecurityRequirement();
            });
        // Our own API takes our own tokens: with the keys at hand, not by asking ourselves over HTTP.
        services
            .AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<TokenKeys>(
                (options, keys) =>
                {
                    options.Configuration = new OpenIdConnectConfiguration { Issuer = authority.OriginalString };
                    options.TokenValidationParameters.IssuerSigningKeyResolver = (_, _, _, _) => keys.Published;
                }
            );
    }

    /// <summary>
    /// The discovery document names addresses of the host it is asked under, and is kept: whoever could name a host of
    /// theirs would send others there. It names the authority's, or those of <c>Identity:Metadata</c> to who asks there.
    /// </summary>
    public static void UseKnownHosts(this WebApplication app)
    {
        var known = new[] { app.Configuration["Identity:Authority"], app.Configuration["Identity:Metadata"] }
            .OfType<string>()
            .Where(address => address.Length > 0)
            .Select(address => new Uri(address).Authority)
            .ToArray();
        app.Use(
            (http, next) =>
            {
                if (
                    http.Request.Path.StartsWithSegments("/.well-known", StringComparison.OrdinalIgnoreCase)
                    && !known.Contains(http.Request.Host.Value, StringComparer.OrdinalIgnoreCase)
                )
                    http.Request.Host = new HostString(known[0]);
                return next(http);
            }
        );
    }

    public static void MapOpenId(this WebApplication app)
    {
        Authorize.Map(app);
        ExchangeToken.Map(app);
        UserInfo.Map(app);
        EndSession.Map(app);
    }

    private static Uri Authority(WebApplicationBuilder builder)
    {
        var authority = new Uri(
            builder.Configuration["Identity:Authority"]
                ?? throw new InvalidOperationException("Identity__Authority is missing.")
        );
        return authority.Scheme == Uri.UriSchemeHttps || builder.Environment.IsDevelopment()
            ? authority
            : throw new InvalidOperationException("Identity__Authority must be https outside Development.");
    }

    // A Uri adds a slash to a bare origin; issuers are compared as text, so they are written as configured.
    private static void IssueAs(OpenIddictServerBuilder server, string issuer) =>
        server
            .AddEventHandler<OpenIddictServerEvents.GenerateTokenContext>(handler =>
                handler
                    .SetOrder(int.MinValue + 50_000)
                    .UseInlineHandler(context =>
                    {
                        context.Principal.SetClaim(Claims.Private.Issuer, issuer);
                        return default;
                    })
            )
            .AddEventHandler<OpenIddictServerEvents.ApplyConfigurationResponseContext>(handler =>
                handler
                    .SetOrder(int.MinValue + 50_000)
                    .UseInlineHandler(context =>
                    {
                        if (context.Response.Error is null)
                            context.Response[Metadata.Issuer] = issuer;
                        return default;
                    })
            )
            .AddEventHandler<OpenIddictServerEvents.ApplyAuthorizationResponseContext>(handler =>
                handler
                    .SetOrder(OpenIddictServerHandlers.Authentication.AttachIssuer.Descriptor.Order + 1)
                    .UseInlineHandler(context =>
                    {
                        if (context.Response.Iss is not null)
                            context.Response.Iss = issuer;
                        return default;
                    })
            );
}
