using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;

namespace SkillPlatform.Identity;

/// <summary>A key that signs tokens, or encrypts codes and refresh tokens, under data protection in the database.</summary>
public sealed class TokenKey
{
    public Guid Id { get; set; }

    /// <summary><c>sign</c> or <c>encrypt</c>.</summary>
    public string Use { get; set; } = "";

    public string Protected { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Not used for new tokens before; published earlier, so that every replica and service knows it by then.</summary>
    public DateTimeOffset UsedFrom { get; set; }
}

/// <summary>
/// The keys of all replicas: one set in the database, read again every hour. A new one is made every ninety days, is used
/// after a day, and is dropped when no refresh token can depend on it any more.
/// </summary>
public sealed class TokenKeys(IServiceScopeFactory scopes, IDataProtectionProvider protection, TimeProvider time)
    : IOptionsChangeTokenSource<OpenIddictServerOptions>,
        IDisposable
{
    public const string Sign = "sign";
    public const string Encrypt = "encrypt";
    private static readonly TimeSpan Life = TimeSpan.FromDays(90);
    private static readonly TimeSpan Lead = TimeSpan.FromDays(1);
    private static readonly TimeSpan Rest = TimeSpan.FromDays(15);
    private readonly IDataProtector _protector = protection.CreateProtector("token-keys");
    private CancellationTokenSource _changed = new();
    private Dictionary<string, SecurityKey[]> _keys = [];

    /// <summary>Those whose signatures are good.</summary>
    public IEnumerable<SecurityKey> Published => Of(Sign);

    /// <summary>Those of one use; first the one for new tokens.</summary>
    public IReadOnlyList<SecurityKey> Of(string use) =>
        _keys.GetValueOrDefault(use) ?? throw new InvalidOperationException("The keys are not loaded.");

    public string? Name => Options.DefaultName;

    public IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

    /// <summary>Makes, drops and reads keys. One replica at a time: the caller holds the lock, or has the table locked here.</summary>
    public async Task Refresh(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlRawAsync("lock table identity.token_keys in share row exclusive mode", ct);
        var all = await db.TokenKeys.OrderByDescending(k => k.UsedFrom).ToListAsync(ct);
        var now = time.GetUtcNow();
        foreach (var use in (string[])[Sign, Encrypt])
        {
            var newest = all.Find(k => k.Use == use);
            if (newest is not null && newest.CreatedAt + Life > now)
                continue;
            var made = Make(use, now, usedFrom: newest is null ? now : now + Lead);
            db.Add(made);
            all.Insert(0, made);
        }
        foreach (var past in all.Where(k => k.CreatedAt + Life + Lead + Rest < now).ToList())
        {
            db.Remove(past);
            all.Remove(past);
        }
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        Use(all, now);
    }

    private void Use(List<TokenKey> all, DateTimeOffset now)
    {
        _keys = all.GroupBy(k => k.Use, StringComparer.Ordinal)
            .ToDictionary(
                g => g.Key,
                g =>
                    g.OrderByDescending(k => k.UsedFrom <= now)
                        .ThenByDescending(k => k.UsedFrom)
                        .Select(Read)
                        .ToArray(),
                StringComparer.Ordinal
            );
        var before = Interlocked.Exchange(ref _changed, new CancellationTokenSource());
        before.Cancel();
        before.Dispose();
    }

    private TokenKey Make(string use, DateTimeOffset now, DateTimeOffset usedFrom)
    {
        using var rsa = use == Sign ? RSA.Create(2048) : null;
        var secret = rsa?.ExportPkcs8PrivateKey() ?? RandomNumberGenerator.GetBytes(32);
        return new TokenKey
        {
            Id = Guid.CreateVersion7(),
            Use = use,
            Protected = Convert.ToBase64String(_protector.Protect(secret)),
            CreatedAt = now,
            UsedFrom = usedFrom,
        };
    }

    private SecurityKey Read(TokenKey key)
    {
        var secret = _protector.Unprotect(Convert.FromBase64String(key.Protected));
        if (key.Use == Encrypt)
            return new SymmetricSecurityKey(secret) { KeyId = key.Id.ToString() };
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(secret, out _);
        return new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: true)) { KeyId = key.Id.ToString() };
    }

    public void Dispose() => _changed.Dispose();
}

/// <summary>Hands the keys to OpenIddict, again whenever they change.</summary>
internal sealed class TokenKeysInUse(TokenKeys keys) : IConfigureOptions<OpenIddictServerOptions>
{
    public void Configure(OpenIddictServerOptions options)
    {
        foreach (var key in keys.Of(TokenKeys.Sign))
            options.SigningCredentials.Add(new SigningCredentials(key, SecurityAlgorithms.RsaSha256));
        foreach (var key in keys.Of(TokenKeys.Encrypt))
            options.EncryptionCredentials.Add(
                new EncryptingCredentials(key, SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512)
            );
    }
}
