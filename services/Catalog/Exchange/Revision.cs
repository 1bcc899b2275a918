using System.Globalization;

namespace SkillPlatform.Catalog;

/// <summary>
/// Which version of which skill a row was exported from. What comes back in it is compared with that one, so that nobody
/// overwrites what others changed meanwhile. To be kept by spreadsheets as it is, it begins with a letter.
/// </summary>
public sealed record Revision(Guid Skill, long Version)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"v{Version}-{Skill:N}");

    /// <summary>Null for what is none.</summary>
    public static Revision? Of(string? text) =>
        text is ['v', .. var rest]
        && rest.Split('-') is [var number, var id]
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
        && Guid.TryParseExact(id, "N", out var skill)
            ? new Revision(skill, version)
            : null;

    /// <summary>The earlier of two: with the older of two sheets nothing that came since is overlooked.</summary>
    public static string Earlier(string? one, string other) => Of(one)?.Version <= Of(other)?.Version ? one! : other;

    /// <summary>What is wrong with one; null where nothing is.</summary>
    public static string? Problem(string text) =>
        Of(text) is null ? "This is no revision as an export writes it. Leave it empty where there is none." : null;
}
