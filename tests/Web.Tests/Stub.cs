using System.Collections.Concurrent;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SkillPlatform.Testing;

namespace SkillPlatform.Web.Tests;

/// <summary>What a stub was asked.</summary>
public sealed record Asked(
    string Method,
    string Path,
    string Query,
    IReadOnlyDictionary<string, string> Headers,
    string Body
);

/// <summary>A service on a real port that answers what it is told to, and notes what it was asked.</summary>
public sealed class Stub : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Asked> _asked = new();
    private WebApplication? _app;

    public string Address { get; private set; } = "";

    /// <summary>Takes the place of every answer while it is set; it is given what would have been the answer.</summary>
    public Func<HttpContext, Func<Task>, Task>? Mood { get; set; }

    public IReadOnlyList<Asked> All => [.. _asked];

    public Asked Last(string path) => _asked.Last(a => a.Path == path);

    public Asked Last(string path, string method) => _asked.Last(a => a.Path == path && a.Method == method);

    public int Count(string path) => _asked.Count(a => a.Path == path);

    public int Count(string path, string method) => _asked.Count(a => a.Path == path && a.Method == method);

    public async Task<Stub> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(Serve);
        await app.StartAsync();
        Address = app.Urls.First();
        _app = app;
        return this;
    }

    /// <summary>Called when it is told to answer something else.</summary>
    public Action? Told { get; set; }

    public Stub On(string methodAndPath, Func<HttpContext, Task> answer)
    {
        _answers[methodAndPath] = answer;
        Told?.Invoke();
        return this;
    }

    public Stub On(string methodAndPath, object answer, int status = 200) =>
        On(
            methodAndPath,
            http =>
            {
                http.Response.StatusCode = status;
                return http.Response.WriteAsJsonAsync(answer, JsonSerializerOptions.Web);
            }
        );

    private async Task Serve(HttpContext http)
    {
        var request = http.Request;
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        request.Body = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(body));
        _asked.Enqueue(
            new Asked(
                request.Method,
                request.Path,
                request.QueryString.Value ?? "",
                request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                body
            )
        );
        await (Mood is { } mood ? mood(http, Answer) : Answer());

        Task Answer()
        {
            if (_answers.TryGetValue($"{request.Method} {request.Path}", out var answer))
                return answer(http);
            http.Response.StatusCode = 404;
            return Task.CompletedTask;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }
}

/// <summary>An OpenID provider that asks nothing: the code it gives is the nonce it was given.</summary>
public sealed class StubIdentity(Authority authority) : IAsyncDisposable
{
    public Stub Stub { get; } = new();

    /// <summary>How long access tokens last, in seconds.</summary>
    public int Lifetime { get; set; } = 600;

    /// <summary>What a refresh is answered with; null for new tokens.</summary>
    public int? Refuses { get; set; }

    public string Sub { get; set; } = "user-1";

    public string[] Roles { get; set; } = ["contributor"];

    public string[] Scopes { get; set; } = [];

    public string Name { get; set; } = "Zoë Müller";

    /// <summary>The account's language; null where it says none.</summary>
    public string? Locale { get; set; }

    public async Task Start()
    {
        await Stub.Start();
        var keys = authority.Key.Rsa.ExportParameters(false);
        Stub.On(
                "GET /.well-known/openid-configuration",
                new
                {
                    issuer = Stub.Address,
                    authorization_endpoint = $"{Stub.Address}/authorize",
                    token_endpoint = $"{Stub.Address}/token",
                    end_session_endpoint = $"{Stub.Address}/end",
                    jwks_uri = $"{Stub.Address}/keys",
                    response_types_supported = new[] { "code" },
                    id_token_signing_alg_values_supported = new[] { "RS256" },
                    subject_types_supported = new[] { "public" },
                }
            )
            .On(
                "GET /keys",
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
                            n = Base64UrlEncoder.Encode(keys.Modulus),
                            e = Base64UrlEncoder.Encode(keys.Exponent),
                        },
                    },
                }
            )
            .On("POST /token", Token);
    }

    private async Task Token(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        var refresh = form["grant_type"] == "refresh_token";
        if (refresh && Refuses is { } status)
        {
            http.Response.StatusCode = status;
            await http.Response.WriteAsJsonAsync(new { error = "invalid_grant" });
            return;
        }
        await http.Response.WriteAsJsonAsync(
            new
            {
                access_token = authority.Token(Sub, Roles, Scopes, issuer: Stub.Address),
                refresh_token = Guid.NewGuid().ToString(),
                id_token = refresh ? null : IdToken(form["code"]!),
                token_type = "Bearer",
                expires_in = Lifetime,
            }
        );
    }

    private string IdToken(string nonce) =>
        new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = Stub.Address,
                Audience = "skillplatform-web",
                Subject = new ClaimsIdentity([
                    new Claim("sub", Sub),
                    new Claim("name", Name),
                    new Claim("nonce", nonce),
                    .. Locale is null ? [] : new[] { new Claim("locale", Locale) },
                ]),
                Expires = DateTime.UtcNow.AddMinutes(5),
                SigningCredentials = new SigningCredentials(authority.Key, SecurityAlgorithms.RsaSha256),
            }
        );

    public ValueTask DisposeAsync() => Stub.DisposeAsync();
}
