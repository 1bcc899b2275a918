using System.Text.RegularExpressions;

namespace SkillPlatform.Web.Mine;

/// <summary>
/// What its reader is, said once and kept with the account, or by the browser of who is not signed in: pages then begin with
/// what concerns them.
/// </summary>
/// <param name="Role">Slug.</param>
/// <param name="Level">Slug.</param>
public sealed partial record MyRole(string Role, string Level)
{
    private const string Cookie = "skillplatform.role";

    /// <summary>Null where nothing was said, or nothing that could be one.</summary>
    public static MyRole? Of(HttpRequest request) =>
        request.Cookies[Cookie]?.Split('.') is [var role, var level] ? Of(role, level) : null;

    public static MyRole? Of(string? role, string? level) =>
        role is not null && level is not null && Slug().IsMatch(role) && Slug().IsMatch(level)
            ? new(role, level)
            : null;

    /// <summary>For a year, or with null until now.</summary>
    public static void Remember(HttpContext http, MyRole? mine)
    {
        var options = new CookieOptions
        {
            Path = "/",
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure =
                http.Request.IsHttps || !http.RequestServices.GetRequiredService<IHostEnvironment>().IsDevelopment(),
            MaxAge = TimeSpan.FromDays(365),
            IsEssential = true,
        };
        if (mine is null)
            http.Response.Cookies.Delete(Cookie, options);
        else
            http.Response.Cookies.Append(Cookie, $"{mine.Role}.{mine.Level}", options);
    }

    [GeneratedRegex("^[a-z0-9-]{1,200}$", RegexOptions.None, 1000)]
    private static partial Regex Slug();
}
