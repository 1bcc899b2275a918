using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace SkillPlatform.Testing;

/// <summary>
/// An OpenID provider reduced to what a service asks of one: a discovery document and its keys, over HTTP. Services under
/// test validate its tokens exactly as they validate Identity's.
/// </summary>
public sealed class Authority : IAsyncDisposable
{
    private readonly RSA _rsa = RSA.Create(2048);
    private WebApplication? _app;

    public string Issuer { get; private set; } = "";

    public RsaSecurityKey Key => new(_rsa) { KeyId = "test" };

    public async Task Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet(
            "/.well-known/openid-configuration",
            () => Results.Json(new { issuer = Issuer, jwks_uri = $"{Issuer}/keys" })
        );
        app.MapGet(
            "/keys",
            () =>
            {
                var key = _rsa.ExportParameters(false);
                return Results.Json(
                    new
                    {
                        keys = new[]
                        {
                            new
                            {
                                kty = "RSA",
                                use = "sig",
                                alg = "RS256",
                                kid = "test",
                                n = Base64UrlEncoder.Encode(key.Modulus),
                                e = Base64UrlEncoder.Encode(key.Exponent),
                            },
                        },
                    }
                );
            }
        );
        await app.StartAsync();
        Issuer = app.Urls.First();
        _app = app;
    }

    /// <summary>A token for a caller; each parameter can be set wrong on purpose.</summary>
    public string Token(
        string sub,
        string[]? roles = null,
        string[]? scopes = null,
        string? issuer = null,
        string audience = "skillplatform",
        TimeSpan? lifetime = null,
        string type = "at+jwt",
        SigningCredentials? signing = null,
        bool service = false
    )
    {
        var now = DateTime.UtcNow;
        var expires = now + (lifetime ?? TimeSpan.FromMinutes(10));
        var claims = new List<Claim> { new("sub", sub) };
        claims.AddRange((roles ?? ["contributor"]).Select(role => new Claim("role", role)));
        claims.AddRange((scopes ?? []).Select(scope => new Claim("reviewer_scope", scope)));
        if (service)
            claims.Add(new Claim("service", "true", ClaimValueTypes.Boolean));
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = issuer ?? Issuer,
                Audience = audience,
                Subject = new ClaimsIdentity(claims),
                IssuedAt = expires < now ? expires.AddMinutes(-10) : now,
                NotBefore = expires < now ? expires.AddMinutes(-10) : now,
                Expires = expires,
                TokenType = type,
                SigningCredentials = signing ?? new SigningCredentials(Key, SecurityAlgorithms.RsaSha256),
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        _rsa.Dispose();
    }
}
