namespace SkillPlatform.Notifications;

/// <summary>
/// What a reader noted of a requirement, for nobody but themselves: a document and never an event, so that it is gone with
/// the account.
/// </summary>
public sealed class Mark
{
    /// <summary>More than anybody looks through; what all of them cost stays small.</summary>
    public const int Most = 5_000;

    public const int LongestNote = 1_000;

    public const string Met = "met";
    public const string Partly = "partly";
    public const string Not = "not";

    public static IReadOnlyList<string> States { get; } = [Met, Partly, Not];

    public Guid Id { get; set; }
    public string User { get; set; } = "";
    public Guid Skill { get; set; }
    public string Role { get; set; } = "";
    public string Level { get; set; } = "";

    /// <summary>One of <see cref="States"/>; null where there is a note only.</summary>
    public string? State { get; set; }
    public string Note { get; set; } = "";

    /// <summary>The skill's version that the text began with: a later one, and another text is there than was marked.</summary>
    public long Since { get; set; }
    public DateTimeOffset At { get; set; }

    public static Guid IdOf(string user, Guid skill, string role, string level) =>
        Ids.Of("mark", user, skill.ToString(), role, level);
}
