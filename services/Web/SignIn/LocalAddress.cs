namespace SkillPlatform.Web.SignIn;

/// <summary>Where to go after signing in: a path of ours, never another site.</summary>
public static class LocalAddress
{
    public static string Or(string? wanted, string otherwise = "/") =>
        wanted is ['/', ..]
        && wanted is not ['/', '/' or '\\', ..]
        && !wanted.Any(c => char.IsControl(c) || c == '\\')
        && wanted.Length <= 2000
            ? wanted
            : otherwise;
}
