using System.Globalization;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Web.Comments;

/// <summary>One change of a proposal as it is now, or one requirement of the skill that it adds.</summary>
/// <param name="Change">Which change, from 0.</param>
/// <param name="Requirement">Which requirement, from 0; null for the change as a whole.</param>
public sealed record Spot(int Change, int? Requirement = null)
{
    /// <summary>As addresses and forms name it: <c>2</c>, <c>0.3</c>.</summary>
    public string Key =>
        string.Create(CultureInfo.InvariantCulture, $"{Change}{(Requirement is null ? "" : ".")}{Requirement}");

    public string Anchor => $"change-{Key}";

    /// <summary>Null for what names none.</summary>
    public static Spot? Of(string? key) =>
        key?.Split('.') is not { Length: 1 or 2 } parts || !Number(parts[0], out var change) ? null
        : parts.Length == 1 ? new Spot(change)
        : Number(parts[1], out var requirement) ? new Spot(change, requirement)
        : null;

    /// <summary>Where what a comment is about stands now; null where it is no part of the proposal any more.</summary>
    public static Spot? Of(About? about, int revision, Change[] changes) =>
        about?.At(revision, changes) is not { } at ? null
        : changes[at] is not AddSkill add || about.Role is null ? new Spot(at)
        : about.In(add) is { } requirement ? new Spot(at, requirement)
        : null;

    private static bool Number(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

/// <summary>What a comment is about, in words, and where that stands on the page.</summary>
public sealed record Whereabouts(string Words, Spot? Spot);
