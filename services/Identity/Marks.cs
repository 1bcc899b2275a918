using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace SkillPlatform.Identity;

/// <summary>What we remember of a browser, in cookies that only we can have written.</summary>
public sealed class Marks(IDataProtectionProvider protection, IHostEnvironment environment)
{
    /// <summary>Which registration came from here: whoever confirms it here chose its name and password.</summary>
    public Mark Registered { get; } = new("identity.registered", TimeSpan.FromDays(1), protection, environment);
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
