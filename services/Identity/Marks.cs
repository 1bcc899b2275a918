using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace SkillPlatform.Identity;

/// <summary>What we remember of a browser, in cookies that only we can have written.</summary>
public sealed class Marks(IDataProtectionProvider protection, IHostEnvironment environment)
{
    /// <summary>Which registration came from here: whoever confirms it here chose its name and password.</summary>
    public Mark Registered { get; } = new("identity.registered", TimeSpan.FromDays(1), protection, environment);

    private readonly Mark _proved = new("identity.proved", TimeSpan.FromMinutes(5), protection, environment);

    private readonly Mark _device = new("identity.device", TimeSpan.FromDays(400), protection, environment);

    /// <summary>Somebody has signed in here with all that it takes: others' guesses do not count here.</summary>
    public void Know(HttpContext http, string? address) =>
        _device.Put(http, $"{Of(address)} {DeviceOf(http, address) ?? Guid.CreateVersion7().ToString()}");

    /// <summary>Which browser this is, where somebody has signed in with this address before; else null.</summary>
    public string? DeviceOf(HttpContext http, string? address) =>
        _device.Of(http)?.Split(' ') is [var known, var device] && known == Of(address) ? device : null;

    /// <summary>A passkey of the account was shown here just now.</summary>
    public void Prove(HttpContext http, Account account) => _proved.Put(http, Proof(account));

    /// <summary>True for some minutes after that, and no longer than how one signs in stays as it was.</summary>
    public bool HasProved(HttpContext http, Account account) => _proved.Of(http) == Proof(account);

    private static string Proof(Account account) => $"{account.Id} {account.SecurityStamp}";

    private static string Of(string? address) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(address ?? "")));
}

/// <summary>One such cookie.</summary>
public sealed class Mark(string name, TimeSpan life, IDataProtectionProvider protection, IHostEnvironment environment)
{
    private const int Longest = 1000;
    private readonly string _name = AccountSetup.Cookie(environment, name);
    private readonly ITimeLimitedDataProtector _protector = protection
        .CreateProtector("marks", name)
        .ToTimeLimitedDataProtector();

    public void Put(HttpContext http, string text)
    {
        ArgumentNullException.ThrowIfNull(http);
        http.Response.Cookies.Append(
            _name,
            _protector.Protect(text, life),
            new CookieOptions
            {
                HttpOnly = true,
                IsEssential = true,
                MaxAge = life,
                SameSite = SameSiteMode.Lax,
                Secure = !environment.IsDevelopment() || http.Request.IsHttps,
            }
        );
    }

    /// <summary>Null where there is none, or it is somebody else's or too old.</summary>
    public string? Of(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.Request.Cookies[_name] is not { Length: > 0 and <= Longest } cookie)
            return null;
        try
        {
            return _protector.Unprotect(cookie);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
