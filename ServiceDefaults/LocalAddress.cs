using System.Text;

namespace SkillPlatform.ServiceDefaults;

/// <summary>Where to go afterwards: a path of ours, never another site.</summary>
public static class LocalAddress
{
    /// <summary>The address if it is one of ours, as a header can hold it; the other if not.</summary>
    /// <param name="wanted">What somebody sent.</param>
    /// <param name="otherwise">Where to go instead.</param>
    public static string Or(string? wanted, string otherwise = "/")
    {
        if (
            wanted is not ['/', ..]
            || wanted is ['/', '/' or '\\', ..]
            || wanted.Any(c => char.IsControl(c) || c == '\\')
            || wanted.Length > 2000
        )
            return otherwise;
        var address = new StringBuilder(wanted.Length);
        foreach (var rune in wanted.EnumerateRunes())
            address.Append(rune.IsAscii ? rune.ToString() : Uri.EscapeDataString(rune.ToString()));
        return address.ToString();
    }
}
